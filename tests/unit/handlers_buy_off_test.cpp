// BUY with OFF: a cashier without a till records what a quote had her take off, as a till does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "templates/alphabet.hpp"
#include "tests/kit/club_talk.hpp"
#include "tests/kit/programme.hpp"

namespace peyk::tests::handlers_buy_off_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using rules::EffectKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// 100,000 off, once for each member, as long as 150,000 last.
Club welcoming_club(CashierAuth auth = CashierAuth::pin) {
  Club club = english_club();
  club.policy.redeem_auth = auth;
  rules::Offer welcome{.name = "welcome", .title = "Welcome", .id = 1, .version = 11};
  welcome.then = {{.kind = EffectKind::cash_off, .value = 100'000}};
  welcome.per_member = 1;
  welcome.budget = 150'000;
  club.programme.offers = {welcome};
  return club;
}

class BuyOff : public ClubTalk {
 protected:
  explicit BuyOff(Club club = welcoming_club()) : ClubTalk(std::move(club)) {}

  Purchase only_purchase() const {
    EXPECT_EQ(store.purchases().size(), 1U);
    return store.purchases().begin()->second;
  }
};

TEST_F(BuyOff, records_in_the_words_of_the_quote_what_it_promised) {
  EXPECT_THAT(vanak("QUOTE 09120000101 1000000"),
              AllOf(HasSubstr("To pay: 900,000 rials"), HasSubstr("Discount: 100,000 rials"),
                    HasSubstr("BUY 09120000101 1000000 OFF PIN")));
  EXPECT_THAT(vanak("BUY 09120000101 1000000 OFF 4321"),
              AllOf(HasSubstr("Purchase of 1,000,000 rials"), HasSubstr("Credit given: 45,000 rials"),
                    HasSubstr("To pay: 900,000 rials"), HasSubstr("Discount: 100,000 rials"),
                    Not(HasSubstr("by offers"))));
  EXPECT_THAT(told_to[kShopper], HasSubstr("45,000"));
  const Purchase bought = only_purchase();
  EXPECT_EQ(bought.amount, 900'000);
  EXPECT_EQ(bought.discount, 100'000);
  EXPECT_EQ(bought.earned, 45'000);
  ASSERT_EQ(store.grants().size(), 1U);
  EXPECT_EQ(store.grants().front().value, 100'000);
  EXPECT_EQ(store.grants().front().of_budget, 100'000);
  EXPECT_THAT(say(kShopper, "WHY"), HasSubstr("Welcome: 100,000 rials off"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(BuyOff, uses_up_what_a_member_may_have_and_what_the_offer_has) {
  vanak("BUY 09120000101 1000000 OFF 4321");
  now += 11min;
  EXPECT_THAT(vanak("QUOTE 09120000101 1000000"), Not(HasSubstr("OFF")));
  EXPECT_THAT(vanak("BUY 09120000101 1000000 OFF 4321"),
              AllOf(HasSubstr("No discount fits now: to pay 1,000,000 rials"),
                    HasSubstr("Nothing was recorded"), HasSubstr("BUY 09120000101 1000000 PIN")));
  EXPECT_EQ(effects, 0U);
  EXPECT_THAT(told, IsEmpty());
  say(kFriend, "JOIN");
  EXPECT_THAT(tajrish("BUY 09120000102 1000000 OFF 9876"),
              AllOf(HasSubstr("To pay: 950,000 rials"), HasSubstr("Discount: 50,000 rials")))
      << "the last one gets what is left, and the answer says so";
  now += 24h;
  EXPECT_THAT(tajrish("BUY 09120000102 1000000 OFF 9876"), HasSubstr("No discount fits now"));
  EXPECT_EQ(store.purchases().size(), 2U);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(BuyOff, sent_again_is_the_same_purchase_with_the_same_answer) {
  for (const std::string text : {"BUY 09120000101 1000000 OFF 4321", "BUY 09120000102 300000 F-1 OFF 4321"}) {
    say(kFriend, "JOIN");
    const std::string first = vanak(text);
    EXPECT_THAT(first, HasSubstr("Discount: ")) << text;
    EXPECT_EQ(vanak(text), first);
    EXPECT_EQ(effects, 0U);
    EXPECT_THAT(told, IsEmpty());
  }
  EXPECT_THAT(vanak("BUY 09120000101 1000000 4321"), HasSubstr("Discount: 100,000 rials"))
      << "without the word it is still the same, and was recorded with it";
  EXPECT_THAT(vanak("BUY 09120000102 300000 F-1 4321"), HasSubstr("To pay: 250,000 rials"));
  EXPECT_EQ(effects, 0U);
  EXPECT_EQ(store.purchases().size(), 2U);
}

TEST_F(BuyOff, says_that_it_was_recorded_without_where_the_word_was_forgotten) {
  vanak("BUY 09120000101 1000000 4321");
  EXPECT_THAT(vanak("BUY 09120000101 1000000 OFF 4321"),
              AllOf(HasSubstr("recorded without a discount: to pay 1,000,000 rials"),
                    HasSubstr("Nothing was changed")));
  EXPECT_EQ(effects, 0U);
  EXPECT_EQ(only_purchase().amount, 1'000'000);
  EXPECT_THAT(store.grants(), IsEmpty());
}

Club club_of_a_tenth() {
  Club club = english_club();
  rules::Offer tenth{.name = "tenth", .title = "Tenth", .id = 1, .version = 11};
  tenth.then = {{.kind = EffectKind::percent_off, .value = 1'000}};
  club.programme.offers = {tenth};
  return club;
}

class BuyOffATenth : public BuyOff {
 protected:
  BuyOffATenth() : BuyOff(club_of_a_tenth()) {}

  // The last one.
  Purchase bought() const {
    Purchase last;
    for (const auto& [key, one] : store.purchases()) {
      if (one.id > last.id) last = one;
    }
    return last;
  }
  void refund(const std::string& invoice) {
    Request request;
    request.what = TillOrder{{1, 12, "till-12"}, TillRefund{.invoice = invoice, .reference = {1}}};
    EXPECT_EQ(store.handle(request, now).status, 201);
  }
};

// A tenth of what is not paid by codes, on an invoice that they were used on in full.
TEST_F(BuyOffATenth, is_of_what_codes_have_left_to_pay_and_so_is_what_to_collect) {
  const std::string code = earn(kShopper, 200'000);
  now += 24h;
  EXPECT_THAT(vanak(code + " 1000000 F-2 4321"), HasSubstr("Collect: 800,000"));
  const std::string first = vanak("BUY 09120000101 1000000 F-2 OFF 4321");
  EXPECT_THAT(first,
              AllOf(HasSubstr("To pay: 720,000 rials\nDiscount: 80,000 rials\nFrom credit: 200,000 rials"),
                    HasSubstr("Credit given: 36,000 rials"), Not(HasSubstr("by offers"))));
  EXPECT_EQ(bought().amount, 920'000);
  EXPECT_EQ(bought().by_credit, 200'000);
  EXPECT_EQ(vanak("BUY 09120000101 1000000 F-2 OFF 4321"), first);
  EXPECT_EQ(vanak("BUY 09120000101 1000000 F-2 4321"), first) << "recorded with the word, sent without";
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(BuyOffATenth, of_her_own_payment_without_an_invoice_is_of_the_rest) {
  earn(kShopper, 200'000);
  now += 24h;
  confirm(kShopper, "PAY 1000000 AT 12");
  const std::string first = vanak("BUY 09120000101 1000000 OFF 4321");
  EXPECT_THAT(first, HasSubstr("To pay: 720,000 rials\nDiscount: 80,000 rials\nFrom credit: 200,000 rials"));
  EXPECT_EQ(bought().by_credit, 200'000);
  EXPECT_EQ(vanak("BUY 09120000101 1000000 OFF 4321"), first);
  EXPECT_THAT(store.audit(), IsEmpty());
}

// Quoted first: the code was used on what the quote had said, and the cashier told to collect the rest.
TEST_F(BuyOffATenth, that_was_taken_off_before_a_code_was_used_stands) {
  for (const std::string invoice : {"", " F-3"}) {
    const std::string code = earn(kShopper, 200'000);
    now += 24h;
    EXPECT_THAT(vanak("QUOTE 09120000101 1000000"), HasSubstr("To pay: 900,000"));
    EXPECT_THAT(vanak(code + " 900000" + invoice + " 4321"), HasSubstr("Collect: 700,000"));
    const std::string text = "BUY 09120000101 1000000" + invoice + " OFF 4321";
    EXPECT_THAT(vanak(text), AllOf(HasSubstr("To pay: 700,000 rials\nDiscount: 100,000 rials\n"
                                             "Of it by offers: 80,000 rials\nFrom credit: 200,000 rials"),
                                   HasSubstr("Credit given: 35,000 rials")));
    EXPECT_EQ(bought().by_credit, 200'000);
    EXPECT_EQ(bought().discount, 100'000);
    EXPECT_THAT(vanak(text), AllOf(HasSubstr("To pay: 700,000"), HasSubstr("From credit: 200,000")));
    EXPECT_EQ(effects, 0U);
  }
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(BuyOffATenth, takes_nothing_off_where_codes_paid_all_and_a_refund_brings_all_of_it_back) {
  const std::string code = earn(kShopper, 1'000'000);
  now += 24h;
  EXPECT_THAT(vanak(code + " 1000000 F-9 4321"), HasSubstr("Collect: 0"));
  const std::size_t before = store.purchases().size();
  EXPECT_THAT(
      vanak("BUY 09120000101 1000000 F-9 OFF 4321"),
      AllOf(HasSubstr("From credit: 1,000,000 rials"), HasSubstr("No discount fits now: to pay 0 rials"),
            HasSubstr("Nothing was recorded"), HasSubstr("BUY 09120000101 1000000 f-9 PIN")));
  EXPECT_EQ(store.purchases().size(), before);
  vanak("BUY 09120000101 1000000 F-9 4321");
  EXPECT_EQ(bought().by_credit, 1'000'000);
  refund("F-9");
  EXPECT_EQ(balance(kShopper), 1'000'000);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(BuyOffATenth, and_codes_that_paid_all_the_rest_lose_her_nothing_at_a_refund) {
  const std::string code = earn(kShopper, 1'000'000);
  now += 24h;
  EXPECT_THAT(vanak(code + " 900000 F-9 4321"), HasSubstr("Collect: 0"));
  EXPECT_THAT(
      vanak("BUY 09120000101 1000000 F-9 OFF 4321"),
      AllOf(HasSubstr("To pay: 0 rials\nDiscount: 100,000 rials"), HasSubstr("From credit: 900,000")));
  EXPECT_EQ(bought().by_credit, 900'000);
  refund("F-9");
  EXPECT_EQ(balance(kShopper), 1'000'000);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(BuyOffATenth, forgotten_says_what_is_to_be_paid_beside_the_credit) {
  const std::string code = earn(kShopper, 200'000);
  now += 24h;
  vanak(code + " 1000000 F-4 4321");
  EXPECT_THAT(vanak("BUY 09120000101 1000000 F-4 4321"), Not(HasSubstr("From credit")));
  EXPECT_THAT(vanak("BUY 09120000101 1000000 F-4 OFF 4321"),
              AllOf(HasSubstr("recorded without a discount: to pay 800,000 rials"),
                    HasSubstr("From credit: 200,000 rials")));
  EXPECT_EQ(effects, 0U);
}

class BuyOffInPersian : public BuyOff {
 protected:
  static Club persian_club() {
    Club club = sample_club();
    club.programme.offers = club_of_a_tenth().programme.offers;
    return club;
  }
  BuyOffInPersian() : BuyOff(persian_club()) {}
};

TEST_F(BuyOffInPersian, tells_of_the_credit_in_three_parts) {
  for (const std::string of : {" 100000000", " 90000000"}) {  // before the discount, and after
    const std::string code = earn(kShopper, 20'000'000), invoice = " F-" + std::to_string(invoices);
    now += 24h;
    vanak(code + of + invoice + " 4321");
    const std::string text = vanak("فروش 09120000101 100000000" + invoice + " تخفیف 4321");
    EXPECT_THAT(text, AllOf(HasSubstr("تخفیف: "), HasSubstr("از اعتبار: "))) << text;
    EXPECT_LE(templates::part_count(text, templates::choose(text)), 3U) << text;
  }
}

TEST_F(BuyOff, is_offered_to_nobody_whose_purchase_would_be_refused) {
  EXPECT_THAT(vanak("QUOTE 09120000102 1000000"), AllOf(HasSubstr("Discount: "), Not(HasSubstr("OFF"))));
  EXPECT_THAT(vanak("BUY 09120000102 1000000 OFF 4321"), HasSubstr("is no member"));
  EXPECT_THAT(vanak("BUY 09120000101 1000000 OFF"), HasSubstr("add your PIN"));
  EXPECT_THAT(vanak("BUY 09120000101 1000000 OFF 1111"), HasSubstr("Wrong PIN"));
  EXPECT_TRUE(store.purchases().empty());
}

class BuyOffByStrangers : public BuyOff {
 protected:
  static Club closed_club() {
    Club club = welcoming_club();
    club.policy.membership = Membership::closed;
    club.policy.join_after_purchases = 3;
    return club;
  }
  BuyOffByStrangers() : BuyOff(closed_club()) {}
};

TEST_F(BuyOffByStrangers, is_the_shops_own_gift_and_said_to_be) {
  EXPECT_THAT(vanak("QUOTE 09120000102 1000000"), HasSubstr("BUY 09120000102 1000000 OFF PIN"));
  EXPECT_THAT(vanak("BUY 09120000102 1000000 OFF 4321"),
              AllOf(HasSubstr("To pay: 900,000 rials"), HasSubstr("Of it by offers: 0 rials")));
  EXPECT_EQ(only_purchase().discount, 100'000);
  EXPECT_THAT(store.grants(), IsEmpty());
}

class BuyOffInTomans : public BuyOff {
 protected:
  static Club club_of_tomans() {
    Club club = welcoming_club(CashierAuth::phone);
    club.money_display = MoneyDisplay::toman;
    club.programme.offers.front().per_member = 0;
    club.programme.offers.front().budget = 0;
    return club;
  }
  BuyOffInTomans() : BuyOff(club_of_tomans()) {}
};

TEST_F(BuyOffInTomans, is_told_in_words_that_are_read_as_the_same_sum) {
  std::set<rules::Amount> invoices_of;
  for (const std::string amount : {"50000", "500005 rials"}) {
    const std::string quoted = vanak("QUOTE 09120000101 " + amount);
    const std::size_t at = quoted.find("BUY ");
    ASSERT_NE(at, std::string::npos) << quoted;
    const std::string next = quoted.substr(at, quoted.find('\n', at) - at);
    EXPECT_THAT(next, AllOf(testing::EndsWith(" OFF"), Not(HasSubstr("PIN"))));
    vanak(next);
  }
  for (const auto& [key, bought] : store.purchases()) {
    EXPECT_EQ(bought.discount, 100'000);
    invoices_of.insert(bought.amount + bought.discount);
  }
  EXPECT_THAT(invoices_of, testing::ElementsAre(500'000, 500'005));
}

class BuyOffByNumber : public BuyOff {
 protected:
  BuyOffByNumber() : BuyOff(welcoming_club(CashierAuth::challenge)) {}
};

TEST_F(BuyOffByNumber, waits_for_the_number_and_takes_off_what_fits_then) {
  const std::string asked = vanak("BUY 09120000101 1000000 OFF");
  EXPECT_THAT(asked, AllOf(HasSubstr("less the discount that fits"), HasSubstr(number())));
  EXPECT_TRUE(store.purchases().empty());
  EXPECT_THAT(vanak(number()), AllOf(HasSubstr("To pay: 900,000 rials"), HasSubstr("Discount: 100,000")));
  EXPECT_EQ(only_purchase().discount, 100'000);
  EXPECT_THAT(confirm(kCashier12, "BUY 09120000101 200000 OFF"), HasSubstr("No discount fits now"));
  EXPECT_THAT(confirm(kCashier12, "BUY 09120000101 200000"), Not(HasSubstr("Discount")));
  EXPECT_EQ(store.purchases().size(), 2U);
}

}  // namespace
}  // namespace peyk::tests::handlers_buy_off_test
