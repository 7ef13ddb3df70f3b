// Gift codes: whoever texts one first has its value, once; who guesses waits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/kit/memory_store.hpp"

namespace peyk::tests {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr PhoneNumber kShopper = 989120000101, kFriend = 989120000102;

class Gift : public testing::Test {
 protected:
  Gift() : store({english_club()}, 7) {
    say(kShopper, "JOIN");
    say(kFriend, "JOIN");
    gift = std::to_string(store.issue_gift(100'000, now, now + 30 * 24h));
  }

  static Club english_club() {
    Club club = sample_club();
    club.language = Language::en;
    return club;
  }

  std::string say(PhoneNumber from, const std::string& text) {
    Request request;
    request.what = TextRequest{.from = from, .line = "30001234", .text = text};
    const Outcome outcome = store.handle(request, now);
    effects = outcome.effects.size();
    return outcome.texts.empty() ? "" : outcome.texts.front().text;
  }
  std::string dial(PhoneNumber from, const std::string& input) {
    Request request;
    request.what = UssdRequest{.from = from, .root = "*7000", .input = input, .state = ""};
    return store.handle(request, now).answer;
  }
  std::string last_code() const { return std::to_string(store.codes().rbegin()->second.number); }

  MemoryStore store;
  rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 9h;
  std::string gift;
  std::size_t effects = 0;
};

TEST_F(Gift, is_hers_who_texts_it_first_with_its_own_expiry_and_once) {
  const std::string said = say(kShopper, gift);
  EXPECT_THAT(said,
              AllOf(HasSubstr("100,000 rials of credit"), HasSubstr("is yours"), HasSubstr(last_code())));
  const Lot& lot = store.lots().rbegin()->second;
  EXPECT_EQ(lot.expires_at, now + 30 * 24h);
  EXPECT_EQ(lot.kind, LotOrigin::gift);
  EXPECT_THAT(say(kShopper, "CREDIT"), HasSubstr("100,000"));
  EXPECT_THAT(say(kShopper, "WHY"), HasSubstr("came from a gift code"));
  EXPECT_THAT(say(kShopper, "HISTORY"), HasSubstr("gift code: 100,000"));
  EXPECT_THAT(say(kFriend, "REDEEM " + gift), HasSubstr("not one of your codes"));
  EXPECT_THAT(say(kFriend, "CREDIT"), HasSubstr("no credit"));
  EXPECT_THAT(say(kShopper, gift), HasSubstr("not one of your codes"));
  EXPECT_THAT(say(kCashier12, last_code() + " 850000 4321"), HasSubstr("From credit: 100,000"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Gift, is_redeemed_by_menu_too) {
  EXPECT_THAT(dial(kShopper, "4*" + gift + "#"), HasSubstr("100,000 rials is yours"));
  EXPECT_THAT(say(kShopper, "CREDIT"), HasSubstr("100,000"));
}

TEST_F(Gift, is_told_to_a_cashier_and_not_taken_by_her) {
  EXPECT_THAT(say(kCashier12, gift), AllOf(HasSubstr("gift code of 100,000"), HasSubstr("texts it")));
  EXPECT_THAT(say(kCashier12, gift + " 850000 4321"), AllOf(HasSubstr("gift code"), HasSubstr("Nothing")));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(say(kShopper, gift), HasSubstr("is yours")) << "a cashier who looked has taken nothing";
}

TEST_F(Gift, is_nothing_to_a_stranger_nor_after_its_time) {
  EXPECT_THAT(say(989120000109, gift), HasSubstr("not one of your codes"));
  EXPECT_EQ(effects, 0U);
  now += 30 * 24h;
  EXPECT_THAT(say(kShopper, gift), HasSubstr("not one of your codes"));
  EXPECT_THAT(say(kCashier12, gift), HasSubstr("ended on"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Gift, waits_with_a_phone_that_guesses) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(say(kShopper, "400000" + std::to_string(i)), HasSubstr("not one of your codes"));
    EXPECT_EQ(effects, 2U) << "her count and the club's";
  }
  EXPECT_THAT(say(kShopper, gift), HasSubstr("Try again in 15 minutes"));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(say(kFriend, "4000001"), HasSubstr("not one of your codes")) << "nobody else waits";
  now += 15min;
  EXPECT_THAT(say(kShopper, gift), HasSubstr("is yours"));
}

TEST_F(Gift, a_code_of_her_own_is_no_guess) {
  say(kShopper, gift);
  for (int i = 0; i < 7; ++i) {
    EXPECT_THAT(say(kShopper, last_code()), HasSubstr("is worth 100,000"));
    EXPECT_EQ(effects, 0U);
  }
}

}  // namespace
}  // namespace peyk::tests
