// What a carrier writes when it tells what became of a text: appendix B of SMPP 3.4 in the dialect of a
// ReceiptForm, as the deliver_sm or data_sm that carries it.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>

#include "sim/profile.hpp"
#include "smpp/pdu.hpp"

namespace peyk::sim {

struct ReceiptFacts {
  std::string id, tlv_id;
  smpp::ReceiptState state = smpp::ReceiptState::delivered;
  bool intermediate = false;
  std::uint16_t error = 0;
  std::time_t submitted_at = 0, done_at = 0;  // seconds since 1970; written in the machine's own zone
  std::string text;                           // its first 20 octets are quoted
};

// The text alone, in ASCII.
std::string receipt_text(const ReceiptForm& form, const ReceiptFacts& facts, const smpp::SubmitSm& submit_sm);

// From the phone back to the line: a DeliverSm or a DataSm.
smpp::Body make_receipt(const ReceiptForm& form, const ReceiptFacts& facts, const smpp::SubmitSm& submit_sm);

// Whether registered_delivery asks to hear of this end (SMPP 3.4, 5.2.17; "success only" is 5.0's).
bool asks_for(std::uint8_t registered_delivery, smpp::ReceiptState state);

}  // namespace peyk::sim
