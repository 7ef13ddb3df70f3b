#include "sim/ussd_network.hpp"

#include "smpp/address.hpp"
#include "smpp/parts.hpp"
#include "smpp/ussd.hpp"
#include "templates/alphabet.hpp"

namespace peyk::sim {
namespace {

// One USSD string is 160 octets (3GPP TS 23.038, 5); SMPP carries septets unpacked.
constexpr std::size_t kScreenSeptetsMax = 182, kScreenUcs2OctetsMax = 160;

// data_coding of a USSD string by SMPP's table or the cell broadcast scheme (3GPP TS 23.038, 5).
bool is_ucs2(std::uint8_t data_coding) {
  return data_coding == 0x08 || data_coding == 0x11 || data_coding == 0x18 || data_coding == 0x48 ||
         data_coding == 0x58;
}

}  // namespace

smpp::DeliverSm make_step(const NetworkStep& step) {
  smpp::DeliverSm pdu;
  pdu.service_type = "USSD";
  pdu.source_addr_ton = static_cast<std::uint8_t>(smpp::Ton::international);
  pdu.source_addr_npi = static_cast<std::uint8_t>(smpp::Npi::isdn);
  pdu.source_addr = step.phone;
  pdu.dest_addr_npi = static_cast<std::uint8_t>(smpp::Npi::isdn);
  pdu.destination_addr = step.service_code;
  const templates::Alphabet alphabet = templates::choose(step.text);
  pdu.data_coding = templates::data_coding(alphabet);
  pdu.short_message = templates::encode(step.text, alphabet);
  const auto op = step.kind == NetworkStep::Kind::begin ? smpp::UssdServiceOp::pssr_indication
                                                        : smpp::UssdServiceOp::ussr_confirm;
  smpp::set_u8(pdu.tlvs, smpp::tag::ussd_service_op, static_cast<std::uint8_t>(op));
  smpp::write_its_session_info(pdu.tlvs,
                               {step.session, step.sequence, step.kind == NetworkStep::Kind::abort});
  return pdu;
}

bool is_ussd(const smpp::SubmitSm& submit_sm) {
  return submit_sm.service_type == "USSD" ||
         smpp::find_tlv(submit_sm.tlvs, smpp::tag::ussd_service_op) != nullptr;
}

std::optional<NetworkAnswer> read_answer(const smpp::SubmitSm& submit_sm) {
  const auto op = smpp::get_u8(submit_sm.tlvs, smpp::tag::ussd_service_op);
  const auto session = smpp::read_its_session_info(submit_sm.tlvs);
  if (!op || !session) return std::nullopt;
  const auto service_op = static_cast<smpp::UssdServiceOp>(*op);
  const bool menu = service_op == smpp::UssdServiceOp::ussr_request;
  const bool final = service_op == smpp::UssdServiceOp::pssr_response ||
                     service_op == smpp::UssdServiceOp::pssd_response ||
                     service_op == smpp::UssdServiceOp::ussrel_request;
  if (!menu && !final) return std::nullopt;
  const std::string_view octets = smpp::message_octets(submit_sm);
  NetworkAnswer answer;
  answer.session = session->session_number;
  answer.text = templates::decode_ussd(octets, submit_sm.data_coding);
  answer.open = menu && !session->end;
  answer.too_long =
      octets.size() > (is_ucs2(submit_sm.data_coding) ? kScreenUcs2OctetsMax : kScreenSeptetsMax);
  return answer;
}

std::string service_code_of(std::string_view dialled) {
  if (dialled.size() < 3 || dialled.front() != '*' || dialled.back() != '#') return {};
  const std::string_view rest = dialled.substr(1);
  const std::string_view code = rest.substr(0, rest.find_first_of("*#"));
  return smpp::is_digits(code) ? std::string(code) : std::string();
}

}  // namespace peyk::sim
