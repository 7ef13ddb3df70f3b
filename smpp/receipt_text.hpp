// The words of a delivery receipt, before anybody asks what they mean.
//
// Appendix B of SMPP 3.4 shows one form and calls it informative: `id:… sub:… dlvrd:… submit date:… done
// date:… stat:… err:… text:…`. Carriers leave fields out, order and spell them as they like, forget the
// spaces between them, and put the whole into UTF-16. So: keys in any order and case, any spaces, the first
// value of a key counts, and all from "text:" on is the sender's own and never looked at.
//
// A new spelling of a key: a row of kKeys in receipt_text.cpp. A new way to write a date: one of read_date().
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace peyk::smpp {

// A date as the carrier's clock showed it.
struct ReceiptDate {
  std::string digits;                                // YYMMDDhhmm[ss], a moment that exists; empty: unknown
  std::optional<std::chrono::minutes> ahead_of_utc;  // where it said so; else in the carrier's own zone
  bool operator==(const ReceiptDate&) const = default;
};

// Empty strings for what is missing.
struct ReceiptFields {
  std::string id, stat;
  std::optional<std::string> err;  // present and empty is possible
  ReceiptDate submit_date, done_date;
  std::string destination;  // only the comma separated form has it
};

// `text` in ASCII, or UTF-16 of either order: data_coding lies about receipts, the octets do not.
ReceiptFields read_receipt_fields(std::string_view text);

// ASCII, of any case.
bool same_word(std::string_view a, std::string_view b);

// The moment of `digits` by the clock that showed it.
std::optional<std::chrono::local_seconds> local_time_of(const ReceiptDate& date);

}  // namespace peyk::smpp
