#include "gateway/composition.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "smpp/parts.hpp"
#include "templates/graphemes.hpp"
#include "templates/gsm7.hpp"
#include "templates/utf8.hpp"

namespace peyk::gateway::gateway_composition_test {
namespace {

using templates::DefaultAlphabet;

constexpr LongTexts kMethods[] = {LongTexts::udh8, LongTexts::udh16, LongTexts::sar, LongTexts::payload};
constexpr DefaultAlphabet kAlphabets[] = {DefaultAlphabet::gsm7, DefaultAlphabet::latin1,
                                          DefaultAlphabet::ascii, DefaultAlphabet::ucs2};

CarrierOptions carrier_with(LongTexts method, DefaultAlphabet alphabet = DefaultAlphabet::gsm7) {
  CarrierOptions carrier;
  carrier.long_texts = method;
  carrier.default_alphabet = alphabet;
  return carrier;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

smpp::SubmitSm pdu_of(const Composition& composition, std::size_t part) {
  smpp::SubmitSm pdu{.source_addr = "30001234", .destination_addr = "989120000101"};
  write_part(pdu, composition, part);
  return pdu;
}

// The octets of a part as one who knows its header reads them: a national table's as UCS-2.
std::string octets_read(const smpp::UserData& message, const smpp::SubmitSm& pdu,
                        const CarrierOptions& carrier) {
  const templates::NationalLanguages languages{.single = message.single_shift,
                                               .locking = message.locking_shift};
  if (!languages.any()) return std::string(message.text);
  const std::string text =
      templates::decode(message.text, pdu.data_coding, carrier.default_alphabet, languages);
  return templates::encode(text, templates::Alphabet::ucs2);
}

// What a carrier reads, the parts given to it last first.
std::optional<std::string> read_back(const Composition& composition, const CarrierOptions& carrier) {
  smpp::Reassembly reassembly{smpp::ReassemblyOptions{}};
  for (std::size_t part = composition.parts.size(); part-- > 0;) {
    const smpp::SubmitSm pdu = pdu_of(composition, part);
    const auto message = smpp::read_message(pdu);
    if (!message) return std::nullopt;
    const auto joined =
        reassembly.add(pdu.source_addr, pdu.destination_addr, message->part.value_or(smpp::Part{}),
                       octets_read(*message, pdu, carrier), pdu.data_coding, smpp::Time{});
    const std::uint8_t read_as = composition.languages.any() ? 8 : composition.data_coding;
    if (joined) return templates::decode(joined->text, read_as, carrier.default_alphabet);
  }
  return std::nullopt;
}

// The octets that a part costs on the air, with the longest header that it may get there.
std::size_t air_octets(const Composition& composition, std::size_t part) {
  const bool several = composition.parts.size() > 1;
  const std::size_t header = !several ? 0 : composition.method == LongTexts::udh8 ? 6 : 7;
  const std::string text =
      templates::decode(composition.parts[part], composition.data_coding, templates::DefaultAlphabet::guess);
  if (composition.data_coding == 8) return header + composition.parts[part].size();
  const std::size_t septets = templates::units(text, templates::Alphabet::gsm7);
  return ((header * 8 + 6) / 7 * 7 + septets * 7 + 7) / 8;
}

rc::Gen<std::string> any_text() {
  static const std::vector<std::string> kPieces = {"a",
                                                   "Z",
                                                   "0",
                                                   "[",
                                                   "€",
                                                   "é",
                                                   "ç",
                                                   "©",
                                                   "`",
                                                   "\r\n",
                                                   "س",
                                                   "پ",
                                                   "۱",
                                                   "٣",
                                                   "\u200c",
                                                   "\u064e",
                                                   "e\u0301",
                                                   "😀",
                                                   "👩\u200d👩\u200d👧",
                                                   "👍🏽",
                                                   "🇮🇷",
                                                   "❤\uFE0F",
                                                   "क\u093F",
                                                   "각",
                                                   "中",
                                                   "4417203",
                                                   "@",
                                                   "\u0BA8\u0BBF",
                                                   "Ж",
                                                   " "};
  return rc::gen::map(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 1000)),
                      [](const std::vector<std::size_t>& which) {
                        // Often one script only, so that the short alphabets get their turn too.
                        const std::size_t pieces =
                            which.empty() || which.front() % 3 == 0 ? kPieces.size() : 6;
                        std::string text;
                        for (const std::size_t i : which) text += repeated(kPieces[i % pieces], 1 + i % 17);
                        return text;
                      });
}

RC_GTEST_PROP(Composition, parts_put_together_are_the_text_whatever_the_carrier_wants, ()) {
  const std::string text = *any_text();
  const auto id = *rc::gen::arbitrary<std::uint64_t>();
  const auto points = templates::to_code_points(text);
  for (const LongTexts method : kMethods) {
    for (const DefaultAlphabet alphabet : kAlphabets) {
      const CarrierOptions carrier = carrier_with(method, alphabet);
      const Composition composition = compose(text, id, carrier);
      RC_ASSERT(composition.parts.size() == part_count(text, carrier));
      RC_ASSERT(composition.ref != 0);
      RC_ASSERT(read_back(composition, carrier) == text);
      std::size_t at = 0;
      for (std::size_t part = 0; part < composition.parts.size(); ++part) {
        RC_ASSERT(composition.method == LongTexts::payload || air_octets(composition, part) <= 140u);
        RC_ASSERT(templates::may_cut(points, at));
        at += templates::to_code_points(templates::decode(composition.parts[part], composition.data_coding,
                                                          carrier.default_alphabet))
                  .size();
      }
    }
  }
}

RC_GTEST_PROP(Composition, by_default_counts_as_the_estimate_does, ()) {
  const std::string text = *any_text();
  RC_ASSERT(part_count(text, CarrierOptions{}) == templates::part_count(text, templates::choose(text)));
}

TEST(Composition, fills_parts_to_the_last_unit_of_each_method) {
  struct Case {
    LongTexts method;
    std::size_t latin, persian;  // units of a part of several
  };
  for (const Case& c :
       {Case{LongTexts::udh8, 153, 67}, Case{LongTexts::udh16, 152, 66}, Case{LongTexts::sar, 152, 66}}) {
    const CarrierOptions carrier = carrier_with(c.method);
    EXPECT_EQ(part_count(repeated("a", 160), carrier), 1);
    EXPECT_EQ(part_count(repeated("a", 2 * c.latin), carrier), 2);
    EXPECT_EQ(part_count(repeated("a", 2 * c.latin + 1), carrier), 3);
    EXPECT_EQ(part_count(repeated("س", 70), carrier), 1);
    EXPECT_EQ(part_count(repeated("س", 2 * c.persian), carrier), 2);
    EXPECT_EQ(part_count(repeated("س", 2 * c.persian + 1), carrier), 3);
  }
}

TEST(Composition, says_by_header_or_by_sar_which_part_it_is_never_by_both) {
  const std::string text = repeated("س", 150);
  const auto by_sar = pdu_of(compose(text, 7, carrier_with(LongTexts::sar)), 1);
  EXPECT_EQ(by_sar.esm_class & smpp::esm_class::udhi, 0);
  EXPECT_EQ(smpp::read_sar(by_sar.tlvs), (smpp::Part{8, smpp::RefWidth::bits16, 3, 2}));
  const auto by_header = pdu_of(compose(text, 7, carrier_with(LongTexts::udh16)), 1);
  EXPECT_NE(by_header.esm_class & smpp::esm_class::udhi, 0);
  EXPECT_TRUE(by_header.tlvs.empty());
  EXPECT_EQ(smpp::read_message(by_header)->part, (smpp::Part{8, smpp::RefWidth::bits16, 3, 2}));
}

TEST(Composition, of_a_short_text_needs_neither_header_nor_tlv) {
  for (const LongTexts method : kMethods) {
    const auto pdu = pdu_of(compose("سلام", 7, carrier_with(method)), 0);
    EXPECT_EQ(pdu.short_message.size(), 8u);
    EXPECT_EQ(pdu.esm_class, 0);
    EXPECT_TRUE(pdu.tlvs.empty());
  }
}

TEST(Composition, puts_a_long_text_into_one_payload_unless_carriers_refuse_its_length) {
  const CarrierOptions carrier = carrier_with(LongTexts::payload);
  const auto pdu = pdu_of(compose(repeated("س", 150), 7, carrier), 0);
  EXPECT_TRUE(pdu.short_message.empty());
  EXPECT_EQ(smpp::message_octets(pdu).size(), 300u);
  EXPECT_EQ(part_count(repeated("س", 3250), carrier), 1);
  const Composition too_long = compose(repeated("س", 3251), 7, carrier);
  EXPECT_EQ(too_long.method, LongTexts::udh8);
  EXPECT_EQ(too_long.parts.size(), 49u);
}

TEST(Composition, uses_no_tlvs_towards_a_carrier_of_version_3_3) {
  for (const LongTexts method : {LongTexts::sar, LongTexts::payload}) {
    CarrierOptions carrier = carrier_with(method);
    carrier.interface_version = 0x33;
    const auto pdu = pdu_of(compose(repeated("س", 150), 7, carrier), 2);
    EXPECT_TRUE(pdu.tlvs.empty());
    EXPECT_EQ(smpp::read_message(pdu)->part, (smpp::Part{8, smpp::RefWidth::bits8, 3, 3}));
  }
}

TEST(Composition, gives_messages_in_a_row_references_that_differ_and_are_never_0) {
  for (std::uint64_t id = 0; id < 1000; ++id) {
    const auto ref = compose("x", id, carrier_with(LongTexts::udh8)).ref;
    EXPECT_TRUE(ref >= 1 && ref <= 255);
    EXPECT_NE(ref, compose("x", id + 1, carrier_with(LongTexts::udh8)).ref);
  }
  EXPECT_EQ(compose("x", 0xFFFF, carrier_with(LongTexts::sar)).ref, 1);
  EXPECT_EQ(compose("x", 0xFFFE, carrier_with(LongTexts::sar)).ref, 0xFFFF);
}

// The user data of a part on the air: what is packed is packed, the header as it stands.
std::size_t user_data_octets(const smpp::SubmitSm& pdu) {
  const auto message = smpp::read_message(pdu);
  if (!message) return ~std::size_t{0};
  const std::size_t header = message->header.size();
  if (pdu.data_coding != 0) return header + message->text.size();
  return ((header * 8 + 6) / 7 * 7 + message->text.size() * 7 + 7) / 8;
}

bool ends_with_escape(std::string_view septets) {
  std::size_t escapes = 0;
  while (escapes < septets.size() && septets[septets.size() - 1 - escapes] == templates::kGsm7Escape)
    ++escapes;
  return escapes % 2 != 0;
}

rc::Gen<std::string> any_national_text() {
  static const std::vector<std::string> kPieces = {
      "a", "Z",    "ş",       "ğ", "İ",  "ı", "ç", "{", "€", "á", "í", "Ó", "ú", "ã", "õ", "ê",
      "Â", "\r\n", "4417203", "@", "हि", "क", "।", "گ", "؟", "ô", "ў", "û", "ÿ", "س", "–"};
  return rc::gen::map(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 1000)),
                      [](const std::vector<std::size_t>& which) {
                        const std::size_t kind = which.empty() ? 0 : which.front() % 4;
                        const std::size_t pieces = kind == 0 ? kPieces.size() : kind == 1 ? 9 : 20;
                        std::string text;
                        for (const std::size_t i : which) text += repeated(kPieces[i % pieces], 1 + i % 13);
                        return text;
                      });
}

RC_GTEST_PROP(NationalLanguages, what_is_sent_is_what_is_read_and_no_part_is_longer_than_the_air_takes, ()) {
  const std::string text = *any_national_text();
  const auto id = *rc::gen::arbitrary<std::uint64_t>();
  for (const LongTexts method : kMethods) {
    CarrierOptions plain = carrier_with(method);
    CarrierOptions carrier = plain;
    carrier.national_languages = {1, 2, 3, 6, 13};
    carrier.latin1_data_coding_3 = *rc::gen::arbitrary<bool>();
    const Composition composition = compose(text, id, carrier);
    RC_ASSERT(composition.parts.size() == part_count(text, carrier));
    RC_ASSERT(composition.parts.size() <= part_count(text, plain));
    RC_ASSERT(read_back(composition, carrier) == text);
    const bool otherwise = composition.data_coding == 3 || composition.languages.any();
    RC_ASSERT(!otherwise || composition.parts.size() < part_count(text, plain));
    RC_CLASSIFY(composition.languages.any(), "national");
    RC_CLASSIFY(composition.data_coding == 3, "latin1");
    for (std::size_t part = 0; part < composition.parts.size(); ++part) {
      if (composition.method == LongTexts::payload) continue;
      const smpp::SubmitSm pdu = pdu_of(composition, part);
      RC_ASSERT(user_data_octets(pdu) <= 140u);
      RC_ASSERT(composition.data_coding != 0 || !ends_with_escape(composition.parts[part]));
    }
  }
}

TEST(NationalLanguages, are_named_in_the_header_and_used_only_where_the_carrier_takes_them) {
  const std::string text = repeated("şu ", 40);  // 120 characters, a third of them Turkish
  CarrierOptions carrier = carrier_with(LongTexts::udh8);
  EXPECT_EQ(part_count(text, carrier), 2) << "UCS-2";
  carrier.national_languages = {2};
  EXPECT_EQ(part_count(text, carrier), 2) << "Spanish has no such letter";
  carrier.national_languages = {2, 1};
  const Composition composition = compose(text, 7, carrier);
  ASSERT_EQ(composition.parts.size(), 1u);
  const smpp::SubmitSm pdu = pdu_of(composition, 0);
  EXPECT_EQ(pdu.data_coding, 0);
  EXPECT_EQ(pdu.esm_class, smpp::esm_class::udhi);
  EXPECT_EQ(pdu.short_message.substr(0, 4), std::string("\x03\x25\x01\x01", 4)) << "the locking table alone";
  EXPECT_EQ(read_back(composition, carrier), text);
  carrier.default_alphabet = DefaultAlphabet::latin1;
  EXPECT_EQ(compose(text, 7, carrier).data_coding, 8) << "septets are not what this carrier means by 0";
}

TEST(NationalLanguages, are_not_used_where_they_save_no_part) {
  CarrierOptions carrier = carrier_with(LongTexts::udh8);
  carrier.national_languages = {1};
  EXPECT_EQ(compose("şu", 7, carrier).data_coding, 8);
  EXPECT_FALSE(compose("hello", 7, carrier).languages.any());
  EXPECT_EQ(compose(repeated("س", 80), 7, carrier).data_coding, 8) << "no table has it";
}

TEST(NationalLanguages, fill_parts_to_the_last_septet_behind_their_header) {
  struct Case {
    LongTexts method;
    std::size_t each;
  };
  for (const Case& c : {Case{LongTexts::udh8, 149}, Case{LongTexts::udh16, 148}, Case{LongTexts::sar, 148}}) {
    CarrierOptions carrier = carrier_with(c.method);
    carrier.national_languages = {1};
    const auto text = [](std::size_t units) { return "ş" + repeated("a", units - 1); };
    EXPECT_EQ(part_count(text(155), carrier), 1);
    EXPECT_EQ(part_count(text(2 * c.each), carrier), 2);
    EXPECT_EQ(part_count(text(2 * c.each + 1), carrier), 3);
    const auto second = smpp::read_message(pdu_of(compose(text(200), 7, carrier), 1));
    EXPECT_EQ(second->part->seq, 2);
    EXPECT_EQ(second->locking_shift, 1);
  }
}

TEST(Latin1, goes_under_data_coding_3_where_the_carrier_takes_it_and_it_saves_a_part) {
  CarrierOptions carrier = carrier_with(LongTexts::udh8);
  const std::string text = repeated("ã", 140);
  EXPECT_EQ(compose(text, 7, carrier).data_coding, 8);
  carrier.latin1_data_coding_3 = true;
  const Composition composition = compose(text, 7, carrier);
  EXPECT_EQ(composition.data_coding, 3);
  EXPECT_EQ(composition.parts, std::vector{std::string(140, '\xE3')});
  EXPECT_EQ(part_count(repeated("ã", 2 * 134), carrier), 2);
  EXPECT_EQ(part_count(repeated("ã", 2 * 134 + 1), carrier), 3);
  EXPECT_EQ(compose(repeated("ã", 70), 7, carrier).data_coding, 8) << "one part either way";
  EXPECT_EQ(compose(repeated("ã", 80) + "ş", 7, carrier).data_coding, 8) << "not in Latin-1";
  EXPECT_EQ(compose(repeated("e", 150), 7, carrier).data_coding, 0) << "GSM-7 has it";
}

TEST(Composition, refuses_what_255_parts_cannot_hold) {
  const CarrierOptions carrier;
  EXPECT_EQ(compose(repeated("س", 255 * 67), 1, carrier).parts.size(), 255u);
  EXPECT_THROW(compose(repeated("س", 255 * 67 + 1), 1, carrier), std::length_error);
  EXPECT_EQ(part_count(repeated("س", 255 * 67 + 1), carrier), 255);
}

}  // namespace
}  // namespace peyk::gateway::gateway_composition_test
