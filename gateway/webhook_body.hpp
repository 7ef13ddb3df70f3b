// What a club's system gets to read of an event, and how whoever may look sees one. Pure.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "store/mysql/event_lists.hpp"

namespace peyk::gateway {

// The webhook-id, the same at each attempt: "evt_40417".
std::string webhook_id_of(store::EventId id);

struct WebhookContent {
  handlers::EventType type = handlers::EventType::member_joined;
  rules::Instant at{};
  std::string data;  // as it is kept
  handlers::MemberId member = 0;
  handlers::PhoneNumber phone = 0;  // 0: she has left
  std::uint64_t card = 0;
};
// {"type","timestamp","data":{"member":{"id","card","phone"},…}}
std::string webhook_body(const WebhookContent& content);

// {"id","type","endpoint","state","attempts","at","attempted","next","outcome","member"}
nlohmann::ordered_json event_as_json(const store::KeptEvent& event);
// The same with "body", the object that is sent.
nlohmann::ordered_json whole_event_as_json(const store::KeptEvent& event);

// "waiting", "delivered", "failed"
std::string_view word_of(store::EventState state);
std::optional<store::EventState> event_state_of(std::string_view word);

}  // namespace peyk::gateway
