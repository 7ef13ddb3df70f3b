// How this network carries USSD dialogs over SMPP: the gateway's side of smpp/ussd.hpp.
//
//   subscriber → NetworkStep → make_step() → deliver_sm        submit_sm → read_answer() → what the phone
//   shows
//
// Spec-like: service_type "USSD", ussd_service_op, and its_session_info, whose first octet is the session and
// whose second is the step and the end bit. Networks differ in where the session stands and how an end is
// said; another network's way is another smpp::UssdProfile, a case in make_step and read_answer, and its
// vectors in the test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smpp/pdu.hpp"

namespace peyk::sim {

struct NetworkStep {
  enum class Kind : std::uint8_t { begin, input, abort };
  Kind kind = Kind::begin;
  std::string phone, service_code;  // "989…", "7000"
  std::string text;                 // the dialled string, or the keys pressed
  std::uint8_t session = 0;
  std::uint8_t sequence = 1;  // 1, 2, 3 … 127, 1
};

struct NetworkAnswer {
  std::uint8_t session = 0;
  std::string text;
  bool open = false;      // a menu: the subscriber may press keys
  bool too_long = false;  // more than a screen holds: 182 septets or 80 UCS-2 units
};

smpp::DeliverSm make_step(const NetworkStep& step);

// Whether a submit_sm belongs to a dialog and not to the short message service.
bool is_ussd(const smpp::SubmitSm& submit_sm);

// Nothing when the session or the operation is missing or none of a running dialog's.
std::optional<NetworkAnswer> read_answer(const smpp::SubmitSm& submit_sm);

// "*7000*2#" → "7000"; empty when this is no USSD string.
std::string service_code_of(std::string_view dialled);

}  // namespace peyk::sim
