#include "sim/ussd_network.hpp"

#include <optional>

#include "smpp/address.hpp"
#include "smpp/parts.hpp"
#include "smpp/status.hpp"
#include "templates/alphabet.hpp"

namespace peyk::sim {
namespace {

using smpp::UssdServiceOp;
using smpp::UssdSessionKey;

// One USSD string is 160 octets (3GPP TS 23.038, 5); SMPP carries septets unpacked.
constexpr std::size_t kScreenSeptetsMax = 182, kScreenUcs2OctetsMax = 160;

// data_coding of a USSD string by SMPP's table or the cell broadcast scheme (3GPP TS 23.038, 5).
bool is_ucs2(std::uint8_t data_coding) {
  return data_coding == 0x08 || data_coding == 0x11 || data_coding == 0x18 || data_coding == 0x48 ||
         data_coding == 0x58;
}

std::string octets_of(std::uint32_t value, int count) {
  std::string octets;
  for (int at = count - 1; at >= 0; --at) octets.push_back(static_cast<char>(value >> (8 * at) & 0xFF));
  return octets;
}

std::uint16_t session_tag(const smpp::UssdProfile& profile) {
  switch (profile.session_key) {
    case UssdSessionKey::its_session_number:
    case UssdSessionKey::its_session_15_bits:
    case UssdSessionKey::its_session_16_bits:
      return smpp::tag::its_session_info;
    case UssdSessionKey::user_message_reference:
      return smpp::tag::user_message_reference;
    case UssdSessionKey::vendor_tlv:
      return profile.vendor_tag;
    case UssdSessionKey::none:
      break;
  }
  return 0;
}

// The value of the session's TLV in a step; its_session_info also says where the dialog is, and its end.
std::string wire_session(const NetworkStep& step, const smpp::UssdProfile& profile) {
  std::string octets = session_octets(step, profile);
  const bool end = profile.end_bit && step.kind == NetworkStep::Kind::abort;
  if (profile.session_key == UssdSessionKey::its_session_number)
    octets.push_back(static_cast<char>(step.sequence << 1));
  if (end) octets.back() = static_cast<char>(octets.back() | 1);
  return octets;
}

UssdServiceOp op_of(NetworkStep::Kind kind, const smpp::UssdProfile& profile) {
  if (kind == NetworkStep::Kind::begin) return UssdServiceOp::pssr_indication;
  if (kind == NetworkStep::Kind::input) return UssdServiceOp::ussr_confirm;
  if (profile.name == smpp::ussd_profiles::spec_like.name)
    return UssdServiceOp::ussr_confirm;  // the bit says it
  if (profile.name == smpp::ussd_profiles::end_bit_only.name)
    return profile.end_op_0x17 ? UssdServiceOp::end_by_mistake : UssdServiceOp::pssr_response;
  if (profile.name == smpp::ussd_profiles::data_sm.name) return UssdServiceOp::failure;
  return UssdServiceOp::ussrel_indication;
}

template <class Message>
Message step_in(const NetworkStep& step, const smpp::UssdProfile& profile) {
  Message pdu;
  pdu.service_type = "USSD";
  pdu.source_addr_ton = static_cast<std::uint8_t>(smpp::Ton::international);
  pdu.source_addr_npi = static_cast<std::uint8_t>(smpp::Npi::isdn);
  pdu.source_addr = step.phone;
  pdu.dest_addr_npi = static_cast<std::uint8_t>(smpp::Npi::isdn);
  // This gateway leaves the destination empty: the code stands in what was dialled.
  const bool code_in_text = profile.name == smpp::ussd_profiles::user_message_reference.name;
  if (!code_in_text) pdu.destination_addr = step.service_code;
  pdu.data_coding = templates::data_coding(templates::choose(step.text));
  smpp::set_u8(pdu.tlvs, smpp::tag::ussd_service_op, static_cast<std::uint8_t>(op_of(step.kind, profile)));
  if (const std::uint16_t tag = session_tag(profile); tag != 0)
    smpp::set_octets(pdu.tlvs, tag, wire_session(step, profile));
  return pdu;
}

enum class Said : std::uint8_t { menu, last, nothing_of_a_dialog };

// What an operation of the application's says in a dialog that a subscriber began.
Said said_by(UssdServiceOp op, const smpp::UssdProfile& profile) {
  switch (op) {
    case UssdServiceOp::ussr_request:
      return Said::menu;
    case UssdServiceOp::pssd_response:
    case UssdServiceOp::pssr_response:
      return Said::last;
    case UssdServiceOp::end_by_mistake:
      return profile.end_op_0x17 ? Said::last : Said::nothing_of_a_dialog;
    case UssdServiceOp::ussrel_request:
      return profile.name == smpp::ussd_profiles::smpp_plus.name ? Said::last : Said::nothing_of_a_dialog;
    case UssdServiceOp::application_hang_up:
      return profile.name == smpp::ussd_profiles::data_sm.name ? Said::last : Said::nothing_of_a_dialog;
    default:
      return Said::nothing_of_a_dialog;
  }
}

// Whether the dialog stays open; nothing: the end is not said as this network wants it.
std::optional<bool> stays_open(Said said, bool end_bit, const smpp::UssdProfile& profile) {
  if (!profile.end_bit) return said == Said::menu;
  if (profile.end_op == UssdServiceOp::ussr_request)  // the bit alone
    return said == Said::menu ? std::optional(!end_bit) : std::nullopt;
  if (profile.session_key == UssdSessionKey::its_session_15_bits)  // both
    return (said == Said::menu) == !end_bit ? std::optional(!end_bit) : std::nullopt;
  return said == Said::menu && !end_bit;  // either
}

template <class Message>
NetworkAnswer read_message(const Message& pdu, const smpp::UssdProfile& profile) {
  NetworkAnswer answer;
  const auto refuse = [&answer](std::uint32_t status) {
    answer.status = status;
    return answer;
  };
  const auto op = smpp::get_u8(pdu.tlvs, smpp::tag::ussd_service_op);
  if (!op) return refuse(smpp::ESME_RMISSINGTLV);
  bool end_bit = false;
  if (const std::uint16_t tag = session_tag(profile); tag != 0) {
    const auto value = smpp::get_octets(pdu.tlvs, tag);
    if (!value) return refuse(smpp::ESME_RMISSINGTLV);
    answer.session = *value;
    end_bit = profile.end_bit && !value->empty() && (value->back() & 1) != 0;
    if (end_bit) answer.session.back() = static_cast<char>(answer.session.back() & 0xFE);
    if (profile.session_key == UssdSessionKey::its_session_number) answer.session.resize(1);
  }
  const Said said = said_by(static_cast<UssdServiceOp>(*op), profile);
  const auto open = said == Said::nothing_of_a_dialog ? std::nullopt : stays_open(said, end_bit, profile);
  if (!open) return refuse(smpp::ESME_RINVTLVVAL);
  const std::string_view octets = smpp::message_octets(pdu);
  if (octets.size() > (is_ucs2(pdu.data_coding) ? kScreenUcs2OctetsMax : kScreenSeptetsMax))
    return refuse(smpp::ESME_RINVMSGLEN);
  answer.open = *open;
  answer.text = templates::decode_ussd(octets, pdu.data_coding);
  return answer;
}

template <class Message>
bool is_ussd_message(const Message& message) {
  return message.service_type == "USSD" ||
         smpp::find_tlv(message.tlvs, smpp::tag::ussd_service_op) != nullptr;
}

}  // namespace

std::string session_octets(const NetworkStep& step, const smpp::UssdProfile& profile) {
  switch (profile.session_key) {
    case UssdSessionKey::its_session_number:
      return octets_of(step.session, 1);
    case UssdSessionKey::its_session_15_bits:
      return octets_of(step.session << 1, 2);
    case UssdSessionKey::its_session_16_bits:
    case UssdSessionKey::user_message_reference:
      return octets_of(step.session, 2);
    case UssdSessionKey::vendor_tlv:
      return octets_of(step.session, 4);
    case UssdSessionKey::none:
      break;
  }
  return {};
}

smpp::Body make_step(const NetworkStep& step, const smpp::UssdProfile& profile) {
  const std::string octets = templates::encode(step.text, templates::choose(step.text));
  if (profile.data_sm) {
    auto pdu = step_in<smpp::DataSm>(step, profile);
    smpp::set_octets(pdu.tlvs, smpp::tag::message_payload, octets);
    return pdu;
  }
  auto pdu = step_in<smpp::DeliverSm>(step, profile);
  pdu.short_message = octets;
  return pdu;
}

bool is_ussd(const smpp::Body& body) {
  if (const auto* submit_sm = std::get_if<smpp::SubmitSm>(&body)) return is_ussd_message(*submit_sm);
  const auto* data_sm = std::get_if<smpp::DataSm>(&body);
  return data_sm != nullptr && is_ussd_message(*data_sm);
}

NetworkAnswer read_answer(const smpp::Body& body, const smpp::UssdProfile& profile) {
  const auto* submit_sm = std::get_if<smpp::SubmitSm>(&body);
  const auto* data_sm = std::get_if<smpp::DataSm>(&body);
  if (submit_sm != nullptr && !profile.data_sm) return read_message(*submit_sm, profile);
  if (data_sm != nullptr && profile.data_sm) return read_message(*data_sm, profile);
  NetworkAnswer refused;
  refused.status = smpp::ESME_RINVCMDID;
  return refused;
}

std::string service_code_of(std::string_view dialled) {
  if (dialled.size() < 3 || dialled.front() != '*' || dialled.back() != '#') return {};
  const std::string_view rest = dialled.substr(1);
  const std::string_view code = rest.substr(0, rest.find_first_of("*#"));
  return smpp::is_digits(code) ? std::string(code) : std::string();
}

}  // namespace peyk::sim
