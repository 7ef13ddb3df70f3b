// Gift codes: whoever texts one first has its value, once; who guesses waits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_gift_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class Gift : public ClubTalk {
 protected:
  Gift() {
    say(kFriend, "JOIN");
    gift = std::to_string(store.issue_gift(100'000, now, now + 30 * 24h));
  }

  std::string gift;
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
  EXPECT_THAT(say(kCashier12, gift), AllOf(HasSubstr("gift code of 100,000"), HasSubstr("texts " + gift)));
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

class WatchedGift : public ClubTalk {
 protected:
  WatchedGift() : ClubTalk(watched_club()) { say(kFriend, "JOIN"); }
  static Club watched_club() {
    Club club = english_club();
    club.policy.club_misses_max = 3;
    club.cashiers.back().manager = true;
    return club;
  }
};

TEST_F(WatchedGift, guesses_of_several_phones_add_up_and_managers_hear_of_it_once) {
  for (const PhoneNumber from : {kShopper, kFriend, kShopper}) {
    say(from, "1000001");
    EXPECT_EQ(told, "");
  }
  say(kFriend, "1000002");
  EXPECT_THAT(told_to[kCashier14],
              AllOf(HasSubstr("4 wrong codes"), HasSubstr("whole club"), HasSubstr("0912xxx0102")));
  say(kShopper, "1000003");
  EXPECT_EQ(told, "");
}

}  // namespace
}  // namespace peyk::tests::handlers_gift_test
