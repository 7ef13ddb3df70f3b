#include "gateway/inbound_tlvs.hpp"

#include "gateway/log.hpp"

namespace peyk::gateway {
namespace {

constexpr std::size_t kTagsToldMax = 64;  // of a carrier; one that makes tags up does not fill the log

const smpp::Tlvs* tlvs_of(const smpp::Pdu& pdu) {
  if (const auto* deliver = std::get_if<smpp::DeliverSm>(&pdu.body)) return &deliver->tlvs;
  if (const auto* data = std::get_if<smpp::DataSm>(&pdu.body)) return &data->tlvs;
  return nullptr;
}

// The tag that the carrier's USSD sessions travel in is the vendor's too, and read.
bool is_read(const CarrierOptions& carrier, std::uint16_t tag) {
  return carrier.ussd && carrier.ussd_profile == UssdProfileName::vendor_session_id &&
         carrier.ussd_session_tag == tag;
}

}  // namespace

void InboundTlvs::look_at(const CarrierRequest& request) {
  const smpp::Tlvs* tlvs = tlvs_of(request.pdu);
  if (tlvs == nullptr) return;
  for (const smpp::Tlv& tlv : *tlvs) {
    if (smpp::find_tlv_rule(tlv.tag) == nullptr && !is_read(request.link->options(), tlv.tag))
      tell(request, tlv);
  }
}

void InboundTlvs::tell(const CarrierRequest& request, const smpp::Tlv& tlv) {
  const std::string& carrier = request.link->options().name;
  metrics_.counter("peyk_inbound_unknown_tlvs_total", {{"carrier", carrier}}).add();
  auto& told = told_[carrier];
  if (told.size() >= kTagsToldMax || !told.insert(tlv.tag).second) return;
  log::info("tlv_unknown", {{"carrier", carrier},
                            {"command", smpp::command_name(request.pdu.command_id)},
                            {"tag", smpp::tlv_name(tlv.tag)},
                            {"octets", tlv.value.size()}});
}

}  // namespace peyk::gateway
