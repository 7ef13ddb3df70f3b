// USSD over SMPP: ussd_service_op (SMPP 3.4, 5.3.2.44), its_session_info (5.3.2.43), and what gateways made
// of them.
//
//   deliver_sm -> read_ussd -> begin | input | end | abort | notify_ack, with the gateway's session id
//   session id, text -> write_ussd -> the submit_sm's service_type, ussd_service_op and session TLV
//
// Gateways differ in where the session id stands and in what closes a dialogue; a UssdProfile says which is
// which. A dialogue's key is the bind, the subscriber and this session id, because ids are used again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "smpp/pdu.hpp"

namespace peyk::smpp {

// 0 and 1 are easily confused: 1 begins a dialogue, 0 is the one-shot form of phase 1. Decimal 17 is 0x11.
enum class UssdServiceOp : std::uint8_t {
  pssd_indication = 0,
  pssr_indication = 1,
  ussr_request = 2,
  ussn_request = 3,
  pssd_response = 16,
  pssr_response = 17,
  ussr_confirm = 18,
  ussn_confirm = 19,
  ussrel_request = 128,     // SMPP+, vendor range: the application closes without text
  ussrel_indication = 129,  // SMPP+: gateway or subscriber gave up
  ussr_confirm_last = 146,  // SMPP+: the last input
};

// its_session_info: octet 1 the session number, octet 2 the dialogue's sequence in bits 7-1 and "end" in bit
// 0.
struct ItsSessionInfo {
  std::uint8_t session_number = 0;
  std::uint8_t sequence = 0;  // 0 to 127
  bool end = false;
  bool operator==(const ItsSessionInfo&) const = default;
};
std::optional<ItsSessionInfo> read_its_session_info(const Tlvs& tlvs);
void write_its_session_info(Tlvs& tlvs, const ItsSessionInfo& info);

enum class UssdSessionKey : std::uint8_t {
  its_session_number,      // octet 1 of its_session_info; octet 2 counts and ends
  its_session_15_bits,     // its_session_info without its lowest bit
  user_message_reference,  // two octets
  vendor_tlv,              // UssdProfile::vendor_tag, as it stands
  none,                    // one dialogue per subscriber and code
};

struct UssdProfile {
  std::string_view name;
  UssdSessionKey session_key;
  bool end_bit;              // bit 0 of its_session_info closes, both ways
  UssdServiceOp end_op;      // what we send with the last text
  std::uint16_t vendor_tag;  // for UssdSessionKey::vendor_tlv
};

namespace ussd_profiles {
inline constexpr UssdProfile spec_like{"spec-like", UssdSessionKey::its_session_number, true,
                                       UssdServiceOp::pssr_response, 0};
inline constexpr UssdProfile user_message_reference{
    "user_message_reference", UssdSessionKey::user_message_reference, false, UssdServiceOp::pssr_response, 0};
inline constexpr UssdProfile session_15_bits{"session_15_bits", UssdSessionKey::its_session_15_bits, true,
                                             UssdServiceOp::pssr_response, 0};
// The operation stays "request" and the end bit alone closes.
inline constexpr UssdProfile end_bit_only{"end_bit_only", UssdSessionKey::its_session_15_bits, true,
                                          UssdServiceOp::ussr_request, 0};
inline constexpr UssdProfile vendor_session_id{"vendor_session_id", UssdSessionKey::vendor_tlv, false,
                                               UssdServiceOp::pssr_response, 0x1501};
inline constexpr UssdProfile no_session{"no_session", UssdSessionKey::none, false,
                                        UssdServiceOp::pssr_response, 0};
}  // namespace ussd_profiles

enum class UssdEvent : std::uint8_t {
  begin,
  input,
  end,         // the gateway says the dialogue is over; its text, if any, is the last input
  abort,       // the subscriber or the network gave up
  notify_ack,  // our notification was shown
};

struct UssdStep {
  UssdEvent event = UssdEvent::begin;
  std::string session;        // raw octets, as the profile cuts them; empty when it has none
  std::uint8_t sequence = 0;  // its_session_info's, to be answered with
  std::optional<std::uint8_t> service_op;
  std::string_view text;  // octets of the PDU: what was dialled or typed
  // The service code: destination_addr, or what was dialled when that is empty.
  std::string_view code;
};

// Whether a deliver_sm belongs to USSD at all: it has the TLV, or its service_type says so.
bool is_ussd(const DeliverSm& pdu);

// Empty when it does not, or its operation is none that a gateway sends. Views point into `pdu`.
std::optional<UssdStep> read_ussd(const DeliverSm& pdu, const UssdProfile& profile);

enum class UssdReply : std::uint8_t {
  continue_dialogue,  // show this and wait for input
  end_dialogue,       // show this and close
};

// Sets service_type, ussd_service_op and the session's TLV. `session` and `sequence` are the UssdStep's. The
// sequence is sent back as it came, because the answer belongs to that step.
void write_ussd(SubmitSm& pdu, const UssdProfile& profile, std::string_view session, std::uint8_t sequence,
                UssdReply reply);

std::string_view words(UssdEvent event);

}  // namespace peyk::smpp
