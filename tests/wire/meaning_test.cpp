// What the vectors' PDUs mean: times, receipts and parts. USSD dialogues: traps_ussd_test.cpp.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "smpp/parts.hpp"
#include "smpp/pdu.hpp"
#include "smpp/receipt.hpp"
#include "smpp/time_format.hpp"
#include "tests/kit/vectors.hpp"

namespace peyk::tests {
namespace {

using nlohmann::json;
using namespace peyk::smpp;

Pdu read(const json& vector) {
  const auto pdu = decode(from_hex(vector["hex"].get<std::string>()));
  EXPECT_TRUE(pdu);
  return pdu.value_or(Pdu{});
}

// 2026-11-22T06:00:00.0Z
std::string iso(UtcTime time) {
  using namespace std::chrono;
  const auto midnight = floor<days>(time);
  const year_month_day date{midnight};
  const hh_mm_ss clock{time - midnight};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count() / 100));
  return text;
}

TEST(Times, ParseToTheMomentTheVectorsName) {
  for (const json& vector : load_vectors("time")) {
    SCOPED_TRACE(vector["id"].get<std::string>());
    const std::string value = vector["value"], kind = vector["kind"];
    const auto time = parse_time(value);
    ASSERT_EQ(time.has_value(), kind != "invalid");
    if (kind == "null") {
      EXPECT_TRUE(std::holds_alternative<std::monostate>(*time));
    }
    if (kind == "relative") {
      const RelativeTime expected{vector["years"], vector["months"],  vector["days"],
                                  vector["hours"], vector["minutes"], vector["seconds"]};
      EXPECT_EQ(std::get<RelativeTime>(*time), expected);
      EXPECT_EQ(format_time(expected), value);
    }
    if (kind == "absolute") {
      EXPECT_EQ(iso(std::get<UtcTime>(*time)), vector["utc"]);
      const int quarters = std::stoi(value.substr(13, 2)) * (value.back() == '-' ? -1 : 1);
      // The sign of no offset at all may be either; we write '+'.
      EXPECT_EQ(format_time(std::get<UtcTime>(*time), quarters),
                quarters == 0 ? value.substr(0, 15) + '+' : value);
    }
  }
}

std::optional<Receipt> receipt_of(const Pdu& pdu) {
  if (const auto* data = std::get_if<DataSm>(&pdu.body)) return parse_receipt(*data);
  return parse_receipt(std::get<DeliverSm>(pdu.body));
}

TEST(Receipts, OfEveryVariantGiveIdStateAndError) {
  for (const json& vector : load_vectors("dlr")) {
    SCOPED_TRACE(vector["id"].get<std::string>() + ": " + vector["desc"].get<std::string>());
    const json& expected = vector["expect"]["receipt"];
    const auto receipt = receipt_of(read(vector));
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->id, expected["id"]);
    EXPECT_EQ(words(receipt->state), expected["state"].get<std::string>());
    EXPECT_EQ(receipt->final(), expected["final"].get<bool>());
    EXPECT_EQ(receipt->err ? json(*receipt->err) : json(), expected["err"]);
    if (expected.contains("submit")) {
      EXPECT_EQ(receipt->submit_date, expected["submit"]);
    }
    if (expected.contains("done")) {
      EXPECT_EQ(receipt->done_date, expected["done"]);
    }
    if (expected.contains("text_id")) {
      EXPECT_EQ(receipt->text_id, expected["text_id"].get<std::string>());
    }
  }
}

TEST(Receipts, AreNotSeenInTextsOfSubscribers) {
  for (const json& vector : load_vectors("mo")) {
    const Pdu pdu = read(vector);
    if (const auto* deliver = std::get_if<DeliverSm>(&pdu.body)) {
      const ReceiptKind kind = receipt_kind(*deliver);
      EXPECT_TRUE(kind == ReceiptKind::none || kind == ReceiptKind::look_alike) << vector["id"];
    }
  }
}

TEST(Receipts, ThatCannotBeUnderstoodAreSetAside) {
  std::size_t seen = 0;
  for (const json& vector : load_vectors("malformed")) {
    if (vector["category"] != "receipt") continue;
    ++seen;
    const std::string app = vector["expect"]["app"];
    const auto receipt = receipt_of(read(vector));
    EXPECT_EQ(receipt.has_value(), app.find("nothing updated") == std::string::npos) << vector["id"] << app;
    if (app.find("dates unknown") != std::string::npos) {
      EXPECT_EQ(receipt->done_date, "");
      EXPECT_EQ(receipt->state, ReceiptState::delivered);
    }
  }
  EXPECT_GT(seen, 0u);
}

template <class B>
void expect_part(const json& vector, const B& pdu, std::map<std::string, std::string>& wholes) {
  const json& expect = vector["expect"];
  const auto message = read_message(pdu);
  ASSERT_TRUE(message);
  if (!expect.contains("udh") && !expect.contains("sar")) {
    EXPECT_FALSE(message->part);
    return;
  }
  ASSERT_TRUE(message->part);
  const bool udh = expect.contains("udh");
  const json& part = udh ? expect["udh"] : expect["sar"];
  const auto width = udh && part["ref_bits"] == 8 ? RefWidth::bits8 : RefWidth::bits16;
  const Part expected{part["ref"], width, part["total"], part["seq"]};
  EXPECT_EQ(*message->part, expected);
  if (udh && message->header.size() <= 7) {
    EXPECT_EQ(to_hex(message->header), to_hex(build_udh(expected.ref, width, expected.total, expected.seq)));
  }
  wholes[vector["id"].get<std::string>()] = std::string(message->text);
}

TEST(Parts, AreReadFromHeadersAndFromSarTlvs) {
  for (const char* group : {"submit", "mo"}) {
    std::map<std::string, std::string> wholes;
    for (const json& vector : load_vectors(group)) {
      SCOPED_TRACE(vector["id"].get<std::string>());
      const Pdu pdu = read(vector);
      if (!vector.contains("expect")) continue;
      if (const auto* submit = std::get_if<SubmitSm>(&pdu.body)) expect_part(vector, *submit, wholes);
    }
    if (group == std::string("submit")) {
      EXPECT_GE(wholes.size(), 17u);
    }
  }
}

TEST(Parts, OfASubscribersMessageAreJoinedInAnyOrder) {
  Reassembly reassembly{ReassemblyOptions{}};
  std::vector<DeliverSm> parts;
  for (const json& vector : load_vectors("mo")) {
    if (vector["id"].get<std::string>().find("-cat-") == std::string::npos) continue;
    parts.push_back(std::get<DeliverSm>(read(vector).body));
  }
  ASSERT_EQ(parts.size(), 4u);
  std::string expected;
  for (const DeliverSm& part : parts) expected += part.short_message.substr(6);
  std::optional<Reassembly::Joined> joined;
  for (const std::size_t i : {2, 0, 2, 3, 1}) {
    EXPECT_FALSE(joined);
    const auto message = read_message(parts[i]);
    ASSERT_TRUE(message && message->part);
    joined = reassembly.add(parts[i].source_addr, parts[i].destination_addr, *message->part, message->text,
                            parts[i].data_coding, Time{});
  }
  ASSERT_TRUE(joined);
  EXPECT_EQ(to_hex(joined->text), to_hex(expected));
  EXPECT_EQ(joined->data_coding, 8);
  EXPECT_EQ(reassembly.size(), 0u);
}

}  // namespace
}  // namespace peyk::tests
