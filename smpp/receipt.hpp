// Delivery receipts (SMPP 3.4, 5.2.12, 5.3.2.12, 5.3.2.35 and appendix B): how they are recognised, read and
// built. receipt_text.hpp reads their words.
//
// What the carrier says outside the text decides what a PDU is: esm_class, or receipted_message_id, which no
// phone can set. The text alone proves nothing, because a subscriber can type "id:1 stat:DELIVRD": such a PDU
// is only called a look-alike, and who knows the carrier may ask more of it (its id, its phone).
//
// A receipt needs an id and a state, each from the TLV or the text; the message_state TLV beats the text. In
// place of an id the submit_sm's user_message_reference will do, given back as a TLV.
// What cannot be understood is no receipt event at all, and still no reason to refuse the PDU: a refused
// receipt comes again for hours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smpp/pdu.hpp"
#include "smpp/receipt_text.hpp"

namespace peyk::smpp {

// message_state (SMPP 3.4, 5.2.28; 0 and 9 SMPP 5.0, 4.7.15).
enum class ReceiptState : std::uint8_t {
  scheduled = 0,
  enroute = 1,
  delivered = 2,
  expired = 3,
  deleted = 4,
  undeliverable = 5,
  accepted = 6,
  unknown = 7,
  rejected = 8,
  skipped = 9,
};

// "DELIVERED": the specification's word.
std::string_view words(ReceiptState state);
// "DELIVRD": appendix B's seven letters.
std::string_view receipt_word(ReceiptState state);
// Nothing further is to be expected. `unknown` is not final: carriers send it for "no news".
bool is_final(ReceiptState state);
// By appendix B's words, the words in full, and those that carriers invented; unheard ones are `unknown`.
ReceiptState parse_receipt_word(std::string_view word);

enum class ReceiptKind : std::uint8_t {
  none,
  final_or_progress,  // esm_class says receipt or acknowledgement, or receipted_message_id is there
  intermediate,       // esm_class 0x20: never final
  look_alike,         // only the text, with id and state, looks like one: a subscriber may have typed it
};

struct Receipt {
  std::string id;  // receipted_message_id if present, else the text's; raw; empty: `reference` alone
  std::optional<std::string> text_id;  // the text's, when it differs from `id`
  ReceiptState state = ReceiptState::unknown;
  std::string state_word;          // the text's word as it came; empty when there was none
  bool state_conflict = false;     // TLV and text named different states; the TLV won
  std::optional<std::string> err;  // as it came: one to four characters, not always digits
  std::optional<std::uint32_t>
      network_error_code;              // type * 65536 + code; type 0 when it came as three digits
  std::string submit_date, done_date;  // YYMMDDhhmm[ss]; empty: none that exists
  std::optional<std::chrono::minutes>
      done_ahead_of_utc;        // of done_date, where it says; else the carrier's zone
  std::string destination;      // the phone, where the text names it
  std::uint16_t reference = 0;  // user_message_reference; 0: none
  bool intermediate = false;
  bool final() const { return !intermediate && is_final(state); }
  // `err`, or network_error_code's code, without the zeros that say "none"; empty: no error was named.
  std::string error() const;
};

// By esm_class first, then receipted_message_id; a text alone makes a look-alike.
ReceiptKind receipt_kind(const DeliverSm& pdu);
ReceiptKind receipt_kind(const DataSm& pdu);

// Of any kind but `none`. Empty when no id and no reference, or no state can be found, or the id is longer
// than 64 characters: acknowledge and set aside.
std::optional<Receipt> parse_receipt(const DeliverSm& pdu);
std::optional<Receipt> parse_receipt(const DataSm& pdu);

// A receipt's text alone, in ASCII or in UTF-16 octets.
std::optional<Receipt> parse_receipt_text(std::string_view text);

struct ReceiptText {
  std::string id;
  ReceiptState state = ReceiptState::delivered;
  std::uint16_t sub = 1, dlvrd = 1;
  std::string submit_date, done_date;  // YYMMDDhhmm
  std::uint16_t err = 0;
  std::string_view text;  // its first 20 octets are quoted
};

// Appendix B's form.
std::string build_receipt_text(const ReceiptText& receipt);

// Makes `pdu` the receipt: esm_class, short_message, receipted_message_id, message_state.
void write_receipt(DeliverSm& pdu, const ReceiptText& receipt);

}  // namespace peyk::smpp
