#include "smpp/check.hpp"

#include <algorithm>
#include <array>

#include "smpp/parts.hpp"
#include "smpp/time_format.hpp"
#include "smpp/ussd.hpp"

namespace peyk::smpp {
namespace {

constexpr CheckError kFine{};

// SMPP 3.4, 5.2.5: 0 to 6.
bool is_ton(std::uint8_t ton) {
  return ton <= 6;
}

// SMPP 3.4, 5.2.6.
bool is_npi(std::uint8_t npi) {
  constexpr std::array<std::uint8_t, 10> kKnown{0, 1, 3, 4, 6, 8, 9, 10, 14, 18};
  return std::find(kKnown.begin(), kKnown.end(), npi) != kKnown.end();
}

// Digits, an international '+', and what USSD codes are made of.
bool is_dialable(std::string_view address) {
  return std::all_of(address.begin(), address.end(),
                     [](char c) { return (c >= '0' && c <= '9') || c == '+' || c == '*' || c == '#'; });
}

template <class B>
CheckError check_times(const B& body) {
  if (!parse_time(body.schedule_delivery_time)) return {ESME_RINVSCHED, "schedule_delivery_time is no time"};
  if (!parse_time(body.validity_period)) return {ESME_RINVEXPIRY, "validity_period is no time"};
  return kFine;
}

template <class B>
CheckError check_flags(const B& body) {
  if (body.priority_flag > 4) return {ESME_RINVPRTFLG, "priority_flag"};  // 3.4: 0 to 3, 5.0: 4
  if (body.replace_if_present_flag > 1) return {ESME_RINVREPFLAG, "replace_if_present_flag"};
  if ((body.registered_delivery & 0xE0) != 0) return {ESME_RINVREGDLVFLG, "registered_delivery"};
  return kFine;
}

template <class B>
CheckError check_source(const B& body) {
  if (!is_ton(body.source_addr_ton)) return {ESME_RINVSRCTON, "source_addr_ton"};
  if (!is_npi(body.source_addr_npi)) return {ESME_RINVSRCNPI, "source_addr_npi"};
  return kFine;
}

template <class B>
CheckError check_destination(const B& body) {
  if (!is_ton(body.dest_addr_ton)) return {ESME_RINVDSTTON, "dest_addr_ton"};
  if (!is_npi(body.dest_addr_npi)) return {ESME_RINVDSTNPI, "dest_addr_npi"};
  if (body.destination_addr.empty()) return {ESME_RINVDSTADR, "destination_addr is empty"};
  if (!is_dialable(body.destination_addr)) return {ESME_RINVDSTADR, "destination_addr is no number"};
  return kFine;
}

// A user data header must fit its text, and a message has one description of its parts.
template <class B>
CheckError check_parts(const B& body) {
  if ((body.esm_class & esm_class::udhi) == 0) return kFine;
  const auto message = read_message(body);
  if (!message) return {ESME_RINVESMCLASS, "the user data header is longer than the message"};
  if (message->part && read_sar(body.tlvs)) {
    return {ESME_RINVTLVVAL, "a user data header and sar_msg_ref_num"};
  }
  return kFine;
}

CheckError first_error(std::initializer_list<CheckError> errors) {
  for (const CheckError& error : errors) {
    if (error.command_status != ESME_ROK) return error;
  }
  return kFine;
}

CheckError check_body(const SubmitSm& body) {
  return first_error(
      {check_source(body), check_destination(body), check_flags(body), check_times(body), check_parts(body)});
}

CheckError check_body(const SubmitMulti& body) {
  if (body.dest_address.empty()) return {ESME_RINVNUMDESTS, "no destination"};
  return first_error({check_source(body), check_flags(body), check_times(body)});
}

CheckError check_body(const DeliverSm& body) {
  // Receipts and acknowledgements are taken whatever they look like.
  if ((body.esm_class & esm_class::type_mask) != 0) return kFine;
  if (is_ussd(body)) {
    const auto op = get_u8(body.tlvs, tag::ussd_service_op);
    // 23 is what some say for 17 (UssdProfile::end_op_0x17); where nobody is to, read_ussd knows no such
    // step.
    const bool by_mistake = op == static_cast<std::uint8_t>(UssdServiceOp::end_by_mistake);
    const bool reserved = op && !by_mistake && ((*op >= 4 && *op <= 15) || (*op >= 20 && *op <= 31));
    return reserved ? CheckError{ESME_RINVTLVVAL, "ussd_service_op is reserved"} : kFine;
  }
  // An empty destination is real in USSD, and nothing in a text: no line, no club.
  if (body.destination_addr.empty()) return {ESME_RINVDSTADR, "destination_addr is empty"};
  return check_parts(body);
}

CheckError check_body(const DataSm& body) {
  return (body.esm_class & esm_class::type_mask) != 0 ? kFine : check_parts(body);
}

CheckError check_body(const ReplaceSm& body) {
  if (body.message_id.empty()) return {ESME_RINVMSGID, "message_id is empty"};
  return check_times(body);
}

CheckError check_body(const QuerySm& body) {
  return body.message_id.empty() ? CheckError{ESME_RINVMSGID, "message_id is empty"} : kFine;
}

CheckError check_body(const BroadcastSm& body) {
  return check_times(body);
}

template <class B>
CheckError check_body(const B&) {
  return kFine;
}

}  // namespace

CheckError check(const Pdu& pdu) {
  return std::visit([](const auto& body) { return check_body(body); }, pdu.body);
}

}  // namespace peyk::smpp
