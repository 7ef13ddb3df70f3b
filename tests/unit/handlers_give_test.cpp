// Credit to another member, the way back, and credit paid at a branch from her own phone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "handlers/typed_member.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_give_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Give : public ClubTalk {
 protected:
  explicit Give(Club club = english_club()) : ClubTalk(std::move(club)) {
    say(kFriend, "JOIN");
    earn(kShopper, 200'000);
  }
};

TEST_F(Give, moves_nothing_before_the_number_comes_back_from_her_phone) {
  EXPECT_THAT(say(kShopper, "GIVE 09120000102 50000"),
              AllOf(HasSubstr("50,000 rials"), HasSubstr("0912xxx0102"), HasSubstr("within 2 minutes")));
  EXPECT_EQ(told, "") << "the other hears nothing of a question";
  EXPECT_EQ(balance(kShopper), 200'000);
  say(kFriend, std::to_string(store.last_number()));
  EXPECT_EQ(balance(kFriend), 0) << "the other's phone confirms nothing";
  EXPECT_THAT(say(kShopper, std::to_string(store.last_number())),
              AllOf(HasSubstr("50,000 rials given to 0912xxx0102"), HasSubstr("150,000"), HasSubstr("UNDO")));
  EXPECT_THAT(told,
              AllOf(HasSubstr("0912xxx0101 gave you 50,000"), HasSubstr(last_code()), HasSubstr("Off11")));
  EXPECT_EQ(balance(kShopper), 150'000);
  EXPECT_EQ(balance(kFriend), 50'000);
  const Lot &first = store.lots().begin()->second, &last = store.lots().rbegin()->second;
  EXPECT_EQ(last.expires_at, first.expires_at);
  EXPECT_EQ(last.origin, LotOrigin::transfer);
  EXPECT_EQ(last.kind, LotOrigin::purchase) << "what it was it remains";
  say(kShopper, std::to_string(store.last_number()));
  EXPECT_EQ(balance(kFriend), 50'000) << "a number works once";
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Give, decides_anew_when_the_number_comes) {
  say(kShopper, "GIVE 09120000102 150000");
  const std::string number = std::to_string(store.last_number());
  const std::string code = std::to_string(store.codes().begin()->second.number);
  say(kCashier12, code + " 100000 4321");
  EXPECT_THAT(say(kShopper, number), HasSubstr("You can use 100,000"));
  EXPECT_EQ(balance(kFriend), 0);
}

TEST_F(Give, changes_nothing_where_it_is_refused) {
  struct Refusal {
    std::string text, answer;
  };
  for (const Refusal& one :
       {Refusal{"GIVE", "mobile number and the amount"}, Refusal{"GIVE 50000", "mobile number"},
        Refusal{"GIVE 09120000102", "add the amount"}, Refusal{"GIVE 09120000102 5,5", "digits only"},
        Refusal{"GIVE 09120000101 50000", "your own number"}, Refusal{"GIVE 09120000102 9999", "10,000"},
        Refusal{"GIVE 09120000102 200001", "You can use 200,000"},
        Refusal{"GIVE 09120000102 5000001", "5,000,000 rials a day"}}) {
    EXPECT_THAT(say(kShopper, one.text), HasSubstr(one.answer)) << one.text;
    EXPECT_EQ(effects, 0U) << one.text;
    EXPECT_EQ(told, "") << one.text;
  }
  EXPECT_THAT(say(kShopper, "GIVE 09129999999 50000"), HasSubstr("0912xxx9999 is not a member"));
  EXPECT_EQ(effects, 1U) << "it is counted, and no more";
  EXPECT_THAT(say(kFriend, "GIVE 09129999999 50000"), AllOf(HasSubstr("no credit"), Not(HasSubstr("member"))))
      << "who has nothing to give does not learn who is a member";
}

TEST_F(Give, keeps_to_the_days_limit_however_it_is_cut) {
  earn(kShopper, 9'000'000);
  EXPECT_THAT(confirm(kShopper, "GIVE 09120000102 3000000"), HasSubstr("given"));
  now += 3min;
  EXPECT_THAT(say(kShopper, "GIVE 09120000102 3000000"), HasSubstr("2,000,000 rials more today"));
  EXPECT_THAT(confirm(kShopper, "GIVE 09120000102 2000000"), HasSubstr("given"));
  EXPECT_THAT(say(kShopper, "GIVE 09120000102 10000"), HasSubstr("have done so today"));
  now += 24h;
  EXPECT_THAT(confirm(kShopper, "GIVE 09120000102 3000000"), HasSubstr("given"));
}

TEST_F(Give, to_and_fro_counts_for_the_day_whatever_was_taken_back) {
  earn(kShopper, 5'000'000);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(confirm(kShopper, "GIVE 09120000102 2000000"), HasSubstr("given"));
    EXPECT_THAT(say(kShopper, "UNDO"), HasSubstr("came back"));
  }
  EXPECT_THAT(say(kShopper, "GIVE 09120000102 2000000"), HasSubstr("1,000,000 rials more today"));
}

TEST_F(Give, tells_of_five_strangers_an_hour_and_then_of_nobody_who_is_a_member) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(say(kShopper, "GIVE 0912999999" + std::to_string(i) + " 50000"), HasSubstr("not a member"));
  }
  EXPECT_THAT(say(kShopper, "GIVE 09129999999 50000"), HasSubstr("Try again in an hour"));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(say(kShopper, "GIVE 09120000102 50000"), HasSubstr("Try again in an hour"))
      << "a member and a stranger get the same answer";
  EXPECT_EQ(effects, 0U);
  now += 1h;
  EXPECT_THAT(say(kShopper, "GIVE 09120000102 50000"), HasSubstr("reply"));
}

TEST_F(Give, sends_its_number_at_once_and_not_when_it_is_too_late) {
  for (const char* text : {"GIVE 09120000102 50000", "PAY 250000 AT 12", "LEAVE"}) {
    Request request;
    request.what = TextRequest{.from = kShopper, .line = "30001234", .text = text};
    const Outcome outcome = store.handle(request, now);
    const OutgoingText& asked = outcome.texts.at(0);
    EXPECT_EQ(asked.to, kShopper);
    EXPECT_EQ(asked.lane, Lane::urgent) << text;
    EXPECT_EQ(asked.valid_until, now + kPendingValid) << text;
  }
  Request request;
  request.what = TextRequest{.from = kShopper, .line = "30001234", .text = "CREDIT"};
  EXPECT_EQ(store.handle(request, now).texts.at(0).lane, Lane::reply);
}

TEST_F(Give, pays_to_and_fro_and_the_cashiers_hear_of_the_first) {
  say(kShopper, "PAY 250000 AT 12");
  EXPECT_NE(told, "");
  for (const char* text : {"PAY 250000 AT 14", "PAY 250000 AT 12", "PAY 260000 AT 14"}) {
    say(kShopper, text);
    EXPECT_EQ(told, "") << text;
  }
  now += 2min;
  say(kShopper, "PAY 250000 AT 14");
  EXPECT_THAT(told, HasSubstr("nothing is taken yet"));
}

TEST_F(Give, there_and_back_again_lives_no_day_longer) {
  const rules::Instant expires_at = store.lots().begin()->second.expires_at;
  for (int i = 0; i < 6; ++i) {
    now += 24h;
    EXPECT_THAT(confirm(kShopper, "GIVE 09120000102 200000"), HasSubstr("given"));
    EXPECT_THAT(confirm(kFriend, "GIVE 09120000101 200000"), HasSubstr("given"));
  }
  for (const auto& [id, lot] : store.lots()) EXPECT_EQ(lot.expires_at, expires_at);
  EXPECT_EQ(balance(kShopper), 200'000);
  now = expires_at;
  EXPECT_THAT(say(kShopper, "CREDIT"), HasSubstr("no credit"));
}

TEST_F(Give, is_taken_back_as_far_as_it_was_not_spent_and_once) {
  confirm(kShopper, "GIVE 09120000102 150000");
  say(kCashier12, last_code() + " 100000 4321");
  now += 119s;
  const std::string back = say(kShopper, "UNDO");
  EXPECT_THAT(back, AllOf(HasSubstr("50,000 rials came back"), HasSubstr(last_code())));
  EXPECT_THAT(told, AllOf(HasSubstr("taken back 50,000"), HasSubstr("Off11")));
  EXPECT_EQ(balance(kShopper), 100'000);
  EXPECT_EQ(balance(kFriend), 0);
  EXPECT_EQ(store.lots().rbegin()->second.origin, LotOrigin::purchase);
  EXPECT_THAT(say(kShopper, "UNDO"), HasSubstr("already"));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Give, is_not_taken_back_too_late_nor_when_it_is_spent_nor_by_the_other) {
  EXPECT_THAT(say(kShopper, "UNDO"), HasSubstr("nothing to take back"));
  confirm(kShopper, "GIVE 09120000102 100000");
  EXPECT_THAT(say(kFriend, "UNDO"), HasSubstr("nothing to take back"));
  now += 120s;
  EXPECT_THAT(say(kShopper, "UNDO"), HasSubstr("nothing to take back"));
  EXPECT_EQ(balance(kFriend), 100'000);
  confirm(kShopper, "GIVE 09120000102 100000");
  say(kCashier12, last_code() + " 100000 4321");
  EXPECT_THAT(say(kShopper, "UNDO"), HasSubstr("Nothing of it is left"));
  EXPECT_EQ(balance(kFriend), 100'000);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Give, to_who_leaves_is_gone) {
  confirm(kShopper, "GIVE 09120000102 100000");
  confirm(kFriend, "LEAVE");
  EXPECT_THAT(say(kShopper, "UNDO"), HasSubstr("Nothing of it is left"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Give, pays_at_a_branch_what_credit_may_pay_and_the_cashier_collects_the_rest) {
  EXPECT_THAT(say(kShopper, "PAY 850000 AT 12"),
              AllOf(HasSubstr("200,000 rials of an invoice of 850,000"), HasSubstr("Vanak")));
  EXPECT_THAT(told, AllOf(HasSubstr("0912xxx0101"), HasSubstr("nothing is taken yet"),
                          Not(HasSubstr(std::to_string(store.last_number())))));
  say(kShopper, "PAY 850000 AT 12");
  EXPECT_EQ(told, "") << "the cashiers are not told twice of one customer";
  EXPECT_THAT(say(kShopper, std::to_string(store.last_number())),
              AllOf(HasSubstr("200,000 rials of your credit paid"), HasSubstr("collects 650,000")));
  EXPECT_THAT(told, AllOf(HasSubstr("Collect: 650,000"), HasSubstr("Code: " + last_code())));
  EXPECT_EQ(balance(kShopper), 0);
  EXPECT_THAT(say(kCashier14, "VOID " + last_code() + " 9876"), HasSubstr("another cashier"));
  EXPECT_THAT(say(kCashier12, "VOID " + last_code() + " 4321"),
              AllOf(HasSubstr("Give back: 650,000"), HasSubstr("Back to credit: 200,000")));
  EXPECT_EQ(balance(kShopper), 200'000);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Give, pays_from_several_lots_and_their_redemptions_add_up_to_the_invoice) {
  now += 24h;
  earn(kShopper, 100'000);
  confirm(kShopper, "PAY 500000 AT 14");
  ASSERT_EQ(store.redemptions().size(), 2U);
  rules::Amount invoice = 0, used = 0;
  for (const Redemption& one : store.redemptions()) {
    invoice += one.invoice_amount;
    used += one.used;
    EXPECT_EQ(one.branch, 14U);
  }
  EXPECT_EQ(invoice, 500'000);
  EXPECT_EQ(used, 300'000);
  EXPECT_THAT(store.audit(), IsEmpty());
}

class GiveNothing : public Give {
 protected:
  GiveNothing() : Give(strict()) {}
  static Club strict() {
    Club club = english_club();
    club.policy.give_per_day_max = 0;
    club.policy.give_undo_seconds = 0;
    club.policy.credit_share_max = 5000;
    club.branches.push_back({15, "Rey"});
    return club;
  }
};

class PayWithDigits : public Give {
 protected:
  PayWithDigits() : Give(with_digits()) {}
  static Club with_digits() {
    Club club = english_club();
    club.policy.proof_last4_from = 100'000;
    return club;
  }
};

TEST_F(PayWithDigits, tells_no_cashier_the_digits_that_prove_her) {
  say(kShopper, "PAY 150000 AT 12");
  EXPECT_THAT(told, AllOf(HasSubstr("0912xxx"), Not(HasSubstr("0101"))));
  say(kShopper, std::to_string(store.last_number()));
  EXPECT_THAT(told, AllOf(HasSubstr("Collect: 0"), HasSubstr("0912xxx"), Not(HasSubstr("0101"))));
}

TEST_F(GiveNothing, keeps_to_the_policy_of_the_club) {
  EXPECT_THAT(say(kShopper, "GIVE 09120000102 50000"), HasSubstr("cannot be given to others"));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(say(kShopper, "PAY 300000 AT 15"), HasSubstr("Nobody at this branch"));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(confirm(kShopper, "PAY 300000 AT 12"),
              AllOf(HasSubstr("150,000"), HasSubstr("collects 150,000")));
  EXPECT_EQ(balance(kShopper), 50'000);
}

TEST(TypedMember, reads_phone_amount_and_branch_however_they_are_written) {
  using Words = std::vector<std::string>;
  const auto give = [](const Words& words) {
    const TypedGive typed = read_give(words, MoneyDisplay::rial);
    return std::pair(typed.to.value_or(0), typed.amount.value_or(0));
  };
  EXPECT_EQ(give({"09120000102", "50", "000"}), std::pair(kFriend, rules::Amount{50'000}));
  EXPECT_EQ(give({"5000", "toman", "09120000102"}), std::pair(kFriend, rules::Amount{50'000}));
  EXPECT_EQ(give({"50000"}).first, 0U);
  EXPECT_EQ(give({}).first, 0U);
  EXPECT_EQ(give({"09120000102", "50000", "100"}).second, 0);
  const auto pay = [](const Words& words) {
    const TypedPay typed = read_pay(words, MoneyDisplay::rial);
    return std::pair(typed.branch.value_or(0), typed.amount.value_or(0));
  };
  EXPECT_EQ(pay({"250000", "at", "12"}), std::pair(BranchNo{12}, rules::Amount{250'000}));
  EXPECT_EQ(pay({"250", "000", "در", "شعبه", "12"}), std::pair(BranchNo{12}, rules::Amount{250'000}));
  EXPECT_EQ(pay({"250000"}), std::pair(BranchNo{0}, rules::Amount{250'000}));
  EXPECT_EQ(pay({"250000", "at"}).first, 0U);
  EXPECT_EQ(pay({"250000", "at", "12", "13"}).first, 0U);
  EXPECT_EQ(pay({"250000", "at", "-1"}).first, 0U);
  EXPECT_EQ(read_page({}), 1U);
  for (const char* word : {"0", "251", "-1", "1x", "99999999999999"})
    EXPECT_FALSE(read_page(Words{word})) << word;
}

// I28, I29: whatever members give, take back, split, pay and spend, no rial is made or lost, and of what was
// to expire at an instant there is never more.
RC_GTEST_PROP(GiveProperty, no_rial_is_made_and_none_lives_longer, ()) {
  MemoryStore store({sample_club()}, *rc::gen::arbitrary<std::uint64_t>());
  rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};
  const std::vector<PhoneNumber> phones = {kShopper, kFriend, 989120000103};
  const auto handle = [&](auto what) {
    Request request;
    request.what = std::move(what);
    return store.handle(request, now);
  };
  const auto say = [&](PhoneNumber from, const std::string& text) {
    handle(TextRequest{.from = from, .line = "30001234", .text = text});
  };
  const auto confirm = [&](PhoneNumber from, const std::string& text) {
    const auto before = store.last_number();
    say(from, text);
    if (store.last_number() != before) say(from, std::to_string(store.last_number()));
  };
  int invoice = 0;
  for (const PhoneNumber phone : phones) {
    say(phone, "JOIN");
    handle(PurchaseRequest{.club = 1,
                           .branch = 12,
                           .phone = phone,
                           .invoice = std::to_string(++invoice),
                           .amount = *rc::gen::inRange<rules::Amount>(400'000, 40'000'000)});
    now += std::chrono::hours(24 * *rc::gen::inRange(0, 5));
  }
  const auto left = [&] {  // by expiry
    std::map<rules::Instant, rules::Amount> all;
    for (const auto& [id, lot] : store.lots()) all[lot.expires_at] += lot.remaining;
    return all;
  };
  const auto total = [&] {
    rules::Amount sum = 0;
    for (const auto& [id, member] : store.members()) sum += member.balance;
    for (const Redemption& one : store.redemptions()) sum += one.voided ? 0 : one.used;
    return sum;
  };
  const rules::Amount all = total();
  const int steps = *rc::gen::inRange(1, 25);
  for (int i = 0; i < steps; ++i) {
    const auto before = left();
    const PhoneNumber who = *rc::gen::elementOf(phones), other = *rc::gen::elementOf(phones);
    const std::string amount = std::to_string(*rc::gen::inRange(1, 1'000'000));
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
      case 1:
        confirm(who, "GIVE " + std::to_string(other) + " " + amount);
        break;
      case 2:
        say(who, "UNDO");
        break;
      case 3:
        say(who, "CODE " + amount);
        break;
      case 4:
        confirm(who, "PAY " + amount + " AT 12");
        break;
      case 5:
        now += std::chrono::seconds(*rc::gen::inRange(0, 200'000));
        break;
    }
    RC_ASSERT(store.audit() == std::vector<std::string>{});
    RC_ASSERT(total() == all);
    for (const auto& [expires_at, sum] : left()) {
      const auto known = before.find(expires_at);
      RC_ASSERT(known != before.end() && sum <= known->second);
    }
  }
}

}  // namespace
}  // namespace peyk::tests::handlers_give_test
