#include "sim/messages.hpp"

#include <utility>

#include "smpp/address.hpp"
#include "smpp/parts.hpp"
#include "smpp/receipt.hpp"
#include "templates/alphabet.hpp"

namespace peyk::sim {
namespace {

// YYMMDDhhmm of the carrier's wall clock, as appendix B dates are written.
std::string receipt_date(std::time_t at) {
  std::tm parts{};
  localtime_r(&at, &parts);
  char text[16];
  return std::string(text, std::strftime(text, sizeof text, "%y%m%d%H%M", &parts));
}

smpp::DeliverSm empty_deliver(const std::string& from, const std::string& to) {
  smpp::DeliverSm pdu;
  pdu.source_addr_ton = static_cast<std::uint8_t>(smpp::Ton::international);
  pdu.source_addr_npi = static_cast<std::uint8_t>(smpp::Npi::isdn);
  pdu.source_addr = from;
  pdu.dest_addr_npi = static_cast<std::uint8_t>(smpp::Npi::isdn);
  pdu.destination_addr = to;
  return pdu;
}

}  // namespace

std::vector<smpp::DeliverSm> make_parts(const std::string& from, const std::string& to,
                                        const std::string& text, std::uint16_t reference) {
  const templates::Alphabet alphabet = templates::choose(text);
  const std::vector<std::string> octets = templates::split(text, alphabet);
  std::vector<smpp::DeliverSm> parts;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    smpp::DeliverSm pdu = empty_deliver(from, to);
    pdu.data_coding = templates::data_coding(alphabet);
    if (octets.size() > 1) {
      pdu.esm_class = smpp::esm_class::udhi;
      pdu.short_message =
          smpp::build_udh(reference & 0xFF, smpp::RefWidth::bits8, static_cast<std::uint8_t>(octets.size()),
                          static_cast<std::uint8_t>(i + 1));
    }
    pdu.short_message += octets[i];
    parts.push_back(std::move(pdu));
  }
  return parts;
}

smpp::DeliverSm make_receipt(const smpp::SubmitSm& submit_sm, const std::string& message_id,
                             std::time_t submitted_at, std::chrono::milliseconds took) {
  smpp::ReceiptText receipt;
  receipt.id = message_id;
  receipt.submit_date = receipt_date(submitted_at);
  receipt.done_date =
      receipt_date(submitted_at + std::chrono::duration_cast<std::chrono::seconds>(took).count());
  smpp::DeliverSm pdu = empty_deliver(submit_sm.destination_addr, submit_sm.source_addr);
  smpp::write_receipt(pdu, receipt);
  return pdu;
}

std::optional<std::string> why_not_encodable(const smpp::DeliverSm& pdu) {
  smpp::Pdu whole;
  whole.command_id = smpp::CommandId::deliver_sm;
  whole.sequence_number = 1;
  whole.body = pdu;
  std::string octets;
  if (const auto error = smpp::encode(whole, octets)) return error->text();
  return std::nullopt;
}

}  // namespace peyk::sim
