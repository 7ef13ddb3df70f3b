#include "gateway/webhook_body.hpp"

#include <nlohmann/json.hpp>

#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {
namespace {

using Json = nlohmann::ordered_json;

Json body_of(const WebhookContent& content) {
  Json member{{"id", std::to_string(content.member)}, {"card", nullptr}, {"phone", nullptr}};
  if (content.card != 0) member["card"] = std::to_string(content.card);
  if (content.phone != 0) member["phone"] = templates::e164(content.phone);
  Json data{{"member", std::move(member)}};
  data.update(Json::parse(content.data));
  return {{"type", handlers::name_of(content.type)},
          {"timestamp", templates::rfc3339(content.at)},
          {"data", std::move(data)}};
}

Json or_null(rules::Instant at) {
  return at == rules::Instant{} ? Json() : Json(templates::rfc3339(at));
}

}  // namespace

std::string webhook_id_of(store::EventId id) {
  return "evt_" + std::to_string(id);
}

std::string webhook_body(const WebhookContent& content) {
  return body_of(content).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json event_as_json(const store::KeptEvent& event) {
  return {{"id", std::to_string(event.id)},
          {"type", handlers::name_of(event.type)},
          {"endpoint", event.endpoint},
          {"state", word_of(event.state)},
          {"attempts", event.attempts},
          {"at", templates::rfc3339(event.at)},
          {"attempted", or_null(event.attempted_at)},
          {"next", or_null(event.next_at)},
          {"outcome", event.outcome},
          {"member", std::to_string(event.member)}};
}

Json whole_event_as_json(const store::KeptEvent& event) {
  Json json = event_as_json(event);
  json["body"] = body_of({.type = event.type,
                          .at = event.at,
                          .data = event.data,
                          .member = event.member,
                          .phone = event.phone,
                          .card = event.card});
  return json;
}

std::string_view word_of(store::EventState state) {
  switch (state) {
    case store::EventState::waiting:
      return "waiting";
    case store::EventState::delivered:
      return "delivered";
    case store::EventState::failed:
      return "failed";
  }
  return "waiting";
}

std::optional<store::EventState> event_state_of(std::string_view word) {
  for (const auto state :
       {store::EventState::waiting, store::EventState::delivered, store::EventState::failed}) {
    if (word_of(state) == word) return state;
  }
  return std::nullopt;
}

}  // namespace peyk::gateway
