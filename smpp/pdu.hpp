// The protocol data units of SMPP 3.4 (section 4) and the broadcast ones of 5.0, as plain structs.
//
//   bytes -> Framer (framer.hpp) -> one frame -> decode -> Pdu -> check (check.hpp) -> Session
//   Pdu -> encode -> bytes
//
// What must stay true: encode(decode(frame)) gives the same octets for every well-formed frame; a broken body
// is a DecodeError that names the status to answer, never an exception; TLVs keep their order, unknown ones
// included.
//
// A new PDU: its id in CommandId, its struct and its place in Body here, its layout in layout.hpp, a row in
// codec.cpp, its permission in permissions.hpp.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "smpp/status.hpp"
#include "smpp/tlv.hpp"

namespace peyk::smpp {

inline constexpr std::size_t kHeaderOctets = 16;
// A message_payload may have 64 KiB (SMPP 3.4, 5.3.2.32); nothing legal is larger than this.
inline constexpr std::size_t kFrameOctetsMax = 70000;
inline constexpr std::uint32_t kResponseBit = 0x80000000;

// SMPP 3.4, 5.1.2.1; SMPP 5.0, 4.7.5.
enum class CommandId : std::uint32_t {
  bind_receiver = 0x00000001,
  bind_transmitter = 0x00000002,
  query_sm = 0x00000003,
  submit_sm = 0x00000004,
  deliver_sm = 0x00000005,
  unbind = 0x00000006,
  replace_sm = 0x00000007,
  cancel_sm = 0x00000008,
  bind_transceiver = 0x00000009,
  outbind = 0x0000000B,
  enquire_link = 0x00000015,
  submit_multi = 0x00000021,
  alert_notification = 0x00000102,
  data_sm = 0x00000103,
  broadcast_sm = 0x00000111,
  query_broadcast_sm = 0x00000112,
  cancel_broadcast_sm = 0x00000113,
  generic_nack = 0x80000000,
  bind_receiver_resp = 0x80000001,
  bind_transmitter_resp = 0x80000002,
  query_sm_resp = 0x80000003,
  submit_sm_resp = 0x80000004,
  deliver_sm_resp = 0x80000005,
  unbind_resp = 0x80000006,
  replace_sm_resp = 0x80000007,
  cancel_sm_resp = 0x80000008,
  bind_transceiver_resp = 0x80000009,
  enquire_link_resp = 0x80000015,
  submit_multi_resp = 0x80000021,
  data_sm_resp = 0x80000103,
  broadcast_sm_resp = 0x80000111,
  query_broadcast_sm_resp = 0x80000112,
  cancel_broadcast_sm_resp = 0x80000113,
};

constexpr bool is_response(CommandId id) {
  return (static_cast<std::uint32_t>(id) & kResponseBit) != 0;
}
constexpr CommandId response_id(CommandId request) {
  return static_cast<CommandId>(static_cast<std::uint32_t>(request) | kResponseBit);
}
// False for outbind and alert_notification, which nobody answers.
constexpr bool has_response(CommandId request) {
  return request != CommandId::outbind && request != CommandId::alert_notification;
}
// "submit_sm_resp", or "0x00010004" for what has no name.
std::string command_name(CommandId id);
// Whether this is one of CommandId's own values.
bool is_known(CommandId id);

// esm_class (SMPP 3.4, 5.2.12): bits 1-0 mode, 5-2 type, 7-6 features.
namespace esm_class {
inline constexpr std::uint8_t mode_mask = 0x03, type_mask = 0x3C, mc_delivery_receipt = 0x04,
                              sme_delivery_ack = 0x08, sme_user_ack = 0x10, conversation_abort = 0x18,
                              intermediate_notification = 0x20, udhi = 0x40, reply_path = 0x80;
}  // namespace esm_class

// registered_delivery (SMPP 3.4, 5.2.17).
namespace registered_delivery {
inline constexpr std::uint8_t none = 0x00, success_and_failure = 0x01, failure = 0x02, success = 0x03,
                              receipt_mask = 0x03, intermediate = 0x10;
}  // namespace registered_delivery

// interface_version and sc_interface_version (SMPP 3.4, 5.2.4).
namespace interface_version {
inline constexpr std::uint8_t v33 = 0x33, v34 = 0x34, v50 = 0x50;
}  // namespace interface_version

// bind_receiver, bind_transmitter, bind_transceiver (4.1): which one, the Pdu's command_id says.
struct Bind {
  std::string system_id{}, password{}, system_type{};
  std::uint8_t interface_version = interface_version::v34, addr_ton = 0, addr_npi = 0;
  std::string address_range{};
  Tlvs tlvs{};
  bool operator==(const Bind&) const = default;
};

struct BindResp {
  std::string system_id{};
  Tlvs tlvs{};
  bool operator==(const BindResp&) const = default;
};

struct Outbind {
  std::string system_id{}, password{};
  Tlvs tlvs{};
  bool operator==(const Outbind&) const = default;
};

// submit_sm (4.4.1) and deliver_sm (4.6.1) have one layout and two meanings.
template <CommandId kId>
struct ShortMessage {
  std::string service_type{};
  std::uint8_t source_addr_ton = 0, source_addr_npi = 0;
  std::string source_addr{};
  std::uint8_t dest_addr_ton = 0, dest_addr_npi = 0;
  std::string destination_addr{};
  std::uint8_t esm_class = 0, protocol_id = 0, priority_flag = 0;
  std::string schedule_delivery_time{}, validity_period{};
  std::uint8_t registered_delivery = 0, replace_if_present_flag = 0, data_coding = 0, sm_default_msg_id = 0;
  std::string short_message{};  // at most 254 octets in 3.4, 255 in 5.0; sm_length on the wire is its size
  Tlvs tlvs{};
  bool operator==(const ShortMessage&) const = default;
};
using SubmitSm = ShortMessage<CommandId::submit_sm>;
using DeliverSm = ShortMessage<CommandId::deliver_sm>;

// submit_sm_resp, deliver_sm_resp (message_id unused: one NUL), data_sm_resp, broadcast_sm_resp and, with its
// answer in TLVs, query_broadcast_sm_resp.
template <CommandId kId>
struct MessageIdResp {
  std::string message_id{};
  Tlvs tlvs{};
  bool operator==(const MessageIdResp&) const = default;
};
using SubmitSmResp = MessageIdResp<CommandId::submit_sm_resp>;
using DeliverSmResp = MessageIdResp<CommandId::deliver_sm_resp>;
using DataSmResp = MessageIdResp<CommandId::data_sm_resp>;
using BroadcastSmResp = MessageIdResp<CommandId::broadcast_sm_resp>;
using QueryBroadcastSmResp = MessageIdResp<CommandId::query_broadcast_sm_resp>;

// data_sm (4.7.1): runs both ways, its text is the TLV message_payload.
struct DataSm {
  std::string service_type{};
  std::uint8_t source_addr_ton = 0, source_addr_npi = 0;
  std::string source_addr{};
  std::uint8_t dest_addr_ton = 0, dest_addr_npi = 0;
  std::string destination_addr{};
  std::uint8_t esm_class = 0, registered_delivery = 0, data_coding = 0;
  Tlvs tlvs{};
  bool operator==(const DataSm&) const = default;
};

// One destination of submit_multi (4.5.1.1): an SME address, or the name of a distribution list.
struct DestAddress {
  std::uint8_t dest_addr_ton = 0, dest_addr_npi = 0;
  std::string destination_addr{};
  std::string dl_name{};
  bool is_list = false;  // dest_flag 2: dl_name counts, the rest does not
  bool operator==(const DestAddress&) const = default;
};

struct SubmitMulti {
  std::string service_type{};
  std::uint8_t source_addr_ton = 0, source_addr_npi = 0;
  std::string source_addr{};
  std::vector<DestAddress> dest_address{};  // 1 to 254
  std::uint8_t esm_class = 0, protocol_id = 0, priority_flag = 0;
  std::string schedule_delivery_time{}, validity_period{};
  std::uint8_t registered_delivery = 0, replace_if_present_flag = 0, data_coding = 0, sm_default_msg_id = 0;
  std::string short_message{};
  Tlvs tlvs{};
  bool operator==(const SubmitMulti&) const = default;
};

struct UnsuccessSme {
  std::uint8_t dest_addr_ton = 0, dest_addr_npi = 0;
  std::string destination_addr{};
  std::uint32_t error_status_code = 0;
  bool operator==(const UnsuccessSme&) const = default;
};

struct SubmitMultiResp {
  std::string message_id{};
  std::vector<UnsuccessSme> unsuccess_sme{};
  Tlvs tlvs{};
  bool operator==(const SubmitMultiResp&) const = default;
};

// query_sm (4.8.1) and query_broadcast_sm (5.0, 4.6.2).
template <CommandId kId>
struct Query {
  std::string message_id{};
  std::uint8_t source_addr_ton = 0, source_addr_npi = 0;
  std::string source_addr{};
  Tlvs tlvs{};
  bool operator==(const Query&) const = default;
};
using QuerySm = Query<CommandId::query_sm>;
using QueryBroadcastSm = Query<CommandId::query_broadcast_sm>;

struct QuerySmResp {
  std::string message_id{}, final_date{};
  std::uint8_t message_state = 0, error_code = 0;
  Tlvs tlvs{};
  bool operator==(const QuerySmResp&) const = default;
};

// cancel_sm (4.9.1). An empty message_id cancels by source, destination and service_type.
struct CancelSm {
  std::string service_type{}, message_id{};
  std::uint8_t source_addr_ton = 0, source_addr_npi = 0;
  std::string source_addr{};
  std::uint8_t dest_addr_ton = 0, dest_addr_npi = 0;
  std::string destination_addr{};
  Tlvs tlvs{};
  bool operator==(const CancelSm&) const = default;
};

struct ReplaceSm {
  std::string message_id{};
  std::uint8_t source_addr_ton = 0, source_addr_npi = 0;
  std::string source_addr{}, schedule_delivery_time{}, validity_period{};
  std::uint8_t registered_delivery = 0, sm_default_msg_id = 0;
  std::string short_message{};
  Tlvs tlvs{};
  bool operator==(const ReplaceSm&) const = default;
};

struct AlertNotification {
  std::uint8_t source_addr_ton = 0, source_addr_npi = 0;
  std::string source_addr{};
  std::uint8_t esme_addr_ton = 0, esme_addr_npi = 0;
  std::string esme_addr{};
  Tlvs tlvs{};
  bool operator==(const AlertNotification&) const = default;
};

struct BroadcastSm {
  std::string service_type{};
  std::uint8_t source_addr_ton = 0, source_addr_npi = 0;
  std::string source_addr{}, message_id{};
  std::uint8_t priority_flag = 0;
  std::string schedule_delivery_time{}, validity_period{};
  std::uint8_t replace_if_present_flag = 0, data_coding = 0, sm_default_msg_id = 0;
  Tlvs tlvs{};
  bool operator==(const BroadcastSm&) const = default;
};

struct CancelBroadcastSm {
  std::string service_type{}, message_id{};
  std::uint8_t source_addr_ton = 0, source_addr_npi = 0;
  std::string source_addr{};
  Tlvs tlvs{};
  bool operator==(const CancelBroadcastSm&) const = default;
};

// Nothing but the header, and TLVs that 5.0 allows in responses.
template <CommandId kId>
struct HeaderOnly {
  Tlvs tlvs{};
  bool operator==(const HeaderOnly&) const = default;
};
using Unbind = HeaderOnly<CommandId::unbind>;
using UnbindResp = HeaderOnly<CommandId::unbind_resp>;
using EnquireLink = HeaderOnly<CommandId::enquire_link>;
using EnquireLinkResp = HeaderOnly<CommandId::enquire_link_resp>;
using GenericNack = HeaderOnly<CommandId::generic_nack>;
using CancelSmResp = HeaderOnly<CommandId::cancel_sm_resp>;
using ReplaceSmResp = HeaderOnly<CommandId::replace_sm_resp>;
using CancelBroadcastSmResp = HeaderOnly<CommandId::cancel_broadcast_sm_resp>;

// monostate: there is no body at all, as in most error responses (and in failed ones that carried a broken
// one).
using Body =
    std::variant<std::monostate, SubmitSm, SubmitSmResp, DeliverSm, DeliverSmResp, DataSm, DataSmResp,
                 EnquireLink, EnquireLinkResp, GenericNack, Bind, BindResp, Outbind, Unbind, UnbindResp,
                 SubmitMulti, SubmitMultiResp, QuerySm, QuerySmResp, CancelSm, CancelSmResp, ReplaceSm,
                 ReplaceSmResp, AlertNotification, BroadcastSm, BroadcastSmResp, QueryBroadcastSm,
                 QueryBroadcastSmResp, CancelBroadcastSm, CancelBroadcastSmResp>;

struct Pdu {
  CommandId command_id = CommandId::generic_nack;
  std::uint32_t command_status = ESME_ROK;
  std::uint32_t sequence_number = 0;
  Body body;
  bool operator==(const Pdu&) const = default;
};

// The id that belongs to a body. A Bind or a BindResp has three: the transceiver's is given. Not for
// monostate.
CommandId command_id_of(const Body& body);

// Why a body could not be read. `field` is a field's name or "tlvs", `what` a few fixed words.
struct DecodeError {
  std::uint32_t command_status = ESME_ROK;  // to be answered in the request's own response
  std::string_view field, what;
  std::string text() const { return std::string(field) + ": " + std::string(what); }
};

// Why a Pdu cannot be written: its field breaks a limit of the wire.
struct EncodeError {
  std::string_view field, what;
  std::string text() const { return std::string(field) + ": " + std::string(what); }
};

// Reads one whole frame (command_length octets, at least the header) into `out`, whose memory is used again
// where its body is of the same kind. On an error `out` holds the header and no body.
//
// Requests are read strictly, but octets of zero after the last field are ignored and unknown TLVs are kept.
// In deliver_sm and data_sm a TLV of the wrong length is kept too, for its reader to look away from, and one
// of which the very head was cut is dropped; one whose value runs past the PDU is an error everywhere, for
// the text may be what is missing. Responses are read as far as they go, because nobody can be told about a
// broken one: a message_id may be too long (255 octets are kept) or lack its NUL, a cut TLV stream is
// dropped; only missing fields are an error. An unknown command_id is ESME_RINVCMDID.
std::optional<DecodeError> decode(std::string_view frame, Pdu& out);
tl::expected<Pdu, DecodeError> decode(std::string_view frame);

// Appends the PDU's octets. On an error nothing was appended.
std::optional<EncodeError> encode(const Pdu& pdu, std::string& out);
std::optional<EncodeError> encode(CommandId command_id, std::uint32_t command_status,
                                  std::uint32_t sequence_number, const Body& body, std::string& out);
// The same for the request that is sent most, without a Body around it.
std::optional<EncodeError> encode(std::uint32_t sequence_number, const SubmitSm& submit_sm, std::string& out);

// One line for a log: names and values; of the short_message and the message_payload only the size, of a
// password nothing.
std::string describe(const Pdu& pdu);

}  // namespace peyk::smpp
