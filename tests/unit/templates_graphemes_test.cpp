#include "templates/graphemes.hpp"

#include <gtest/gtest.h>

#include "templates/alphabet.hpp"
#include "templates/utf8.hpp"

namespace peyk::templates::templates_graphemes_test {
namespace {

TEST(Graphemes, hold_together_what_reads_as_one_character) {
  for (const char* one : {"e\u0301", "س\u064e\u0651", "👩\u200d👩\u200d👧", "👍🏽", "🇮🇷", "❤\uFE0F",
                          "1\uFE0F\u20E3", "\r\n", "\u0915\u093F", "각", "می\u200c"}) {
    const std::u32string text = to_code_points(std::string("ab") + one + "c");
    EXPECT_TRUE(may_cut(text, 1)) << one;
    for (std::size_t at = 3; at + 1 < text.size(); ++at) {
      if (std::string(one) == "می\u200c" && at == 3) continue;  // two letters
      EXPECT_FALSE(may_cut(text, at)) << one << ' ' << at;
    }
    EXPECT_TRUE(may_cut(text, text.size() - 1)) << one;
  }
}

TEST(Graphemes, part_where_characters_meet) {
  const std::u32string text = to_code_points("سلام 🇮🇷🇮🇷 ab");
  for (const std::size_t at : {0u, 1u, 4u, 5u, 7u, 9u, 10u, 11u, 12u}) EXPECT_TRUE(may_cut(text, at)) << at;
  EXPECT_FALSE(may_cut(text, 6));
  EXPECT_FALSE(may_cut(text, 8));
}

TEST(Graphemes, longer_than_a_part_are_cut_between_code_points) {
  std::string text = "ا";
  for (int i = 0; i < 200; ++i) text += "\u064e";
  std::string whole;
  const auto parts = split(text, Alphabet::ucs2);
  EXPECT_EQ(parts.size(), 3u);
  for (const std::string& part : parts) whole += decode(part, 8);
  EXPECT_EQ(whole, text);
}

}  // namespace
}  // namespace peyk::templates::templates_graphemes_test
