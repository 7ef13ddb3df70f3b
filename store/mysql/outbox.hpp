// Texts on their way out, and what became of them: the truth, of which the lanes in Redis hold the ids.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "handlers/club.hpp"
#include "handlers/lane.hpp"
#include "handlers/rules/units.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

using MessageId = std::uint64_t;
// Of a message and, from `submitted` to `failed` and `unknown`, of each of its parts. unknown: it was sent,
// and nobody knows whether the carrier has it.
enum MessageState : std::uint32_t {
  queued = 1,
  submitted = 2,
  delivered = 3,
  failed = 4,
  expired = 5,
  unknown = 6,
  scheduled = 7,  // waits for its send_at
  cancelled = 8   // on purpose: its reason says whose
};
// A part that was sent: the carrier has it, or may have it.
struct SentPart {
  std::uint8_t number = 1;  // 1 to the message's parts
  std::string carrier;
  std::string carrier_message_id;
  bool unknown = false;  // then without an id

  bool operator==(const SentPart&) const = default;
};
struct QueuedText {
  MessageId id = 0;
  handlers::ClubId club = 0;
  std::string line;
  handlers::PhoneNumber to = 0;
  handlers::Lane lane = handlers::Lane::reply;
  std::uint8_t parts = 1;
  std::string text;
  rules::Instant created_at{};
  rules::Instant valid_until{};
  rules::Instant send_at{};  // not before; the epoch: at once
  // What is known from sending it before:
  std::uint8_t attempts = 0;  // that failed, of the part that failed most
  bool maybe_twice = false;   // the member may hear it twice
  std::vector<SentPart> sent;

  // Since when it could be sent.
  rules::Instant due_since() const { return std::max(created_at, send_at); }
};
// Those with a send_at are scheduled (schedule.hpp), the others queued.
void save_queued(Connection& connection, std::span<const QueuedText> texts);
// Of these ids, those still queued.
std::vector<QueuedText> load_queued(Connection& connection, std::span<const MessageId> ids);

// What became of a message; with state `queued` only what is known of it so far.
struct Settled {
  MessageId id = 0;
  MessageState state = queued;  // else submitted, failed, expired or unknown
  std::string reason;           // unless submitted: why it was given up, in words staff can read
  std::size_t part_count = 1;   // of the whole text
  std::vector<SentPart> parts;  // what was not saved before
  std::uint8_t attempts = 0;    // queued: as in QueuedText
  bool maybe_twice = false;     // queued: the same
};
void save_settled(Connection& connection, std::span<const Settled> settled, rules::Instant now);

}  // namespace peyk::store
