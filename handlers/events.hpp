// What a club's own systems are told: which effects are an event, and of what.
//
//   effects of a batch, the facts after it, who listens -> events_of() -> Events -> [the store saves them
//   with the effects] -> [the gateway delivers them]
//
// An event names its member by her id: her phone and card are added when it is told, so that one who wants to
// be forgotten is. It tells of one row, and no row gives two events of
// a type.
//
// To add a type: its line in the enum and in the table of events.cpp, what it is made of there, its section
// in docs/webhooks.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"

namespace peyk::handlers {

enum class EventType : std::uint8_t {
  member_joined = 1,
  credit_granted = 2,
  code_redeemed = 3,
  code_voided = 4,  // a redemption taken back
  credit_expired = 5,
  message_failed = 6,  // a text to a member
};
// "code.redeemed"
std::string_view name_of(EventType type);
std::optional<EventType> event_type_of(std::string_view name);
std::span<const EventType> all_event_types();

// A set of types.
using EventTypes = std::uint32_t;
constexpr EventTypes bit_of(EventType type) {
  return EventTypes{1} << static_cast<unsigned>(type);
}
inline constexpr EventTypes kAllEventTypes = 0b111'1110;

// A system of a club that wants to be told, as its file has it.
struct Webhook {
  std::string name;    // unique in the club: [a-z0-9_-]{1,32}
  std::string url;     // https://host/path
  std::string secret;  // raw octets, as a till key's
  EventTypes events = kAllEventTypes;
  bool enabled = true;
  bool secret_in_file = true;  // else it is the one that the database has
};
inline constexpr std::size_t kWebhooksMax = 10;  // of a club

// Who listens now, to what.
struct Listener {
  std::uint32_t endpoint = 0;
  EventTypes events = 0;
};
using Listeners = std::map<ClubId, std::vector<Listener>>;
bool anybody_listens(const Listeners& listeners, ClubId club, EventType type);

struct WebhookEvent {
  ClubId club = 0;
  EventType type = EventType::member_joined;
  MemberId member = 0;
  std::uint64_t about = 0;  // the row that it tells of: member, lot, redemption, ledger entry or message
  rules::Instant at{};
  std::string data;  // a JSON object, without the member
};

// In the order of the effects; those alone to which somebody listens. `facts` are those after the effects.
std::vector<WebhookEvent> events_of(std::span<const Effect> effects, const Facts& facts,
                                    const Listeners& listeners);
// Of entries that the sweep made; those of other kinds are no events.
std::vector<WebhookEvent> events_of(std::span<const LedgerEntry> entries, const Listeners& listeners);

// A text to a member that will not arrive.
struct FailedText {
  ClubId club = 0;
  MemberId member = 0;
  std::uint64_t message = 0;
  std::string reason;  // may be empty
};
WebhookEvent event_of(const FailedText& text, rules::Instant now);

}  // namespace peyk::handlers
