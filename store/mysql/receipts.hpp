// What receipts do to the parts of messages, in sets.
//
//   part taken by the carrier -> outbox_part, under its id and id_key -> receipt -> state, error, time
//   part sent, no answer      -> outbox_part, without an id -> receipt with its reference -> its id, and as
//   above receipt without a part    -> receipt_parked -> its part is saved, or some time has passed -> as
//   above
//                                               -> a week has passed -> receipt_aside, for a person
//   unreadable receipt        -> receipt_aside
//
// What must stay true: the first final state of a part stays; a message is delivered when all its parts are,
// failed when one is; a receipt is matched under the carrier that sent it, so the parts of one message may
// have gone to different ones; parts older than a week are never touched (carriers use ids again); every
// table here has its limit. match_receipt() (store/receipt_match.hpp) decides what belongs to what, and
// match_reference() (store/part_reference.hpp) where no id does.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/mysql/outbox.hpp"

namespace peyk::store {

inline constexpr std::chrono::days kReceiptsAwaited{7};
inline constexpr std::chrono::seconds kReceiptDoubt{3};  // then nothing on its way can be meant
inline constexpr std::uint64_t kParkedMax = 200'000;     // more: the oldest are set aside early
inline constexpr std::uint64_t kAsideMax = 10'000;       // more: the oldest are forgotten
inline constexpr std::size_t kAsidePduMax = 2000;        // octets kept of an unreadable one
inline constexpr std::size_t kAsideAtOnce = 100;         // unreadable ones kept of one set

// One submit_sm that the carrier took.
struct TakenPart {
  MessageId message = 0;
  std::uint32_t part = 1;  // from 1
  std::string carrier;
  std::string carrier_message_id;  // octets as they came
};
// Saves the parts and gives them the receipts that came before. A part sent again has a new id: receipts of
// either attempt then find the last.
void save_taken_parts(Connection& connection, std::span<const TakenPart> parts, rules::Instant now);

// Parts that were sent and never answered: without an id; and gives them the receipts that came before and
// name them by their reference. A part that the carrier has stays as it is.
void save_unknown_parts(Connection& connection, std::span<const TakenPart> parts, rules::Instant now);

// Brings the state of messages that were submitted, or of unknown outcome, up to that of their parts. For
// those whose parts had receipts before the message was settled.
void fold_parts(Connection& connection, std::span<const MessageId> messages);

struct Receipt {
  std::string carrier;
  std::string id;                   // receipted_message_id, else the text's; empty: only `reference`
  std::string text_id;              // the text's, where it differs; empty: does not
  handlers::PhoneNumber phone = 0;  // the message's; 0: none that can be read
  bool only_of_phone = false;       // must be about a part sent to exactly that phone, else it is no receipt
  bool patient = false;         // was held back for kReceiptDoubt: nothing that is on its way can be meant
  std::uint16_t reference = 0;  // the submit_sm's user_message_reference; 0: not given back
  bool delivered = false;
  bool final = true;
  std::string word;   // the state as the carrier called it
  std::string error;  // the carrier's code; empty: none
  rules::Instant done_at{};
};

enum class ReceiptOutcome : std::uint8_t {
  settled,      // a part has its final state
  progress,     // on its way, or nothing new: noted
  repeated,     // the part has that state already
  conflict,     // the part has another final state, and keeps it
  parked,       // final, and its part is not known, or not surely
  unmatched,    // not final, and its part is not known: forgotten
  not_receipt,  // only_of_phone, and there is no such part
};
struct ReceiptResult {
  ReceiptOutcome outcome = ReceiptOutcome::unmatched;
  MessageId message = 0;  // where a part was found
  std::uint32_t part = 0;
};
// One result for each. Repeats change nothing.
std::vector<ReceiptResult> save_receipts(Connection& connection, std::span<const Receipt> receipts,
                                         rules::Instant now);

// Tries parked receipts again whose time has come, at most `limit`; returns how many found their part.
std::uint64_t retry_parked_receipts(Connection& connection, rules::Instant now, std::uint32_t limit);

// Sets aside what has been parked since before `before`, at most `limit`; how many.
std::uint64_t bury_parked_receipts(Connection& connection, rules::Instant before, rules::Instant now,
                                   std::uint32_t limit);

// Keeps parked receipts and those set aside within their limits; how many are parked now.
std::uint64_t trim_receipts(Connection& connection, rules::Instant now, std::uint32_t limit);

struct UnreadableReceipt {
  std::string carrier;
  std::string pdu;  // as it came
};
// Keeps the first kAsideAtOnce for a person to see.
void set_aside(Connection& connection, std::span<const UnreadableReceipt> receipts, rules::Instant now);

}  // namespace peyk::store
