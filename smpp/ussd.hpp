// USSD over SMPP: ussd_service_op (SMPP 3.4, 5.3.2.44), its_session_info (5.3.2.43), and what gateways made
// of them.
//
//   deliver_sm or data_sm -> read_ussd -> begin | input | end | abort | notify_ack, with the gateway's
//   session id
//   session id, text -> write_ussd -> the answer's service_type, ussd_service_op and session TLV
//
// Gateways differ in where the session id stands and in what closes a dialogue; a UssdProfile says which is
// which. A dialogue's key is the bind, the subscriber and this session id, because ids are used again.
//
// To add a network: a row in ussd_profiles, its name in UssdProfileName (gateway/options.hpp), its PDUs in
// tests/wire/vectors/ussd.json, its line in docs/ussd.md. A new place for the session is a value of
// UssdSessionKey and its two cases in ussd.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
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
  end_by_mistake = 23,  // 0x17: "17" written as hex by one known stack; see UssdProfile::end_op_0x17
  // Vendor range, of one gateway that carries dialogues in data_sm.
  hang_up = 65,
  failure = 66,
  reject = 67,
  application_hang_up = 68,
  // Vendor range, SMPP+. The ..._last ones belong to dialogues that the application began; a dialogue that
  // the subscriber began ends with 16 or 17.
  ussrel_request = 128,     // the application closes without text
  ussrel_indication = 129,  // gateway or subscriber gave up
  ussr_request_last = 130,  // one more input, then it is over
  ussn_request_last = 131,
  ussr_confirm_last = 146,  // the last input
  ussr_request_vlr = 150,   // 150 to 153: 2, 3, 130 and 131, addressed by VLR
  ussn_request_vlr = 151,
  ussr_request_vlr_last = 152,
  ussn_request_vlr_last = 153,
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
  its_session_16_bits,     // its_session_info as it stands
  user_message_reference,  // two octets
  vendor_tlv,              // UssdProfile::vendor_tag, as it stands
  none,                    // one dialogue per subscriber and code
};

enum class UssdEvent : std::uint8_t {
  begin,
  input,
  end,         // the gateway says the dialogue is over; its text, if any, is the last input
  abort,       // the subscriber or the network gave up
  notify_ack,  // our notification was shown
};

struct UssdOpMeaning {
  UssdServiceOp op;
  UssdEvent event;
};

struct UssdProfile {
  std::string_view name;  // as in the configuration
  UssdSessionKey session_key = UssdSessionKey::its_session_number;
  bool end_bit = false;                                 // bit 0 of its_session_info closes, both ways
  UssdServiceOp end_op = UssdServiceOp::pssr_response;  // what we send with the last text
  bool data_sm = false;                       // texts travel in the message_payload of data_sm, both ways
  std::uint16_t vendor_tag = 0;               // for UssdSessionKey::vendor_tlv
  std::span<const UssdOpMeaning> more_ops{};  // what this gateway says besides everybody's operations
  bool end_op_0x17 = false;                   // 0x17 is read as 0x11; 0x11 is what we send
};

namespace ussd_profiles {
inline constexpr std::array<UssdOpMeaning, 3> kHangUps{{{UssdServiceOp::hang_up, UssdEvent::abort},
                                                        {UssdServiceOp::failure, UssdEvent::abort},
                                                        {UssdServiceOp::reject, UssdEvent::abort}}};
// A: service_type, operation and its_session_info, whose first octet is the session.
inline constexpr UssdProfile spec_like{
    .name = "spec_like", .session_key = UssdSessionKey::its_session_number, .end_bit = true};
// B: ids are valid only together with the subscriber's number.
inline constexpr UssdProfile user_message_reference{.name = "user_message_reference",
                                                    .session_key = UssdSessionKey::user_message_reference};
// C
inline constexpr UssdProfile session_15_bits{
    .name = "session_15_bits", .session_key = UssdSessionKey::its_session_15_bits, .end_bit = true};
// C as one operator has it: the operation stays "request" and the end bit alone closes.
inline constexpr UssdProfile end_bit_only{.name = "end_bit_only",
                                          .session_key = UssdSessionKey::its_session_15_bits,
                                          .end_bit = true,
                                          .end_op = UssdServiceOp::ussr_request};
// D
inline constexpr UssdProfile vendor_session_id{
    .name = "vendor_session_id", .session_key = UssdSessionKey::vendor_tlv, .vendor_tag = 0x1501};
// E: what stands in its_session_info may change within a dialogue, and is not looked at.
inline constexpr UssdProfile no_session{.name = "no_session", .session_key = UssdSessionKey::none};
// F
inline constexpr UssdProfile data_sm{.name = "data_sm",
                                     .session_key = UssdSessionKey::its_session_16_bits,
                                     .data_sm = true,
                                     .more_ops = kHangUps};
// G: SMPP+. As B, and its gateway refuses operations in data_sm.
inline constexpr UssdProfile smpp_plus{.name = "smpp_plus",
                                       .session_key = UssdSessionKey::user_message_reference};

inline constexpr std::array all{
    spec_like, user_message_reference, session_15_bits, end_bit_only, vendor_session_id, no_session, data_sm,
    smpp_plus};
}  // namespace ussd_profiles

// nullptr: no row has this name.
const UssdProfile* find_ussd_profile(std::string_view name);

struct UssdStep {
  UssdEvent event = UssdEvent::begin;
  std::string session;        // raw octets, as the profile cuts them; empty when it has none
  std::uint8_t sequence = 0;  // its_session_info's, to be answered with
  std::optional<std::uint8_t> service_op;
  bool one_shot = false;  // a begin of phase 1: it can be answered once, and nothing can be asked
  std::string_view text;  // octets of the PDU: what was dialled or typed
  // The service code: destination_addr, or what was dialled when that is empty.
  std::string_view code;
};

// Whether a message belongs to USSD at all: it has the TLV, or its service_type says so.
bool is_ussd(const DeliverSm& pdu);
bool is_ussd(const DataSm& pdu);

// Empty when it does not, or its operation is none that a gateway sends. Views point into `pdu`.
std::optional<UssdStep> read_ussd(const DeliverSm& pdu, const UssdProfile& profile);
std::optional<UssdStep> read_ussd(const DataSm& pdu, const UssdProfile& profile);

enum class UssdReply : std::uint8_t {
  continue_dialogue,  // show this and wait for input
  end_dialogue,       // show this and close
  end_one_shot,       // the same, to a UssdStep that was one
};

// Sets service_type, ussd_service_op and the session's TLV. `session` and `sequence` are the UssdStep's. The
// sequence is sent back as it came, because the answer belongs to that step.
void write_ussd(SubmitSm& pdu, const UssdProfile& profile, std::string_view session, std::uint8_t sequence,
                UssdReply reply);
void write_ussd(DataSm& pdu, const UssdProfile& profile, std::string_view session, std::uint8_t sequence,
                UssdReply reply);

std::string_view words(UssdEvent event);

}  // namespace peyk::smpp
