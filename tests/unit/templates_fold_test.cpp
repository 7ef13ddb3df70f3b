#include "templates/fold.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "templates/utf8.hpp"

namespace peyk::tests::templates_fold_test {
namespace {

using templates::fold;

TEST(Fold, brings_all_forms_of_a_command_together) {
  for (const auto* form :
       {"اعتبار", " اِعتبار ", "ﺍﻋﺘﺒﺎﺭ", "اعتـــبار", "\u202bاعتبار\u202c", "إعتبار", "اعتبار\u200f"}) {
    EXPECT_EQ(fold(form), "اعتبار");
  }
  EXPECT_EQ(fold("ＪＯＩＮ\t١２۳"), "join 123");
  EXPECT_EQ(fold("صورت\u200cحساب"), "صورتحساب");
}

TEST(Fold, keeps_apart_what_is_different) {
  EXPECT_NE(fold("عضویت"), fold("عضو یت"));
  EXPECT_NE(fold("آب"), fold("اب"));
  EXPECT_EQ(fold("a-b"), "a-b");
}

TEST(Fold, reads_no_further_than_its_limit) {
  EXPECT_EQ(fold(std::string(100'000, 'a')).size(), templates::kFoldOctetsMax);
  std::string persian;
  while (persian.size() < 100'000) persian += "س";
  EXPECT_EQ(fold(persian).size(), templates::kFoldOctetsMax);
  EXPECT_EQ(fold("x" + persian).find("\uFFFD"), std::string::npos) << "cut at a character";
}

TEST(Fold, replaces_invalid_octets) {
  EXPECT_EQ(fold("a\xFF\xC0z"), "a\uFFFD\uFFFDz");
  EXPECT_EQ(fold(std::string("1\0002", 3)), "1 2");
}

// A compatibility character at the end sends the whole text through NFKC: both ways must say the same.
RC_GTEST_PROP(Fold, plain_texts_need_no_normalisation, ()) {
  const auto points = *rc::gen::container<std::u32string>(
      rc::gen::oneOf(rc::gen::inRange<char32_t>(0, 0x80), rc::gen::inRange<char32_t>(0x600, 0x700),
                     rc::gen::inRange<char32_t>(0x200C, 0x2010)));
  const std::string text = templates::to_utf8(points);
  RC_ASSERT(fold(text + "x\uFF5A") == fold(text + "xz"));
}

RC_GTEST_PROP(Fold, is_idempotent_on_octets, (const std::string& octets)) {
  const std::string once = fold(octets);
  RC_ASSERT(fold(once) == once);
}

RC_GTEST_PROP(Fold, is_idempotent_on_characters, ()) {
  const auto points = *rc::gen::container<std::u32string>(
      rc::gen::oneOf(rc::gen::inRange<char32_t>(0x20, 0x250), rc::gen::inRange<char32_t>(0x300, 0x370),
                     rc::gen::inRange<char32_t>(0x600, 0x700), rc::gen::inRange<char32_t>(0x2000, 0x2070),
                     rc::gen::inRange<char32_t>(0xFB50, 0xFEFF), rc::gen::inRange<char32_t>(0x20, 0x1FFFF)));
  const std::string once = fold(templates::to_utf8(points));
  RC_ASSERT(fold(once) == once);
}

}  // namespace
}  // namespace peyk::tests::templates_fold_test
