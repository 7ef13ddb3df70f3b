// Money given back, and what becomes of the credit with it: each rule with its "no", and random stories in
// which nobody may end richer than before (invariants I20 to I25).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "handlers/rules/refund.hpp"
#include "tests/kit/memory_store.hpp"

namespace peyk::tests::handlers_refund_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr PhoneNumber kShopper = 989120000101, kFriend = 989120000102;
const TillId kTill12{1, 12, "till-12"}, kTill14{1, 14, "till-14"};

Club club_with(bool debt) {
  Club club = sample_club();
  club.language = Language::en;
  club.policy.debt_on_refund = debt;
  club.policy.invoice_min = 0;
  return club;
}

// A shop with one till and its customers.
struct World {
  explicit World(bool debt = false, std::uint64_t seed = 7) : World(club_with(debt), seed) {}
  World(Club club, std::uint64_t seed) : store({std::move(club)}, seed) {
    for (const PhoneNumber phone : {kShopper, kFriend}) say(phone, "JOIN");
    for (const PhoneNumber phone : {kShopper, kFriend}) say(phone, "LANG EN");
  }

  template <typename What>
  Outcome ask(What what) {
    Request request;
    request.what = std::move(what);
    Outcome outcome = store.handle(request, now);
    told.clear();
    for (const OutgoingText& one : outcome.texts) told += one.text + "\n";
    return outcome;
  }
  void say(PhoneNumber from, const std::string& text) {
    ask(TextRequest{.from = from, .line = "30001234", .text = text});
  }
  nlohmann::json buy(rules::Amount amount, const std::string& invoice, PhoneNumber phone = kShopper) {
    return nlohmann::json::parse(
        ask(PurchaseRequest{.club = 1, .branch = 12, .phone = phone, .invoice = invoice, .amount = amount})
            .answer);
  }
  Outcome redeem(rules::CodeNumber code, rules::Amount amount, const std::string& invoice) {
    return ask(TillOrder{kTill12, TillRedemption{code, invoice, amount}});
  }
  Outcome refund(const std::string& invoice, std::optional<rules::Amount> amount = {}, std::string note = "",
                 const TillId& till = kTill12) {
    TillRefund order{.invoice = invoice, .amount = amount, .credit_note = note};
    if (note.empty()) note = "webhook " + std::to_string(++notes);
    for (std::size_t i = 0; i < note.size(); ++i)
      order.reference[i % 32] = static_cast<std::uint8_t>(order.reference[i % 32] * 31 + note[i]);
    Outcome outcome = ask(TillOrder{till, std::move(order)});
    body = nlohmann::json::parse(outcome.answer);
    return outcome;
  }
  rules::CodeNumber last_code() const { return store.codes().rbegin()->second.number; }
  const Member& member(PhoneNumber phone) const {
    for (const auto& [id, one] : store.members()) {
      if (one.phone == phone) return one;
    }
    throw std::logic_error("no such member");
  }
  // What of her credit can be spent now.
  rules::Amount spendable(PhoneNumber phone) const {
    rules::Amount sum = 0;
    for (const auto& [id, lot] : store.lots()) {
      if (lot.member == member(phone).id && now < lot.expires_at) sum += lot.remaining;
    }
    return sum;
  }

  MemoryStore store;
  rules::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 9h;
  std::string told;
  nlohmann::json body;
  int notes = 0;
};

TEST(Refund, takes_back_what_the_purchase_earned_and_tells_her) {
  World w;
  w.buy(4'000'000, "A-1");
  EXPECT_EQ(w.refund("A-1").status, 201);
  EXPECT_EQ(w.body["state"], "applied");
  EXPECT_EQ(w.body["amount"], 4'000'000);
  EXPECT_EQ(w.body["clawed_back"], 200'000);
  EXPECT_EQ(w.body["pay_out"], 4'000'000);
  EXPECT_THAT(w.told, AllOf(HasSubstr("4,000,000 rials of your purchase"), HasSubstr("taken back: 200,000"),
                            HasSubstr("Credit now: 0")));
  EXPECT_EQ(w.spendable(kShopper), 0);
  EXPECT_EQ(w.store.codes().begin()->second.state, CodeState::voided);
  EXPECT_THAT(w.store.audit(), IsEmpty());
  EXPECT_EQ(w.refund("A-1").status, 422) << "nothing is left of it";
  EXPECT_THAT(w.body["type"].get<std::string>(), HasSubstr("more-than-left"));
}

TEST(Refund, is_the_way_to_undo_what_a_code_paid_once_the_invoice_has_earned) {
  World w;
  w.buy(4'000'000, "A-1");
  const Outcome taken = w.redeem(w.last_code(), 1'000'000, "B-1");
  const auto redemption = std::stoull(nlohmann::json::parse(taken.answer)["id"].get<std::string>());
  w.buy(1'000'000, "B-1");
  const Outcome undone = w.ask(TillOrder{kTill12, TillVoid{redemption}});
  EXPECT_EQ(undone.status, 409);
  EXPECT_THAT(undone.answer, AllOf(HasSubstr("invoice-closed"), HasSubstr("refund")));
  EXPECT_THAT(undone.effects, IsEmpty());
  EXPECT_EQ(w.refund("B-1").status, 201);
  EXPECT_EQ(w.body["returned"], 200'000);
  EXPECT_EQ(w.body["pay_out"], 800'000);
}

TEST(Refund, of_what_a_cashier_typed_finds_it_in_the_tills_letters) {
  World w;
  w.say(kCashier12, "BUY 09120000101 4000000 inv-7 4321");
  ASSERT_EQ(w.store.purchases().size(), 1U);
  EXPECT_EQ(w.refund("INV-7", 1'000'000).status, 201);
  EXPECT_EQ(w.body["clawed_back"], 50'000);
  EXPECT_EQ(w.refund("Inv-7").status, 201);
  EXPECT_EQ(w.body["clawed_back"], 150'000);
  EXPECT_THAT(w.store.audit(), IsEmpty());
}

TEST(Refund, that_waits_is_found_by_a_purchase_that_a_cashier_types) {
  World w;
  EXPECT_EQ(w.refund("INV-7", 1'000'000).status, 202);
  w.say(kCashier12, "BUY 09120000101 4000000 inv-7 4321");
  EXPECT_EQ(w.spendable(kShopper), 150'000);
  EXPECT_EQ(w.refund("INV-7").status, 201);
  EXPECT_EQ(w.body["amount"], 3'000'000);
}

TEST(Refund, a_debtor_leaves_when_she_owes_nothing) {
  World w(true);
  w.buy(4'000'000, "A-1");
  w.redeem(w.last_code(), 1'000'000, "B-1");
  ASSERT_EQ(w.refund("A-1").status, 201);
  ASSERT_EQ(w.body["owed"], 200'000);
  w.say(kShopper, "LEAVE");
  EXPECT_THAT(w.told, AllOf(HasSubstr("You owe"), HasSubstr("200,000")));
  EXPECT_EQ(w.member(kShopper).debt, 200'000) << "so nobody comes back without it";
  w.buy(4'000'000, "A-2");
  w.say(kShopper, "LEAVE");
  EXPECT_THAT(w.told, HasSubstr("To leave"));
}

TEST(Refund, in_parts_comes_to_the_same_and_no_further) {
  World w;
  w.buy(999'999, "A-1");  // earns 49,999
  EXPECT_EQ(w.refund("A-1", 333'333).status, 201);
  EXPECT_EQ(w.refund("A-1", 666'667).status, 422);
  EXPECT_EQ(w.refund("A-1", 333'333).status, 201);
  EXPECT_EQ(w.refund("A-1", 333'333).status, 201);
  EXPECT_EQ(w.spendable(kShopper), 0);
  EXPECT_EQ(w.refund("A-1", 1).status, 422);
  EXPECT_THAT(w.store.audit(), IsEmpty());
}

TEST(Refund, is_known_again_by_its_credit_note) {
  World w;
  w.buy(4'000'000, "A-1");
  EXPECT_EQ(w.refund("A-1", 1'000'000, "C-7").status, 201);
  const auto id = w.body["id"];
  EXPECT_EQ(w.refund("A-1", 1'000'000, "C-7").status, 200);
  EXPECT_EQ(w.body["id"], id);
  EXPECT_EQ(w.body["duplicate"], true);
  EXPECT_EQ(w.refund("A-1", 1'500'000, "C-7").status, 422);
  EXPECT_THAT(w.body["type"].get<std::string>(), HasSubstr("refund-already-recorded"));
  EXPECT_EQ(w.spendable(kShopper), 150'000);
  EXPECT_EQ(w.refund("A-1", 1'000'000, "C-8").status, 201);
}

TEST(Refund, by_number_is_of_its_club_and_branch_only) {
  World w;
  const auto id = std::stoull(w.buy(4'000'000, "A-1")["id"].get<std::string>());
  EXPECT_EQ(w.ask(TillOrder{kTill12, TillRefund{.purchase = id + 1000}}).status, 404);
  EXPECT_EQ(w.ask(TillOrder{kTill14, TillRefund{.purchase = id}}).status, 409);
  EXPECT_EQ(w.ask(TillOrder{kTill12, TillRefund{.purchase = id}}).status, 201);
}

TEST(Refund, of_what_is_spent_takes_other_credit_soonest_expiry_first) {
  World w;
  w.buy(2'000'000, "A-1");  // 100,000
  w.now += 24h;
  w.buy(4'000'000, "A-2");  // 200,000
  const auto spent = w.last_code();
  w.now += 24h;
  w.buy(6'000'000, "A-3");  // 300,000
  ASSERT_EQ(w.redeem(spent, 850'000, "B-1").status, 201);
  EXPECT_EQ(w.refund("A-2").status, 201);
  EXPECT_EQ(w.body["clawed_back"], 200'000);
  EXPECT_EQ(w.body["withheld"], 0);
  EXPECT_EQ(w.store.lots().begin()->second.remaining, 0) << "A-1 ends first";
  EXPECT_EQ(w.store.lots().rbegin()->second.remaining, 200'000);
  EXPECT_THAT(w.store.audit(), IsEmpty());
}

TEST(Refund, of_what_is_spent_and_gone_is_withheld_from_the_money) {
  World w;
  w.buy(4'000'000, "A-1");
  ASSERT_EQ(w.redeem(w.last_code(), 150'000, "B-1").status, 201);
  EXPECT_EQ(w.refund("A-1").status, 201);
  EXPECT_EQ(w.body["clawed_back"], 50'000);
  EXPECT_EQ(w.body["withheld"], 150'000);
  EXPECT_EQ(w.body["owed"], 0);
  EXPECT_EQ(w.body["pay_out"], 3'850'000);
  EXPECT_EQ(w.member(kShopper).debt, 0);
}

TEST(Refund, of_what_is_spent_and_gone_is_her_debt_where_the_club_has_it_so) {
  World w(true);
  w.buy(4'000'000, "A-1");
  ASSERT_EQ(w.redeem(w.last_code(), 150'000, "B-1").status, 201);
  EXPECT_EQ(w.refund("A-1").status, 201);
  EXPECT_EQ(w.body["owed"], 150'000);
  EXPECT_EQ(w.body["pay_out"], 4'000'000);
  EXPECT_THAT(w.told, HasSubstr("You owe 150,000"));
  EXPECT_EQ(w.member(kShopper).debt, 150'000);
  EXPECT_EQ(w.member(kShopper).balance, 0) << "debt has an account of its own";
  w.say(kShopper, "CREDIT");
  EXPECT_THAT(w.told, HasSubstr("You owe 150,000"));

  auto bought = w.buy(2'000'000, "A-2");  // 100,000: all of it settles
  EXPECT_EQ(bought["settled"], 100'000);
  EXPECT_EQ(bought["code"], nullptr);
  EXPECT_THAT(w.told, HasSubstr("settled what you owed"));
  EXPECT_EQ(w.member(kShopper).debt, 50'000);
  EXPECT_EQ(w.spendable(kShopper), 0);
  bought = w.buy(2'000'000, "A-3");
  EXPECT_EQ(bought["settled"], 50'000);
  EXPECT_THAT(w.told, AllOf(HasSubstr("50,000 rials settled"), HasSubstr(bought["code"].get<std::string>())));
  EXPECT_EQ(w.member(kShopper).debt, 0);
  EXPECT_EQ(w.spendable(kShopper), 50'000);
  EXPECT_THAT(w.store.audit(), IsEmpty());
}

TEST(Refund, asks_nothing_back_of_credit_that_lapsed_unspent) {
  World w(true);
  w.buy(4'000'000, "A-1");
  w.now += 24h * 31;
  w.buy(4'000'000, "A-2");
  EXPECT_EQ(w.refund("A-1").status, 201);
  EXPECT_EQ(w.body["clawed_back"], 0);
  EXPECT_EQ(w.body["owed"], 0);
  EXPECT_EQ(w.spendable(kShopper), 200'000) << "of A-2";
}

TEST(Refund, of_who_has_left_withholds_what_she_had_spent) {
  World w(true);
  w.buy(4'000'000, "A-1");
  ASSERT_EQ(w.redeem(w.last_code(), 150'000, "B-1").status, 201);
  w.say(kShopper, "LEAVE");
  w.say(kShopper, std::to_string(w.store.last_number()));
  EXPECT_EQ(w.refund("A-1").status, 201);
  EXPECT_EQ(w.body["withheld"], 150'000) << "the rest was forfeited";
  EXPECT_EQ(w.body["owed"], 0);
  EXPECT_EQ(w.told, "");
  EXPECT_THAT(w.store.audit(), IsEmpty());
}

TEST(Refund, gives_back_the_credit_that_had_paid_with_its_old_expiry) {
  World w;
  w.buy(4'000'000, "A-1");
  const auto code = w.last_code();
  const rules::Instant expires_at = w.store.lots().begin()->second.expires_at;
  w.now += 24h;
  ASSERT_EQ(w.redeem(code, 1'000'000, "B-1").status, 201);  // 200,000 of it
  const auto bought = w.buy(1'000'000, "B-1");
  EXPECT_EQ(bought["by_credit"], 200'000);
  EXPECT_EQ(bought["credit"], 40'000) << "on 800,000 paid in money";
  EXPECT_EQ(w.refund("B-1", 500'000).status, 201);
  EXPECT_EQ(w.body["returned"], 100'000);
  EXPECT_EQ(w.body["clawed_back"], 20'000);
  EXPECT_EQ(w.body["pay_out"], 400'000);
  EXPECT_THAT(w.told, AllOf(HasSubstr("given back: 100,000"), HasSubstr("Credit now: 120,000")));
  EXPECT_EQ(w.refund("B-1").status, 201);
  EXPECT_EQ(w.store.lots().begin()->second.remaining, 200'000);
  EXPECT_EQ(w.store.lots().begin()->second.expires_at, expires_at);
  EXPECT_EQ(w.store.codes().begin()->second.state, CodeState::live);
  EXPECT_EQ(w.spendable(kShopper), 200'000);
  EXPECT_THAT(w.store.audit(), IsEmpty());
  const auto redemption = w.store.redemptions().front().id;
  EXPECT_EQ(w.ask(TillOrder{kTill12, TillVoid{redemption}}).status, 409) << "it came back already";
}

TEST(Refund, gives_back_no_credit_whose_time_is_over) {
  World w;
  w.buy(4'000'000, "A-1");
  ASSERT_EQ(w.redeem(w.last_code(), 1'000'000, "B-1").status, 201);
  w.buy(1'000'000, "B-1");
  w.now += 24h * 31;
  EXPECT_EQ(w.refund("B-1").status, 201);
  EXPECT_EQ(w.body["returned"], 0);
  EXPECT_EQ(w.body["expired"], 200'000);
  EXPECT_EQ(w.body["pay_out"], 800'000);
  EXPECT_EQ(w.spendable(kShopper), 0);
  EXPECT_THAT(w.store.audit(), IsEmpty());
}

TEST(Refund, gives_back_to_whose_credit_it_was) {
  World w;
  w.buy(4'000'000, "A-1", kFriend);
  ASSERT_EQ(w.redeem(w.last_code(), 1'000'000, "B-1").status, 201);
  w.buy(1'000'000, "B-1");
  EXPECT_EQ(w.refund("B-1").status, 201);
  EXPECT_EQ(w.spendable(kFriend), 200'000);
  EXPECT_EQ(w.spendable(kShopper), 0);
  EXPECT_THAT(w.told, HasSubstr("was given back"));
}

TEST(Refund, wakes_no_code_whose_number_may_be_somebody_elses) {
  Club club = club_with(false);
  club.policy.credit_valid_days = 400;
  World w(club, 7);
  w.buy(4'000'000, "A-1");
  ASSERT_EQ(w.redeem(w.last_code(), 1'000'000, "B-1").status, 201);
  w.buy(1'000'000, "B-1");
  w.now += 24h * 89;
  EXPECT_EQ(w.refund("B-1").status, 201);
  EXPECT_EQ(w.body["returned"], 200'000);
  EXPECT_EQ(w.store.codes().begin()->second.state, CodeState::voided);
  EXPECT_EQ(w.spendable(kShopper), 200'000) << "hers, under no code";
}

TEST(Refund, before_its_purchase_waits_and_is_applied_when_it_comes) {
  World first, second;
  first.buy(4'000'000, "A-1");
  first.refund("A-1", 1'000'000);
  EXPECT_EQ(second.refund("A-1", 1'000'000).status, 202);
  EXPECT_EQ(second.body["state"], "parked");
  EXPECT_EQ(second.body["amount"], nullptr);
  EXPECT_EQ(second.told, "");
  EXPECT_EQ(second.buy(4'000'000, "A-1")["credit"], 150'000);
  EXPECT_EQ(second.spendable(kShopper), first.spendable(kShopper));
  EXPECT_EQ(second.refund("A-1").status, 201);
  EXPECT_EQ(second.body["amount"], 3'000'000);
  EXPECT_EQ(second.spendable(kShopper), 0);
  EXPECT_THAT(second.store.audit(), IsEmpty());
}

TEST(Refund, that_waited_for_more_than_there_is_is_refused_when_the_purchase_comes) {
  World w;
  EXPECT_EQ(w.refund("A-1", 5'000'000).status, 202);
  EXPECT_EQ(w.refund("A-1", 1'000'000).status, 202);
  EXPECT_EQ(w.buy(4'000'000, "A-1")["credit"], 150'000);
  EXPECT_EQ(w.store.refunds().begin()->second.state, RefundState::refused);
  EXPECT_EQ(w.store.refunds().rbegin()->second.state, RefundState::applied);
}

TEST(Refund, of_the_whole_before_its_purchase_leaves_nothing_earned) {
  World w;
  EXPECT_EQ(w.refund("A-1").status, 202);
  const auto bought = w.buy(4'000'000, "A-1");
  EXPECT_EQ(bought["credit"], 0);
  EXPECT_EQ(bought["code"], nullptr);
  EXPECT_EQ(w.refund("A-1").status, 422);
}

TEST(Earning, counts_only_what_was_paid_in_money) {
  World w;
  w.buy(4'000'000, "A-1");
  const auto code = w.last_code();
  w.say(kCashier12, std::to_string(code) + " 500000 B-1 4321");
  EXPECT_EQ(w.buy(500'000, "B-1")["credit"], 15'000);
  w.buy(4'000'000, "A-2");
  w.say(kCashier12, std::to_string(w.last_code()) + " 500000 A-2 4321");
  EXPECT_THAT(w.told, HasSubstr("recorded already")) << "not on the invoice that earned it";
}

TEST(Purchase, that_looks_like_the_one_before_it_is_recorded_and_told_of) {
  World w;
  const auto first = w.buy(850'000, "A-1");
  EXPECT_EQ(first["looks_like_repeat_of"], nullptr);
  w.now += 119s;
  const auto again = w.buy(850'000, "A-2");
  EXPECT_EQ(again["looks_like_repeat_of"], first["id"]);
  EXPECT_EQ(again["credit"], first["credit"]) << "flagged, not merged";
  EXPECT_EQ(w.buy(850'001, "A-3")["looks_like_repeat_of"], nullptr);
  EXPECT_EQ(w.buy(850'001, "A-4", kFriend)["looks_like_repeat_of"], nullptr);
  w.now += 120s;
  EXPECT_EQ(w.buy(850'001, "A-5")["looks_like_repeat_of"], nullptr);
}

RC_GTEST_PROP(RefundRule, is_the_same_for_any_split, ()) {
  rules::Bought bought{.amount = *rc::gen::inRange<rules::Amount>(1, rules::kAmountMax)};
  bought.by_credit = *rc::gen::inRange<rules::Amount>(0, bought.amount + 1);
  bought.share = *rc::gen::inRange(0, 10'001);
  bought.earned = rules::share_of(bought.amount - bought.by_credit, bought.share);
  rules::Amount refunded = 0, back = 0, taken = 0;
  while (refunded < bought.amount) {
    const auto part = *rc::gen::inRange<rules::Amount>(1, bought.amount - refunded + 1);
    const auto once = rules::returned_at(bought, refunded + part) - rules::returned_at(bought, refunded);
    const auto claw = rules::earned_at(bought, refunded) - rules::earned_at(bought, refunded + part);
    RC_ASSERT(once >= 0 && claw >= 0);
    RC_ASSERT(once + claw <= part);  // so the money to pay out is never below zero
    back += once;
    taken += claw;
    refunded += part;
    RC_ASSERT(back == rules::returned_at(bought, refunded));
  }
  RC_ASSERT(back == bought.by_credit);
  RC_ASSERT(taken == bought.earned);
}

// She buys, spends and brings back in any order, in parts, sometimes before the till has reported the
// purchase. When all is brought back she has what she began with: money, credit and goods counted together.
RC_GTEST_PROP(RefundStory, buying_earning_spending_and_refunding_leaves_nobody_richer, ()) {
  const bool debt = *rc::gen::arbitrary<bool>();
  World w(debt, *rc::gen::arbitrary<std::uint64_t>());
  rules::Amount cash = 0;                     // hers, since the beginning
  rules::Amount goods = 0;                    // what she holds, at its price
  std::map<std::string, rules::Amount> kept;  // invoices of goods she holds
  const int steps = *rc::gen::inRange(1, 30);
  const auto bring_back = [&](const std::string& invoice, rules::Amount amount) {
    if (w.refund(invoice, amount).status != 201) RC_FAIL("a refund within the purchase was refused");
    cash += w.body["pay_out"].get<rules::Amount>();
    goods -= amount;
    kept[invoice] -= amount;
  };
  for (int i = 0; i < steps; ++i) {
    const std::string invoice = "I-" + std::to_string(i);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
      case 1: {  // a bill, paid with a code as far as one goes
        const auto amount = *rc::gen::inRange<rules::Amount>(1, 2'000'000);
        rules::Amount used = 0;
        if (!w.store.codes().empty() && *rc::gen::arbitrary<bool>()) {
          const auto at = *rc::gen::inRange<std::size_t>(0, w.store.codes().size());
          const auto number =
              std::next(w.store.codes().begin(), static_cast<std::ptrdiff_t>(at))->second.number;
          const Outcome taken = w.redeem(number, amount, invoice);
          if (taken.status == 201) used = nlohmann::json::parse(taken.answer)["used"];
          if (used > 0 && *rc::gen::arbitrary<bool>()) {
            const auto id = std::stoull(nlohmann::json::parse(taken.answer)["id"].get<std::string>());
            const bool in_time = *rc::gen::arbitrary<bool>();
            if (!in_time) w.buy(amount, invoice);
            const int status = w.ask(TillOrder{kTill12, TillVoid{id}}).status;
            RC_ASSERT(status == (in_time ? 200 : 409));
            if (in_time) used = 0;
          }
        }
        w.buy(amount, invoice);  // a repeat, if it is recorded
        cash -= amount - used;
        goods += amount;
        kept[invoice] = amount;
        break;
      }
      case 2:
        for (const auto& [one, left] : kept) {
          if (left == 0) continue;
          bring_back(one, *rc::gen::inRange<rules::Amount>(1, left + 1));
          break;
        }
        break;
      case 3:
        w.now += std::chrono::hours(*rc::gen::inRange(0, 24 * 8));
        break;
    }
    RC_ASSERT(w.store.audit() == std::vector<std::string>{});
  }
  for (const auto& [invoice, left] : std::map(kept)) {
    if (left > 0) bring_back(invoice, left);
  }
  RC_ASSERT(goods == 0);
  RC_ASSERT(w.store.audit() == std::vector<std::string>{});
  RC_ASSERT(cash + w.spendable(kShopper) - w.member(kShopper).debt <= 0);
}

}  // namespace
}  // namespace peyk::tests::handlers_refund_test
