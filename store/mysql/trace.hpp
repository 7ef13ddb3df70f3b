// The life of one message, for people: read as it is, without locks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "handlers/bought_item.hpp"
#include "store/mysql/outbox.hpp"

namespace peyk::store {

struct PartTrace {
  std::uint32_t part = 1;
  std::string carrier;
  std::string carrier_message_id;  // octets as they came
  std::string state;               // submitted, delivered, failed, unknown
  std::string word;                // the carrier's last word for it; empty: no receipt yet
  std::string error;               // the carrier's code; empty: none
  rules::Instant submitted_at{};   // the epoch: not known
  rules::Instant asked_at{};       // the carrier was asked about it; the epoch: was not
  rules::Instant done_at{};        // the epoch: not yet
};
// How a life of the message ended, before it was replayed.
struct LifeTrace {
  std::string state, reason;  // failed, expired or unknown
  rules::Instant settled_at{}, valid_until{};
  rules::Instant replayed_at{};
  std::string replayed_by;
  bool waits_for_gateway = false;  // nobody has put the next life into its lane yet
  std::vector<PartTrace> parts;    // that failed; the others are the message's
};
// A request that was decided in the same moment and about the same phone: why the message was written.
struct CauseTrace {
  enum class What : std::uint8_t { purchase, redemption };
  What what = What::purchase;
  handlers::BranchNo branch = 0;
  std::string invoice;                      // as the till calls it; empty: it does not say
  rules::Amount amount = 0;                 // of the invoice
  rules::Amount used = 0;                   // redemption: of the member's credit
  handlers::PhoneNumber cashier = 0;        // redemption: who asked; 0: the till
  std::vector<handlers::BoughtItem> items;  // purchase: what its till told
};
struct MessageTrace {
  MessageId id = 0;
  std::string club, time_zone;  // the club's slug and clock
  std::string line;
  handlers::PhoneNumber phone = 0;
  handlers::Lane lane = handlers::Lane::reply;
  std::string state;  // queued, submitted, delivered, failed, expired, unknown, scheduled, cancelled
  std::string reason, text;
  bool maybe_twice = false;    // an answer never came, and it was sent again
  std::uint32_t attempts = 0;  // that failed, of this life, while it waits
  rules::Instant created_at{}, valid_until{}, settled_at{};
  rules::Instant send_at{};  // not before, or since the last replay; the epoch: at once
  std::vector<PartTrace> parts;
  std::vector<LifeTrace> lives;    // before this one, the first first
  std::vector<CauseTrace> causes;  // of one that was asked for by its id; none: the records do not tell
};
// "queued", "submitted" …; empty: no such state.
std::string word_of_state(std::uint64_t state);

// Throws SqlError.
std::optional<MessageTrace> trace_message(Connection& connection, MessageId id);

// The last messages to a phone, the latest first, at most `limit`. Throws SqlError.
std::vector<MessageTrace> trace_phone(Connection& connection, handlers::PhoneNumber phone,
                                      std::uint32_t limit);

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
