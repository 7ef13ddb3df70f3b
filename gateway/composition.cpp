#include "gateway/composition.hpp"

#include <algorithm>

#include "smpp/parts.hpp"

namespace peyk::gateway {
namespace {

templates::ReferenceBits room_for(LongTexts method) {
  const bool wide = method == LongTexts::udh16 || method == LongTexts::sar;
  return wide ? templates::ReferenceBits::sixteen : templates::ReferenceBits::eight;
}

struct Plan {
  templates::Alphabet alphabet;
  LongTexts method;
  std::size_t parts;  // no limit
};

Plan plan_for(std::string_view utf8, const CarrierOptions& carrier) {
  Plan plan{templates::choose(utf8, carrier.default_alphabet), carrier.long_texts, 1};
  const bool knows_tlvs = carrier.interface_version >= 0x34;
  if (!knows_tlvs && (plan.method == LongTexts::sar || plan.method == LongTexts::payload)) {
    plan.method = LongTexts::udh8;
  }
  plan.parts = templates::part_count(utf8, plan.alphabet, room_for(plan.method));
  if (plan.method != LongTexts::payload) return plan;
  const std::size_t octets_each = plan.alphabet == templates::Alphabet::ucs2 ? 2 : 1;
  if (templates::units(utf8, plan.alphabet) * octets_each > kPayloadOctetsMax) {
    plan.method = LongTexts::udh8;
  } else if (plan.parts > 1) {
    plan.parts = 1;
  } else {
    plan.method = LongTexts::udh8;  // short_message is enough
  }
  return plan;
}

std::uint16_t reference(std::uint64_t message_id, LongTexts method) {
  const std::uint64_t range = method == LongTexts::udh8 ? 0xFF : 0xFFFF;
  return static_cast<std::uint16_t>(1 + message_id % range);
}

}  // namespace

Composition compose(std::string_view utf8, std::uint64_t message_id, const CarrierOptions& carrier) {
  const Plan plan = plan_for(utf8, carrier);
  Composition composition{.data_coding = templates::data_coding(plan.alphabet),
                          .method = plan.method,
                          .ref = reference(message_id, plan.method),
                          .parts = {}};
  if (plan.method == LongTexts::payload) {
    composition.parts.push_back(templates::encode(utf8, plan.alphabet));
  } else {
    composition.parts = templates::split(utf8, plan.alphabet, room_for(plan.method));
  }
  return composition;
}

std::uint8_t part_count(std::string_view utf8, const CarrierOptions& carrier) {
  return static_cast<std::uint8_t>(std::min(plan_for(utf8, carrier).parts, templates::kPartsMax));
}

void write_part(smpp::SubmitSm& pdu, const Composition& composition, std::size_t part) {
  pdu.data_coding = composition.data_coding;
  const std::string& octets = composition.parts.at(part);
  const auto total = static_cast<std::uint8_t>(composition.parts.size());
  const auto seq = static_cast<std::uint8_t>(part + 1);
  switch (composition.method) {
    case LongTexts::udh8:
    case LongTexts::udh16: {
      if (total == 1) break;
      const bool wide = composition.method == LongTexts::udh16;
      pdu.esm_class |= smpp::esm_class::udhi;
      pdu.short_message =
          smpp::build_udh(composition.ref, wide ? smpp::RefWidth::bits16 : smpp::RefWidth::bits8, total, seq);
      pdu.short_message += octets;
      return;
    }
    case LongTexts::sar:
      if (total > 1) smpp::write_sar(pdu.tlvs, {composition.ref, smpp::RefWidth::bits16, total, seq});
      break;
    case LongTexts::payload:
      smpp::set_octets(pdu.tlvs, smpp::tag::message_payload, octets);
      return;
  }
  pdu.short_message = octets;
}

}  // namespace peyk::gateway
