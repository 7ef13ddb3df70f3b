#include "smpp/tlv.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace peyk::smpp {
namespace {

constexpr std::uint16_t kAny = 0xFFFF;

// SMPP 3.4, table 5-7; SMPP 5.0, table 4-85. Sorted by tag.
constexpr std::array kRules{
    TlvRule{tag::dest_addr_subunit, "dest_addr_subunit", 1, 1, true},
    TlvRule{tag::dest_network_type, "dest_network_type", 1, 1, true},
    TlvRule{tag::dest_bearer_type, "dest_bearer_type", 1, 1, true},
    TlvRule{tag::dest_telematics_id, "dest_telematics_id", 2, 2, true},
    TlvRule{tag::source_addr_subunit, "source_addr_subunit", 1, 1, true},
    TlvRule{tag::source_network_type, "source_network_type", 1, 1, true},
    TlvRule{tag::source_bearer_type, "source_bearer_type", 1, 1, true},
    TlvRule{tag::source_telematics_id, "source_telematics_id", 1, 2, true},  // 2 at some peers
    TlvRule{tag::qos_time_to_live, "qos_time_to_live", 4, 4, true},
    TlvRule{tag::payload_type, "payload_type", 1, 1, true},
    TlvRule{tag::additional_status_info_text, "additional_status_info_text", 0, 256, false},
    TlvRule{tag::receipted_message_id, "receipted_message_id", 1, 65, false},
    TlvRule{tag::ms_msg_wait_facilities, "ms_msg_wait_facilities", 1, 1, true},
    TlvRule{tag::privacy_indicator, "privacy_indicator", 1, 1, true},
    TlvRule{tag::source_subaddress, "source_subaddress", 2, 23, true},
    TlvRule{tag::dest_subaddress, "dest_subaddress", 2, 23, true},
    TlvRule{tag::user_message_reference, "user_message_reference", 2, 2, true},
    TlvRule{tag::user_response_code, "user_response_code", 1, 1, true},
    TlvRule{tag::source_port, "source_port", 2, 2, true},
    TlvRule{tag::destination_port, "destination_port", 2, 2, true},
    TlvRule{tag::sar_msg_ref_num, "sar_msg_ref_num", 2, 2, true},
    TlvRule{tag::language_indicator, "language_indicator", 1, 1, true},
    TlvRule{tag::sar_total_segments, "sar_total_segments", 1, 1, true},
    TlvRule{tag::sar_segment_seqnum, "sar_segment_seqnum", 1, 1, true},
    TlvRule{tag::sc_interface_version, "sc_interface_version", 1, 1, true},
    TlvRule{tag::callback_num_pres_ind, "callback_num_pres_ind", 1, 1, true},
    TlvRule{tag::callback_num_atag, "callback_num_atag", 0, 65, true},
    TlvRule{tag::number_of_messages, "number_of_messages", 1, 1, true},
    TlvRule{tag::callback_num, "callback_num", 4, 19, true},
    TlvRule{tag::dpf_result, "dpf_result", 1, 1, true},
    TlvRule{tag::set_dpf, "set_dpf", 1, 1, true},
    TlvRule{tag::ms_availability_status, "ms_availability_status", 1, 1, true},
    TlvRule{tag::network_error_code, "network_error_code", 3, 3, false},
    TlvRule{tag::message_payload, "message_payload", 0, kAny, true},
    TlvRule{tag::delivery_failure_reason, "delivery_failure_reason", 1, 1, true},
    TlvRule{tag::more_messages_to_send, "more_messages_to_send", 1, 1, true},
    TlvRule{tag::message_state, "message_state", 1, 1, true},
    TlvRule{tag::congestion_state, "congestion_state", 1, 1, true},
    TlvRule{tag::ussd_service_op, "ussd_service_op", 1, 1, true},
    TlvRule{tag::broadcast_channel_indicator, "broadcast_channel_indicator", 1, 1, true},
    TlvRule{tag::broadcast_content_type, "broadcast_content_type", 3, 3, true},
    TlvRule{tag::broadcast_content_type_info, "broadcast_content_type_info", 0, 255, true},
    TlvRule{tag::broadcast_message_class, "broadcast_message_class", 1, 1, true},
    TlvRule{tag::broadcast_rep_num, "broadcast_rep_num", 2, 2, true},
    TlvRule{tag::broadcast_frequency_interval, "broadcast_frequency_interval", 3, 3, true},
    TlvRule{tag::broadcast_area_identifier, "broadcast_area_identifier", 0, kAny, true},
    TlvRule{tag::broadcast_error_status, "broadcast_error_status", 4, 4, true},
    TlvRule{tag::broadcast_area_success, "broadcast_area_success", 1, 1, true},
    TlvRule{tag::broadcast_end_time, "broadcast_end_time", 16, 17, true},  // with or without NUL
    TlvRule{tag::broadcast_service_group, "broadcast_service_group", 0, 255, true},
    TlvRule{tag::billing_identification, "billing_identification", 0, 1024, true},
    TlvRule{tag::source_network_id, "source_network_id", 0, 65, true},
    TlvRule{tag::dest_network_id, "dest_network_id", 0, 65, true},
    TlvRule{tag::source_node_id, "source_node_id", 6, 6, true},
    TlvRule{tag::dest_node_id, "dest_node_id", 6, 6, true},
    TlvRule{tag::dest_addr_np_resolution, "dest_addr_np_resolution", 1, 1, true},
    TlvRule{tag::dest_addr_np_information, "dest_addr_np_information", 10, 10, true},
    TlvRule{tag::dest_addr_np_country, "dest_addr_np_country", 4, 5, true},  // 4 at some peers
    TlvRule{tag::display_time, "display_time", 1, 1, true},
    TlvRule{tag::sms_signal, "sms_signal", 2, 2, true},
    TlvRule{tag::ms_validity, "ms_validity", 1, 4, true},  // 5.0: 4, a relative form
    TlvRule{tag::alert_on_message_delivery, "alert_on_message_delivery", 0, 1, true},  // 3.4: 0, 5.0: 1
    TlvRule{tag::its_reply_type, "its_reply_type", 1, 1, true},
    TlvRule{tag::its_session_info, "its_session_info", 2, 2, true},
};

constexpr bool by_tag(const TlvRule& a, const TlvRule& b) {
  return a.tag < b.tag;
}
static_assert(std::is_sorted(kRules.begin(), kRules.end(), by_tag));

Tlv* find_mutable(Tlvs& tlvs, std::uint16_t tag) {
  const auto found =
      std::find_if(tlvs.rbegin(), tlvs.rend(), [tag](const Tlv& tlv) { return tlv.tag == tag; });
  return found == tlvs.rend() ? nullptr : &*found;
}

std::optional<std::uint32_t> get_number(const Tlvs& tlvs, std::uint16_t tag, std::size_t octets) {
  const Tlv* tlv = find_tlv(tlvs, tag);
  if (tlv == nullptr || tlv->value.size() != octets) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : tlv->value) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

void set_number(Tlvs& tlvs, std::uint16_t tag, std::size_t octets, std::uint32_t value) {
  std::string text(octets, '\0');
  for (std::size_t i = octets; i-- > 0; value >>= 8) {
    text[i] = static_cast<char>(static_cast<unsigned char>(value & 0xFF));
  }
  set_octets(tlvs, tag, text);
}

}  // namespace

const TlvRule* find_tlv_rule(std::uint16_t tag) {
  const auto found =
      std::lower_bound(kRules.begin(), kRules.end(), tag,
                       [](const TlvRule& rule, std::uint16_t wanted) { return rule.tag < wanted; });
  return found != kRules.end() && found->tag == tag ? &*found : nullptr;
}

std::string tlv_name(std::uint16_t tag) {
  if (const TlvRule* rule = find_tlv_rule(tag)) return std::string(rule->name);
  std::array<char, 7> text{};
  std::snprintf(text.data(), text.size(), "0x%04X", static_cast<unsigned>(tag));
  return text.data();
}

const Tlv* find_tlv(const Tlvs& tlvs, std::uint16_t tag) {
  const auto found =
      std::find_if(tlvs.rbegin(), tlvs.rend(), [tag](const Tlv& tlv) { return tlv.tag == tag; });
  return found == tlvs.rend() ? nullptr : &*found;
}

std::optional<std::uint8_t> get_u8(const Tlvs& tlvs, std::uint16_t tag) {
  const auto value = get_number(tlvs, tag, 1);
  if (!value) return std::nullopt;
  return static_cast<std::uint8_t>(*value);
}

std::optional<std::uint16_t> get_u16(const Tlvs& tlvs, std::uint16_t tag) {
  const auto value = get_number(tlvs, tag, 2);
  if (!value) return std::nullopt;
  return static_cast<std::uint16_t>(*value);
}

std::optional<std::uint32_t> get_u32(const Tlvs& tlvs, std::uint16_t tag) {
  return get_number(tlvs, tag, 4);
}

std::optional<std::string_view> get_octets(const Tlvs& tlvs, std::uint16_t tag) {
  const Tlv* tlv = find_tlv(tlvs, tag);
  if (tlv == nullptr) return std::nullopt;
  return std::string_view(tlv->value);
}

std::optional<std::string_view> get_c_string(const Tlvs& tlvs, std::uint16_t tag) {
  const auto octets = get_octets(tlvs, tag);
  if (!octets) return std::nullopt;
  return octets->substr(0, octets->find('\0'));
}

void set_u8(Tlvs& tlvs, std::uint16_t tag, std::uint8_t value) {
  set_number(tlvs, tag, 1, value);
}
void set_u16(Tlvs& tlvs, std::uint16_t tag, std::uint16_t value) {
  set_number(tlvs, tag, 2, value);
}
void set_u32(Tlvs& tlvs, std::uint16_t tag, std::uint32_t value) {
  set_number(tlvs, tag, 4, value);
}

void set_octets(Tlvs& tlvs, std::uint16_t tag, std::string_view value) {
  if (Tlv* tlv = find_mutable(tlvs, tag)) {
    tlv->value.assign(value);
  } else {
    tlvs.push_back(Tlv{tag, std::string(value)});
  }
}

void set_c_string(Tlvs& tlvs, std::uint16_t tag, std::string_view value) {
  set_octets(tlvs, tag, std::string(value) + '\0');
}

void erase_tlv(Tlvs& tlvs, std::uint16_t tag) {
  std::erase_if(tlvs, [tag](const Tlv& tlv) { return tlv.tag == tag; });
}

}  // namespace peyk::smpp
