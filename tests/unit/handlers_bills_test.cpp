// Which credit pays for which purchase: by the invoice while its number means it, and without one.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_bills_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const TillId kTill12{1, 12, "till-12"}, kTill14{1, 14, "till-14"};

Club club_of_long_voids() {
  Club club = english_club();
  club.policy.void_window_minutes = 60;
  club.policy.invoice_min = 0;
  return club;
}

class Bills : public ClubTalk {
 protected:
  Bills() : ClubTalk(club_of_long_voids()) { say(kFriend, "JOIN"); }

  template <typename What>
  Outcome ask(What what) {
    Request request;
    request.what = std::move(what);
    Outcome outcome = store.handle(request, now);
    told.clear();
    for (const OutgoingText& one : outcome.texts) told += one.text + "\n";
    body = json::parse(outcome.answer, nullptr, false);
    return outcome;
  }
  json buy(rules::Amount amount, const std::string& invoice, PhoneNumber phone = kShopper,
           BranchNo branch = 12, std::optional<rules::Instant> at = {}, rules::Amount discount = 0) {
    ask(PurchaseRequest{.club = 1,
                        .branch = branch,
                        .phone = phone,
                        .invoice = invoice,
                        .amount = amount,
                        .purchased_at = at,
                        .discount = discount});
    return body;
  }
  Outcome redeem(rules::CodeNumber code, rules::Amount amount, const std::string& invoice) {
    return ask(TillOrder{kTill12, TillRedemption{code, invoice, amount}});
  }
  Outcome refund(const std::string& invoice, std::optional<rules::Amount> amount = {}) {
    TillRefund order{.invoice = invoice, .amount = amount};
    order.reference[0] = ++references;
    return ask(TillOrder{kTill12, std::move(order)});
  }
  rules::CodeNumber earn(rules::Amount credit, PhoneNumber phone = kShopper) {
    const json bought = buy(credit * 20, "earn-" + std::to_string(++references), phone);
    return static_cast<rules::CodeNumber>(std::stoul(bought["code"].get<std::string>()));
  }
  void pay(rules::Amount amount) {
    say(kShopper, "PAY " + std::to_string(amount) + " AT 12");
    say(kShopper, std::to_string(store.last_number()));
  }
  std::string cashier(const std::string& text) { return say(kCashier12, text); }
  rules::Amount spendable(PhoneNumber phone) const {
    rules::Amount sum = 0;
    for (const auto& [id, lot] : store.lots()) {
      if (store.members().at(lot.member).phone == phone && now < lot.expires_at) sum += lot.remaining;
    }
    return sum;
  }
  rules::CodeNumber last_paid_by() const { return store.codes().at(store.redemptions().back().code).number; }

  json body;
  std::uint8_t references = 0;
};

TEST_F(Bills, a_purchase_earns_nothing_on_what_pay_has_paid_of_it) {
  earn(500'000);
  pay(1'000'000);
  ASSERT_EQ(store.redemptions().size(), 1U);
  const json bought = buy(1'000'000, "A-1");
  EXPECT_EQ(bought["by_credit"], 500'000);
  EXPECT_EQ(bought["credit"], 25'000);
}

TEST_F(Bills, credit_that_paid_without_an_invoice_comes_back_with_the_refund_and_by_nothing_else) {
  earn(500'000);
  pay(1'000'000);
  const rules::CodeNumber code = last_paid_by();
  buy(1'000'000, "A-1");
  EXPECT_THAT(cashier("VOID " + std::to_string(code) + " 4321"), HasSubstr("A-1"));
  EXPECT_EQ(spendable(kShopper), 25'000);
  EXPECT_EQ(refund("A-1").status, 201);
  EXPECT_EQ(body["returned"], 500'000);
  EXPECT_EQ(body["pay_out"], 500'000);
  EXPECT_EQ(spendable(kShopper), 500'000);
  EXPECT_THAT(cashier("VOID " + std::to_string(code) + " 4321"), Not(HasSubstr("is cancelled")));
  EXPECT_EQ(spendable(kShopper), 500'000);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Bills, a_cashiers_code_without_an_invoice_pays_for_the_purchase_too_and_once) {
  const auto code = earn(500'000);
  cashier(std::to_string(code) + " 1000000 4321");
  ASSERT_EQ(store.redemptions().size(), 1U);
  EXPECT_EQ(buy(1'000'000, "A-1")["by_credit"], 500'000);
  EXPECT_EQ(buy(1'000'000, "A-2")["by_credit"], 0);
}

TEST_F(Bills, several_codes_of_one_pay_are_one_payment) {
  earn(100'000);
  now += 1min;
  earn(200'000);
  pay(1'000'000);
  ASSERT_EQ(store.redemptions().size(), 2U);
  EXPECT_EQ(buy(1'000'000, "A-1")["by_credit"], 300'000);
  EXPECT_EQ(refund("A-1", 500'000).status, 201);
  EXPECT_EQ(body["returned"], 150'000);
}

TEST_F(Bills, of_several_payments_the_nearest_in_time_is_the_purchases) {
  const auto first = earn(100'000), second = earn(200'000);
  cashier(std::to_string(first) + " 1000000 4321");
  const rules::Instant early = now;
  now += 2h;
  cashier(std::to_string(second) + " 1000000 4321");
  EXPECT_EQ(buy(1'000'000, "A-1", kShopper, 12, early + 1min)["by_credit"], 100'000);
  EXPECT_EQ(buy(1'000'000, "A-2")["by_credit"], 200'000);
}

TEST_F(Bills, a_payment_without_an_invoice_is_nobody_elses_and_of_no_other_branch_amount_or_day) {
  const auto code = earn(500'000);
  cashier(std::to_string(code) + " 1000000 4321");
  EXPECT_EQ(buy(1'000'000, "A-1", kFriend)["by_credit"], 0);
  EXPECT_EQ(buy(1'000'000, "A-1", kShopper, 14)["by_credit"], 0);
  EXPECT_EQ(buy(1'000'001, "A-2")["by_credit"], 0);
  EXPECT_EQ(buy(1'000'000, "A-3", kShopper, 12, now - 24h)["by_credit"], 0);
  EXPECT_EQ(buy(1'100'000, "A-4", kShopper, 12, {}, 100'000)["by_credit"], 500'000) << "less the discount";
}

TEST_F(Bills, one_that_was_taken_back_pays_for_nothing) {
  const auto code = earn(500'000);
  cashier(std::to_string(code) + " 1000000 4321");
  cashier("VOID " + std::to_string(code) + " 4321");
  EXPECT_EQ(buy(1'000'000, "A-1")["by_credit"], 0);
}

TEST_F(Bills, credit_that_names_the_invoice_goes_before_what_names_none) {
  const auto first = earn(100'000), second = earn(200'000);
  cashier(std::to_string(first) + " 1000000 4321");
  redeem(second, 1'000'000, "A-1");
  EXPECT_EQ(buy(1'000'000, "A-1")["by_credit"], 200'000);
}

TEST_F(Bills, a_number_that_begins_anew_each_morning_is_another_invoice) {
  const auto first = earn(200'000), second = earn(300'000);
  cashier(std::to_string(first) + " 850000 17 4321");
  now += 24h;
  cashier(std::to_string(second) + " 300000 17 4321");
  ASSERT_EQ(store.redemptions().size(), 2U);
  EXPECT_EQ(store.redemptions().back().used, 300'000) << "yesterday's 17 was another customer's";
  now += 24h;
  const std::string sold = cashier("BUY 09120000102 850000 17 4321");
  EXPECT_EQ(store.purchases().at({1, 12, "17"}).by_credit, 0) << sold;
}

TEST_F(Bills, a_number_means_the_same_invoice_for_hours) {
  const auto first = earn(200'000), second = earn(300'000);
  cashier(std::to_string(first) + " 300000 17 4321");
  now += 3h;
  cashier(std::to_string(second) + " 300000 17 4321");
  ASSERT_EQ(store.redemptions().size(), 2U);
  EXPECT_EQ(store.redemptions().back().used, 100'000);
}

TEST_F(Bills, a_till_that_reports_late_still_finds_what_paid_when_it_was_bought) {
  redeem(earn(200'000), 1'000'000, "A-1");
  const rules::Instant bought = now;
  now += std::chrono::days{9};
  EXPECT_EQ(buy(1'000'000, "A-1", kShopper, 12, bought)["by_credit"], 200'000);
}

TEST_F(Bills, a_refund_returns_what_paid_however_long_ago) {
  redeem(earn(200'000), 1'000'000, "A-1");
  buy(1'000'000, "A-1");
  now += std::chrono::days{20};
  EXPECT_EQ(refund("A-1").status, 201);
  EXPECT_EQ(body["returned"], 200'000);
}

TEST_F(Bills, tills_invoices_that_differ_in_a_letter_are_two) {
  redeem(earn(100'000), 1'000'000, "aB3");
  EXPECT_EQ(buy(1'000'000, "Ab3", kFriend)["by_credit"], 0);
  EXPECT_EQ(refund("Ab3").status, 201);
  EXPECT_EQ(body["returned"], 0);
  EXPECT_EQ(buy(1'000'000, "aB3")["by_credit"], 100'000);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Bills, what_a_cashier_typed_pays_for_the_tills_invoice_in_whatever_letters_and_for_one) {
  const auto code = earn(100'000);
  cashier(std::to_string(code) + " 1000000 ab3 4321");
  EXPECT_EQ(buy(1'000'000, "aB3")["by_credit"], 100'000);
  EXPECT_EQ(buy(1'000'000, "Ab3", kFriend)["by_credit"], 0);
}

TEST_F(Bills, a_tills_code_closes_to_void_only_by_its_own_purchase) {
  redeem(earn(100'000), 1'000'000, "aB3");
  const auto id = std::stoull(body["id"].get<std::string>());
  buy(1'000'000, "Ab3", kFriend);
  EXPECT_EQ(ask(TillOrder{kTill12, TillVoid{id}}).status, 200);
}

TEST_F(Bills, a_refund_that_waited_tells_the_buyer_all_that_she_has) {
  earn(200'000);
  EXPECT_EQ(refund("A-1", 1'000'000).status, 202);
  buy(4'000'000, "A-1");
  EXPECT_THAT(told, HasSubstr("Credit now: 350,000"));
}

TEST_F(Bills, a_refund_that_waited_is_of_the_day_on_which_its_purchase_came) {
  refund("A-1", 1'000'000);
  now += 24h;
  buy(4'000'000, "A-1");
  ASSERT_EQ(store.refunds().size(), 1U);
  EXPECT_EQ(store.refunds().begin()->second.at, now);
}

TEST_F(Bills, a_refund_that_waited_long_is_not_of_a_number_that_comes_round_again) {
  refund("17", 1'000'000);
  now += std::chrono::days{30};
  EXPECT_EQ(buy(4'000'000, "17")["credit"], 200'000);
}

TEST_F(Bills, a_refund_of_what_a_cashier_typed_is_known_again) {
  cashier("BUY 09120000101 4000000 a-1 4321");
  TillRefund order{.invoice = "A-1", .amount = 1'000'000, .credit_note = "C-7"};
  EXPECT_EQ(ask(TillOrder{kTill12, order}).status, 201);
  EXPECT_EQ(ask(TillOrder{kTill12, order}).status, 200);
  EXPECT_EQ(body["duplicate"], true);
  order.invoice = "A-2";
  EXPECT_EQ(ask(TillOrder{kTill12, order}).status, 422);
}

TEST_F(Bills, one_owner_of_two_codes_reads_of_both_at_once) {
  const auto first = earn(100'000, kFriend), second = earn(200'000, kFriend);
  redeem(first, 1'000'000, "A-1");
  redeem(second, 1'000'000, "A-1");
  buy(1'000'000, "A-1");
  EXPECT_EQ(refund("A-1").status, 201);
  EXPECT_THAT(told, HasSubstr("300,000"));
}

}  // namespace
}  // namespace peyk::tests::handlers_bills_test
