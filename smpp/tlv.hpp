// Optional parameters (SMPP 3.4, 5.3; SMPP 5.0, 4.8): tags, length rules, typed reading and writing.
//
// A list of TLVs stays in wire order and keeps what we do not know. When a tag stands twice, reading takes
// the last one, as other implementations do. A new tag: a constant here and a row in tlv.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace peyk::smpp {

struct Tlv {
  std::uint16_t tag = 0;
  std::string value{};
  bool operator==(const Tlv&) const = default;
};
using Tlvs = std::vector<Tlv>;

namespace tag {
inline constexpr std::uint16_t dest_addr_subunit = 0x0005, dest_network_type = 0x0006,
                               dest_bearer_type = 0x0007, dest_telematics_id = 0x0008,
                               source_addr_subunit = 0x000D, source_network_type = 0x000E,
                               source_bearer_type = 0x000F, source_telematics_id = 0x0010,
                               qos_time_to_live = 0x0017, payload_type = 0x0019,
                               additional_status_info_text = 0x001D, receipted_message_id = 0x001E,
                               ms_msg_wait_facilities = 0x0030, privacy_indicator = 0x0201,
                               source_subaddress = 0x0202, dest_subaddress = 0x0203,
                               user_message_reference = 0x0204, user_response_code = 0x0205,
                               source_port = 0x020A, destination_port = 0x020B, sar_msg_ref_num = 0x020C,
                               language_indicator = 0x020D, sar_total_segments = 0x020E,
                               sar_segment_seqnum = 0x020F, sc_interface_version = 0x0210,
                               callback_num_pres_ind = 0x0302, callback_num_atag = 0x0303,
                               number_of_messages = 0x0304, callback_num = 0x0381, dpf_result = 0x0420,
                               set_dpf = 0x0421, ms_availability_status = 0x0422, network_error_code = 0x0423,
                               message_payload = 0x0424, delivery_failure_reason = 0x0425,
                               more_messages_to_send = 0x0426, message_state = 0x0427,
                               congestion_state = 0x0428, ussd_service_op = 0x0501,
                               broadcast_channel_indicator = 0x0600, broadcast_content_type = 0x0601,
                               broadcast_content_type_info = 0x0602, broadcast_message_class = 0x0603,
                               broadcast_rep_num = 0x0604, broadcast_frequency_interval = 0x0605,
                               broadcast_area_identifier = 0x0606, broadcast_error_status = 0x0607,
                               broadcast_area_success = 0x0608, broadcast_end_time = 0x0609,
                               broadcast_service_group = 0x060A, billing_identification = 0x060B,
                               source_network_id = 0x060D, dest_network_id = 0x060E, source_node_id = 0x060F,
                               dest_node_id = 0x0610, dest_addr_np_resolution = 0x0611,
                               dest_addr_np_information = 0x0612, dest_addr_np_country = 0x0613,
                               display_time = 0x1201, sms_signal = 0x1203, ms_validity = 0x1204,
                               alert_on_message_delivery = 0x130C, its_reply_type = 0x1380,
                               its_session_info = 0x1383;
}  // namespace tag

struct TlvRule {
  std::uint16_t tag;
  std::string_view name;
  std::uint16_t octets_min, octets_max;
  // A wrong length in a request is answered with ESME_RINVTLVLEN. Where it is not strict, and in every
  // deliver_sm and data_sm, the TLV is kept and its reader looks away: a carrier that gets it wrong would
  // redeliver for hours what we can understand without.
  bool strict;
};

// Null for a tag that the standard does not know (vendor and reserved ranges).
const TlvRule* find_tlv_rule(std::uint16_t tag);

// "its_session_info", or "0x1501".
std::string tlv_name(std::uint16_t tag);

const Tlv* find_tlv(const Tlvs& tlvs, std::uint16_t tag);

// Empty when the tag is missing or its value has another length than the type.
std::optional<std::uint8_t> get_u8(const Tlvs& tlvs, std::uint16_t tag);
std::optional<std::uint16_t> get_u16(const Tlvs& tlvs, std::uint16_t tag);
std::optional<std::uint32_t> get_u32(const Tlvs& tlvs, std::uint16_t tag);
std::optional<std::string_view> get_octets(const Tlvs& tlvs, std::uint16_t tag);
// Up to the first NUL; peers forget it, so its absence is no error.
std::optional<std::string_view> get_c_string(const Tlvs& tlvs, std::uint16_t tag);

// Replace the (last) value of the tag, or append it.
void set_u8(Tlvs& tlvs, std::uint16_t tag, std::uint8_t value);
void set_u16(Tlvs& tlvs, std::uint16_t tag, std::uint16_t value);
void set_u32(Tlvs& tlvs, std::uint16_t tag, std::uint32_t value);
void set_octets(Tlvs& tlvs, std::uint16_t tag, std::string_view value);
void set_c_string(Tlvs& tlvs, std::uint16_t tag, std::string_view value);  // adds the NUL
void erase_tlv(Tlvs& tlvs, std::uint16_t tag);

}  // namespace peyk::smpp
