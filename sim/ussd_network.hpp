// How this network carries USSD dialogs over SMPP: the gateway's side of smpp/ussd.hpp, by its rows.
//
//   subscriber → NetworkStep → make_step() → deliver_sm (or data_sm)
//   submit_sm (or data_sm) → read_answer() → what the phone shows, or the status to refuse it with
//
// The rows are shared with the ESME's side, what is done with them is not: the octets of a session, of an
// abort and of an end are made here by themselves, so that each side is the other's witness. And this side is
// strict: an answer must say its session and its end as the network's own way is, even where others bear
// less.
//
// A new row: its octets in session_octets(), its abort in make_step(), its end in read_answer().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "smpp/pdu.hpp"
#include "smpp/ussd.hpp"

namespace peyk::sim {

struct NetworkStep {
  enum class Kind : std::uint8_t { begin, input, abort };
  Kind kind = Kind::begin;
  std::string phone, service_code;  // "989…", "7000"
  std::string text;                 // the dialled string, or the keys pressed
  std::uint32_t session = 0;        // cut to what the row has room for
  std::uint8_t sequence = 1;        // 1, 2, 3 … 127, 1
};

struct NetworkAnswer {
  std::uint32_t status = 0;  // not ESME_ROK: refused, and the rest says nothing
  std::string session;       // its octets
  std::string text;
  bool open = false;  // a menu: the subscriber may press keys
};

smpp::Body make_step(const NetworkStep& step, const smpp::UssdProfile& profile);

// The octets by which an answer must name the session of a step; empty where the row has none.
std::string session_octets(const NetworkStep& step, const smpp::UssdProfile& profile);

// Whether a submit_sm or data_sm belongs to a dialog and not to the short message service.
bool is_ussd(const smpp::Body& body);

// `body` is USSD. A screen of more than 182 septets or 80 UCS-2 units is refused too.
NetworkAnswer read_answer(const smpp::Body& body, const smpp::UssdProfile& profile);

// "*7000*2#" → "7000"; empty when this is no USSD string.
std::string service_code_of(std::string_view dialled);

}  // namespace peyk::sim
