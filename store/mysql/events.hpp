// Events on their way to the clubs' systems: saved with what they tell of, delivered from here.
//
//   save_events -> webhook_queue (whose turn, when) and webhook_event -> claim_events -> [told] ->
//   settle_events
//                                                                                      -> the member's next
//
// What must stay true: the row of webhook_queue is locked before a member's events are written, looked for or
// settled, so that their numbers grow in the order in which they were committed and none is overlooked; only
// the first that waits is ever claimed, so a member's events keep their order; a claim ends by itself, so
// what a dead process had taken comes again, under the same number; what is told of twice in the database (a
// repeat of the same row) is one event.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "handlers/events.hpp"
#include "store/mysql/connection.hpp"
#include "store/mysql/outbox.hpp"
#include "store/mysql/webhooks.hpp"

namespace peyk::store {

using EventId = std::uint64_t;
enum class EventState : std::uint8_t { waiting = 1, delivered = 2, failed = 3 };

// All functions throw SqlError; the caller commits.

// Two statements for all of them; none where nobody listens.
void save_events(Connection& connection, std::span<const handlers::WebhookEvent> events,
                 const handlers::Listeners& listeners);

// Of what the sweep took from members; not from gift accounts, whose credit was nobody's yet.
void tell_of_expired(Connection& connection, std::span<const handlers::LedgerEntry> entries);

// For those of these messages that failed or expired, or will, as a part of them did, and were not cancelled:
// where they are texts to members of clubs that want to know.
void tell_of_failed(Connection& connection, std::span<const MessageId> messages, rules::Instant now);

// An event that is ours to deliver now.
struct ClaimedEvent {
  EventId id = 0;
  EndpointId endpoint = 0;
  handlers::MemberId member = 0;
  std::uint64_t claim = 0;
  handlers::EventType type = handlers::EventType::member_joined;
  rules::Instant at{};
  std::string data;
  std::uint32_t attempts = 0;       // before
  handlers::PhoneNumber phone = 0;  // hers; 0: she has left
  std::uint64_t card = 0;
};
// Which of those with room have something due.
std::vector<EndpointId> due_endpoints(Connection& connection, const std::map<EndpointId, std::uint32_t>& room,
                                      rules::Instant now);
// `room`: how many more each endpoint may be told now. `claim` names who takes them, and is never 0. Rows of
// all of them are locked until the caller commits: name a few at once.
std::vector<ClaimedEvent> claim_events(Connection& connection,
                                       const std::map<EndpointId, std::uint32_t>& room, std::uint64_t claim,
                                       rules::Instant now, rules::Instant until);

// What became of an attempt.
struct SettledEvent {
  EventId id = 0;
  EndpointId endpoint = 0;
  handlers::MemberId member = 0;
  std::uint64_t claim = 0;
  EventState state = EventState::waiting;
  rules::Instant next_at{};    // waiting: when it may be tried again
  std::string outcome;         // in words; empty: delivered
  bool counted = true;         // as an attempt
  std::uint32_t attempts = 0;  // before, as it was claimed
};
// One whose claim is over counts only if it was delivered: somebody else has it now. A failure of one that
// was begun anew meanwhile (replay_events) does not count: it is due again.
void settle_events(Connection& connection, std::span<const SettledEvent> settled, rules::Instant now);

}  // namespace peyk::store
