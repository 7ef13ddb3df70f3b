#include "gateway/mo_text.hpp"

#include <gtest/gtest.h>

#include "templates/gsm7.hpp"

namespace peyk::gateway::gateway_mo_text_test {
namespace {

using namespace std::string_literals;
using templates::DefaultAlphabet;

// A message with this header, read as one piece.
store::MoPiece read(const std::string& header, const std::string& octets, std::uint8_t data_coding = 0,
                    DefaultAlphabet alphabet = DefaultAlphabet::gsm7) {
  const std::string whole = header + octets;
  const auto message = smpp::split_user_data(whole, header.empty() ? 0 : smpp::esm_class::udhi);
  EXPECT_TRUE(message);
  return piece_of(*message, data_coding, alphabet);
}

std::string said(const store::MoPiece& piece, DefaultAlphabet alphabet = DefaultAlphabet::gsm7) {
  return text_of({&piece, 1}, alphabet);
}

TEST(MoText, is_read_in_the_carriers_alphabet) {
  EXPECT_EQ(said(read("", "caf\x05")), "café");
  EXPECT_EQ(said(read("", "caf\xE9", 0, DefaultAlphabet::latin1), DefaultAlphabet::latin1), "café");
  EXPECT_EQ(said(read("", "caf\xE9")), "caf\uFFFD");
  EXPECT_EQ(said(read("", "\x06\x33\x06\x44"s)), "سل") << "UCS-2 under 0";
}

TEST(MoText, is_read_with_the_tables_that_its_header_names) {
  EXPECT_EQ(said(read("\x03\x24\x01\x01"s, "\x1bG\x1bi")), "Ğı");
  EXPECT_EQ(said(read("\x03\x25\x01\x0D"s, "\x59")), "ی");
  EXPECT_EQ(said(read("\x03\x25\x01\x0D"s, "\x06\x33", 8)), "س") << "UCS-2 has no tables";
}

TEST(MoText, is_unpacked_where_it_came_packed_behind_its_header) {
  const std::string words = "Reply 1 to join, or 2 to hear more about it";
  for (const std::string& header : {"\x05\x00\x03\x5A\x02\x01"s, "\x06\x08\x04\x12\x34\x02\x01"s}) {
    const std::size_t fill_bits = (7 - header.size() * 8 % 7) % 7;
    EXPECT_EQ(said(read(header, templates::pack_septets(words, fill_bits))), words);
    EXPECT_EQ(said(read(header, words)), words);
  }
  EXPECT_EQ(said(read("\x05\x00\x03\x5A\x02\x01"s, "caf\xE9 at nine")), "caf\uFFFD at nine") << "not packed";
  EXPECT_NE(said(read("", templates::pack_septets(words))), words) << "no header says so";
}

TEST(MoText, heals_what_its_phone_cut_in_two) {
  const std::vector<store::MoPiece> escape{{"5 \x1b", 0}, {"e!", 0}};
  EXPECT_EQ(text_of(escape, DefaultAlphabet::gsm7), "5 €!");
  const std::vector<store::MoPiece> surrogates{{"\xD8\x3D", 8}, {"\xDE\x00"s, 8}};
  EXPECT_EQ(text_of(surrogates, DefaultAlphabet::gsm7), "😀");
  const std::vector<store::MoPiece> mixed{{"abc ", 0}, {"\x06\x33", 8}, {" d", 0}};
  EXPECT_EQ(text_of(mixed, DefaultAlphabet::gsm7), "abc س d");
}

}  // namespace
}  // namespace peyk::gateway::gateway_mo_text_test
