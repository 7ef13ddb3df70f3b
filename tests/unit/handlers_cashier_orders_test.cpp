// What cashiers order beside codes, and what becomes of wrong tries: BUY, JOIN for a shopper, TODAY, alarms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "handlers/buy.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_cashier_orders_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr PhoneNumber kStranger = 989120000102, kOwner = 989121110000;

// With its owner's phone.
Club owned_club(CashierAuth auth = CashierAuth::pin) {
  Club club = english_club();
  club.cashiers.push_back({.phone = kOwner, .branch = 14, .manager = true});
  club.policy.redeem_auth = auth;
  return club;
}

class CashierOrders : public ClubTalk {
 protected:
  explicit CashierOrders(Club club = owned_club()) : ClubTalk(std::move(club)) {}
};

class Guesses : public CashierOrders {
 protected:
  static Club many_cashiers() {
    Club club = owned_club(CashierAuth::phone);
    club.policy.branch_misses_max = 6;
    club.policy.club_misses_max = 8;
    for (PhoneNumber phone = 989121113300; phone < 989121113310; ++phone)
      club.cashiers.push_back({.phone = phone, .branch = phone % 2 == 0 ? 12U : 14U});
    return club;
  }
  explicit Guesses(Club club = many_cashiers()) : CashierOrders(std::move(club)) {}

  static PhoneNumber cashier(PhoneNumber at) { return 989121113300 + at; }
};

class Unwatched : public Guesses {
 protected:
  Unwatched() : Guesses(without_limits()) {}
  static Club without_limits() {
    Club club = many_cashiers();
    club.policy.branch_misses_max = club.policy.club_misses_max = 0;
    return club;
  }
};

TEST_F(CashierOrders, a_purchase_needs_no_invoice_and_is_one_within_the_repeat_window) {
  const std::string first = vanak("BUY 09120000101 850000 4321");
  EXPECT_THAT(first, AllOf(HasSubstr("850,000"), HasSubstr("Credit given: 42,500")));
  EXPECT_THAT(told_to[kShopper], HasSubstr("42,500"));
  now += 10min - 1us;
  EXPECT_EQ(vanak("BUY 09120000101 850000 4321"), first);
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(told, IsEmpty());
  vanak("BUY 09120000101 850001 4321");
  EXPECT_EQ(store.purchases().size(), 2U) << "another amount is another purchase";
  say(kCashier14, "BUY 09120000101 850000 9876");
  EXPECT_EQ(store.purchases().size(), 3U) << "and so is another cashier's";
  now += 1us;
  vanak("BUY 09120000101 850000 4321");
  EXPECT_EQ(store.purchases().size(), 4U) << "and one after the window";
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(CashierOrders, every_refusal_of_a_purchase_says_why_and_changes_nothing) {
  vanak("BUY 09120000101 850000 F-1 4321");
  struct Refusal {
    std::string text, answer;
  };
  const std::vector<Refusal> refusals = {
      {"BUY", "phone and the amount"},
      {"BUY 850000 4321", "phone and the amount"},
      {"BUY 09120000101", "add the amount"},
      {"BUY 09120000101 0 4321", "more than zero"},
      {"BUY 09120000101 -5 4321", "negative"},
      {"BUY 09120000101 850000", "add your PIN"},
      {"BUY 09120000101 850000 F-1 900", "add your PIN"},
      {"BUY 09120000101 860000 F-1 4321", "Invoice"},
      {"BUY 09120000102 850000 F-1 4321", "Invoice"},
      {"BUY 09120000102 850000 4321", "no member"},
  };
  for (const Refusal& refusal : refusals) {
    EXPECT_THAT(vanak(refusal.text), HasSubstr(refusal.answer)) << refusal.text;
    EXPECT_EQ(effects, 0U) << refusal.text;
    EXPECT_THAT(told, IsEmpty()) << refusal.text;
  }
  EXPECT_THAT(say(kShopper, "BUY 09120000101 850000 4321"), HasSubstr("for cashiers"));
  EXPECT_EQ(store.purchases().size(), 1U);
}

TEST_F(CashierOrders, are_told_with_a_pin_where_the_club_asks_for_one) {
  EXPECT_THAT(vanak("HELP"), AllOf(HasSubstr("amount, PIN"), HasSubstr("BUY"), HasSubstr("JOIN")));
  vanak("BUY 09120000101 4000000 4321");
  const std::string code = std::to_string(store.codes().rbegin()->second.number);
  EXPECT_THAT(vanak(code), HasSubstr("invoice amount, PIN"));
  EXPECT_THAT(vanak("VOID"), HasSubstr("7 digits, PIN"));
}

class NoPin : public CashierOrders, public testing::WithParamInterface<CashierAuth> {
 protected:
  NoPin() : CashierOrders(owned_club(GetParam())) {}
};
INSTANTIATE_TEST_SUITE_P(Clubs, NoPin, testing::Values(CashierAuth::phone, CashierAuth::challenge));

TEST_P(NoPin, is_asked_for_where_an_order_would_keep_it_as_the_invoice) {
  vanak("BUY 09120000101 4000000");
  if (GetParam() == CashierAuth::challenge) vanak(number());
  const std::string code = std::to_string(store.codes().rbegin()->second.number);
  for (const std::string& text : {std::string("HELP"), code, std::string("VOID")})
    EXPECT_THAT(vanak(text), Not(HasSubstr("PIN"))) << text;
}

TEST_F(CashierOrders, of_a_language_that_nobody_writes_say_so) {
  EXPECT_THAT(say(kShopper, "LANG DE"), AllOf(HasSubstr("LANG FA"), HasSubstr("LANG EN")));
  EXPECT_EQ(effects, 0U);
  say(kShopper, "LANG");
  EXPECT_EQ(effects, 1U) << "alone it means the other one";
}

TEST_F(CashierOrders, a_wrong_pin_of_a_purchase_is_a_miss_and_a_phone_that_waits_reports_none) {
  for (int i = 0; i < 5; ++i)
    EXPECT_THAT(vanak("BUY 09120000101 850000 1111"), HasSubstr("Wrong PIN. Nothing was recorded"));
  EXPECT_THAT(vanak("BUY 09120000101 850000 4321"), HasSubstr("Too many wrong tries"));
  EXPECT_THAT(vanak("JOIN 09120000102"), HasSubstr("Too many wrong tries"));
  EXPECT_TRUE(store.purchases().empty());
  EXPECT_TRUE(store.pendings().empty());
}

TEST_F(CashierOrders, phones_are_read_in_any_local_form_before_the_amount) {
  const Club club = owned_club();
  const Cashier& cashier = club.cashiers[0];
  const Speaker speaker{.club = &club, .phone = cashier.phone, .cashier = &cashier};
  const auto read = [&](const std::string& text) {
    const auto typed = templates::Keywords::standard().match("BUY " + text);
    const auto order = read_buy(speaker, typed.args);
    return order ? std::to_string(order->phone) + " " + std::to_string(order->amount) + " " + order->invoice
                 : std::string(order.error());
  };
  for (const std::string phone : {"09120000101", "+989120000101", "00989120000101", "989120000101",
                                  "0912 000 0101", "0912-000-0101", "۰۹۱۲ ۰۰۰ ۰۱ ۰۱", "9120000101"}) {
    EXPECT_EQ(read(phone + " 850000"), "989120000101 850000 ") << phone;
    EXPECT_EQ(read(phone + " 850 000 rial F-17 4321"), "989120000101 850000 f-17") << phone;
  }
  EXPECT_EQ(read("02188880000 850000"), "buy_phone_missing");
}

TEST_F(CashierOrders, of_a_member_the_cashier_hears_what_she_hears_of_a_stranger) {
  std::string stranger = vanak("JOIN 09120000102");
  std::string member = vanak("JOIN 09120000101");
  EXPECT_THAT(told_to[kShopper], AllOf(HasSubstr("a member already"), Not(HasSubstr(number()))));
  const auto blank = [](std::string text, const std::string& digits) {
    return text.replace(text.find(digits), digits.size(), "");
  };
  EXPECT_EQ(blank(stranger, "0102"), blank(member, "0101"));
  EXPECT_THAT(vanak("JOIN 09120000101"), HasSubstr("0101"));
  EXPECT_THAT(told, IsEmpty()) << "asked a moment ago";
  EXPECT_EQ(store.members().size(), 1U) << "nobody joins unasked";
}

TEST_F(CashierOrders, a_shopper_joins_by_the_number_from_her_own_phone_only) {
  vanak("JOIN 09120000102");
  EXPECT_THAT(told_to[kStranger], AllOf(HasSubstr(number()), HasSubstr("Vanak"), HasSubstr("Off11")));
  EXPECT_THAT(vanak(number()), HasSubstr("number is wrong"));
  EXPECT_EQ(store.members().size(), 1U);
  EXPECT_THAT(say(kStranger, number()), HasSubstr("Welcome"));
  EXPECT_THAT(told_to[kCashier12], AllOf(HasSubstr("0912xxx0102"), HasSubstr("joined")));
  EXPECT_EQ(store.members().size(), 2U);
}

TEST_F(CashierOrders, a_cashier_asks_thirty_phones_an_hour) {
  for (int i = 0; i < 30; ++i) {
    EXPECT_THAT(vanak("JOIN 091200003" + std::to_string(10 + i)), HasSubstr("We have texted"));
    EXPECT_EQ(told_to.size(), 1U);
  }
  EXPECT_THAT(vanak("JOIN 09120000350"), HasSubstr("30 phones"));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(told, IsEmpty());
  vanak("BUY 09120000101 850000 1111");
  EXPECT_THAT(vanak("JOIN 09120000350"), HasSubstr("30 phones")) << "a miss does not forget them";
  EXPECT_THAT(say(kCashier14, "JOIN 09120000350"), HasSubstr("We have texted"));
  now += 1h;
  EXPECT_THAT(vanak("JOIN 09120000351"), HasSubstr("We have texted"));
}

TEST_F(Guesses, managers_are_told_of_a_phone_that_waits_and_it_learns_nothing_of_a_right_code) {
  for (int i = 0; i < 4; ++i) say(cashier(0), "1000001");
  EXPECT_THAT(told, IsEmpty());
  say(cashier(0), "1000001");
  EXPECT_THAT(told_to[kOwner], AllOf(HasSubstr("0912xxx3300"), HasSubstr("Vanak"), HasSubstr("15 minutes")));
  say(cashier(0), "1000001");
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(Guesses, managers_are_told_once_a_window_of_too_many_in_a_branch_and_in_the_club) {
  const auto guess = [this](PhoneNumber at) {
    say(cashier(at), "1000001");
    return told_to[kOwner];
  };
  for (const PhoneNumber at : {0, 2, 4, 0, 2, 4}) EXPECT_EQ(guess(at), "") << at;
  EXPECT_THAT(guess(6), AllOf(HasSubstr("7 wrong codes"), HasSubstr("at Vanak")));
  EXPECT_EQ(guess(8), "") << "told in this window";
  EXPECT_THAT(guess(1), AllOf(HasSubstr("9 wrong codes"), HasSubstr("all branches"), HasSubstr("Tajrish")));
  EXPECT_EQ(guess(3), "");
  now += 10min;
  for (const PhoneNumber at : {0, 2, 4, 6, 8, 0}) EXPECT_EQ(guess(at), "") << at;
  EXPECT_THAT(guess(2), HasSubstr("at Vanak")) << "a new window";
}

TEST_F(Unwatched, nobody_is_told_where_the_limits_are_zero) {
  for (PhoneNumber i = 0; i < 20; ++i) {
    say(cashier(i % 5), "1000001");
    EXPECT_THAT(told, IsEmpty());
  }
}

TEST(Attempts, of_invites_and_misses_do_not_disturb_one_another) {
  const rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};
  rules::Attempts row;
  EXPECT_TRUE(rules::count_invite(row, now));
  for (int i = 0; i < 5; ++i) row = rules::after_miss(row, now);
  EXPECT_TRUE(rules::is_locked(row, now + 15min - 1us));
  EXPECT_FALSE(rules::is_locked(row, now + 15min));
  EXPECT_EQ(row.invites, 1U);
  EXPECT_TRUE(rules::count_invite(row, now));
  EXPECT_TRUE(rules::is_locked(row, now));
}

}  // namespace
}  // namespace peyk::tests::handlers_cashier_orders_test
