// The life of one message, for people: read as it is, without locks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/mysql/tables.hpp"

namespace peyk::store {

// Of a MessageState; empty for a number that is none.
std::string word_of_state(std::uint64_t state);

struct PartTrace {
  std::uint32_t part = 1;
  std::string carrier;
  std::string carrier_message_id;  // octets as they came
  std::string state;               // submitted, delivered, failed, unknown
  std::string word;                // the carrier's last word for it; empty: no receipt yet
  std::string error;               // the carrier's code; empty: none
  rules::Instant submitted_at{};   // the epoch: not known
  rules::Instant done_at{};        // the epoch: not yet
};
struct MessageTrace {
  MessageId id = 0;
  std::string club, time_zone;  // the club's slug and clock
  std::string line;
  handlers::PhoneNumber phone = 0;
  std::string state;  // queued, submitted, delivered, failed, expired, unknown, scheduled, cancelled
  std::string reason, text;
  bool maybe_twice = false;  // an answer never came, and it was sent again
  rules::Instant created_at{}, valid_until{}, settled_at{};
  std::vector<PartTrace> parts;
};
// "queued", "submitted" …; empty: no such state.
std::string word_of_state(std::uint64_t state);

// Throws SqlError.
std::optional<MessageTrace> trace_message(Connection& connection, MessageId id);

struct AsideTrace {
  std::uint64_t id = 0;
  std::string carrier;
  bool readable = false;
  std::string carrier_message_id, word, error;
  handlers::PhoneNumber phone = 0;
  std::string pdu;  // of an unreadable one: its octets
  rules::Instant received_at{};
};
struct ReceiptsTrace {
  std::uint64_t parked = 0;       // waiting for their message
  std::uint64_t aside = 0;        // all that were set aside
  std::vector<AsideTrace> shown;  // the latest of these
};
// Throws SqlError.
ReceiptsTrace trace_receipts(Connection& connection, std::uint32_t limit);

}  // namespace peyk::store
