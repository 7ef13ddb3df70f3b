// The body of every PDU as a table: its fields in wire order, their sizes, and the command_status that a
// field which is too long deserves (SMPP 3.4, section 4 and 5.1.3). Encoding, decoding and describing fold
// over these tables (codec.cpp, describe.cpp). TLVs follow the last field of every PDU and stand in no table.
//
// Sizes of C-octet strings include their NUL. Deviations from the specification, all on the permissive side:
// password has 8 characters in the standard and up to 64 in the field; addresses of data_sm and
// alert_notification have 65 octets in the standard's text and 21 in some headers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "smpp/pdu.hpp"

namespace peyk::smpp::layout {

template <class B>
struct CString {
  std::string_view name;
  std::string B::*member;
  std::uint16_t octets_max;
  std::uint32_t status_too_long;
};
template <class B>
struct Octet {
  std::string_view name;
  std::uint8_t B::*member;
};
template <class B>
struct Word {
  std::string_view name;
  std::uint32_t B::*member;
};
// sm_length and as many octets.
template <class B>
struct Text {
  std::string_view name;
  std::string B::*member;
};
// A count octet and as many items.
template <class B, class Item>
struct List {
  std::string_view name;
  std::vector<Item> B::*member;
  std::uint32_t status_cut;
};

template <class B>
constexpr CString<B> c_string(std::string_view name, std::string B::*member, std::uint16_t octets_max,
                              std::uint32_t status_too_long = ESME_RINVCMDLEN) {
  return {name, member, octets_max, status_too_long};
}
template <class B>
constexpr Octet<B> octet(std::string_view name, std::uint8_t B::*member) {
  return {name, member};
}
template <class B>
constexpr Word<B> word(std::string_view name, std::uint32_t B::*member) {
  return {name, member};
}
template <class B>
constexpr Text<B> text(std::string_view name, std::string B::*member) {
  return {name, member};
}
template <class B, class Item>
constexpr List<B, Item> list(std::string_view name, std::vector<Item> B::*member, std::uint32_t status_cut) {
  return {name, member, status_cut};
}

// Runs of fields that many PDUs share.
template <class B>
constexpr auto source(std::uint16_t octets_max = 21) {
  return std::make_tuple(octet("source_addr_ton", &B::source_addr_ton),
                         octet("source_addr_npi", &B::source_addr_npi),
                         c_string("source_addr", &B::source_addr, octets_max, ESME_RINVSRCADR));
}
template <class B>
constexpr auto destination(std::uint16_t octets_max = 21) {
  return std::make_tuple(octet("dest_addr_ton", &B::dest_addr_ton), octet("dest_addr_npi", &B::dest_addr_npi),
                         c_string("destination_addr", &B::destination_addr, octets_max, ESME_RINVDSTADR));
}
template <class B>
constexpr auto service_type() {
  return std::make_tuple(c_string("service_type", &B::service_type, 6, ESME_RINVSERTYP));
}
template <class B>
constexpr auto message_id() {
  return std::make_tuple(c_string("message_id", &B::message_id, 65, ESME_RINVMSGID));
}
template <class B>
constexpr auto times() {
  return std::make_tuple(c_string("schedule_delivery_time", &B::schedule_delivery_time, 17, ESME_RINVSCHED),
                         c_string("validity_period", &B::validity_period, 17, ESME_RINVEXPIRY));
}
// From esm_class to short_message, in submit_sm, deliver_sm and submit_multi.
template <class B>
constexpr auto message() {
  return std::tuple_cat(
      std::make_tuple(octet("esm_class", &B::esm_class), octet("protocol_id", &B::protocol_id),
                      octet("priority_flag", &B::priority_flag)),
      times<B>(),
      std::make_tuple(octet("registered_delivery", &B::registered_delivery),
                      octet("replace_if_present_flag", &B::replace_if_present_flag),
                      octet("data_coding", &B::data_coding),
                      octet("sm_default_msg_id", &B::sm_default_msg_id),
                      text("short_message", &B::short_message)));
}

template <class B>
struct Of;

template <>
struct Of<Bind> {
  static constexpr auto fields =
      std::make_tuple(c_string("system_id", &Bind::system_id, 16, ESME_RINVSYSID),
                      c_string("password", &Bind::password, 65, ESME_RINVPASWD),
                      c_string("system_type", &Bind::system_type, 13, ESME_RINVSYSTYP),
                      octet("interface_version", &Bind::interface_version),
                      octet("addr_ton", &Bind::addr_ton), octet("addr_npi", &Bind::addr_npi),
                      c_string("address_range", &Bind::address_range, 41, ESME_RBINDFAIL));
};
template <>
struct Of<BindResp> {
  static constexpr auto fields = std::make_tuple(c_string("system_id", &BindResp::system_id, 16));
};
template <>
struct Of<Outbind> {
  static constexpr auto fields = std::make_tuple(c_string("system_id", &Outbind::system_id, 16),
                                                 c_string("password", &Outbind::password, 65));
};
template <CommandId kId>
struct Of<ShortMessage<kId>> {
  using B = ShortMessage<kId>;
  static constexpr auto fields =
      std::tuple_cat(service_type<B>(), source<B>(), destination<B>(), message<B>());
};
template <CommandId kId>
struct Of<MessageIdResp<kId>> {
  static constexpr auto fields = message_id<MessageIdResp<kId>>();
};
template <>
struct Of<DataSm> {
  static constexpr auto fields =
      std::tuple_cat(service_type<DataSm>(), source<DataSm>(65), destination<DataSm>(65),
                     std::make_tuple(octet("esm_class", &DataSm::esm_class),
                                     octet("registered_delivery", &DataSm::registered_delivery),
                                     octet("data_coding", &DataSm::data_coding)));
};
template <>
struct Of<SubmitMulti> {
  static constexpr auto fields =
      std::tuple_cat(service_type<SubmitMulti>(), source<SubmitMulti>(),
                     std::make_tuple(list("dest_address", &SubmitMulti::dest_address, ESME_RINVNUMDESTS)),
                     message<SubmitMulti>());
};
template <>
struct Of<UnsuccessSme> {
  static constexpr auto fields =
      std::tuple_cat(destination<UnsuccessSme>(),
                     std::make_tuple(word("error_status_code", &UnsuccessSme::error_status_code)));
};
template <>
struct Of<SubmitMultiResp> {
  static constexpr auto fields = std::tuple_cat(
      message_id<SubmitMultiResp>(),
      std::make_tuple(list("unsuccess_sme", &SubmitMultiResp::unsuccess_sme, ESME_RINVCMDLEN)));
};
template <CommandId kId>
struct Of<Query<kId>> {
  static constexpr auto fields = std::tuple_cat(message_id<Query<kId>>(), source<Query<kId>>());
};
template <>
struct Of<QuerySmResp> {
  static constexpr auto fields = std::tuple_cat(
      message_id<QuerySmResp>(), std::make_tuple(c_string("final_date", &QuerySmResp::final_date, 17),
                                                 octet("message_state", &QuerySmResp::message_state),
                                                 octet("error_code", &QuerySmResp::error_code)));
};
template <>
struct Of<CancelSm> {
  static constexpr auto fields = std::tuple_cat(service_type<CancelSm>(), message_id<CancelSm>(),
                                                source<CancelSm>(), destination<CancelSm>());
};
template <>
struct Of<ReplaceSm> {
  static constexpr auto fields =
      std::tuple_cat(message_id<ReplaceSm>(), source<ReplaceSm>(), times<ReplaceSm>(),
                     std::make_tuple(octet("registered_delivery", &ReplaceSm::registered_delivery),
                                     octet("sm_default_msg_id", &ReplaceSm::sm_default_msg_id),
                                     text("short_message", &ReplaceSm::short_message)));
};
template <>
struct Of<AlertNotification> {
  static constexpr auto fields =
      std::tuple_cat(source<AlertNotification>(65),
                     std::make_tuple(octet("esme_addr_ton", &AlertNotification::esme_addr_ton),
                                     octet("esme_addr_npi", &AlertNotification::esme_addr_npi),
                                     c_string("esme_addr", &AlertNotification::esme_addr, 65)));
};
template <>
struct Of<BroadcastSm> {
  static constexpr auto fields = std::tuple_cat(
      service_type<BroadcastSm>(), source<BroadcastSm>(), message_id<BroadcastSm>(),
      std::make_tuple(octet("priority_flag", &BroadcastSm::priority_flag)), times<BroadcastSm>(),
      std::make_tuple(octet("replace_if_present_flag", &BroadcastSm::replace_if_present_flag),
                      octet("data_coding", &BroadcastSm::data_coding),
                      octet("sm_default_msg_id", &BroadcastSm::sm_default_msg_id)));
};
template <>
struct Of<CancelBroadcastSm> {
  static constexpr auto fields = std::tuple_cat(service_type<CancelBroadcastSm>(),
                                                message_id<CancelBroadcastSm>(), source<CancelBroadcastSm>());
};
template <CommandId kId>
struct Of<HeaderOnly<kId>> {
  static constexpr std::tuple<> fields{};
};

template <class B>
inline constexpr bool is_header_only = std::tuple_size_v<std::remove_cvref_t<decltype(Of<B>::fields)>> == 0;

}  // namespace peyk::smpp::layout
