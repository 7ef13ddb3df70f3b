// What purchases bring by offers, and what refunds take back of it.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "handlers/measures.hpp"
#include "handlers/rules/refund.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_earning_test {
namespace {

using namespace handlers;
using nlohmann::json;
using rules::Condition;
using rules::EffectKind;
using rules::Measure;
using rules::Offer;
using rules::OfferEffect;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Named and numbered by their places.
Club club_with(std::vector<Offer> offers) {
  Club club = english_club();
  std::uint32_t id = 0;
  for (Offer& offer : offers) {
    offer.id = ++id;
    offer.version = 100 + id;
    if (offer.name.empty()) offer.name = "offer-" + std::to_string(id);
  }
  std::ranges::sort(offers, {}, &Offer::name);
  club.programme.offers = std::move(offers);
  return club;
}

Condition at_least(Measure measure, std::int64_t from) {
  return {.measure = measure, .ranges = {{.from = from}}};
}

class Shop : public ClubTalk {
 protected:
  explicit Shop(Club club) : ClubTalk(std::move(club)) {}
  Shop() : ClubTalk() {}

  json post(const std::string& invoice, rules::Amount amount, rules::Amount discount = 0,
            std::optional<rules::Instant> at = {}, BranchNo branch = 12) {
    return answer(PurchaseRequest{.club = 1,
                                  .branch = branch,
                                  .phone = kShopper,
                                  .invoice = invoice,
                                  .amount = amount,
                                  .purchased_at = at,
                                  .discount = discount});
  }
  json refund(const std::string& invoice, std::optional<rules::Amount> amount = {}) {
    TillRefund order{.invoice = invoice, .amount = amount};
    order.reference[0] = static_cast<std::uint8_t>(++refunds_);
    order.reference[1] = static_cast<std::uint8_t>(refunds_ >> 8);
    return answer(TillOrder{.till = {1, 12, "till-12"}, .what = order});
  }
  json answer(std::variant<TextRequest, UssdRequest, PurchaseRequest, TillOrder> what) {
    Request request;
    request.what = std::move(what);
    const Outcome outcome = store.handle(request, now);
    heard.clear();
    for (const OutgoingText& text : outcome.texts) heard += text.text + '\n';
    status = outcome.status;
    return json::parse(outcome.answer);
  }
  const Member& shopper() const {
    for (const auto& [id, member] : store.members()) {
      if (member.phone == kShopper) return member;
    }
    throw std::logic_error("no shopper");
  }
  // Credit of which something is left, by purchases.
  rules::Amount left() const {
    rules::Amount sum = 0;
    for (const auto& [id, lot] : store.lots()) sum += lot.remaining;
    return sum;
  }

  std::string heard;
  int status = 0;
  int refunds_ = 0;
};

struct FivePercentAndFifty : Shop {
  FivePercentAndFifty()
      : Shop(club_with({{.name = "more", .title = "More", .then = {{EffectKind::credit_percent, 300}}},
                        {.name = "soon",
                         .when = {at_least(Measure::amount, 500'000)},
                         .then = {{.kind = EffectKind::credit, .value = 50'000, .valid_days = 7}},
                         .per_member_day = 1}})) {}
};

TEST_F(FivePercentAndFifty, what_expires_together_is_one_lot_and_the_rest_have_codes_of_their_own) {
  const json answer = post("A-1", 1'000'000);
  EXPECT_EQ(answer.at("credit"), 50'000 + 30'000 + 50'000);
  ASSERT_EQ(answer.at("codes").size(), 2u);
  EXPECT_EQ(answer.at("codes").at(0).at("amount"), 80'000);
  EXPECT_EQ(answer.at("code"), answer.at("codes").at(0).at("code"));
  EXPECT_EQ(answer.at("codes").at(1).at("amount"), 50'000);
  EXPECT_THAT(heard, HasSubstr("Credit for you: 80,000"));
  EXPECT_THAT(heard, HasSubstr("code: " + answer.at("codes").at(1).at("code").get<std::string>()));
  EXPECT_THAT(heard, HasSubstr("Credit in all: 130,000"));
  EXPECT_EQ(answer.at("offers").size(), 2u);
  EXPECT_EQ(store.grants().size(), 2u);
  EXPECT_EQ(store.grants().at(1).facts, R"({"amount":1000000})");
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(FivePercentAndFifty, each_is_given_as_often_as_it_says) {
  EXPECT_EQ(post("A-1", 1'000'000).at("credit"), 130'000);
  EXPECT_EQ(post("A-2", 1'000'000).at("credit"), 80'000);
  now += std::chrono::hours{24};
  EXPECT_EQ(post("A-3", 1'000'000).at("credit"), 130'000);
  EXPECT_EQ(post("A-4", 400'000).at("credit"), 32'000);
}

TEST_F(FivePercentAndFifty, what_codes_paid_earns_nothing) {
  const std::string code = post("A-1", 2'000'000).at("code");
  vanak(code + " 100000 A-2 4321");
  const json answer = post("A-2", 100'000);
  EXPECT_EQ(answer.at("credit"), 0) << answer;
  EXPECT_THAT(answer.at("offers"), IsEmpty());
}

TEST_F(FivePercentAndFifty, one_refund_of_all_leaves_nothing_of_it) {
  post("A-1", 1'000'000);
  const json back = refund("A-1");
  EXPECT_EQ(back.at("clawed_back"), 130'000);
  EXPECT_EQ(left(), 0);
  EXPECT_EQ(back.at("pay_out"), 1'000'000);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(FivePercentAndFifty, own_lots_go_first_and_then_the_rest) {
  post("A-1", 1'000'000);
  const std::string code = post("A-2", 2'000'000).at("code");
  vanak(code + " 160000 B-1 4321");  // all that the second earned
  const json back = refund("A-2");
  EXPECT_EQ(back.at("clawed_back"), 130'000);
  EXPECT_EQ(back.at("withheld"), 30'000);
}

TEST_F(FivePercentAndFifty, a_refund_that_comes_before_its_purchase_takes_the_same) {
  refund("A-1", 250'000);
  const json answer = post("A-1", 1'000'000);
  EXPECT_EQ(answer.at("credit"), 97'500);
  EXPECT_THAT(store.audit(), IsEmpty());
  EXPECT_EQ(refund("A-1").at("clawed_back"), 97'500);
  EXPECT_EQ(left(), 0);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(FivePercentAndFifty, a_phone_that_is_no_member_gets_nothing) {
  const json answer = this->answer(
      PurchaseRequest{.club = 1, .branch = 12, .phone = kFriend, .invoice = "A-1", .amount = 1'000'000});
  EXPECT_EQ(answer.at("credit"), 0);
  EXPECT_THAT(answer.at("offers"), IsEmpty());
  EXPECT_THAT(store.grants(), IsEmpty());
}

struct TenPercentOff : Shop {
  TenPercentOff()
      : Shop(club_with({{.name = "off",
                         .then = {{EffectKind::percent_off, 1000}},
                         .per_member = 2,
                         .budget = 150'000}})) {}
};

TEST_F(TenPercentOff, a_discount_is_honoured_up_to_what_the_offers_give) {
  const json answer = post("A-1", 1'000'000, 120'000);
  EXPECT_EQ(answer.at("discount").at("given"), 120'000);
  EXPECT_EQ(answer.at("discount").at("honoured"), 100'000);
  EXPECT_EQ(answer.at("amount"), 1'000'000);
  EXPECT_EQ(answer.at("credit"), 44'000) << "of what was paid";
  EXPECT_EQ(store.budgets_spent().at(1), 100'000);
  EXPECT_EQ(post("A-2", 1'000'000, 100'000).at("discount").at("honoured"), 50'000)
      << "what is left of the budget";
  EXPECT_EQ(post("A-3", 1'000'000, 100'000).at("discount").at("honoured"), 0);
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(TenPercentOff, a_discount_that_the_till_did_not_take_off_is_no_use_of_the_offer) {
  EXPECT_THAT(post("A-1", 1'000'000).at("offers"), IsEmpty());
  EXPECT_THAT(store.budgets_spent(), IsEmpty());
  EXPECT_EQ(post("A-2", 1'000'000, 100'000).at("discount").at("honoured"), 100'000);
}

TEST_F(TenPercentOff, a_refund_is_of_what_was_paid_and_no_more) {
  post("A-1", 1'000'000, 100'000);
  EXPECT_EQ(refund("A-1", 1'000'000).at("type"), "urn:peyk:problem:more-than-left");
  const json back = refund("A-1");
  EXPECT_EQ(back.at("amount"), 900'000);
  EXPECT_EQ(back.at("clawed_back"), 45'000);
  EXPECT_EQ(store.budgets_spent().at(1), 100'000) << "what was given was given";
}

TEST_F(TenPercentOff, the_same_invoice_with_another_discount_is_other_content) {
  post("A-1", 1'000'000, 100'000);
  EXPECT_EQ(post("A-1", 1'000'000, 100'000).at("duplicate"), true);
  post("A-1", 1'000'000);
  EXPECT_EQ(status, 422);
}

struct Ranks : Shop {
 public:
  static Club club() {
    Club club = club_with({{.name = "double",
                            .when = {at_least(Measure::visits, 2)},
                            .then = {{EffectKind::points_percent, 10'000}}},
                           {.name = "thanks",
                            .when = {{.measure = Measure::tier, .ranges = {{.from = 2}}}},
                            .then = {{.kind = EffectKind::note, .text = "gold member, say thanks"}}}});
    club.programme.points_per = 10'000;
    club.programme.tiers = {.by = rules::TierMeasure::points,
                            .tiers = {{"silver", "Silver", 100}, {"gold", "Gold", 300}}};
    return club;
  }
  Ranks() : Shop(club()) {}
};

TEST_F(Ranks, points_are_counted_and_tiers_reached_and_told) {
  json answer = post("A-1", 1'000'000);
  EXPECT_EQ(answer.at("points"), 100);
  EXPECT_EQ(answer.at("tier"), "silver");
  EXPECT_THAT(heard, HasSubstr("100 points, in all 100"));
  EXPECT_THAT(heard, HasSubstr("You are Silver now"));
  now += std::chrono::hours{24};
  answer = post("A-2", 1'000'000);
  EXPECT_EQ(answer.at("points"), 200);
  EXPECT_EQ(answer.at("tier"), "gold");
  EXPECT_THAT(answer.at("notes"), IsEmpty()) << "she was silver when she came";
  answer = post("A-3", 100'000);
  EXPECT_EQ(answer.at("notes").at(0), "gold member, say thanks");
  EXPECT_THAT(heard, Not(HasSubstr("You are")));
  EXPECT_EQ(store.ranks().at(shopper().id).points, 320);
  EXPECT_THAT(vanak("BUY 09120000101 200000 A-4 4321"), HasSubstr("gold member, say thanks"));
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST_F(Ranks, refunds_take_points_back_in_proportion) {
  post("A-1", 1'000'000);
  refund("A-1", 333'333);
  EXPECT_EQ(store.ranks().at(shopper().id).points, 66);
  refund("A-1");
  EXPECT_EQ(store.ranks().at(shopper().id).points, 0);
  EXPECT_THAT(store.audit(), IsEmpty());
}

struct GiftToGive : Shop {
  GiftToGive()
      : Shop(club_with({{.name = "gift",
                         .then = {{.kind = EffectKind::gift, .value = 40'000, .valid_days = 10}},
                         .per_member_day = 1}})) {}
};

TEST_F(GiftToGive, is_told_to_her_and_somebody_else_has_it) {
  const json answer = post("A-1", 1'000'000);
  EXPECT_EQ(answer.at("credit"), 50'000);
  EXPECT_THAT(heard, HasSubstr("A gift for you to give away: 40,000"));
  EXPECT_EQ(balance(kShopper), 50'000);
  const std::string code = last_code();
  say(kFriend, "JOIN");
  EXPECT_THAT(say(kFriend, code), HasSubstr("40,000"));
  EXPECT_EQ(balance(kFriend), 40'000);
  EXPECT_THAT(store.audit(), IsEmpty());
  const json back = refund("A-1");
  EXPECT_EQ(back.at("clawed_back"), 50'000);
  EXPECT_EQ(back.at("withheld"), 40'000) << "the gift is not hers any more: the money pays for it";
  EXPECT_THAT(store.audit(), IsEmpty());
}

TEST(Measures, of_a_purchase_count_it_and_scores_do_not) {
  Club club = english_club();
  club.programme.bounds_given = rules::LrfmBounds{.length_days = {10, 20, 30, 40},
                                                  .days_away = {5, 10, 20, 40},
                                                  .visits = {2, 3, 4, 5},
                                                  .spent = {100, 200, 300, 400}};
  club.programme.segments = {{.name = "away", .when = {at_least(Measure::days_away, 12)}},
                             {.name = "regular", .when = {at_least(Measure::visits, 3)}}};
  // 2026-11-22 is a Sunday, 1 Azar 1405; it is 15:30 in Tehran.
  const rules::Instant now =
      std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + std::chrono::hours{12};
  Facts facts;
  const Member member{.id = 7, .club = 1, .phone = kShopper, .joined_at = now - std::chrono::days{40}};
  facts.load(member);
  rules::Behaviour before;
  for (const int day : {40, 27, 13}) {
    rules::add(before, {.day = day_of(club, now) - day, .hour = 9, .spent = 1000});
  }
  facts.load(7, kWholeClub, before);
  const auto measures = measures_of(club, &member, facts, now,
                                    PurchaseNow{.amount = 500, .by_credit = 100, .branch = 12, .at = now});
  EXPECT_EQ(measures.of(Measure::visits), 4);
  EXPECT_EQ(measures.of(Measure::branch_visits), 1);
  EXPECT_EQ(measures.of(Measure::purchases), 4);
  EXPECT_EQ(measures.of(Measure::spent), 3500);
  EXPECT_EQ(measures.of(Measure::amount), 400);
  EXPECT_EQ(measures.of(Measure::days_away), 13);
  EXPECT_EQ(measures.of(Measure::away_percent), 100);
  EXPECT_EQ(measures.of(Measure::basket), rules::Measures::kUnknown) << "three visits say nothing yet";
  EXPECT_EQ(measures.of(Measure::length_days), 40);
  EXPECT_EQ(measures.of(Measure::member_days), 40);
  EXPECT_EQ(measures.of(Measure::score_frequency), 3) << "three visits before this one";
  EXPECT_EQ(measures.of(Measure::minute), 15 * 60 + 30);
  EXPECT_EQ(measures.of(Measure::weekday), 1);
  EXPECT_EQ(measures.of(Measure::date), 20261122);
  EXPECT_EQ(measures.of(Measure::jalali_date), 14050901);
  EXPECT_EQ(measures.of(Measure::jalali_month_day), 901);
  EXPECT_EQ(measures.of(Measure::gregorian_month_day), 1122);
  EXPECT_EQ(measures.of(Measure::survey_score), rules::Measures::kUnknown);
  EXPECT_TRUE(measures.has(rules::WordSet::segment, rules::word_id("away")));
  EXPECT_TRUE(measures.has(rules::WordSet::segment, rules::word_id("regular")));
  const auto strangers =
      measures_of(club, nullptr, facts, now, PurchaseNow{.amount = 500, .branch = 12, .at = now});
  EXPECT_EQ(strangers.of(Measure::visits), 1);
  EXPECT_EQ(strangers.of(Measure::days_away), rules::Measures::kUnknown);
  EXPECT_EQ(strangers.of(Measure::member_days), rules::Measures::kUnknown);
}

// Purchases of any day, refunds of any part, in any order: after each all adds up (MemoryStore::audit, with
// invariants I21, I22, I34 and I44).
class Anything : public Shop {
 public:
  Anything() : Shop(club()) {}
  void TestBody() override {}

  void step(int number) {
    now += std::chrono::hours{*rc::gen::inRange(0, 40)};
    if (left_of_.empty() || *rc::gen::inRange(0, 3) > 0) {
      buy_something("I-" + std::to_string(number));
    } else {
      give_something_back();
    }
    const auto problems = store.audit();
    RC_ASSERT(problems == std::vector<std::string>());
  }

 private:
  static Club club() {
    Club club = Ranks::club();
    std::vector<Offer> offers = std::move(club.programme.offers);
    offers.push_back({.name = "a", .then = {{EffectKind::credit_percent, 250}}, .budget = 100'000});
    offers.push_back({.name = "b",
                      .when = {at_least(Measure::visits, 3)},
                      .then = {{.kind = EffectKind::credit, .value = 7'777, .valid_days = 3}}});
    offers.push_back({.name = "c", .then = {{EffectKind::percent_off, 500}}, .budget = 90'000});
    offers.push_back({.name = "d",
                      .when = {at_least(Measure::amount, 900'000)},
                      .then = {{.kind = EffectKind::gift, .value = 20'001}},
                      .per_member_day = 1});
    club.programme.offers = club_with(std::move(offers)).programme.offers;
    return club;
  }

  void buy_something(const std::string& invoice) {
    const auto amount = *rc::gen::inRange<rules::Amount>(1, 2'000'000);
    const auto discount = *rc::gen::element<rules::Amount>(0, 0, amount / 20, amount / 7, amount);
    const auto at = now - std::chrono::hours{*rc::gen::element(0, 0, 0, 5, 30, 300)};
    const BranchNo branch = *rc::gen::element<BranchNo>(12, 14);
    post(invoice, amount, discount, at, branch);
    RC_ASSERT(status == 200);
    if (branch == 12 && amount > discount) left_of_.emplace_back(invoice, amount - discount);
  }

  void give_something_back() {
    auto& [invoice, left] = left_of_.at(*rc::gen::inRange<std::size_t>(0, left_of_.size()));
    const auto amount = *rc::gen::element<rules::Amount>(1, (left + 2) / 3, left);
    refund(invoice, amount);
    RC_ASSERT(status == 201);
    left -= amount;
    std::erase_if(left_of_, [](const auto& one) { return one.second == 0; });
  }

  std::vector<std::pair<std::string, rules::Amount>> left_of_;
};

RC_GTEST_PROP(Earning, adds_up_whatever_is_bought_and_given_back, ()) {
  Anything shop;
  const int steps = *rc::gen::inRange(1, 25);
  for (int number = 0; number < steps; ++number) shop.step(number);
}

// Any split of a refund ends where one refund of the whole does, of credit and of points.
RC_GTEST_PROP(Earning, is_taken_back_alike_in_parts_and_at_once, ()) {
  const auto earned = *rc::gen::inRange<rules::Amount>(0, 2'000'000);
  const auto amount = *rc::gen::inRange<rules::Amount>(1, 1'000'000);
  const auto by_credit = *rc::gen::inRange<rules::Amount>(0, amount);
  const rules::Bought bought{.amount = amount, .by_credit = by_credit, .earned = earned};
  rules::Amount refunded = 0, taken = 0;
  while (refunded < amount) {
    const auto part = *rc::gen::inRange<rules::Amount>(1, amount - refunded + 1);
    const rules::Amount due = rules::earned_at(bought, refunded) - rules::earned_at(bought, refunded + part);
    RC_ASSERT(due >= 0);
    RC_ASSERT(rules::points_at(earned, amount, refunded) >=
              rules::points_at(earned, amount, refunded + part));
    taken += due;
    refunded += part;
  }
  RC_ASSERT(taken == earned);
  RC_ASSERT(rules::points_at(earned, amount, amount) == 0);
}

}  // namespace
}  // namespace peyk::tests::handlers_earning_test
