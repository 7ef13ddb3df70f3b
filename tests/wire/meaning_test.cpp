// What the vectors' PDUs mean, by each member of their `expect`: text and charset, parts (udh, udh_raw, sar,
// whole), receipts, ids and statuses of answers; and the moments of their time strings. USSD dialogues:
// traps_ussd_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "smpp/parts.hpp"
#include "smpp/pdu.hpp"
#include "smpp/receipt.hpp"
#include "smpp/time_format.hpp"
#include "templates/alphabet.hpp"
#include "tests/kit/vectors.hpp"

namespace peyk::tests::meaning_test {
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
  for (const json& vector : vectors(VectorKind::time)) {
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

// The vectors whose `expect` has that member.
std::vector<json> vectors_with(const char* member) {
  std::vector<json> found;
  for (const json& vector : vectors(VectorKind::pdu)) {
    if (vector.contains("expect") && vector["expect"].contains(member)) found.push_back(vector);
  }
  return found;
}

TEST(Meaning, HasNoMemberThatNobodyLooksAt) {
  const std::set<std::string> kLookedAt{"text",   "charset",      "udh",        "udh_raw",
                                        "sar",    "whole",        "ussd",       "receipt",
                                        "status", "receipt_text", "message_id", "congestion_state"};
  for (const json& vector : vectors(VectorKind::pdu)) {
    const json expect = vector.value("expect", json::object());
    for (const auto& [member, value] : expect.items()) {
      EXPECT_TRUE(kLookedAt.contains(member)) << vector["id"] << " expects " << member;
    }
  }
}

// The user data of whatever PDU carries a text; empty when none of it can be read.
std::optional<UserData> message_of(const Pdu& pdu) {
  return std::visit(
      [](const auto& body) -> std::optional<UserData> {
        if constexpr (requires { read_message(body); }) {
          return read_message(body);
        } else if constexpr (requires {
                               body.short_message;
                               body.esm_class;
                             }) {
          return split_user_data(body.short_message, body.esm_class);
        } else if constexpr (requires { body.tlvs; }) {
          return split_user_data(get_octets(body.tlvs, tag::message_payload).value_or(""), 0);
        } else {
          return std::nullopt;
        }
      },
      pdu.body);
}

std::uint8_t data_coding_of(const Pdu& pdu) {
  return std::visit(
      [](const auto& body) -> std::uint8_t {
        if constexpr (requires { body.data_coding; }) {
          return body.data_coding;
        } else {
          return 0;
        }
      },
      pdu.body);
}

TEST(Meaning, OfATextIsReadInItsAlphabetAndWrittenTheSame) {
  for (const json& vector : vectors_with("charset")) {
    SCOPED_TRACE(vector["id"].get<std::string>());
    const json& expected = vector["expect"];
    const std::string charset = expected["charset"];
    const Pdu pdu = read(vector);
    const auto message = message_of(pdu);
    const std::uint8_t coding = data_coding_of(pdu);
    const std::string octets(message ? message->text : "");
    if (!expected.contains("text") || expected["text"].is_null()) {
      EXPECT_EQ(charset, "binary");
      continue;
    }
    const std::string text = expected["text"];
    const std::string heard = expected.contains("ussd") ? templates::decode_ussd(octets, coding)
                                                        : templates::decode(octets, coding);
    EXPECT_EQ(heard, text);
    const bool gsm7 = charset == "gsm7";
    if (gsm7 || charset == "ucs2") {
      const auto alphabet = gsm7 ? templates::Alphabet::gsm7 : templates::Alphabet::ucs2;
      EXPECT_EQ(to_hex(templates::encode(text, alphabet)), to_hex(octets));
    } else {
      EXPECT_EQ(charset == "latin1" ? 3 : charset == "ascii" ? 1 : -1, coding) << charset;
    }
  }
}

TEST(Meaning, OfAnAnswerIsItsIdAndItsStatus) {
  for (const json& vector : vectors_with("message_id")) {
    const Pdu pdu = read(vector);
    const auto* answer = std::get_if<SubmitSmResp>(&pdu.body);
    ASSERT_TRUE(answer) << vector["id"];
    EXPECT_EQ(answer->message_id, vector["expect"]["message_id"]) << vector["id"];
  }
  for (const json& vector : vectors_with("status")) {
    EXPECT_EQ(read(vector).command_status, vector["expect"]["status"]) << vector["id"];
  }
  for (const json& vector : vectors_with("congestion_state")) {
    const Pdu pdu = read(vector);
    const auto* answer = std::get_if<SubmitSmResp>(&pdu.body);
    ASSERT_TRUE(answer) << vector["id"];
    EXPECT_EQ(get_u8(answer->tlvs, tag::congestion_state), vector["expect"]["congestion_state"])
        << vector["id"];
  }
}

std::optional<Receipt> receipt_of(const Pdu& pdu) {
  if (const auto* data = std::get_if<DataSm>(&pdu.body)) return parse_receipt(*data);
  const auto* deliver = std::get_if<DeliverSm>(&pdu.body);
  return deliver != nullptr ? parse_receipt(*deliver) : std::nullopt;
}

void expect_receipt(const Receipt& receipt, const json& expected) {
  EXPECT_EQ(receipt.id, expected["id"]);
  EXPECT_EQ(words(receipt.state), expected["state"].get<std::string>());
  EXPECT_EQ(receipt.final(), expected["final"].get<bool>());
  EXPECT_EQ(receipt.err ? json(*receipt.err) : json(), expected.value("err", json()));
  if (expected.contains("submit")) {
    EXPECT_EQ(receipt.submit_date, expected["submit"]);
  }
  if (expected.contains("done")) {
    EXPECT_EQ(receipt.done_date, expected["done"]);
  }
  if (expected.contains("text_id")) {
    EXPECT_EQ(receipt.text_id, expected["text_id"].get<std::string>());
  }
}

TEST(Receipts, OfEveryVariantGiveIdStateAndError) {
  for (const json& vector : vectors_with("receipt")) {
    SCOPED_TRACE(vector["id"].get<std::string>() + ": " + vector.value("desc", ""));
    const auto receipt = receipt_of(read(vector));
    if (receipt) {
      expect_receipt(*receipt, vector["expect"]["receipt"]);
    } else {
      ADD_FAILURE() << "no receipt was seen";
    }
  }
}

TEST(Receipts, AreQuotedAsTheyStand) {
  for (const json& vector : vectors_with("receipt_text")) {
    const json& quoted = vector["expect"]["receipt_text"];
    const Pdu pdu = read(vector);
    const auto message = message_of(pdu);
    std::string octets;
    if (message) octets.append(message->header).append(message->text);
    // Latin-1 reads any octet as the character of its number, which is how the vectors quote.
    EXPECT_EQ(templates::decode(octets, 3), quoted.is_null() ? "" : quoted.get<std::string>())
        << vector["id"];
  }
}

TEST(Receipts, ThatComeTwiceAreEqual) {
  const auto receipts = vectors_with("receipt");
  for (const json& vector : receipts) {
    const std::string of = vector["expect"]["receipt"].value("duplicate_of", "");
    const auto first = std::ranges::find_if(receipts, [&](const json& other) {
      return !of.empty() && other["id"].get<std::string>().ends_with(of);
    });
    if (first == receipts.end()) continue;
    const auto receipt = receipt_of(read(vector)), before = receipt_of(read(*first));
    ASSERT_TRUE(receipt && before) << vector["id"];
    EXPECT_EQ(receipt->id, before->id) << vector["id"];
    EXPECT_EQ(receipt->state, before->state) << vector["id"];
  }
}

TEST(Receipts, AreNotSeenInTextsOfSubscribers) {
  for (const json& vector : vectors_with("text")) {
    const Pdu pdu = read(vector);
    const auto* deliver = std::get_if<DeliverSm>(&pdu.body);
    if (deliver == nullptr || vector["expect"].contains("receipt")) continue;
    // An acknowledgement by the subscriber's phone is told by its esm_class, and is no text's fault.
    if ((deliver->esm_class & esm_class::type_mask) != 0) continue;
    const ReceiptKind kind = receipt_kind(*deliver);
    EXPECT_TRUE(kind == ReceiptKind::none || kind == ReceiptKind::look_alike) << vector["id"];
  }
}

TEST(Receipts, ThatCannotBeUnderstoodAreSetAside) {
  for (const json& vector : vectors(VectorKind::malformed)) {
    if (vector.value("category", "") != "receipt") continue;
    const std::string app = vector["expect"].value("app", "");
    const auto receipt = receipt_of(read(vector));
    EXPECT_EQ(receipt.has_value(), app.find("nothing updated") == std::string::npos) << vector["id"] << app;
    if (receipt && app.find("dates unknown") != std::string::npos) {
      EXPECT_EQ(receipt->done_date, "");
      EXPECT_EQ(receipt->state, ReceiptState::delivered);
    }
  }
}

void expect_part(const json& expect, const UserData& message) {
  const bool udh = expect.contains("udh");
  const json& part = udh ? expect["udh"] : expect["sar"];
  const auto width = udh && part["ref_bits"] == 8 ? RefWidth::bits8 : RefWidth::bits16;
  const Part expected{part["ref"], width, part["total"], part["seq"]};
  ASSERT_TRUE(message.part);
  EXPECT_EQ(*message.part, expected);
  // One that says nothing else is one that we would have written.
  if (udh && message.header.size() <= 7) {
    EXPECT_EQ(to_hex(message.header), to_hex(build_udh(expected.ref, width, expected.total, expected.seq)));
  }
}

TEST(Parts, AreReadFromHeadersAndFromSarTlvs) {
  for (const json& vector : vectors(VectorKind::pdu)) {
    SCOPED_TRACE(vector["id"].get<std::string>());
    const json expect = vector.value("expect", json::object());
    const Pdu pdu = read(vector);
    const auto* submit = std::get_if<SubmitSm>(&pdu.body);
    const bool says = expect.contains("udh") || expect.contains("sar") || expect.contains("udh_raw");
    if (!says && (submit == nullptr || expect.empty())) continue;
    const auto message = message_of(pdu);
    if (!message) {
      ADD_FAILURE() << "its user data cannot be read";
    } else if (expect.contains("udh") || expect.contains("sar")) {
      expect_part(expect, *message);
    } else {
      EXPECT_FALSE(message->part);
    }
    if (message && expect.contains("udh_raw")) {
      EXPECT_EQ(to_hex(message->header), expect["udh_raw"]);
    }
  }
}

// The parts of one message, however the vectors' order: all that make parts the same message on the wire.
struct PartVector {
  json vector;
  Part part;
  std::string text;
  std::uint8_t data_coding = 0;
};

std::map<std::string, std::vector<PartVector>> messages_in_parts() {
  std::map<std::string, std::vector<PartVector>> messages;
  for (const json& vector : vectors_with("text")) {
    const Pdu pdu = read(vector);
    const auto message = message_of(pdu);
    if (!message || !message->part || !vector["expect"]["text"].is_string()) continue;
    const Part& part = *message->part;
    const json& fields = vector["decoded"]["fields"];
    const std::string key =
        vector["decoded"]["command"].get<std::string>() + fields.value("source_addr", "") + ">" +
        fields.value("destination_addr", "") + " " + std::to_string(part.ref) + " " +
        std::to_string(part.total) + (part.ref_width == RefWidth::bits8 ? " 8" : " 16") +
        (vector["expect"].contains("sar") ? " sar " : " ") + vector["expect"].value("whole", "");
    messages[key].push_back({vector, part, std::string(message->text), data_coding_of(pdu)});
  }
  return messages;
}

TEST(Parts, OfAMessageAreJoinedInAnyOrder) {
  for (auto& [key, parts] : messages_in_parts()) {
    SCOPED_TRACE(key + ", the first is " + parts.front().vector["id"].get<std::string>());
    std::ranges::sort(parts, {}, [](const PartVector& one) { return one.part.seq; });
    std::string expected;
    for (const PartVector& one : parts) expected += one.vector["expect"]["text"].get<std::string>();
    for (const PartVector& one : parts) {
      if (!one.vector["expect"].contains("whole")) continue;
      const std::string whole = one.vector["expect"]["whole"];
      EXPECT_NE(whole.find(expected), std::string::npos) << whole;
    }
    if (parts.size() != parts.front().part.total) continue;  // the others stand in another folder
    Reassembly reassembly{ReassemblyOptions{}};
    std::optional<Reassembly::Joined> joined;
    // The last first and twice, then the others backwards.
    reassembly.add("a", "b", parts.back().part, parts.back().text, parts.back().data_coding, Time{});
    for (std::size_t i = parts.size(); i-- > 0;) {
      EXPECT_FALSE(joined);
      joined = reassembly.add("a", "b", parts[i].part, parts[i].text, parts[i].data_coding, Time{});
    }
    ASSERT_TRUE(joined);
    EXPECT_EQ(templates::decode(joined->text, joined->data_coding), expected);
    EXPECT_EQ(parts.front().vector["expect"].value("whole", expected), expected);
    EXPECT_EQ(reassembly.size(), 0U);
  }
}

}  // namespace
}  // namespace peyk::tests::meaning_test
