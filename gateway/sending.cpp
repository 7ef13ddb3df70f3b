#include "gateway/sending.hpp"

#include <algorithm>

#include "smpp/address.hpp"
#include "smpp/parts.hpp"
#include "smpp/time_format.hpp"
#include "templates/alphabet.hpp"

namespace peyk::gateway {

Sending::Sending(store::QueuedText text, const CarrierOptions& carrier) : text_(std::move(text)) {
  const auto alphabet = templates::choose(text_.text);
  data_coding_ = templates::data_coding(alphabet);
  const auto bits = carrier.long_texts == LongTexts::udh16 ? templates::ReferenceBits::sixteen
                                                           : templates::ReferenceBits::eight;
  for (std::string& octets : templates::split(text_.text, alphabet, bits))
    parts_.push_back({std::move(octets)});
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
  pdu.data_coding = data_coding_;
  if (wants_receipt) pdu.registered_delivery = smpp::registered_delivery::success_and_failure;
  if (parts_.size() > 1) {
    const auto width =
        carrier.long_texts == LongTexts::udh16 ? smpp::RefWidth::bits16 : smpp::RefWidth::bits8;
    // The same reference at each attempt, so that a part sent twice is a part seen twice.
    pdu.short_message =
        smpp::build_udh(static_cast<std::uint16_t>(text_.id), width, static_cast<std::uint8_t>(parts_.size()),
                        static_cast<std::uint8_t>(part + 1));
    pdu.esm_class = smpp::esm_class::udhi;
  }
  pdu.short_message += parts_[part].octets;
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
