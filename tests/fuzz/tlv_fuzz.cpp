// Any octets after the last field of a submit_sm, of a data_sm and of a response: TLVs are read or refused,
// ever less strictly; what was read strictly is within its rule, all is written back octet for octet, and
// answers the typed readers and writers.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "smpp/pdu.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using namespace peyk::smpp;
using peyk::tests::fuzz::expect;

// A PDU of nothing but empty fields, without its TLVs.
std::string bare(CommandId command_id, const Body& body) {
  std::string octets;
  expect(!encode(command_id, ESME_ROK, 1, body, octets));
  return octets;
}

std::optional<Tlvs> read(std::string octets, std::string_view tlvs) {
  octets += tlvs;
  for (std::size_t i = 0; i < 4; ++i) octets[i] = static_cast<char>(octets.size() >> (24 - 8 * i) & 0xFF);
  const auto pdu = decode(octets);
  if (!pdu) return std::nullopt;
  if (const auto* submit_sm = std::get_if<SubmitSm>(&pdu->body)) return submit_sm->tlvs;
  if (const auto* data_sm = std::get_if<DataSm>(&pdu->body)) return data_sm->tlvs;
  return std::get<DataSmResp>(pdu->body).tlvs;
}

void expect_rules(const Tlvs& tlvs) {
  for (const Tlv& tlv : tlvs) {
    expect(!tlv_name(tlv.tag).empty());
    const TlvRule* rule = find_tlv_rule(tlv.tag);
    expect(rule == nullptr || rule->tag == tlv.tag);
    expect(rule == nullptr || !rule->strict ||
           (tlv.value.size() >= rule->octets_min && tlv.value.size() <= rule->octets_max));
  }
}

void expect_readers(Tlvs tlvs, std::uint16_t tag) {
  const auto octets = get_octets(tlvs, tag);
  const auto c_string = get_c_string(tlvs, tag);
  expect(octets.has_value() == c_string.has_value());
  expect(!octets || (octets->starts_with(*c_string) && c_string->find('\0') == std::string_view::npos));
  expect(get_u8(tlvs, tag).has_value() == (octets && octets->size() == 1));
  expect(get_u16(tlvs, tag).has_value() == (octets && octets->size() == 2));
  expect(get_u32(tlvs, tag).has_value() == (octets && octets->size() == 4));
  const std::size_t count = tlvs.size() + (octets ? 0 : 1);
  set_u32(tlvs, tag, 0x01020304);
  expect(get_u32(tlvs, tag) == 0x01020304U && tlvs.size() == count);
  set_c_string(tlvs, tag, "id");
  expect(get_c_string(tlvs, tag) == "id" && get_octets(tlvs, tag)->size() == 3);
  erase_tlv(tlvs, tag);
  expect(find_tlv(tlvs, tag) == nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string submit = bare(CommandId::submit_sm, SubmitSm{});
  static const std::string lenient_request = bare(CommandId::data_sm, DataSm{});
  static const std::string response = bare(CommandId::data_sm_resp, DataSmResp{});
  if (size > kFrameOctetsMax - submit.size()) return 0;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);

  const auto strict = read(submit, octets);
  const auto lenient = read(lenient_request, octets);
  const auto tolerant = read(response, octets);
  expect(tolerant.has_value());
  // What one reads, each that is less strict reads alike.
  expect(!strict || (lenient && *strict == *lenient));
  expect(!lenient || *lenient == *tolerant);
  if (strict) expect_rules(*strict);
  if (lenient) {
    std::string again;
    expect(!encode(CommandId::data_sm, ESME_ROK, 1, DataSm{.tlvs = *lenient}, again));
    expect(read(lenient_request, std::string_view(again).substr(lenient_request.size())) == lenient);
  }
  const std::uint16_t tag =
      tolerant->empty() ? std::uint16_t{tag::message_payload} : tolerant->at(size % tolerant->size()).tag;
  expect_readers(*tolerant, tag);
  return 0;
}
