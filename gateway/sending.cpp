#include "gateway/sending.hpp"

#include <algorithm>

#include "smpp/address.hpp"
#include "smpp/time_format.hpp"
#include "store/part_reference.hpp"

namespace peyk::gateway {

Sending::Sending(store::QueuedText text, const CarrierOptions& carrier)
    : text_(std::move(text)),
      composition_(compose(text_.text, text_.id, carrier)),
      parts_(composition_.parts.size()) {
  for (State& part : parts_) part.attempts = text_.attempts;
  for (const store::SentPart& known : text_.sent) {
    if (known.number == 0 || known.number > parts_.size()) continue;
    State& part = parts_[known.number - 1U];
    if (known.unknown) {
      ++part.unheard;
    } else {
      part.state = Part::taken;
    }
  }
}

bool Sending::go_over(const CarrierOptions& carrier) {
  Composition other = compose(text_.text, text_.id, carrier);
  if (other == composition_) return true;
  const bool untouched = std::all_of(parts_.begin(), parts_.end(), [](const State& part) {
    return part.state == Part::waiting && part.unheard == 0;
  });
  if (!untouched) return false;
  std::uint32_t attempts = 0;
  for (const State& part : parts_) attempts = std::max(attempts, part.attempts);
  composition_ = std::move(other);
  parts_.assign(composition_.parts.size(), State{.attempts = attempts});
  return true;
}

smpp::SubmitSm Sending::pdu(std::size_t part, std::chrono::seconds remaining, const CarrierOptions& carrier,
                            bool wants_receipt) const {
  smpp::SubmitSm pdu;
  pdu.service_type = carrier.service_type;
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
  if (carries_extra_tlvs(carrier)) {
    smpp::set_u16(pdu.tlvs, smpp::tag::user_message_reference,
                  store::part_reference(text_.id, static_cast<std::uint32_t>(part + 1)));
    for (const VendorTlv& tlv : carrier.submit_tlvs) smpp::set_octets(pdu.tlvs, tlv.tag, tlv.value);
  }
  return pdu;
}

// SMPP 3.3 has no TLVs (SMPP 3.4, 3.4: not to be sent to such a peer).
bool Sending::carries_extra_tlvs(const CarrierOptions& carrier) const {
  constexpr std::uint8_t kFirstWithTlvs = 0x34;
  return extra_tlvs_ && carrier.interface_version >= kFirstWithTlvs;
}

void Sending::taken(std::size_t number, const std::string& carrier, std::string carrier_message_id) {
  State& part = parts_[number];
  part.state = Part::taken;
  part.unsaved = store::SentPart{.number = static_cast<std::uint8_t>(number + 1),
                                 .carrier = carrier,
                                 .carrier_message_id = std::move(carrier_message_id)};
}

void Sending::returned(std::size_t number, bool counts_as_attempt) {
  State& part = parts_[number];
  part.state = Part::waiting;
  if (!counts_as_attempt) return;
  ++part.attempts;
  text_.attempts = static_cast<std::uint8_t>(
      std::max<std::uint32_t>(text_.attempts, std::min<std::uint32_t>(part.attempts, 255)));
  unsaved_attempts_ = true;
}

std::uint32_t Sending::unheard(std::size_t number, const std::string& carrier) {
  State& part = parts_[number];
  part.state = Part::waiting;
  part.unsaved =
      store::SentPart{.number = static_cast<std::uint8_t>(number + 1), .carrier = carrier, .unknown = true};
  return part.unheard++;
}

void Sending::all_unheard(const std::string& carrier) {
  for (std::size_t number = 0; number < parts_.size(); ++number) {
    if (parts_[number].state == Part::waiting) unheard(number, carrier);
  }
}

bool Sending::any_unheard() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const State& part) { return part.state != Part::taken && part.unheard > 0; });
}

void Sending::may_come_twice() {
  if (text_.maybe_twice) return;
  text_.maybe_twice = true;
  unsaved_twice_ = true;
}

bool Sending::all_taken() const {
  return taken_count() == parts_.size();
}

bool Sending::any_sent() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const State& part) { return part.state == Part::sent; });
}

bool Sending::any_waiting() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const State& part) { return part.state == Part::waiting; });
}

std::size_t Sending::taken_count() const {
  return static_cast<std::size_t>(std::count_if(parts_.begin(), parts_.end(),
                                                [](const State& part) { return part.state == Part::taken; }));
}

bool Sending::never_tried() const {
  const auto fresh = [](const State& part) {
    return part.state == Part::waiting && part.attempts == 0 && part.unheard == 0;
  };
  return text_.sent.empty() && text_.attempts == 0 && !text_.maybe_twice &&
         std::ranges::all_of(parts_, fresh);
}

bool Sending::has_unsaved() const {
  return unsaved_attempts_ || unsaved_twice_ ||
         std::any_of(parts_.begin(), parts_.end(),
                     [](const State& part) { return part.unsaved.has_value(); });
}

store::Settled Sending::take_unsaved() {
  store::Settled known{.id = text_.id, .attempts = text_.attempts, .maybe_twice = text_.maybe_twice};
  for (State& part : parts_) {
    if (part.unsaved) known.parts.push_back(std::move(*part.unsaved));
    part.unsaved.reset();
  }
  unsaved_attempts_ = unsaved_twice_ = false;
  return known;
}

}  // namespace peyk::gateway
