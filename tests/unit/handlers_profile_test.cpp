// What a member tells of herself, decided without a wire: at the edges of what is taken, and what the whole
// brings.
#include <gmock/gmock.h>

#include "handlers/profile.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_profile_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using templates::JalaliDate;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Club rewarding_club() {
  Club club = english_club();
  club.policy.profile_credit = 100'000;
  club.policy.debt_on_refund = true;
  return club;
}

class Profiles : public ClubTalk {
 protected:
  explicit Profiles(Club club = rewarding_club()) : ClubTalk(std::move(club)) {}

  Profile told() const { return store.profiles().empty() ? Profile{} : store.profiles().begin()->second; }
  // All but the last.
  void tell_three() {
    say(kShopper, "NAME Sara Ahmadi");
    say(kShopper, "BORN 1370/05/12");
    say(kShopper, "CITY Shiraz");
  }
  UssdRequest step(const std::string& state, const std::string& key) const {
    return {.from = kShopper, .root = "*7000", .input = key, .state = state};
  }
  Outcome press(const std::string& state, const std::string& key) {
    Request request;
    request.what = step(state, key);
    return store.handle(request, now);
  }
};

class UnrewardedProfiles : public Profiles {
 protected:
  UnrewardedProfiles() : Profiles(english_club()) {}
};

TEST_F(Profiles, the_fourth_brings_the_reward_whichever_it_is) {
  for (const int last : {0, 1, 2, 3}) {
    const std::string orders[] = {"NAME Sara", "BORN 1370/05/12", "CITY Shiraz", "GENDER F"};
    const PhoneNumber phone = 989120000200 + static_cast<PhoneNumber>(last);
    say(phone, "JOIN");
    for (int i = 0; i < 4; ++i) {
      if (i == last) continue;
      EXPECT_THAT(say(phone, orders[i]), HasSubstr("100,000 rials of credit is yours.")) << i;
    }
    EXPECT_EQ(balance(phone), 0);
    const std::string answer = say(phone, orders[last]);
    EXPECT_THAT(answer, HasSubstr("Code: " + last_code()));
    EXPECT_EQ(balance(phone), 100'000);
    EXPECT_EQ(last_lot().origin, LotOrigin::gift);
    EXPECT_EQ(last_lot().expires_at - last_lot().created_at, 30 * 24h + 11h + 30min)
        << "thirty days after today, to their end in Tehran";
  }
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Profiles, the_reward_is_given_once_whatever_is_changed) {
  tell_three();
  say(kShopper, "GENDER F");
  const std::size_t lots = store.lots().size();
  for (const auto* text : {"GENDER M", "NAME Mina", "CITY Yazd", "BORN 1370/06/01", "GENDER F", "NAME"})
    EXPECT_THAT(say(kShopper, text), Not(HasSubstr("credit"))) << text;
  EXPECT_EQ(store.lots().size(), lots);
  EXPECT_EQ(balance(kShopper), 100'000);
  EXPECT_EQ(told().name, "Mina");
  EXPECT_EQ(told().completed_at, now);
}

TEST_F(Profiles, the_reward_is_given_once_to_a_phone_and_is_not_promised_again) {
  for (int membership = 0; membership < 3; ++membership) {
    const bool first = membership == 0;
    tell_three();
    EXPECT_EQ(say(kShopper, "NAME").find("100,000") != std::string::npos, first) << membership;
    EXPECT_EQ(say(kShopper, "GENDER F") == "Your profile is complete. Thank you!", !first) << membership;
    EXPECT_EQ(balance(kShopper), first ? 100'000 : 0);
    say(kShopper, "LEAVE");
    say(kShopper, number());
    ASSERT_EQ(balance(kShopper), -1) << "she has left";
    say(kShopper, "JOIN");
  }
  say(kFriend, "JOIN");
  EXPECT_THAT(say(kFriend, "NAME Mina"), HasSubstr("100,000")) << "another phone is another matter";
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Profiles, a_reward_is_explained_and_part_of_her_history) {
  EXPECT_THAT(say(kShopper, "WHY"), Not(HasSubstr("for your profile")));
  tell_three();
  say(kShopper, "GENDER F");
  EXPECT_THAT(say(kShopper, "WHY"), HasSubstr("100,000 rials of credit came on"));
  EXPECT_THAT(say(kShopper, "WHY"), HasSubstr("for your profile"));
  EXPECT_THAT(say(kShopper, "HISTORY"), HasSubstr("your profile: credit +100,000 rials"));
  now += 24h;
  earn(kShopper, 60'000);
  EXPECT_THAT(say(kShopper, "WHY"), HasSubstr("came from your purchase"));
}

TEST_F(UnrewardedProfiles, bring_nothing) {
  EXPECT_THAT(say(kShopper, "NAME Sara Ahmadi"), Not(HasSubstr("credit")));
  tell_three();
  EXPECT_EQ(say(kShopper, "GENDER F"), "Your profile is complete. Thank you!");
  EXPECT_TRUE(store.lots().empty());
  EXPECT_EQ(told().completed_at, now) << "so that a club which rewards later does not reward it";
}

TEST_F(Profiles, a_reward_settles_what_she_owes_first) {
  const std::string code = earn(kShopper, 60'000);
  EXPECT_THAT(vanak(code + " 850000 4321"), HasSubstr("taken"));
  Request refund;
  TillRefund order{.invoice = std::to_string(invoices), .amount = 1'200'000};
  order.reference[0] = 1;
  refund.what = TillOrder{.till = {1, 12, "till-12"}, .what = order};
  store.handle(refund, now);
  ASSERT_EQ(store.members().begin()->second.debt, 60'000);
  tell_three();
  const std::string answer = say(kShopper, "GENDER F");
  EXPECT_THAT(answer, HasSubstr("60,000 rials settled what you owed; 40,000 rials of credit"));
  EXPECT_EQ(store.members().begin()->second.debt, 0);
  EXPECT_EQ(balance(kShopper), 40'000);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Profiles, a_date_of_birth_makes_ten_to_a_hundred_and_ten_years) {
  // It is 30 Aban 1405.
  for (const auto* born : {"1395/08/30", "1295/08/30", "1294/09/01", "2016-11-20"}) {
    say(kShopper, "LEAVE");
    say(kShopper, number());
    say(kShopper, "JOIN");
    EXPECT_THAT(say(kShopper, std::string("BORN ") + born), HasSubstr("Born:")) << born;
  }
  for (const auto* born : {"1395/09/01", "1294/08/30", "1405/08/30", "1410/01/01", "2016-11-21"}) {
    EXPECT_THAT(say(kShopper, std::string("BORN ") + born), HasSubstr("10 to 110")) << born;
    EXPECT_EQ(effects, 0U);
  }
}

TEST_F(Profiles, a_date_of_birth_is_put_right_once_and_then_stays_for_a_year) {
  say(kShopper, "BORN 1370/05/12");
  EXPECT_EQ(told().born_changed_at, rules::Instant{});
  now += 24h * 1000;
  say(kShopper, "BORN 1370/06/12");
  EXPECT_EQ(told().born, (JalaliDate{1370, 6, 12}));
  const rules::Instant changed = now;
  now = changed + kBornStays - 1us;
  EXPECT_THAT(say(kShopper, "BORN 1370/07/12"), HasSubstr("stays as it is"));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(say(kShopper, "BORN 1370/06/12"), HasSubstr("Born:")) << "the same is no change";
  now = changed + kBornStays;
  say(kShopper, "BORN 1370/07/12");
  EXPECT_EQ(told().born, (JalaliDate{1370, 7, 12}));
  now += kBornStays - 1us;
  EXPECT_THAT(say(kShopper, "BORN 1370/08/12"), HasSubstr("stays as it is")) << "a year each time";
}

TEST_F(Profiles, genders_are_read_in_many_words) {
  for (const auto* woman : {"GENDER F", "gender Female", "جنسیت زن", "جنسيت خانم", "GENDER woman"}) {
    say(kShopper, "GENDER M");
    say(kShopper, woman);
    EXPECT_EQ(told().gender, Gender::woman) << woman;
  }
  for (const auto* man : {"GENDER m", "GENDER MALE", "جنسیت مرد", "جنسیت آقا", "GENDER man"}) {
    say(kShopper, "GENDER F");
    say(kShopper, man);
    EXPECT_EQ(told().gender, Gender::man) << man;
  }
  EXPECT_THAT(say(kShopper, "GENDER X"), HasSubstr("Nothing was changed"));
}

TEST_F(Profiles, names_are_kept_as_they_are_shown) {
  say(kShopper, "NAME  Sara   AHMADI ");
  EXPECT_EQ(told().name, "Sara AHMADI");
  for (const auto* bad : {"NAME Sara 4417203", "NAME {code}", "NAME Sara\nOff11", "NAME http://evil.ir"}) {
    EXPECT_THAT(say(kShopper, bad), HasSubstr("Nothing was changed")) << bad;
    EXPECT_EQ(effects, 0U) << bad;
  }
  EXPECT_EQ(told().name, "Sara AHMADI");
}

TEST_F(Profiles, a_stranger_has_none) {
  EXPECT_THAT(say(kFriend, "NAME Mina"), HasSubstr("not a member"));
  EXPECT_EQ(effects, 0U);
  EXPECT_TRUE(store.profiles().empty());
}

TEST_F(Profiles, a_dialog_that_outlives_the_membership_changes_nothing) {
  const std::string asking = press("j", "1").ussd_state;
  ASSERT_FALSE(asking.empty());
  say(kShopper, "LEAVE");
  say(kShopper, number());
  const Outcome outcome = press(asking, "Mina");
  EXPECT_THAT(outcome.answer, HasSubstr("not a member"));
  EXPECT_TRUE(outcome.effects.empty());
  EXPECT_THAT(press("j", "9").answer, HasSubstr("not a member"));
}

TEST_F(Profiles, a_screen_that_may_not_be_seen_is_followed_by_a_text_of_what_was_done) {
  const Outcome outcome = press("d|1", "mina");
  EXPECT_EQ(outcome.effects.size(), 1U);
  EXPECT_EQ(told().name, "Mina") << "keys are folded: a name gets its capital back";
  ASSERT_TRUE(outcome.if_not_shown);
  EXPECT_THAT(outcome.if_not_shown->text, HasSubstr("Noted."));
  EXPECT_FALSE(outcome.ussd_state.empty()) << "and the dialog goes on";
}

}  // namespace
}  // namespace peyk::tests::handlers_profile_test
