#include "smpp/ussd.hpp"

#include <array>

#include "smpp/parts.hpp"

namespace peyk::smpp {
namespace {

constexpr std::string_view kServiceType = "USSD";

bool is_dialled(std::string_view text) {
  return text.starts_with('*') || text.starts_with('#');
}

// What a gateway's operation means, of whichever profile.
constexpr std::array<UssdOpMeaning, 7> kGatewayOps{{
    {UssdServiceOp::pssd_indication, UssdEvent::begin},
    {UssdServiceOp::pssr_indication, UssdEvent::begin},
    {UssdServiceOp::ussr_confirm, UssdEvent::input},
    {UssdServiceOp::ussn_confirm, UssdEvent::notify_ack},
    {UssdServiceOp::ussr_confirm_last, UssdEvent::end},
    {UssdServiceOp::pssr_response, UssdEvent::end},  // one vendor closes with the application's own word
    {UssdServiceOp::ussrel_indication, UssdEvent::abort},
}};

std::optional<UssdEvent> meaning(std::span<const UssdOpMeaning> rows, UssdServiceOp op) {
  for (const UssdOpMeaning& row : rows) {
    if (row.op == op) return row.event;
  }
  return std::nullopt;
}

// Without an operation, what was typed tells: nobody answers a menu with a service code.
std::optional<UssdEvent> event_of(std::optional<std::uint8_t> service_op, std::string_view text,
                                  const UssdProfile& profile) {
  if (!service_op) return is_dialled(text) ? UssdEvent::begin : UssdEvent::input;
  auto op = static_cast<UssdServiceOp>(*service_op);
  if (profile.end_op_0x17 && op == UssdServiceOp::end_by_mistake) op = UssdServiceOp::pssr_response;
  const auto of_profile = meaning(profile.more_ops, op);
  return of_profile ? of_profile : meaning(kGatewayOps, op);
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
    case UssdSessionKey::its_session_16_bits:
      return octets(tag::its_session_info);
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
    case UssdSessionKey::its_session_16_bits:
      set_octets(tlvs, tag::its_session_info, session);
      return;
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

template <typename Message>
bool is_ussd_message(const Message& pdu) {
  return pdu.service_type == kServiceType || find_tlv(pdu.tlvs, tag::ussd_service_op) != nullptr;
}

template <typename Message>
std::optional<UssdStep> read_step(const Message& pdu, const UssdProfile& profile) {
  if (!is_ussd_message(pdu)) return std::nullopt;
  UssdStep step;
  step.service_op = get_u8(pdu.tlvs, tag::ussd_service_op);
  step.text = message_octets(pdu);
  const auto event = event_of(step.service_op, step.text, profile);
  if (!event) return std::nullopt;
  step.event = *event;
  step.one_shot = step.service_op == static_cast<std::uint8_t>(UssdServiceOp::pssd_indication);
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

UssdServiceOp op_of(UssdReply reply, const UssdProfile& profile) {
  switch (reply) {
    case UssdReply::continue_dialogue:
      return UssdServiceOp::ussr_request;
    case UssdReply::end_dialogue:
      return profile.end_op;
    case UssdReply::end_one_shot:
      break;
  }
  return UssdServiceOp::pssd_response;
}

template <typename Message>
void write_reply(Message& pdu, const UssdProfile& profile, std::string_view session, std::uint8_t sequence,
                 UssdReply reply) {
  pdu.service_type = kServiceType;
  set_u8(pdu.tlvs, tag::ussd_service_op, static_cast<std::uint8_t>(op_of(reply, profile)));
  const bool end = reply != UssdReply::continue_dialogue;
  write_session(pdu.tlvs, profile, session, sequence, end && profile.end_bit);
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

const UssdProfile* find_ussd_profile(std::string_view name) {
  for (const UssdProfile& profile : ussd_profiles::all) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

bool is_ussd(const DeliverSm& pdu) {
  return is_ussd_message(pdu);
}
bool is_ussd(const DataSm& pdu) {
  return is_ussd_message(pdu);
}

std::optional<UssdStep> read_ussd(const DeliverSm& pdu, const UssdProfile& profile) {
  return read_step(pdu, profile);
}
std::optional<UssdStep> read_ussd(const DataSm& pdu, const UssdProfile& profile) {
  return read_step(pdu, profile);
}

void write_ussd(SubmitSm& pdu, const UssdProfile& profile, std::string_view session, std::uint8_t sequence,
                UssdReply reply) {
  write_reply(pdu, profile, session, sequence, reply);
}
void write_ussd(DataSm& pdu, const UssdProfile& profile, std::string_view session, std::uint8_t sequence,
                UssdReply reply) {
  write_reply(pdu, profile, session, sequence, reply);
}

std::string_view words(UssdEvent event) {
  constexpr std::array<std::string_view, 5> kWords{"begin", "input", "end", "abort", "notify_ack"};
  return kWords[static_cast<std::size_t>(event)];
}

}  // namespace peyk::smpp
