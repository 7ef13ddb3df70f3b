// The vectors of texts, septets, phone numbers and folded forms.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "smpp/address.hpp"
#include "templates/alphabet.hpp"
#include "templates/fold.hpp"
#include "templates/gsm7.hpp"
#include "templates/phone.hpp"
#include "templates/screen.hpp"
#include "tests/kit/vectors.hpp"

namespace peyk::tests::texts_test {
namespace {

using nlohmann::json;
using namespace templates;

TEST(Texts, WeighEncodeAndSplitAsTheVectorsSay) {
  for (const json& vector : vectors(VectorKind::text)) {
    SCOPED_TRACE(vector["id"].get<std::string>());
    const std::string text = vector["text"];
    const Alphabet alphabet = vector["encoding"] == "gsm7" ? Alphabet::gsm7 : Alphabet::ucs2;
    EXPECT_EQ(choose(text), alphabet);
    EXPECT_EQ(units(text), vector["units"].get<std::size_t>());
    EXPECT_EQ(data_coding(alphabet), vector["data_coding"].get<int>());
    if (vector["octets_hex"].is_string()) {
      EXPECT_EQ(to_hex(encode(text, alphabet)), vector["octets_hex"]);
    }
    json parts = json::array();
    for (const std::string& part : split(text, alphabet, ReferenceBits::eight)) {
      const std::string read = decode(part, data_coding(alphabet));
      parts.push_back({{"text", read}, {"units", units(read, alphabet)}});
    }
    EXPECT_EQ(parts, vector["parts_udh6"]);
    EXPECT_EQ(part_count(text, alphabet, ReferenceBits::eight), vector["parts_udh6"].size());
    EXPECT_EQ(part_count(text, alphabet, ReferenceBits::sixteen), vector["parts_udh7_count"]);
    EXPECT_EQ(fits_screen(text), vector["ussd_fits"].get<bool>());
  }
}

TEST(Septets, TravelUnpackedAndAreReadPackedToo) {
  for (const json& vector : vectors(VectorKind::pack7)) {
    const std::string text = vector["text"];
    EXPECT_EQ(to_hex(encode(text, Alphabet::gsm7)), vector["unpacked_hex"]) << vector["id"];
    EXPECT_EQ(units(text), vector["septets"].get<std::size_t>()) << vector["id"];
    EXPECT_EQ(decode(from_hex(vector["unpacked_hex"].get<std::string>()), 0), text) << vector["id"];
    if (!vector.contains("packed_hex")) continue;
    EXPECT_EQ(to_hex(pack_septets(encode(text, Alphabet::gsm7))), vector["packed_hex"]) << vector["id"];
    EXPECT_EQ(decode(unpack_septets(from_hex(vector["packed_hex"].get<std::string>())), 0), text)
        << vector["id"];
  }
}

void expect_on_the_wire(const json& vector, const smpp::Address& address) {
  if (!vector.contains("smpp")) return;
  const json ours{{"ton", static_cast<int>(address.ton)},
                  {"npi", static_cast<int>(address.npi)},
                  {"addr", address.digits}};
  EXPECT_EQ(ours, vector["smpp"]);
}

TEST(Addresses, AreReadAsPeopleWriteThem) {
  for (const json& vector : vectors(VectorKind::address)) {
    SCOPED_TRACE(vector["id"].get<std::string>());
    const std::string input = vector["input"], kind = vector["kind"];
    const auto phone = parse_phone(input);
    const bool mobile = kind == "mobile" || kind == "foreign_mobile";
    EXPECT_EQ(phone.has_value(), mobile) << input;
    if (mobile && phone) {
      EXPECT_EQ(e164(*phone), vector["e164"]);
      expect_on_the_wire(vector, smpp::international_address(e164(*phone)));
    } else if (kind == "fixed") {
      // Members have mobile phones; a fixed number is one to reach all the same.
      expect_on_the_wire(vector, smpp::international_address(vector["e164"].get<std::string>()));
    } else if (kind == "alphanumeric") {
      expect_on_the_wire(vector, smpp::sender_address(input, smpp::Ton::unknown, smpp::Npi::isdn));
    } else if (kind.starts_with("line_")) {
      EXPECT_EQ(line_digits(input), vector["canonical"]);
    } else {
      EXPECT_EQ(kind, mobile ? kind : "invalid-mobile");
    }
  }
}

TEST(Folding, BringsTheFormsOfAWordTogether) {
  for (const json& vector : vectors(VectorKind::fold)) {
    const std::string input = vector["input"];
    EXPECT_EQ(fold(input), vector["folded"]) << vector["id"];
    EXPECT_EQ(fold(fold(input)), vector["folded"]) << vector["id"];
  }
}

}  // namespace
}  // namespace peyk::tests::texts_test
