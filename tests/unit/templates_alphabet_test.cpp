#include "templates/alphabet.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "templates/graphemes.hpp"
#include "templates/gsm7.hpp"
#include "templates/utf8.hpp"

namespace peyk::tests::templates_alphabet_test {
namespace {

using namespace templates;

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

// Any text that may come up: both alphabets, marks, joiners, emoji, codes.
rc::Gen<std::string> any_text() {
  static const std::vector<std::string> kPieces = {
      "a", "Z", "0",      "7",      " ",      "\n", "@",        "€",        "[",       "{", "`",          "س",
      "پ", "۱", "\u200c", "\u064e", "\u0301", "😀",  "👩\u200d👧", "👍🏽", "1234567", "é", "کد 4417203 "};
  return rc::gen::map(
      rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, kPieces.size())),
      [](const std::vector<std::size_t>& which) {
        std::string text;
        for (const std::size_t i : which) text += repeated(kPieces[i], 1 + i % 5);
        return text;
      });
}

TEST(Alphabet, obeys_data_coding) {
  using namespace std::string_literals;
  struct Case {
    std::string octets;
    int data_coding;
    std::string text;
  };
  const std::string salam = "\x06\x33\x06\x44\x06\x27\x06\x45"s;
  const std::vector<Case> cases = {
      {"\x00\x1b\x65"s, 0x00, "@€"},
      {"\x1b\x41"s, 0x00, "A"},  // unknown extension: default table
      {"a\x1b"s, 0x00, "a"},
      {"a\xE9"s, 0x00, "a\uFFFD"},
      {"a\xE9"s, 0x01, "a\uFFFD"},
      {"a\xE9"s, 0x03, "aé"},
      {"a\xE9"s, 0x04, "aé"},
      {salam, 0x08, "سلام"},
      {salam, 0x18, "سلام"},
      {salam, 0x1B, "سلام"},
      {salam, 0x48, "سلام"},
      {salam, 0xE0, "سلام"},
      {"\x00"s, 0x10, "@"},
      {"\xE9"s, 0x15, "é"},
      {"\x00"s, 0xF0, "@"},
      {"\xE9"s, 0xF5, "é"},
      {"\x00"s, 0xC8, "@"},
      {"\x00"s, 0x8C, "@"},  // reserved: as 0
      {"a\xD0"s, 0x06, "a\uFFFD"},
      {"\xFE\xFF"s + salam, 0x08, "سلام"},
      {"\xFF\xFE\x33\x06"s, 0x08, "س"},
      {salam, 0x28, "\uFFFD"},                        // compressed
      {salam, 0x00, "سلام"},                          // each even octet betrays it
      {"\x06\xF1\x06\xF1"s, 0xF1, "ù\uFFFDù\uFFFD"},  // said to be GSM-7, not the default
      {"\x06\x33\x06"s, 0x08, "س\uFFFD"},
      {"\x06"s, 0x08, "\uFFFD"},
      {"\xD8\x3D\xDE\x00"s, 0x08, "😀"},
      {"\xD8\x3D\x00\x41"s, 0x08, "\uFFFDA"},
      {"\xDE\x00"s, 0x08, "\uFFFD"},
      {"\xD8\x3D"s, 0x08, "\uFFFD"},
      {""s, 0x08, ""},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(decode(c.octets, static_cast<std::uint8_t>(c.data_coding)), c.text)
        << "data_coding " << c.data_coding;
  }
}

TEST(Alphabet, obeys_the_ussd_scheme) {
  using namespace std::string_literals;
  const std::string one_fa = "\x06\xF1"s;
  EXPECT_EQ(decode_ussd("1\x00"s, 0x0F), "1@");
  EXPECT_EQ(decode_ussd("1\x00"s, 0x01), "1@") << "0x01 is German here, not IA5";
  EXPECT_EQ(decode_ussd("en\rHi"s, 0x10), "Hi");
  EXPECT_EQ(decode_ussd("Hi"s, 0x10), "Hi");
  EXPECT_EQ(decode_ussd("\xE6\x30"s + one_fa, 0x11), "۱");
  EXPECT_EQ(decode_ussd(one_fa, 0x11), "۱") << "without the language indication";
  EXPECT_EQ(decode_ussd(one_fa, 0x48), "۱");
  EXPECT_EQ(decode_ussd(one_fa, 0x58), "۱");
  EXPECT_EQ(decode_ussd(one_fa, 0x08), "۱");
  EXPECT_EQ(decode_ussd("\x00"s, 0x22), "@");
  EXPECT_EQ(decode_ussd("\xE9"s, 0x44), "é");
  EXPECT_EQ(decode_ussd("\x00"s, 0xF1), "@");
}

TEST(Alphabet, reads_what_a_carrier_hides_under_data_coding_0) {
  using namespace std::string_literals;
  const auto guess = [](const std::string& octets) { return decode(octets, 0, DefaultAlphabet::guess); };
  EXPECT_EQ(guess("\x06\x27\x06\x39\x06\x2A\x06\x28\x06\x27\x06\x31"s), "اعتبار");
  EXPECT_EQ(guess("\x00J\x00O\x00I\x00N"s), "JOIN");
  EXPECT_EQ(guess("\xFF\xFEJ\x00"s), "J");
  EXPECT_EQ(guess("caf\xE9"s), "café");
  EXPECT_EQ(guess("اعتبار"), "اعتبار") << "UTF-8";
  EXPECT_EQ(guess("JOIN"), "JOIN");
  EXPECT_EQ(guess("\x00\x00"s), "@@") << "no NUL characters";
  EXPECT_EQ(decode("\xE9"s, 0, DefaultAlphabet::latin1), "é");
  EXPECT_EQ(decode("\x06\xF1"s, 0, DefaultAlphabet::ucs2), "۱");
  EXPECT_EQ(decode("@"s, 0, DefaultAlphabet::ascii), "@");
}

RC_GTEST_PROP(Alphabet, parts_put_together_are_the_text, ()) {
  const std::string text = *any_text();
  for (const Alphabet alphabet : {choose(text), Alphabet::ucs2}) {
    for (const ReferenceBits bits : {ReferenceBits::eight, ReferenceBits::sixteen}) {
      const auto parts = split(text, alphabet, bits);
      RC_ASSERT(parts.size() == part_count(text, alphabet, bits));
      std::string whole;
      for (const std::string& part : parts) {
        const std::string read = decode(part, data_coding(alphabet));
        RC_ASSERT(read.find("\uFFFD") == std::string::npos);
        RC_ASSERT(units(read, alphabet) <= (alphabet == Alphabet::gsm7 ? 160u : 70u));
        whole += read;
      }
      RC_ASSERT(whole == text);
    }
  }
}

RC_GTEST_PROP(Alphabet, a_part_never_begins_inside_a_combining_sequence, ()) {
  const std::string text = *any_text();
  const auto whole = to_code_points(text);
  std::size_t at = 0;
  for (const std::string& part : split(text, Alphabet::ucs2, ReferenceBits::sixteen)) {
    RC_ASSERT(may_cut(whole, at));
    at += to_code_points(decode(part, 8)).size();
  }
}

RC_GTEST_PROP(Alphabet, decoding_takes_any_octets, ()) {
  const auto octets = *rc::gen::arbitrary<std::string>();
  const auto coding = *rc::gen::arbitrary<std::uint8_t>();
  for (const auto& text : {decode(octets, coding), decode(octets, coding, DefaultAlphabet::guess),
                           decode_ussd(octets, coding), decode_ussd(octets, coding, DefaultAlphabet::ucs2)}) {
    RC_ASSERT(to_utf8(to_code_points(text)) == text);
  }
}

TEST(Alphabet, is_the_carriers_where_it_and_the_phone_have_each_character) {
  struct Case {
    const char* text;
    DefaultAlphabet carrier;
    Alphabet chosen;
    const char* octets;
  };
  const std::vector<Case> cases = {
      {"Café £5", DefaultAlphabet::gsm7, Alphabet::gsm7,
       "Caf\x05 \x01"
       "5"},
      {"Café £5", DefaultAlphabet::latin1, Alphabet::latin1,
       "Caf\xE9 \xA3"
       "5"},
      {"Café", DefaultAlphabet::ascii, Alphabet::ucs2, nullptr},
      {"[a]", DefaultAlphabet::ascii, Alphabet::ascii, "[a]"},
      {"`", DefaultAlphabet::ascii, Alphabet::ucs2, nullptr},  // GSM-7 lacks it, and so does a phone
      {"©", DefaultAlphabet::latin1, Alphabet::ucs2, nullptr},
      {"5 €", DefaultAlphabet::gsm7, Alphabet::gsm7,
       "5 \x1B"
       "e"},
      {"5 €", DefaultAlphabet::latin1, Alphabet::ucs2, nullptr},
      {"a", DefaultAlphabet::ucs2, Alphabet::ucs2, nullptr},
      {"سلام", DefaultAlphabet::latin1, Alphabet::ucs2, nullptr},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const Alphabet alphabet = choose(c.text, c.carrier);
    EXPECT_EQ(alphabet, c.chosen);
    const std::string octets = encode(c.text, alphabet);
    if (c.octets != nullptr) {
      EXPECT_EQ(octets, c.octets);
    }
    EXPECT_EQ(decode(octets, data_coding(alphabet), c.carrier), c.text);
  }
  EXPECT_EQ(encode("é€س", Alphabet::latin1), "\xE9??");
  EXPECT_EQ(units("[]", Alphabet::ascii), 4u) << "escaped on the air";
}

TEST(Alphabet, packs_septets_behind_a_header_that_ends_inside_a_septet) {
  // A user data header of 7 octets is 56 bits, 8 septets: no filling. One of 6 octets needs one bit more.
  EXPECT_EQ(pack_septets("a"), "a");
  EXPECT_EQ(pack_septets("a", 1), "\xC2");
  for (std::size_t fill = 0; fill < 7; ++fill) {
    EXPECT_EQ(unpack_septets(pack_septets("hellohello", fill), fill), "hellohello") << fill;
  }
  EXPECT_EQ(unpack_septets(""), "");
}

TEST(Alphabet, reads_the_scripts_of_the_national_tables) {
  struct Case {
    NationalLanguages languages;
    std::string octets, text;
  };
  const std::vector<Case> cases = {
      {{.single = 1}, "\x1bGI\x1bI\x1bs \x1b\x65 \x1b(", "ĞIİş € {"},
      {{.locking = 1}, "\x04\x07\x0B\x1C\x40\x60", "€ıĞŞİç"},
      {{.single = 2},
       "Espa\x7D"
       "a, \x1bOpt\x1biCA\x09\x1b\x09",
       "España, ÓptíCAÇç"},
      {{.locking = 2}, "a\x04", "aè"},  // no such table: the default one
      {{.single = 3, .locking = 3}, "n\x1b{o \x7B\x12 \x1b\x12", "não ãª Φ"},
      {{.locking = 4}, std::string("\x00\x05\x3D", 3) + "a", "\u0981\u0987\u09AAa"},
      {{.single = 5},
       "\x1b\x1C\x1b\x25\x1b"
       "A",
       "\u0AE6\u0AEFA"},
      {{.single = 6, .locking = 6}, "()\x1b(", ")({"},
      {{.locking = 6}, "\x15\x3A", "\u0915:"},
      {{.locking = 7}, "\x24", "\u0CA1"},
      {{.locking = 8}, "\x2E\x7F", ".\u0D79"},
      {{.locking = 9}, "\x60", "\u0B56"},
      {{.locking = 10}, "\x7B", "\u0A70"},
      {{.single = 11, .locking = 11}, "\x15\x1b\x26", "\u0B95\u0BF3"},
      {{.single = 12}, "\x1b\x32\x1b\x65", "\u0C7F€"},
      {{.single = 13, .locking = 13},
       std::string("\x00\x59\x1b\x1C\x1b\x33\x1b\x3F", 8),
       "\u0627\u06CC\u06F0\u061F\u06D4"},
      {{.single = 14, .locking = 200}, "a\x1b\x65", "a€"},
      {{.single = 6}, "\x1b\x7F", "à"},  // nothing there: what the septet is alone
      {{.locking = 13}, "\x1b\x01", "\u0622"},
      {{.locking = 4}, "a\xE9", "a\uFFFD"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(decode(c.octets, 0, DefaultAlphabet::gsm7, c.languages), c.text)
        << int(c.languages.single) << ' ' << int(c.languages.locking);
  }
  EXPECT_EQ(decode("\x06\xF1", 8, DefaultAlphabet::gsm7, {.locking = 1}), "۱") << "UCS-2 has no tables";
}

TEST(Alphabet, a_code_is_never_torn_over_two_parts) {
  for (std::size_t before = 40; before < 160; ++before) {
    const std::string persian = repeated("ب", before) + " 1234567 " + repeated("ب", 60);
    const std::string latin = repeated("b", before * 2) + " 1234567 " + repeated("b", 120);
    EXPECT_TRUE(code_stays_whole(persian, "1234567")) << before;
    EXPECT_TRUE(code_stays_whole(latin, "1234567")) << before;
  }
}

TEST(Alphabet, tells_when_a_code_is_torn_or_absent) {
  const std::string eight_digits_at_the_cut = repeated("ب", 63) + "12345678" + repeated("ب", 60);
  EXPECT_FALSE(code_stays_whole(eight_digits_at_the_cut, "12345678"));
  EXPECT_FALSE(code_stays_whole("no code here", "1234567"));
  EXPECT_TRUE(code_stays_whole("code 1234567", "1234567"));
}

TEST(Alphabet, replaces_what_gsm7_lacks_only_when_told_to_use_it) {
  EXPECT_EQ(encode("سaم", Alphabet::gsm7), "?a?");
  EXPECT_EQ(encode("a\xFFz", Alphabet::ucs2), std::string("\0a\xFF\xFD\0z", 6));
}

TEST(Alphabet, refuses_more_parts_than_a_header_can_count) {
  EXPECT_EQ(split(repeated("ب", 255 * 67), Alphabet::ucs2).size(), 255u);
  EXPECT_THROW(split(repeated("ب", 255 * 67 + 1), Alphabet::ucs2), std::length_error);
  EXPECT_EQ(part_count(repeated("ب", 255 * 67 + 1), Alphabet::ucs2), 256u);
}

}  // namespace
}  // namespace peyk::tests::templates_alphabet_test
