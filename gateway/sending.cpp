#include "gateway/sending.hpp"

#include <algorithm>

#include "smpp/address.hpp"
#include "smpp/time_format.hpp"

namespace peyk::gateway {

Sending::Sending(store::QueuedText text, const CarrierOptions& carrier)
    : text_(std::move(text)), composition_(compose(text_.text, text_.id, carrier)) {
  parts_.resize(composition_.parts.size());
}

smpp::SubmitSm Sending::pdu(std::size_t part, std::chrono::seconds remaining, const CarrierOptions& carrier,
                            bool wants_receipt) const {
  smpp::SubmitSm pdu;
  const auto sender = smpp::sender_address(text_.line, static_cast<smpp::Ton>(carrier.source_addr_ton),
                                           static_cast<smpp::Npi>(carrier.source_addr_npi));
  pdu.source_addr_ton = static_cast<std::uint8_t>(sender.ton);
  pdu.source_addr_npi = static_cast<std::uint8_t>(sender.npi);
  pdu.source_addr = sender.digits;
  pdu.dest_addr_ton = carrier.dest_addr_ton;
  pdu.dest_addr_npi = carrier.dest_addr_npi;
  pdu.destination_addr = std::to_string(text_.to);
  pdu.validity_period = smpp::format_relative(remaining);
  if (wants_receipt) pdu.registered_delivery = smpp::registered_delivery::success_and_failure;
  write_part(pdu, composition_, part);
  return pdu;
}

void Sending::taken(std::size_t number, std::string carrier_message_id) {
  parts_[number].state = Part::taken;
  parts_[number].carrier_message_id = std::move(carrier_message_id);
}

bool Sending::all_taken() const {
  return std::all_of(parts_.begin(), parts_.end(),
                     [](const State& part) { return part.state == Part::taken; });
}

bool Sending::any_sent() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const State& part) { return part.state == Part::sent; });
}

std::vector<std::string> Sending::carrier_message_ids() const {
  std::vector<std::string> ids;
  for (const State& part : parts_) {
    if (part.state == Part::taken) ids.push_back(part.carrier_message_id);
  }
  return ids;
}

std::chrono::milliseconds Sending::next_pause() {
  const std::uint32_t doublings = std::min(attempts_++, 6U);
  return std::min(std::chrono::milliseconds(1000) * (1 << doublings), std::chrono::milliseconds(60'000));
}

}  // namespace peyk::gateway
