#include "smpp/ussd.hpp"

#include <array>

#include "smpp/parts.hpp"

namespace peyk::smpp {
namespace {

constexpr std::string_view kServiceType = "USSD";

bool is_dialled(std::string_view text) {
  return text.starts_with('*') || text.starts_with('#');
}

// What a gateway's operation means. Without one, what was typed tells: nobody answers a menu with a service
// code.
std::optional<UssdEvent> event_of(std::optional<std::uint8_t> service_op, std::string_view text) {
  if (!service_op) return is_dialled(text) ? UssdEvent::begin : UssdEvent::input;
  switch (static_cast<UssdServiceOp>(*service_op)) {
    case UssdServiceOp::pssd_indication:
    case UssdServiceOp::pssr_indication:
      return UssdEvent::begin;
    case UssdServiceOp::ussr_confirm:
      return UssdEvent::input;
    case UssdServiceOp::ussn_confirm:
      return UssdEvent::notify_ack;
    case UssdServiceOp::ussr_confirm_last:
    case UssdServiceOp::pssr_response:  // one vendor closes towards the application with the application's
                                        // own word
      return UssdEvent::end;
    case UssdServiceOp::ussrel_indication:
      return UssdEvent::abort;
    default:
      return std::nullopt;
  }
}

std::string session_of(const Tlvs& tlvs, const UssdProfile& profile) {
  const auto octets = [&](std::uint16_t tag) { return std::string(get_octets(tlvs, tag).value_or("")); };
  switch (profile.session_key) {
    case UssdSessionKey::its_session_number:
      return octets(tag::its_session_info).substr(0, 1);
    case UssdSessionKey::its_session_15_bits: {
      std::string session = octets(tag::its_session_info);
      if (session.size() == 2) session[1] = static_cast<char>(session[1] & 0xFE);
      return session;
    }
    case UssdSessionKey::user_message_reference:
      return octets(tag::user_message_reference);
    case UssdSessionKey::vendor_tlv:
      return octets(profile.vendor_tag);
    case UssdSessionKey::none:
      break;
  }
  return {};
}

void write_session(Tlvs& tlvs, const UssdProfile& profile, std::string_view session, std::uint8_t sequence,
                   bool end) {
  if (session.empty()) return;
  switch (profile.session_key) {
    case UssdSessionKey::its_session_number:
      write_its_session_info(tlvs, {static_cast<std::uint8_t>(session[0]), sequence, end});
      return;
    case UssdSessionKey::its_session_15_bits: {
      std::string value(session);
      if (value.size() == 2 && end) value[1] = static_cast<char>(value[1] | 1);
      set_octets(tlvs, tag::its_session_info, value);
      return;
    }
    case UssdSessionKey::user_message_reference:
      set_octets(tlvs, tag::user_message_reference, session);
      return;
    case UssdSessionKey::vendor_tlv:
      set_octets(tlvs, profile.vendor_tag, session);
      return;
    case UssdSessionKey::none:
      return;
  }
}

}  // namespace

std::optional<ItsSessionInfo> read_its_session_info(const Tlvs& tlvs) {
  const auto value = get_u16(tlvs, tag::its_session_info);
  if (!value) return std::nullopt;
  return ItsSessionInfo{static_cast<std::uint8_t>(*value >> 8), static_cast<std::uint8_t>(*value >> 1 & 0x7F),
                        (*value & 1) != 0};
}

void write_its_session_info(Tlvs& tlvs, const ItsSessionInfo& info) {
  const unsigned value =
      unsigned{info.session_number} << 8 | (info.sequence & 0x7Fu) << 1 | (info.end ? 1u : 0u);
  set_u16(tlvs, tag::its_session_info, static_cast<std::uint16_t>(value));
}

bool is_ussd(const DeliverSm& pdu) {
  return pdu.service_type == kServiceType || find_tlv(pdu.tlvs, tag::ussd_service_op) != nullptr;
}

std::optional<UssdStep> read_ussd(const DeliverSm& pdu, const UssdProfile& profile) {
  if (!is_ussd(pdu)) return std::nullopt;
  UssdStep step;
  step.service_op = get_u8(pdu.tlvs, tag::ussd_service_op);
  step.text = message_octets(pdu);
  const auto event = event_of(step.service_op, step.text);
  if (!event) return std::nullopt;
  step.event = *event;
  step.session = session_of(pdu.tlvs, profile);
  const auto info = read_its_session_info(pdu.tlvs);
  if (info) step.sequence = info->sequence;
  // A dialogue that is closed while it waits for input was given up, whatever the operation says.
  if (profile.end_bit && info && info->end && step.event == UssdEvent::input) step.event = UssdEvent::abort;
  step.code = !pdu.destination_addr.empty() ? std::string_view(pdu.destination_addr)
              : is_dialled(step.text)       ? step.text
                                            : std::string_view{};
  return step;
}

void write_ussd(SubmitSm& pdu, const UssdProfile& profile, std::string_view session, std::uint8_t sequence,
                UssdReply reply) {
  const bool end = reply == UssdReply::end_dialogue;
  pdu.service_type = kServiceType;
  const UssdServiceOp op = end ? profile.end_op : UssdServiceOp::ussr_request;
  set_u8(pdu.tlvs, tag::ussd_service_op, static_cast<std::uint8_t>(op));
  write_session(pdu.tlvs, profile, session, sequence, end && profile.end_bit);
}

std::string_view words(UssdEvent event) {
  constexpr std::array<std::string_view, 5> kWords{"begin", "input", "end", "abort", "notify_ack"};
  return kWords[static_cast<std::size_t>(event)];
}

}  // namespace peyk::smpp
