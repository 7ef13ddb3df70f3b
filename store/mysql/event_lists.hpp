// Events as people look at them: pages, one of them, how many wait; told once more; forgotten in time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/mysql/events.hpp"

namespace peyk::store {

inline constexpr std::uint32_t kEventsPageMax = 500;

struct EventFilter {
  std::optional<handlers::ClubId> club;  // nothing: any; the same for the others
  std::string endpoint;                  // its name; empty: any
  std::optional<handlers::EventType> type;
  std::optional<EventState> state;
  EventId before = 0;  // 0: from the latest
};
struct KeptEvent {
  EventId id = 0;
  std::string club, endpoint;  // the club's slug, the endpoint's name
  handlers::MemberId member = 0;
  handlers::EventType type = handlers::EventType::member_joined;
  EventState state = EventState::waiting;
  std::uint32_t attempts = 0;
  rules::Instant at{}, attempted_at{};
  rules::Instant next_at{};  // waiting: when her first event, perhaps this, may be tried; the epoch: unknown
  std::string outcome, data;
  handlers::PhoneNumber phone = 0;
  std::uint64_t card = 0;
};

// All functions throw SqlError.

// The latest first, at most `limit`.
std::vector<KeptEvent> load_events(Connection& connection, const EventFilter& filter, std::uint32_t limit);
std::optional<KeptEvent> find_event(Connection& connection, EventId id, std::optional<handlers::ClubId> club);

// Told again, under the same number, as if it were new: at once, and before what waits of the same member, but
// behind one of hers that is on the wire now. If that is the one that is asked for, and it fails, it is told
// again. Of these ids those that there are, in the club. How many. The caller commits.
std::uint64_t replay_events(Connection& connection, std::span<const EventId> ids,
                            std::optional<handlers::ClubId> club, rules::Instant now);

struct WaitingEvents {
  EndpointId endpoint = 0;
  std::uint64_t count = 0;
  rules::Instant oldest{};
};
// Of each endpoint, counted up to `each_max`: what that costs does not grow with what waits.
std::vector<WaitingEvents> count_waiting(Connection& connection, std::uint64_t each_max);

struct ForgottenEvents {
  std::uint64_t rows = 0;
  std::uint64_t waiting = 0;  // of them: never told
};
// Events of before `before`, delivered or not; at most `limit`. The caller commits.
ForgottenEvents forget_events(Connection& connection, rules::Instant before, std::uint32_t limit);

}  // namespace peyk::store
