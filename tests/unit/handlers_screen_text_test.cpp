// An answer on a screen that tells of a change has the same text waiting behind it, for a screen that is
// never shown.
#include <gtest/gtest.h>

#include "handlers/decide.hpp"
#include "templates/screen.hpp"
#include "tests/kit/memory_store.hpp"

namespace peyk::tests::handlers_screen_text_test {
namespace {

using namespace handlers;

constexpr PhoneNumber kShopper = 989120000101;
constexpr rules::Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

class ScreenText : public testing::Test {
 protected:
  Outcome step(const std::string& input, PhoneNumber from = kShopper, const std::string& state = "") {
    Request request;
    request.what = UssdRequest{.from = from, .root = "*7000", .input = input, .state = state};
    return store.handle(request, kNow);
  }

  MemoryStore store{{sample_club()}, 1};
};

TEST_F(ScreenText, waits_behind_a_change_until_no_screen_can_be_shown_any_more) {
  const Outcome joined = step("1");
  ASSERT_TRUE(joined.if_not_shown);
  const OutgoingText& text = *joined.if_not_shown;
  EXPECT_EQ(text.text, joined.answer);
  EXPECT_EQ(text.to, kShopper);
  EXPECT_EQ(text.line, "30001234");
  EXPECT_EQ(text.lane, Lane::urgent);
  EXPECT_EQ(text.send_at, kNow + kScreenShownWithin);
  EXPECT_GT(text.valid_until, text.send_at) << "its validity begins when it may be sent";
}

TEST_F(ScreenText, is_not_written_where_nothing_has_changed) {
  EXPECT_FALSE(step("").if_not_shown) << "a menu";
  EXPECT_FALSE(step("77").if_not_shown) << "no choice";
  step("1");
  EXPECT_FALSE(step("2").if_not_shown) << "her credit, which she can ask for again";
  EXPECT_FALSE(step("1").if_not_shown) << "a member already";
}

TEST_F(ScreenText, is_cut_nowhere_whatever_the_club_is_called) {
  for (const Language language : {Language::fa, Language::en}) {
    Club club = sample_club();
    club.language = language;
    club.name = "فروشگاه زنجیره‌ای مواد غذایی نان و نمک و شیر";
    club.branches = {{12, "شعبه میدان ونک، روبه‌روی پارک، طبقه همکف"},
                     {14, "تجریش"}};
    club.policy.redeem_auth = CashierAuth::challenge;
    MemoryStore long_names{{club}, 1};
    const auto see = [&](const std::string& input, PhoneNumber from) {
      Request request;
      request.what = UssdRequest{.from = from, .root = "*7000", .input = input};
      const Outcome outcome = long_names.handle(request, kNow);
      EXPECT_TRUE(templates::fits_screen(outcome.answer)) << input << ": " << outcome.answer;
      return outcome.answer;
    };
    EXPECT_NE(see("", kShopper).find("\n8 "), std::string::npos) << "every key is there";
    see("1", kShopper);
    for (const char* input : {"", "7", "1", "2", "3", "4", "4*1234567", "5", "8", "1*5*250000*12"})
      see(input, kShopper);
    for (const char* input : {"", "7", "1*1234567", "2*1234567*850000*1", "3*09120000102*850000*1", "4"})
      see(input, kCashier12);
  }
}

TEST_F(ScreenText, tells_a_cashier_of_a_wrong_try_that_was_counted) {
  const Outcome wrong = step("2*1234567*850000*1111", kCashier12);
  EXPECT_FALSE(wrong.effects.empty());
  EXPECT_TRUE(wrong.if_not_shown);
}

}  // namespace
}  // namespace peyk::tests::handlers_screen_text_test
