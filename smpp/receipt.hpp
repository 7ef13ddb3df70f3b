// Delivery receipts (SMPP 3.4, 5.2.12, 5.3.2.12, 5.3.2.35 and appendix B): how they are recognised, read and
// built.
//
// Appendix B is informative and every carrier has its own form, so reading takes keys in any order and case,
// with any spaces, cuts everything from "text:" on, and needs an id and a state, each from the TLV or the
// text. The message_state TLV beats the text. What cannot be understood is no receipt event at all, and still
// no reason to refuse the PDU: a refused receipt comes again for hours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smpp/pdu.hpp"

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
  final_or_progress,  // esm_class says receipt or acknowledgement, or its content betrays it
  intermediate,       // esm_class 0x20: never final
};

struct Receipt {
  std::string id;                      // receipted_message_id if present, else the text's; raw
  std::optional<std::string> text_id;  // the text's, when it differs from `id`
  ReceiptState state = ReceiptState::unknown;
  std::string state_word;                           // the text's word as it came; empty when there was none
  bool state_conflict = false;                      // TLV and text named different states; the TLV won
  std::optional<std::string> err;                   // as it came: one to four characters, not always digits
  std::optional<std::uint32_t> network_error_code;  // type * 65536 + code
  std::string submit_date, done_date;  // digits as they came, YYMMDDhhmm[ss] in the carrier's local time
  bool intermediate = false;
  bool final() const { return !intermediate && is_final(state); }
};

// Whether the PDU is a receipt: esm_class first, then receipted_message_id, then "id:" ... "stat:" in the
// text.
ReceiptKind receipt_kind(const DeliverSm& pdu);
ReceiptKind receipt_kind(const DataSm& pdu);

// Empty when no id or no state can be found, or the id is longer than 64 characters: acknowledge and set
// aside.
std::optional<Receipt> parse_receipt(const DeliverSm& pdu);
std::optional<Receipt> parse_receipt(const DataSm& pdu);

// A receipt's text alone, in ASCII or in UTF-16BE octets.
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

// The forms under which one message_id may return: carriers answer submit_sm in hexadecimal and receipt in
// decimal, and the other way round, with and without leading zeros.
struct MessageIdForms {
  std::string raw;
  std::string
      hex_value;  // the id read as hexadecimal, in decimal; empty when it is not one, or above 64 bits
  std::string decimal_value;  // the id read as decimal, without leading zeros; likewise
};
MessageIdForms message_id_forms(std::string_view id);

// Equal as they stand, or as numbers in any two bases. Numeric equality alone proves little: require that the
// destination agrees too.
enum class IdMatch : std::uint8_t { none, numeric, exact };
IdMatch match_message_id(std::string_view submitted, std::string_view receipted);

}  // namespace peyk::smpp
