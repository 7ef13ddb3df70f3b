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
  templates::NationalLanguages languages;
  LongTexts method;
  std::size_t parts;  // no limit
};

LongTexts method_of(const CarrierOptions& carrier) {
  const bool by_tlv = carrier.long_texts == LongTexts::sar || carrier.long_texts == LongTexts::payload;
  return by_tlv && carrier.interface_version < 0x34 ? LongTexts::udh8 : carrier.long_texts;
}

Plan plan_in(templates::Alphabet alphabet, std::string_view utf8, const CarrierOptions& carrier) {
  Plan plan{alphabet, {}, method_of(carrier), 1};
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

// With the tables of a language. They need a header, so the parts are numbered there as well.
std::optional<Plan> national_plan(std::string_view utf8, const CarrierOptions& carrier) {
  const LongTexts method = method_of(carrier) == LongTexts::udh8 || method_of(carrier) == LongTexts::payload
                               ? LongTexts::udh8
                               : LongTexts::udh16;
  const auto languages = templates::choose_national(utf8, carrier.national_languages, room_for(method));
  if (!languages) return std::nullopt;
  return Plan{templates::Alphabet::gsm7, *languages, method,
              templates::part_count(utf8, templates::Alphabet::gsm7, room_for(method), *languages)};
}

Plan plan_for(std::string_view utf8, const CarrierOptions& carrier) {
  Plan plan = plan_in(templates::choose(utf8, carrier.default_alphabet), utf8, carrier);
  if (plan.alphabet != templates::Alphabet::ucs2) return plan;
  const bool septets = carrier.default_alphabet == templates::DefaultAlphabet::gsm7;
  if (septets && !carrier.national_languages.empty()) {
    if (const auto national = national_plan(utf8, carrier); national && national->parts < plan.parts)
      plan = *national;
  }
  if (carrier.latin1_data_coding_3 && templates::latin1_holds(utf8)) {
    const Plan latin1 = plan_in(templates::Alphabet::latin1_whole, utf8, carrier);
    if (latin1.parts < plan.parts) plan = latin1;
  }
  return plan;
}

std::uint16_t reference(std::uint64_t message_id, LongTexts method) {
  const std::uint64_t range = method == LongTexts::udh8 ? 0xFF : 0xFFFF;
  return static_cast<std::uint16_t>(1 + message_id % range);
}

// The header of a part (3GPP TS 23.040, 9.2.3.24; elements 0x24 and 0x25: 9.2.3.24.15 and 16). Empty: it
// needs none.
std::string header_of(const Composition& composition, std::uint8_t total, std::uint8_t seq) {
  constexpr char kSingleShift = 0x24, kLockingShift = 0x25;
  std::string header;
  if (total > 1) {
    const bool wide = composition.method == LongTexts::udh16;
    header =
        smpp::build_udh(composition.ref, wide ? smpp::RefWidth::bits16 : smpp::RefWidth::bits8, total, seq);
  } else if (composition.languages.any()) {
    header.push_back('\0');
  }
  const auto name = [&header](char element, std::uint8_t language) {
    if (language != 0) header += {element, 1, static_cast<char>(language)};
  };
  name(kSingleShift, composition.languages.single);
  name(kLockingShift, composition.languages.locking);
  if (!header.empty()) header.front() = static_cast<char>(header.size() - 1);
  return header;
}

}  // namespace

Composition compose(std::string_view utf8, std::uint64_t message_id, const CarrierOptions& carrier) {
  const Plan plan = plan_for(utf8, carrier);
  Composition composition{.data_coding = templates::data_coding(plan.alphabet),
                          .languages = plan.languages,
                          .method = plan.method,
                          .ref = reference(message_id, plan.method),
                          .parts = {}};
  if (plan.method == LongTexts::payload) {
    composition.parts.push_back(templates::encode(utf8, plan.alphabet));
  } else {
    composition.parts = templates::split(utf8, plan.alphabet, room_for(plan.method), plan.languages);
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
    case LongTexts::udh16:
      pdu.short_message = header_of(composition, total, seq);
      if (!pdu.short_message.empty()) pdu.esm_class |= smpp::esm_class::udhi;
      pdu.short_message += octets;
      return;
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
