#include "templates/screen.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "templates/alphabet.hpp"
#include "templates/fold.hpp"

namespace peyk::tests::templates_screen_test {
namespace {

using namespace templates;

TEST(Screen, a_short_text_is_one_page_without_labels) {
  EXPECT_EQ(pages("باشگاه نان", "9 بیشتر", "0 بازگشت"), std::vector<std::string>{"باشگاه نان"});
}

TEST(Screen, a_long_list_breaks_between_its_lines) {
  const std::string list =
      "کدهای شما:\n1234567 85,000 تومان\n2345678 85,000 تومان\n3456789 85,000 تومان\n4567890 85,000 تومان";
  const std::vector<std::string> expected = {
      "کدهای شما:\n1234567 85,000 تومان\n2345678 85,000 تومان\n9 بیشتر",
      "3456789 85,000 تومان\n4567890 85,000 تومان\n0 بازگشت",
  };
  EXPECT_EQ(pages(list, "9 بیشتر", "0 بازگشت"), expected);
}

TEST(Screen, a_narrow_network_gets_more_pages) {
  const std::string text =
      "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen";
  EXPECT_EQ(pages(text, "9 More", "0 Back").size(), 1u);
  const auto narrow = pages(text, "9 More", "0 Back", {.gsm7_units = 40, .ucs2_units = 40});
  EXPECT_EQ(narrow.size(), 3u);
  for (const auto& page : narrow) EXPECT_LE(units(page), 40u);
}

TEST(Screen, labels_that_leave_no_room_are_an_error) {
  EXPECT_THROW(pages(std::string(300, 'a'), std::string(170, 'b'), "0"), std::invalid_argument);
}

std::string without_blanks(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

RC_GTEST_PROP(Screen, pages_fit_and_lose_nothing_but_blanks, ()) {
  static const std::vector<std::string> kPieces = {"کد",      "a", " ",      "\n",
                                                   "1234567", "😀", "\u064e", "واژهٔبلند"};
  std::string text;
  for (const auto i :
       *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, kPieces.size()))) {
    text += kPieces[i] + kPieces[(i * 3) % kPieces.size()];
  }
  const auto screens = pages(text, "9 +", "0 -");
  std::string whole;
  for (std::size_t i = 0; i < screens.size(); ++i) {
    RC_ASSERT(fits_screen(screens[i]));
    std::string_view page = screens[i];
    if (i > 0) {
      RC_ASSERT(page.ends_with("\n0 -"));
      page.remove_suffix(4);
    }
    if (i + 1 < screens.size()) {
      RC_ASSERT(page.ends_with("\n9 +"));
      page.remove_suffix(4);
    }
    whole += page;
  }
  RC_ASSERT(without_blanks(whole) == without_blanks(text));
}

}  // namespace
}  // namespace peyk::tests::templates_screen_test
