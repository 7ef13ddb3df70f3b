// Every valid PDU of the vectors decodes to the fields that other programs wrote into it, and comes back out
// octet for octet.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <tuple>

#include "smpp/check.hpp"
#include "smpp/framer.hpp"
#include "smpp/layout.hpp"
#include "smpp/pdu.hpp"
#include "tests/kit/vectors.hpp"

namespace peyk::tests::pdus_test {
namespace {

using nlohmann::json;
using namespace peyk::smpp;

template <class B>
json fields_of(const B& body);

template <class B>
void add(json& to, const layout::CString<B>& field, const B& body) {
  to[std::string(field.name)] = body.*field.member;
}
template <class B>
void add(json& to, const layout::Octet<B>& field, const B& body) {
  to[std::string(field.name)] = body.*field.member;
}
template <class B>
void add(json& to, const layout::Word<B>& field, const B& body) {
  to[std::string(field.name)] = body.*field.member;
}
template <class B>
void add(json& to, const layout::Text<B>& field, const B& body) {
  to[std::string(field.name)] = to_hex(body.*field.member);
}
json item_of(const DestAddress& item) {
  if (item.is_list) return {{"dl_name", item.dl_name}};
  return {{"dest_addr_ton", item.dest_addr_ton},
          {"dest_addr_npi", item.dest_addr_npi},
          {"destination_addr", item.destination_addr}};
}
json item_of(const UnsuccessSme& item) {
  return fields_of(item);
}
template <class B, class Item>
void add(json& to, const layout::List<B, Item>& field, const B& body) {
  json list = json::array();
  for (const Item& item : body.*field.member) list.push_back(item_of(item));
  to[std::string(field.name)] = list;
}
template <class B>
json fields_of(const B& body) {
  json fields = json::object();
  std::apply([&](const auto&... field) { (add(fields, field, body), ...); }, layout::Of<B>::fields);
  return fields;
}

json fields_of(const Body& any) {
  return std::visit(
      [](const auto& body) -> json {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(body)>, std::monostate>) {
          return json::object();
        } else {
          return fields_of(body);
        }
      },
      any);
}

json tlvs_of(const Body& any) {
  json list = json::array();
  std::visit(
      [&](const auto& body) {
        if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(body)>, std::monostate>) {
          for (const Tlv& tlv : body.tlvs) list.push_back({{"tag", tlv.tag}, {"hex", to_hex(tlv.value)}});
        }
      },
      any);
  return list;
}

TEST(ValidPdus, DecodeToTheirFieldsAndEncodeToTheSameOctets) {
  for (const json& vector : vectors(VectorKind::pdu)) {
    SCOPED_TRACE(vector["id"].get<std::string>() + ": " + vector.value("desc", ""));
    const std::string octets = from_hex(vector["hex"].get<std::string>());
    const auto pdu = decode(octets);
    if (!pdu) {
      ADD_FAILURE() << pdu.error().text();
      continue;
    }
    const json& decoded = vector["decoded"];
    EXPECT_EQ(command_name(pdu->command_id), decoded["command"]);
    EXPECT_EQ(pdu->command_status, decoded["command_status"].get<std::uint32_t>());
    EXPECT_EQ(pdu->sequence_number, decoded["sequence_number"].get<std::uint32_t>());
    EXPECT_EQ(fields_of(pdu->body), decoded["fields"]);
    json tlvs = json::array();
    for (const json& tlv : decoded["tlvs"]) {
      tlvs.push_back({{"tag", std::stoi(tlv["tag"].get<std::string>(), nullptr, 16)}, {"hex", tlv["hex"]}});
    }
    EXPECT_EQ(tlvs_of(pdu->body), tlvs);

    std::string again;
    EXPECT_FALSE(encode(*pdu, again));
    EXPECT_EQ(to_hex(again), vector["hex"]);
    EXPECT_FALSE(describe(*pdu).empty());
    EXPECT_EQ(check(*pdu).command_status, ESME_ROK) << check(*pdu).what;
  }
}

TEST(Streams, AreCutIntoTheSameFramesHoweverTheReadsEnd) {
  for (const json& vector : vectors(VectorKind::stream)) {
    SCOPED_TRACE(vector["id"].get<std::string>());
    const std::string octets = from_hex(vector["hex"].get<std::string>());
    const auto offsets = vector["offsets"].get<std::vector<std::size_t>>();
    Framer framer;
    std::vector<std::string> frames;
    std::size_t begin = 0;
    for (const std::size_t end : vector["reads_end_at"].get<std::vector<std::size_t>>()) {
      std::string_view bytes = std::string_view(octets).substr(begin, end - begin);
      std::string_view frame;
      while (framer.next(bytes, frame) == Framer::Cut::frame) frames.emplace_back(frame);
      begin = end;
    }
    ASSERT_EQ(frames.size(), offsets.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const std::size_t end = i + 1 < offsets.size() ? offsets[i + 1] : octets.size();
      EXPECT_EQ(to_hex(frames[i]), to_hex(octets.substr(offsets[i], end - offsets[i])));
      EXPECT_TRUE(decode(frames[i]));
    }
    EXPECT_FALSE(framer.has_partial());
    const json names = vector.value("pdus", json::array());
    for (const json& pdu : vectors(VectorKind::pdu)) {
      for (std::size_t i = 0; i < names.size() && i < frames.size(); ++i) {
        if (names[i] == pdu["id"]) {
          EXPECT_EQ(to_hex(frames[i]), pdu["hex"]) << pdu["id"];
        }
      }
    }
  }
}

}  // namespace
}  // namespace peyk::tests::pdus_test
