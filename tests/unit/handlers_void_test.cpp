// A redemption taken back, and each reason why not; and which order is the repeat of which redemption.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_void_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class Void : public ClubTalk {
 protected:
  explicit Void(Club club = english_club()) : ClubTalk(std::move(club)) {
    buy(40'000'000, "A-1");  // a code of 2,000,000
  }

  void buy(rules::Amount amount, const std::string& invoice) {
    code = ClubTalk::buy(kShopper, amount, invoice);
  }
  rules::Amount left() const { return store.lots().begin()->second.remaining; }
  CodeState state() const { return store.codes().begin()->second.state; }

  std::string code;
};

TEST_F(Void, gives_back_what_was_used_and_says_what_to_give_back) {
  vanak(code + " 2500000 4321");
  ASSERT_EQ(state(), CodeState::redeemed);
  const rules::Instant expires_at = store.lots().begin()->second.expires_at;
  now += 5min;
  EXPECT_EQ(vanak("VOID " + code + " 4321"),
            "Redemption of code " + code +
                " undone.\nGive back: 500,000 rials\nBack to credit: 2,000,000 "
                "rials\nOn the code now: 2,000,000 rials");
  EXPECT_THAT(told, AllOf(HasSubstr("2,000,000 rials of your credit"), HasSubstr("Vanak"),
                          HasSubstr("Credit now: 2,000,000 rials"), HasSubstr("Off11")));
  EXPECT_EQ(state(), CodeState::live);
  EXPECT_EQ(left(), 2'000'000);
  EXPECT_EQ(store.lots().begin()->second.expires_at, expires_at) << "nothing lives longer by it";
  EXPECT_EQ(store.members().begin()->second.balance, 2'000'000);
  EXPECT_EQ(store.entries().size(), 3U) << "nothing is taken out of the ledger";
  EXPECT_THAT(store.audit(), IsEmpty());
  EXPECT_THAT(tajrish(code), HasSubstr("is good: 2,000,000"));
  EXPECT_THAT(vanak("TODAY"), HasSubstr("Codes taken: 0"));
}

TEST_F(Void, twice_is_once_with_the_same_answer) {
  vanak(code + " 500000 4321");
  vanak(code + " 300000 4321");
  now += 1min;
  const std::string first = vanak("VOID " + code + " 4321");
  EXPECT_THAT(first, HasSubstr("Back to credit: 300,000"));
  now += 9min;
  EXPECT_EQ(vanak("VOID " + code + " 4321"), first) << "not the 500,000 before it";
  EXPECT_EQ(effects, 0U);
  EXPECT_EQ(told, "");
  EXPECT_EQ(left(), 1'500'000);
  now += 1min;
  EXPECT_THAT(vanak("VOID " + code + " 4321"), HasSubstr("Back to credit: 500,000"))
      << "after the repeat window it is a new order, and means the one before";
  EXPECT_EQ(left(), 2'000'000);
  now += 10min;
  EXPECT_THAT(vanak("VOID " + code + " 4321"), AllOf(HasSubstr("undone already"), HasSubstr(code)));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Void, means_her_own_latest_whoever_came_between) {
  vanak(code + " 500000 4321");
  tajrish(code + " 300000 9876");
  EXPECT_THAT(vanak("VOID " + code + " 4321"),
              AllOf(HasSubstr("Back to credit: 500,000"), HasSubstr("On the code now: 1,700,000")));
  EXPECT_THAT(tajrish(code + " 200000 9876"), HasSubstr("Left on the code: 1,500,000"));
  // What is left on the code no longer tells which came last.
  EXPECT_THAT(tajrish("VOID " + code + " 9876"), HasSubstr("Back to credit: 200,000"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Void, makes_the_same_order_a_new_one) {
  vanak(code + " 500000 4321");
  vanak("VOID " + code + " 4321");
  EXPECT_THAT(vanak(code + " 500000 4321"), HasSubstr("Left on the code: 1,500,000"));
  EXPECT_EQ(store.redemptions().size(), 2U);
  EXPECT_EQ(left(), 1'500'000);
  EXPECT_THAT(vanak("VOID " + code + " 4321"), HasSubstr("Back to credit: 500,000")) << "and so is its VOID";
  EXPECT_EQ(left(), 2'000'000);
}

TEST_F(Void, changes_nothing_where_it_is_refused) {
  vanak(code + " 500000 4321");
  struct Refusal {
    PhoneNumber from;
    std::string text;
    std::string answer;
    bool counted;  // as a wrong try
  };
  const std::string other = code == "1000001" ? "1000002" : "1000001";
  const std::vector<Refusal> refusals = {
      {kShopper, "VOID " + code, "for cashiers", false},
      {kCashier12, "VOID", "its 7 digits", false},
      {kCashier12, "VOID 12345 4321", "its 7 digits", false},
      {kCashier12, "VOID " + code, "VOID " + code + " PIN", false},
      {kCashier12, "VOID " + code + " 1111", "Wrong PIN. Nothing was undone", true},
      {kCashier12, "VOID " + other + " 4321", "not found. Nothing was undone", true},
      {kCashier14, "VOID " + code + " 9876", "another cashier: Vanak", false},
  };
  for (const Refusal& one : refusals) {
    EXPECT_THAT(say(one.from, one.text), HasSubstr(one.answer)) << one.text;
    // Of her phone, her branch, the club and the day.
    EXPECT_EQ(effects, one.counted ? 4U : 0U) << one.text;
    EXPECT_EQ(told, "") << one.text;
    EXPECT_EQ(left(), 1'500'000) << one.text;
  }
  buy(20'000'000, "A-2");
  EXPECT_THAT(vanak("VOID " + code + " 4321"), HasSubstr("nothing to undo"));
}

TEST_F(Void, waits_with_a_phone_that_guesses) {
  vanak(code + " 500000 4321");
  for (int i = 0; i < 5; ++i) vanak("VOID " + code + " 1111");
  EXPECT_THAT(vanak("VOID " + code + " 4321"), HasSubstr("Too many wrong tries"));
  EXPECT_EQ(left(), 1'500'000);
  now += 15min;
  EXPECT_THAT(vanak("VOID " + code + " 4321"), HasSubstr("undone"));
}

TEST_F(Void, is_possible_within_the_clubs_window_only) {
  vanak(code + " 500000 4321");
  now += 30min;
  EXPECT_THAT(vanak("VOID " + code + " 4321"),
              AllOf(HasSubstr("30 minutes"), HasSubstr("Nothing was undone")));
  EXPECT_EQ(left(), 1'500'000);
  now -= 1us;
  EXPECT_THAT(vanak("VOID " + code + " 4321"), HasSubstr("undone"));
}

TEST_F(Void, gives_nothing_back_to_a_code_that_has_expired) {
  now = store.lots().begin()->second.expires_at - 1min;
  vanak(code + " 500000 4321");
  now += 1min;
  EXPECT_THAT(vanak("VOID " + code + " 4321"), AllOf(HasSubstr("ended on"), HasSubstr("Nothing was undone")));
  EXPECT_EQ(left(), 1'500'000);
}

TEST_F(Void, gives_nothing_back_to_who_has_left) {
  buy(2'000'000, "A-2");  // 100,000, which is spent to the last rial
  vanak(code + " 900000 4321");
  say(kShopper, "LEAVE");
  say(kShopper, std::to_string(store.last_number()));
  EXPECT_THAT(vanak("VOID " + code + " 4321"), HasSubstr("has left the club"));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Void, is_asked_for_in_persian_and_answered_so) {
  vanak(code + " ۵۰۰۰۰۰ ۴۳۲۱");
  EXPECT_THAT(vanak("باطل " + code + " ۴۳۲۱"), AllOf(HasSubstr("باطل شد"), HasSubstr("۵۰۰٬۰۰۰ ریال")));
  EXPECT_EQ(left(), 2'000'000);
}

class VoidByPhone : public Void {
 protected:
  VoidByPhone() : Void(by_phone()) {}
  static Club by_phone() {
    Club club = english_club();
    club.policy.redeem_auth = CashierAuth::phone;
    return club;
  }
};

TEST_F(VoidByPhone, needs_no_pin_where_redeeming_needs_none) {
  vanak(code + " 500000");
  EXPECT_THAT(vanak("VOID " + code), HasSubstr("Back to credit: 500,000"));
}

// An order typed again is the redemption that it made, whatever was taken of the code since.
TEST_F(Void, or_not_an_order_typed_again_takes_nothing_more) {
  const std::string first = vanak(code + " 500000 4321");
  tajrish(code + " 300000 9876");
  now += 9min;
  EXPECT_EQ(vanak(code + " 500000 4321"), first);
  EXPECT_EQ(left(), 1'200'000);
  EXPECT_THAT(vanak(code + " 500000 A-7 4321"), HasSubstr("Left on the code: 700,000"))
      << "of another invoice it is another order";
  now += 1min;
  EXPECT_THAT(vanak(code + " 500000 4321"), HasSubstr("Left on the code: 200,000"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

// I18, I19: after a redemption and its VOID all is as before, whatever came before them.
RC_GTEST_PROP(VoidProperty, redeem_and_void_leave_everything_as_it_was, ()) {
  MemoryStore store({sample_club()}, *rc::gen::arbitrary<std::uint64_t>());
  rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};
  const auto say = [&](PhoneNumber from, const std::string& text) {
    Request request;
    request.what = TextRequest{.from = from, .line = "30001234", .text = text};
    store.handle(request, now);
  };
  say(kShopper, "JOIN");
  const int purchases = *rc::gen::inRange(1, 4);
  for (int i = 0; i < purchases; ++i) {
    Request request;
    request.what = PurchaseRequest{.club = 1,
                                   .branch = 12,
                                   .phone = kShopper,
                                   .invoice = std::to_string(i),
                                   .amount = *rc::gen::inRange<rules::Amount>(2'000'000, 90'000'000)};
    store.handle(request, now);
    now += std::chrono::hours(24 * *rc::gen::inRange(0, 12));
  }
  const auto order = [&] {
    const auto at = *rc::gen::inRange<std::size_t>(0, store.codes().size());
    const auto code = std::next(store.codes().begin(), static_cast<std::ptrdiff_t>(at))->second.number;
    return std::pair(std::to_string(code), std::to_string(*rc::gen::inRange(100'000, 3'000'000)));
  };
  const int before = *rc::gen::inRange(0, 6);
  for (int i = 0; i < before; ++i) {
    const auto [code, amount] = order();
    const bool first = *rc::gen::arbitrary<bool>();
    say(first ? kCashier12 : kCashier14, code + " " + amount + (first ? " 4321" : " 9876"));
    now += std::chrono::minutes(*rc::gen::inRange(0, 40));
  }

  const auto lots = store.lots();
  const auto codes = store.codes();
  const auto balance = store.members().begin()->second.balance;
  const auto redemptions = store.redemptions().size();
  const auto [code, amount] = order();
  say(kCashier12, code + " " + amount + " 77 4321");
  const bool taken = store.redemptions().size() > redemptions;
  now += std::chrono::minutes(*rc::gen::inRange(0, 29));
  if (taken) say(kCashier12, "VOID " + code + " 4321");
  if (taken && *rc::gen::arbitrary<bool>()) say(kCashier12, "VOID " + code + " 4321");

  RC_ASSERT(store.audit() == std::vector<std::string>{});
  // Unless the day ended between them: then it stays taken.
  if (taken && !store.redemptions().back().voided) {
    RC_ASSERT(now >= store.lots().at(store.codes().at(store.redemptions().back().code).lot).expires_at);
    return;
  }
  RC_ASSERT(store.members().begin()->second.balance == balance);
  for (const auto& [id, lot] : lots) {
    RC_ASSERT(store.lots().at(id).remaining == lot.remaining);
    RC_ASSERT(store.lots().at(id).expires_at == lot.expires_at);
  }
  for (const auto& [id, one] : codes) RC_ASSERT(store.codes().at(id).state == one.state);
}

}  // namespace
}  // namespace peyk::tests::handlers_void_test
