// What a purchase would bring, asked before it: by a till and by a cashier's text; each with its "no".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/kit/club_talk.hpp"
#include "tests/kit/programme.hpp"

namespace peyk::tests::handlers_quote_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Club club_with_offers(bool joins = false) {
  Club club = english_club();
  club.programme = sample_programme();
  club.policy.join_on_purchase = joins;
  club.cashiers[1].manager = true;
  return club;
}

class Quotes : public ClubTalk {
 protected:
  explicit Quotes(Club club = club_with_offers()) : ClubTalk(std::move(club)) {}

  json quote(TillQuote order, int status = 200) {
    Request request;
    request.what = TillOrder{{1, 12, "till-12"}, std::move(order)};
    const Outcome outcome = store.handle(request, now);
    EXPECT_EQ(outcome.status, status) << outcome.answer;
    EXPECT_THAT(outcome.effects, IsEmpty()) << "nothing is written";
    EXPECT_THAT(outcome.texts, IsEmpty());
    EXPECT_THAT(outcome.answer, Not(HasSubstr("9120000101"))) << "answers are kept: none names a phone";
    return json::parse(outcome.answer);
  }
  json quote(rules::Amount amount) { return quote(TillQuote{.phone = kShopper, .amount = amount}); }
  json report(rules::Amount amount, rules::Amount discount) {
    Request request;
    request.what = PurchaseRequest{.club = 1,
                                   .branch = 12,
                                   .phone = kShopper,
                                   .invoice = "Q-" + std::to_string(++invoices),
                                   .amount = amount,
                                   .discount = discount};
    return json::parse(store.handle(request, now).answer);
  }
  // So many days, a purchase on each.
  void visit(int days, rules::Amount amount = 100'000) {
    for (int i = 0; i < days; ++i) {
      buy(kShopper, amount, "V-" + std::to_string(++invoices));
      now += 24h;
    }
  }
};
class QuotesOfNewcomers : public Quotes {
 protected:
  QuotesOfNewcomers() : Quotes(club_with_offers(true)) {}
};

TEST_F(Quotes, say_what_to_take_off_and_what_the_rest_would_earn) {
  const json first = quote(1'000'000);
  EXPECT_EQ(first["amount"], 1'000'000);
  EXPECT_EQ(first["discount"], 100'000);
  EXPECT_EQ(first["payable"], 900'000);
  EXPECT_EQ(first["credit"], 45'000) << "5% of what is paid";
  EXPECT_EQ(first["points"], 9);
  ASSERT_EQ(first["offers"].size(), 1U);
  EXPECT_EQ(first["offers"][0],
            json({{"offer", "autumn"}, {"title", "Autumn"}, {"effect", "percent_off"}, {"value", 100'000}}));
  EXPECT_EQ(first["member"]["tier"], nullptr);
  EXPECT_EQ(first["would_join"], false);
  EXPECT_EQ(first["credit_available"], 0);
  const json small = quote(499'999);
  EXPECT_EQ(small["discount"], 0);
  EXPECT_EQ(small["payable"], 499'999);
  EXPECT_THAT(small["offers"], IsEmpty());
}

TEST_F(Quotes, are_kept_by_the_purchase_that_follows) {
  visit(2);
  const json quoted = quote(1'000'000);
  EXPECT_EQ(quoted["credit"], 90'000) << "her third visit: 5% more";
  ASSERT_EQ(quoted["credits"].size(), 2U);
  EXPECT_EQ(quoted["credits"][0]["amount"], 45'000) << "for 15 days: the soonest first";
  EXPECT_LT(quoted["credits"][0]["expires"].get<std::string>(), quoted["credits"][1]["expires"]);
  EXPECT_EQ(quoted["credit_available"], 10'000);
  const json bought = report(1'000'000, quoted["discount"]);
  EXPECT_EQ(bought["credit"], quoted["credit"]);
  EXPECT_EQ(bought["points"], quoted["points"]);
  EXPECT_EQ(bought["offers"], quoted["offers"]);
  EXPECT_EQ(bought["discount"]["honoured"], quoted["discount"]);
}

TEST_F(Quotes, know_a_member_by_her_card_too_and_nobody_by_a_wrong_one) {
  const std::uint64_t card = store.members().begin()->second.card;
  EXPECT_EQ(quote(TillQuote{.card = card, .amount = 1'000'000}), quote(1'000'000));
  const json refused = quote(TillQuote{.card = card + 1, .amount = 1'000'000}, 404);
  EXPECT_EQ(refused["type"], "urn:peyk:problem:unknown-member");
}

TEST_F(Quotes, tell_the_cashier_whom_to_thank) {
  EXPECT_THAT(quote(100'000)["notes"], IsEmpty());
  visit(2, 2'000'000);
  const json gold = quote(100'000);
  EXPECT_EQ(gold["member"]["tier"], "gold");
  EXPECT_THAT(gold["notes"], ElementsAre("Say thanks"));
  EXPECT_EQ(gold["member"]["points"], 40);
}

TEST_F(Quotes, give_a_stranger_what_is_open_to_strangers) {
  const json stranger = quote(TillQuote{.phone = kFriend, .amount = 1'000'000});
  EXPECT_EQ(stranger["member"], nullptr);
  EXPECT_EQ(stranger["would_join"], false);
  EXPECT_EQ(stranger["discount"], 100'000);
  EXPECT_EQ(stranger["credit"], 0) << "she has no wallet, and would get none";
  EXPECT_EQ(stranger["points"], 0);
}

TEST_F(QuotesOfNewcomers, say_that_the_purchase_would_enrol_her_and_what_she_would_earn) {
  const json stranger = quote(TillQuote{.phone = kFriend, .amount = 1'000'000});
  EXPECT_EQ(stranger["member"], nullptr);
  EXPECT_EQ(stranger["would_join"], true);
  EXPECT_EQ(stranger["credit"], 45'000);
  EXPECT_EQ(store.members().size(), 1U);
}

TEST_F(Quotes, come_by_text_for_a_shop_without_a_till) {
  visit(2);
  const std::string answer = vanak("QUOTE 0912 000 0101 1000000");
  EXPECT_THAT(answer, HasSubstr("To pay: 900,000 rials"));
  EXPECT_THAT(answer, HasSubstr("Discount: 100,000 rials"));
  EXPECT_THAT(answer, HasSubstr("Earns: 90,000 rials"));
  EXPECT_THAT(answer, HasSubstr("Has credit: 10,000 rials"));
  EXPECT_EQ(effects, 0U);
  EXPECT_EQ(told, "") << "she hears nothing of it";
  EXPECT_THAT(vanak("استعلام ۰۹۱۲۰۰۰۰۱۰۱ ۱۰۰۰۰۰۰"), HasSubstr("۹۰۰٬۰۰۰ ریال"));
  EXPECT_THAT(vanak("QUOTE 09120000102 400000"), HasSubstr("Is no member."));
}

TEST_F(Quotes, by_text_want_a_phone_an_amount_and_a_cashier) {
  EXPECT_THAT(vanak("QUOTE"), HasSubstr("QUOTE 09121234567 850000"));
  EXPECT_THAT(vanak("QUOTE 09120000101"), HasSubstr("amount"));
  EXPECT_THAT(say(kShopper, "QUOTE 09120000101 1000000"), HasSubstr("for cashiers"));
  EXPECT_THAT(say(kFriend, "QUOTE 09120000101 1000000"), HasSubstr("for cashiers"));
}

TEST_F(Quotes, a_member_reads_the_offers_open_to_her) {
  const std::string open = say(kShopper, "OFFERS");
  EXPECT_THAT(open, HasSubstr("For you at"));
  EXPECT_THAT(open, HasSubstr("Autumn: 10% off"));
  EXPECT_THAT(open, HasSubstr("Regulars: 5% more credit"));
  EXPECT_THAT(open, Not(HasSubstr("20,000"))) << "without a title it is not shown";
  EXPECT_THAT(say(kFriend, "OFFERS"), HasSubstr("not a member"));
  EXPECT_THAT(dial(kShopper, "6"), HasSubstr("Autumn: 10% off"));
}

TEST_F(Quotes, why_names_the_offers_that_fired_and_what_they_looked_at) {
  visit(2);
  EXPECT_THAT(say(kShopper, "WHY"), Not(HasSubstr("Regulars")));
  buy(kShopper, 400'000, "W-1");
  const std::string why = say(kShopper, "WHY");
  EXPECT_THAT(why, HasSubstr("400,000 rials"));
  EXPECT_THAT(why, HasSubstr("Regulars: 20,000 rials of credit, for 3 visits so far (3 or more)"));
  EXPECT_THAT(why, HasSubstr("Your scores, of 5"));
  EXPECT_THAT(dial(kShopper, "1*3"), HasSubstr("400,000"));
}

class Surprises : public Quotes {
 protected:
  Surprises() : Quotes(club_with_surprise()) {}
  static Club club_with_surprise() {
    Club club = club_with_offers();
    rules::Offer surprise{.name = "surprise", .title = "Surprise", .id = 9, .version = 19};
    surprise.then = {{.kind = rules::EffectKind::credit_percent, .value = 1000}};
    surprise.budget = rules::kAmountMax;
    surprise.chance = 2;
    surprise.seed = 0x5eed;
    club.programme.offers = {surprise};
    return club;
  }
};

TEST_F(Surprises, come_as_the_quote_says_to_all_invoices_of_a_day_or_to_none) {
  int lucky_days = 0;
  for (int day = 0; day < 30; ++day, now += 24h) {
    const bool lucky = quote(100'000)["credit"] != 5'000;
    for (const rules::Amount amount : {100'000, 200'000, 300'000}) {
      buy(kShopper, amount, "S-" + std::to_string(++invoices));
      EXPECT_EQ(last_lot().issued, amount / 20 + (lucky ? amount / 10 : 0)) << "day " << day;
    }
    if (lucky) {
      EXPECT_THAT(say(kShopper, "WHY"),
                  HasSubstr("Surprise: 30,000 rials of credit, for a lucky day (1 in 2)"));
      EXPECT_THAT(store.grants().back().facts, testing::StartsWith(R"({"chance":2,"drawn_on":)"));
    }
    lucky_days += lucky ? 1 : 0;
  }
  EXPECT_GT(lucky_days, 5);
  EXPECT_LT(lucky_days, 25);
  EXPECT_EQ(static_cast<int>(store.grants().size()), lucky_days * 3);
  EXPECT_THAT(store.audit(), IsEmpty());
}

class HeldOutByHalf : public Quotes {
 protected:
  HeldOutByHalf() : Quotes(club_that_holds_out()) {}
  static Club club_that_holds_out() {
    Club club = club_with_offers(true);
    rules::Offer measured{.name = "measured", .title = "Measured", .id = 9, .version = 19, .hold_out = 5'000};
    measured.then = {{.kind = rules::EffectKind::credit_percent, .value = 1000}};
    club.programme.offers = {measured};
    return club;
  }
};

TEST_F(HeldOutByHalf, a_newcomer_is_given_what_she_was_quoted_whichever_half_she_will_be_in) {
  for (PhoneNumber phone = 989127770000; phone < 989127770016; ++phone) {
    ASSERT_EQ(quote(TillQuote{.phone = phone, .amount = 100'000})["credit"], 15'000);
    buy(phone, 100'000, "N-" + std::to_string(++invoices));
    EXPECT_EQ(last_lot().issued, 15'000) << phone;
  }
}

TEST_F(Quotes, credit_tells_where_she_stands) {
  EXPECT_THAT(say(kShopper, "CREDIT"), Not(HasSubstr("member,")));
  visit(2, 2'000'000);
  EXPECT_THAT(say(kShopper, "CREDIT"), HasSubstr("Gold member, 40 points"));
  const std::string code = last_code();
  EXPECT_THAT(vanak(code), HasSubstr("Gold member"));
}

TEST_F(Quotes, a_manager_reads_how_a_customer_stands_and_no_other_cashier_does) {
  visit(3, 1'000'000);
  const std::string about = tajrish("CUSTOMER 0912 000 0101");
  EXPECT_THAT(about, HasSubstr("3 visits, last"));
  EXPECT_THAT(about, HasSubstr("Spent: 3,000,000 rials"));
  EXPECT_THAT(about, HasSubstr("Comes every day"));
  EXPECT_THAT(about, HasSubstr("Gold member, 30 points"));
  EXPECT_THAT(about, HasSubstr("loyal"));
  EXPECT_THAT(tajrish("مشتری 09120000101"), HasSubstr("۳ خرید"));
  EXPECT_THAT(tajrish("CUSTOMER 09120000102"), HasSubstr("is not a member"));
  EXPECT_THAT(tajrish("CUSTOMER"), HasSubstr("CUSTOMER 09121234567"));
  EXPECT_THAT(vanak("CUSTOMER 09120000101"), HasSubstr("for managers"));
  EXPECT_THAT(vanak("CUSTOMER 09120000101"), Not(HasSubstr("visits")));
  EXPECT_THAT(say(kShopper, "CUSTOMER 09120000101"), HasSubstr("for cashiers"));
}

TEST_F(Quotes, a_manager_reads_that_a_customer_buys_less_of_late) {
  visit(8, 1'000'000);
  EXPECT_THAT(tajrish("CUSTOMER 09120000101"), Not(HasSubstr("of late")));
  visit(4, 500'000);
  EXPECT_THAT(tajrish("CUSTOMER 09120000101"),
              HasSubstr("Buys less of late: 658,204 rials a visit, 833,333 rials over all"));
}

class PlainClub : public Quotes {
 protected:
  PlainClub() : Quotes(english_club()) {}
};

TEST_F(PlainClub, without_offers_quotes_its_own_credit_and_says_that_there_are_none) {
  const json quoted = quote(1'000'000);
  EXPECT_EQ(quoted["payable"], 1'000'000);
  EXPECT_EQ(quoted["credit"], 50'000);
  EXPECT_EQ(quoted["points"], 0);
  EXPECT_THAT(say(kShopper, "OFFERS"), HasSubstr("no special offer"));
}

}  // namespace
}  // namespace peyk::tests::handlers_quote_test
