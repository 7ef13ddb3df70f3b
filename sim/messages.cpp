#include "sim/messages.hpp"

#include <stdexcept>
#include <utility>

#include "smpp/address.hpp"
#include "smpp/parts.hpp"
#include "templates/alphabet.hpp"

namespace peyk::sim {
namespace {

constexpr std::size_t kOctetsMax = 140, kPartOctetsMax = 134;  // of 8-bit data, alone and behind a UDH

struct Encoded {
  std::uint8_t data_coding = 0;
  std::vector<std::string> parts;
};

// Nothing when a character is not in Latin-1.
std::optional<std::string> latin1(std::string_view utf8) {
  std::string octets;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      octets.push_back(utf8[i]);
    } else if ((lead == 0xC2 || lead == 0xC3) && i + 1 < utf8.size()) {
      const unsigned next = static_cast<unsigned char>(utf8[++i]) & 0x3FU;
      octets.push_back(static_cast<char>((lead & 0x03U) << 6 | next));
    } else {
      return std::nullopt;
    }
  }
  return octets;
}

std::vector<std::string> cut(const std::string& octets) {
  if (octets.size() <= kOctetsMax) return {octets};
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < octets.size(); at += kPartOctetsMax) {
    parts.push_back(octets.substr(at, kPartOctetsMax));
  }
  if (parts.size() > templates::kPartsMax) throw std::length_error("longer than 255 parts");
  return parts;
}

Encoded encode_parts(const std::string& text, const MoForm& form) {
  const auto bits = form.parts == MoForm::Parts::udh16 ? templates::ReferenceBits::sixteen
                                                       : templates::ReferenceBits::eight;
  if (form.default_alphabet == templates::DefaultAlphabet::latin1) {
    if (const auto octets = latin1(text)) return {0, cut(*octets)};
  }
  if (form.default_alphabet == templates::DefaultAlphabet::ucs2) {
    return {0, templates::split(text, templates::Alphabet::ucs2, bits)};
  }
  const bool gsm7 = form.default_alphabet == templates::DefaultAlphabet::gsm7;
  const auto alphabet = gsm7 ? templates::choose(text) : templates::Alphabet::ucs2;
  return {templates::data_coding(alphabet), templates::split(text, alphabet, bits)};
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
                                        const std::string& text, std::uint16_t reference,
                                        const MoForm& form) {
  const Encoded encoded = encode_parts(text, form);
  const auto total = static_cast<std::uint8_t>(encoded.parts.size());
  smpp::DeliverSm whole = empty_deliver(from, to);
  whole.data_coding = encoded.data_coding;
  if (total == 1) {
    whole.short_message = encoded.parts.front();
    return {whole};
  }
  if (form.parts == MoForm::Parts::message_payload) {
    std::string octets;
    for (const std::string& part : encoded.parts) octets += part;
    smpp::set_octets(whole.tlvs, smpp::tag::message_payload, octets);
    return {whole};
  }
  std::vector<smpp::DeliverSm> parts;
  for (std::uint8_t seq = 1; parts.size() < encoded.parts.size(); ++seq) {
    smpp::DeliverSm pdu = whole;
    if (form.parts == MoForm::Parts::sar) {
      smpp::write_sar(pdu.tlvs, {reference, smpp::RefWidth::bits16, total, seq});
    } else {
      const bool wide = form.parts == MoForm::Parts::udh16;
      pdu.esm_class = smpp::esm_class::udhi;
      pdu.short_message = smpp::build_udh(wide ? reference : reference & 0xFF,
                                          wide ? smpp::RefWidth::bits16 : smpp::RefWidth::bits8, total, seq);
    }
    pdu.short_message += encoded.parts[seq - 1U];
    parts.push_back(std::move(pdu));
  }
  return parts;
}

std::optional<std::string> why_not_encodable(const smpp::DeliverSm& pdu) {
  std::string octets;
  const auto error = smpp::encode(smpp::CommandId::deliver_sm, smpp::ESME_ROK, 1, pdu, octets);
  return error ? std::optional(error->text()) : std::nullopt;
}

}  // namespace peyk::sim
