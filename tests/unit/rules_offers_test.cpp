// Each effect at its edges, what bounds an offer, and which of several fire; a "no" beside each "yes".
#include "handlers/rules/offers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace peyk::tests::rules_offers_test {
namespace {

using namespace rules;
using namespace std::chrono_literals;
using enum EffectKind;
using testing::ElementsAre;
using testing::IsEmpty;

const Instant kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 9h;

Offer giving(std::vector<OfferEffect> then, std::string name = "o") {
  return {.name = std::move(name), .title = "t", .id = 7, .version = 70, .then = std::move(then)};
}
Offer giving(EffectKind kind, std::int64_t value, std::string name = "o") {
  return giving({{.kind = kind, .value = value}}, std::move(name));
}
Offer best(Offer offer, std::int32_t priority = 0) {
  offer.stacking = Stacking::best;
  offer.priority = priority;
  return offer;
}

Judged judged(const std::vector<Offer>& offers, const Basket& basket, const std::vector<OfferUse>& uses = {},
              Occasion on = Occasion::purchase) {
  return judge(offers, uses, {}, basket, on, kNow);
}

std::vector<std::int64_t> values(const Judged& all) {
  std::vector<std::int64_t> result;
  for (const Given& one : all.given) result.push_back(one.value);
  return result;
}

struct EffectRow {
  const char* what;
  std::vector<OfferEffect> then;
  Basket basket;
  std::vector<std::int64_t> given;  // empty: it does not fire
};

TEST(Offers, give_what_each_effect_says_rounded_down) {
  const Basket paid{.amount = 1'000, .quoted = true, .points = 10};
  const Basket posted{.amount = 1'000, .points = 10};
  const Basket half_by_credit{.amount = 1'000, .by_credit = 501, .quoted = true, .points = 10};
  const Basket by_credit{.amount = 1'000, .by_credit = 1'000, .quoted = true, .points = 10};
  const std::vector<EffectRow> rows = {
      {"percent off", {{percent_off, 500}}, paid, {50}},
      {"percent off of what is paid in money", {{percent_off, 1'000}}, half_by_credit, {49}},
      {"percent off, rounded to nothing", {{percent_off, 9}}, paid, {}},
      {"percent off, rounded to one", {{percent_off, 19}}, paid, {1}},
      {"all off", {{percent_off, 10'000}}, paid, {1'000}},
      {"percent off, not quoted", {{percent_off, 500}}, posted, {}},
      {"cash off", {{cash_off, 300}}, paid, {300}},
      {"cash off, not quoted", {{cash_off, 300}}, posted, {}},
      {"cash off, all of it", {{cash_off, 1'000}}, paid, {1'000}},
      {"cash off, more than it", {{cash_off, 1'001}}, paid, {1'000}},
      {"cash off, more than is left to pay", {{cash_off, 500}}, half_by_credit, {499}},
      {"credit by percent", {{credit_percent, 500}}, posted, {50}},
      {"credit by percent, of what is paid in money", {{credit_percent, 10'000}}, half_by_credit, {499}},
      {"credit by percent, after the discount",
       {{percent_off, 1'000}, {credit_percent, 500}},
       paid,
       {100, 45}},
      {"the same the other way round", {{credit_percent, 500}, {percent_off, 1'000}}, paid, {45, 100}},
      {"credit by percent, rounded to nothing", {{credit_percent, 9}}, posted, {}},
      {"credit", {{credit, 30'000}}, posted, {30'000}},
      {"points", {{points, 5}}, posted, {5}},
      {"double points", {{points_percent, 10'000}}, posted, {10}},
      {"half as many more", {{points_percent, 5'500}}, posted, {5}},
      {"points of nothing", {{points_percent, 10'000}}, {.amount = 1'000}, {}},
      {"gift", {{gift, 20'000}}, posted, {20'000}},
      {"entries", {{entries, 3}}, posted, {3}},
      {"note", {{.kind = note, .text = "say thanks"}}, posted, {0}},
      {"note beside credit", {{.kind = note, .text = "thanks"}, {credit, 5}}, posted, {0, 5}},
      {"note beside what gives nothing", {{.kind = note, .text = "thanks"}, {credit_percent, 1}}, posted, {}},
      {"all of it paid by codes", {{credit, 5}, {points, 5}, {gift, 5}, {entries, 5}}, by_credit, {}},
      {"message", {{.kind = message, .value = 1, .text = "how was it?"}}, posted, {1}},
      {"message beside credit",
       {{.kind = message, .value = 1, .text = "thanks"}, {credit, 5}},
       posted,
       {1, 5}},
      {"message beside what gives nothing",
       {{.kind = message, .value = 1, .text = "thanks"}, {credit_percent, 1}},
       posted,
       {}},
      {"all of it paid by codes, a message",
       {{.kind = message, .value = 1, .text = "thanks"}},
       by_credit,
       {1}},
      {"all of it paid by codes, a message and credit",
       {{.kind = message, .value = 1, .text = "thanks"}, {credit, 5}},
       by_credit,
       {}},
      {"all of it paid by codes, a note", {{.kind = note, .text = "thanks"}}, by_credit, {0}},
      {"nothing at all", {}, posted, {}},
  };
  for (const EffectRow& row : rows) {
    const Judged result = judged({giving(row.then)}, row.basket);
    EXPECT_EQ(values(result), row.given) << row.what;
    EXPECT_EQ(result.fired.size(), row.given.empty() ? 0U : 1U) << row.what;
  }
}

TEST(Offers, say_which_record_of_them_gave) {
  const Judged result = judged({giving(credit, 0), giving({{points, 5}, {credit, 9}})}, {.amount = 100});
  ASSERT_EQ(result.given.size(), 2U);
  EXPECT_EQ(result.given[1].offer, 1U);
  EXPECT_EQ(result.given[1].effect, 1U);
  EXPECT_EQ(result.given[1].id, 7U);
  EXPECT_EQ(result.given[1].version, 70U);
  EXPECT_THAT(result.fired, ElementsAre(1U));
}

struct BoundRow {
  const char* what;
  Offer offer;
  OfferUse use;
  std::vector<std::int64_t> given;
};

TEST(Offers, give_no_more_than_their_bounds_leave) {
  const auto with = [](Offer offer, auto change) {
    change(offer);
    return offer;
  };
  const Offer tenth = giving(credit_percent, 1'000), piece = giving(credit, 100);
  const Offer capped = giving({{.kind = credit_percent, .value = 1'000, .day_max = 60}});
  const Offer thrice = with(piece, [](Offer& o) { o.per_member = 3; });
  const Offer daily = with(piece, [](Offer& o) { o.per_member_day = 1; });
  const Offer budget = with(tenth, [](Offer& o) { o.budget = 5'000; });
  const Offer shared = with(giving({{credit_percent, 1'000}, {points, 4}, {percent_off, 400}, {gift, 50}}),
                            [](Offer& o) { o.budget = 5'000; });
  const std::vector<BoundRow> rows = {
      {"no bound", tenth, {.uses = 1'000, .uses_today = 50, .given_today = 1'000'000}, {100}},
      {"first of the day", capped, {}, {60}},
      {"some of the day is left", capped, {.uses_today = 1, .given_today = 59}, {1}},
      {"the day is over", capped, {.uses_today = 1, .given_today = 60}, {}},
      {"the day was larger once", capped, {.uses_today = 1, .given_today = 90}, {}},
      {"third time", thrice, {.uses = 2}, {100}},
      {"fourth time", thrice, {.uses = 3}, {}},
      {"today, not yet", daily, {.uses = 9}, {100}},
      {"today, again", daily, {.uses = 9, .uses_today = 1}, {}},
      {"budget unspoken of", budget, {}, {100}},
      {"budget ample", budget, {.budget_left = 101}, {100}},
      {"budget just enough", budget, {.budget_left = 100}, {100}},
      {"budget less", budget, {.budget_left = 99}, {99}},
      {"budget spent", budget, {.budget_left = 0}, {}},
      {"budget overdrawn", budget, {.budget_left = -5}, {}},
      {"budget of whom it has none", tenth, {.budget_left = 5}, {100}},
      {"shared, ample", shared, {}, {96, 4, 40, 50}},
      {"shared, discounts first", shared, {.budget_left = 30}, {4, 30}},
      {"shared, then in order", shared, {.budget_left = 100}, {60, 4, 40}},
      {"shared, to the last", shared, {.budget_left = 140}, {96, 4, 40, 4}},
      {"shared, spent: no points either", shared, {.budget_left = 0}, {}},
  };
  for (const BoundRow& row : rows) {
    const Judged result = judged({row.offer}, {.amount = 1'000, .quoted = true}, {row.use});
    EXPECT_EQ(values(result), row.given) << row.what;
  }
}

struct MomentRow {
  const char* what;
  Instant from, until;
  bool fires;
};

TEST(Offers, fire_within_their_time_on_their_occasion_when_all_conditions_hold) {
  const std::vector<MomentRow> rows = {{"always", {}, {}, true},
                                       {"from now", kNow, {}, true},
                                       {"from the next moment", kNow + 1us, {}, false},
                                       {"over now", {}, kNow, false},
                                       {"over in a moment", {}, kNow + 1us, true},
                                       {"for a moment", kNow, kNow + 1us, true}};
  for (const MomentRow& row : rows) {
    Offer offer = giving(credit, 5);
    offer.from = row.from;
    offer.until = row.until;
    EXPECT_EQ(!judged({offer}, {.amount = 10}).fired.empty(), row.fires) << row.what;
  }
  Offer birthday = giving(credit, 5);
  birthday.on = Occasion::birthday;
  EXPECT_THAT(judged({birthday}, {.amount = 10}).fired, IsEmpty());
  EXPECT_THAT(values(judged({birthday}, {}, {}, Occasion::birthday)), ElementsAre(5));
  EXPECT_THAT(judged({giving(credit, 5)}, {}, {}, Occasion::birthday).fired, IsEmpty());
  Offer sixth = giving(credit, 5);
  sixth.when = {{.measure = Measure::visits, .ranges = {{.from = 6}}}};
  Measures measures;
  measures.set(Measure::visits, 5);
  EXPECT_THAT(judge({{sixth}}, {}, measures, {.amount = 10}, Occasion::purchase, kNow).fired, IsEmpty());
  measures.set(Measure::visits, 6);
  EXPECT_THAT(judge({{sixth}}, {}, measures, {.amount = 10}, Occasion::purchase, kNow).fired,
              ElementsAre(0U));
}

TEST(Offers, all_fire_together_in_the_order_of_priority_and_name) {
  std::vector<Offer> offers = {giving(percent_off, 6'000, "b"), giving(percent_off, 6'000, "a"),
                               giving(cash_off, 500, "z"), giving(credit, 9, "c")};
  offers[2].priority = 1;
  const Judged result = judged(offers, {.amount = 1'000, .quoted = true});
  EXPECT_THAT(result.fired, ElementsAre(2U, 1U, 3U)) << "nothing was left to pay for b";
  EXPECT_THAT(values(result), ElementsAre(500, 500, 9));
  EXPECT_EQ(result.off, 1'000);
}

struct BestRow {
  const char* what;
  std::vector<Offer> offers;
  std::vector<std::size_t> fired;
};

TEST(Offers, that_say_best_leave_the_day_to_the_one_that_gives_most) {
  const Offer five = best(giving(credit_percent, 500, "five"));
  const std::vector<BestRow> rows = {
      {"the larger", {five, best(giving(credit_percent, 600, "six"))}, {1}},
      {"the larger piece", {five, best(giving(credit, 51, "piece"))}, {1}},
      {"the smaller piece", {five, best(giving(credit, 49, "piece"))}, {0}},
      {"a gift is money", {five, best(giving(gift, 51, "gift"))}, {1}},
      {"a discount is money", {five, best(giving(percent_off, 510, "off"))}, {1}},
      {"points are none", {five, best(giving(points, 1'000, "points"), 9)}, {0}},
      {"of no money the more points", {best(giving(points, 1, "a")), best(giving(points, 2, "b"))}, {1}},
      {"of no points the more entries", {best(giving(entries, 1, "a")), best(giving(entries, 2, "b"))}, {1}},
      {"of equals the priority", {best(giving(credit, 50, "a"), 1), best(giving(credit, 50, "b"), 2)}, {1}},
      {"of equals more effects are no more",
       {best(giving(credit, 50, "a")), best(giving({{credit, 20}, {gift, 30}}, "b"))},
       {0}},
      {"of equals the name", {best(giving(credit, 50, "b")), best(giving(credit, 50, "a"))}, {1}},
      {"beside all", {five, giving(credit, 1, "all"), best(giving(credit_percent, 600, "six"))}, {1, 2}},
      {"the only one gives nothing", {best(giving(credit_percent, 1, "a")), giving(credit, 1, "all")}, {1}},
      {"a note before nothing",
       {best(giving(credit_percent, 1, "a")), best(giving({{.kind = note, .text = "x"}}, "b"))},
       {1}},
      // All but 100 is off already: a share of what is left is less than the piece.
      {"what is given beside all the others",
       {giving(percent_off, 9'000, "all"), five, best(giving(credit, 49, "piece"))},
       {0, 2}},
  };
  for (const BestRow& row : rows)
    EXPECT_EQ(judged(row.offers, {.amount = 1'000, .quoted = true}).fired, row.fired) << row.what;
}

struct DayRow {
  const char* what;
  Offer offer;  // judged beside `used`, which gave today
  Offer used;
  bool fires;
};

TEST(Offers, that_say_best_and_are_bounded_share_the_day_with_no_other_of_them) {
  const Offer small = best(giving(credit_percent, 200, "small")),
              large = best(giving(credit_percent, 900, "l"));
  Offer piece = best(giving(credit, 90, "piece"));
  Offer birthday = piece;
  birthday.on = Occasion::birthday;
  const std::vector<DayRow> rows = {
      {"percentages do", large, small, true},
      {"a piece after a percentage", piece, small, false},
      {"a percentage after a piece", large, best(giving(credit, 5, "p")), false},
      {"not one that says all", giving(credit_percent, 900), piece, true},
      {"nor after one that says all", large, giving(credit, 5, "p"), true},
      {"nor after another occasion", large, birthday, true},
  };
  for (const DayRow& row : rows) {
    const std::vector<OfferUse> uses = {{}, {.uses = 1, .uses_today = 1, .given_today = 5}};
    const Judged result = judged({row.offer, row.used}, {.amount = 1'000}, uses);
    const bool fired = std::ranges::find(result.fired, 0U) != result.fired.end();
    EXPECT_EQ(fired, row.fires) << row.what;
  }
  const std::vector<OfferUse> its_own = {{.uses = 1, .uses_today = 1}, {}};
  EXPECT_THAT(judged({piece, small}, {.amount = 1'000}, its_own).fired, ElementsAre(0U)) << "itself may";
  const std::vector<OfferUse> yesterday = {{}, {.uses = 1}};
  EXPECT_THAT(judged({large, piece}, {.amount = 900}, yesterday).fired, ElementsAre(1U)) << "a new day";
}

TEST(Offers, know_the_share_of_credit_only_where_it_says_all_to_the_rial) {
  const Offer five = giving(credit_percent, 500, "five"), three = giving(credit_percent, 300, "three");
  const auto share = [](const std::vector<Offer>& offers, const Basket& basket) {
    return judged(offers, basket).credit_share;
  };
  EXPECT_EQ(share({five}, {.amount = 1'000}), 500);
  EXPECT_EQ(share({five, three}, {.amount = 1'000, .by_credit = 500}), 800);
  EXPECT_EQ(share({five, giving(points, 3)}, {.amount = 1'000}), 500);
  EXPECT_EQ(share({five, giving(percent_off, 1'000)}, {.amount = 1'000, .quoted = true}), 500);
  EXPECT_EQ(share({five, three}, {.amount = 1'015}), 0) << "50 and 30, but 8 percent are 81";
  EXPECT_EQ(share({five, giving(credit, 1)}, {.amount = 1'000}), 0);
  EXPECT_EQ(share({giving({{.kind = credit_percent, .value = 500, .day_max = 49}})}, {.amount = 1'000}), 0);
  EXPECT_EQ(share({giving(credit_percent, 10'000, "a"), five}, {.amount = 1'000}), 0)
      << "more than the whole";
  EXPECT_EQ(share({}, {.amount = 1'000}), 0);
}

TEST(Offers, refuse_numbers_out_of_range) {
  const Offer five = giving(credit_percent, 500);
  EXPECT_THROW(judged({five}, {.amount = -1}), std::out_of_range);
  EXPECT_THROW(judged({five}, {.amount = kAmountMax + 1}), std::out_of_range);
  EXPECT_THROW(judged({five}, {.amount = 1, .by_credit = 2}), std::out_of_range);
  EXPECT_THROW(judged({five}, {.amount = 1, .points = -1}), std::out_of_range);
  EXPECT_THROW(judged({giving(credit, kAmountMax + 1)}, {.amount = 1}), std::out_of_range);
  EXPECT_THROW(judged({giving(credit, -1)}, {.amount = 1}), std::out_of_range);
  EXPECT_THROW(judged({giving(points_percent, 20'000)}, {.amount = 1, .points = kAmountMax}),
               std::out_of_range);
  EXPECT_EQ(judged({giving(percent_off, 10'000)}, {.amount = kAmountMax, .quoted = true}).off, kAmountMax);
  EXPECT_THROW(judged(std::vector<Offer>(kJudgedMax + 1, five), {.amount = 1}), std::length_error);
  EXPECT_THROW(judged({five}, {.amount = 1}, {{}, {}}), std::logic_error);
}

TEST(Offers, a_thousand_that_all_fit_are_no_more_than_the_invoice) {
  std::vector<Offer> offers;
  for (int i = 0; i < 1'000; ++i) {
    offers.push_back(giving({{percent_off, 1'000}, {credit, kAmountMax}}, "o" + std::to_string(i)));
    if (i % 2 == 0) offers.back().stacking = Stacking::best;
  }
  const Judged result = judged(offers, {.amount = 1'000, .quoted = true});
  EXPECT_EQ(result.off, 1'000);
  EXPECT_EQ(result.fired.size(), kGivenMax / 2 + 1);
  EXPECT_EQ(result.left_out.size(), 500 - kGivenMax / 2);
}

// So many, each a point; the later, the higher.
std::vector<Offer> a_point_each(int count) {
  std::vector<Offer> offers;
  for (int i = 0; i < count; ++i) {
    offers.push_back(giving(points, 1, "o" + std::to_string(100 + i)));
    offers.back().priority = i;
  }
  return offers;
}

TEST(Offers, give_fifty_things_and_leave_out_those_of_the_lowest_priority) {
  EXPECT_THAT(judged(a_point_each(50), {.amount = 1}).left_out, IsEmpty());
  std::vector<Offer> offers = a_point_each(53);
  const Judged result = judged(offers, {.amount = 1});
  EXPECT_EQ(result.fired.size(), kGivenMax);
  EXPECT_EQ(result.fired.front(), 52U);
  EXPECT_THAT(result.left_out, ElementsAre(2U, 1U, 0U));
  offers[0] = best(offers[0]);
  EXPECT_EQ(judged(offers, {.amount = 1}).fired.size(), kGivenMax + 1) << "the best has a place of its own";
  offers[52] = giving({{points, 1}, {entries, 1}}, "two");
  offers[52].priority = 3;
  EXPECT_THAT(judged(offers, {.amount = 1}).left_out, ElementsAre(52U, 2U, 1U))
      << "whole, or not, nor what is behind it";
}

TEST(Offers, that_say_something_of_what_they_do_not_give_take_no_place) {
  for (const EffectKind said : {note, message}) {
    std::vector<Offer> offers = a_point_each(50);
    offers.push_back(giving({{percent_off, 500}, {.kind = said, .value = 1, .text = "thanks"}}, "off"));
    offers.back().priority = 99;
    EXPECT_THAT(judged(offers, {.amount = 1'000}).left_out, IsEmpty()) << "not quoted";
    EXPECT_THAT(judged(offers, {.amount = 1'000, .quoted = true}).left_out, ElementsAre(1U, 0U));
  }
}

TEST(Offers, that_have_nothing_to_give_take_no_place) {
  std::vector<Offer> offers = a_point_each(50);
  for (int i = 0; i < 10; ++i) {
    offers.push_back(giving(i % 2 == 0 ? percent_off : points_percent, 100, "off" + std::to_string(i)));
    offers.back().priority = 100;
  }
  EXPECT_THAT(judged(offers, {.amount = 1'000}).left_out, IsEmpty());
  EXPECT_THAT(judged(offers, {.amount = 1'000, .quoted = true}).left_out, ElementsAre(4U, 3U, 2U, 1U, 0U));
}

TEST(Offers, that_gave_today_keep_their_places) {
  std::vector<Offer> offers = a_point_each(60);
  std::vector<OfferUse> uses(offers.size());
  for (std::size_t i = 20; i < 60; ++i) {
    offers[i].per_member_day = 1;
    uses[i] = {.uses = 1, .uses_today = 1};
  }
  EXPECT_EQ(judged(offers, {.amount = 1}, uses).fired.size(), 10U);
  offers[20].on = Occasion::birthday;
  EXPECT_EQ(judged(offers, {.amount = 1}, uses).fired.size(), 11U) << "of another occasion";
  for (OfferUse& use : uses) use.uses_today = 0;
  EXPECT_EQ(judged(offers, {.amount = 1}, uses).fired.size(), 50U) << "a new day";
}

struct OpenRow {
  const char* what;
  Condition condition;
  bool open;
};

TEST(Offers, are_open_to_her_if_all_but_what_she_buys_fits) {
  Measures measures;
  measures.set(Measure::tier, 1);
  measures.set(Measure::weekday, 3);
  measures.add(WordSet::tag, word_id("vip"));
  const auto in = [](Measure measure, std::int64_t value) {
    return Condition{.measure = measure, .ranges = {{value, value}}};
  };
  const auto word = [](WordSet set, const char* name) {
    return Condition{.set = set, .words = {word_id(name)}, .word_names = {name}};
  };
  const std::vector<OpenRow> rows = {
      {"amount", in(Measure::amount, 500'000), true},
      {"branch", in(Measure::branch, 12), true},
      {"minute", in(Measure::minute, 900), true},
      {"visits", in(Measure::visits, 5), true},
      {"visits of the branch", in(Measure::branch_visits, 5), true},
      {"spent", in(Measure::spent, 5), true},
      {"items", word(WordSet::item, "bread"), true},
      {"tier", in(Measure::tier, 1), true},
      {"another tier", in(Measure::tier, 2), false},
      {"weekday", in(Measure::weekday, 3), true},
      {"another weekday", in(Measure::weekday, 4), false},
      {"not known", in(Measure::days_away, 4), false},
      {"tag", word(WordSet::tag, "vip"), true},
      {"another tag", word(WordSet::tag, "office"), false},
  };
  for (const OpenRow& row : rows) {
    Offer offer = giving(credit, 5);
    offer.when = {row.condition};
    EXPECT_EQ(!open_to({{offer}}, {}, measures, kNow).empty(), row.open) << row.what;
  }
}

TEST(Offers, are_open_in_their_order_while_they_last_and_have_a_title) {
  std::vector<Offer> offers(6, giving(credit, 5));
  for (std::size_t i = 0; i < offers.size(); ++i) offers[i].name = std::string(1, static_cast<char>('f' - i));
  offers[0].priority = 1;
  offers[1].title = "";
  offers[2].on = Occasion::birthday;
  offers[3].until = kNow;
  offers[4].per_member = 2;
  EXPECT_THAT(open_to(offers, {}, {}, kNow), ElementsAre(0U, 5U, 4U));
  std::vector<OfferUse> uses(6);
  uses[4].uses = 2;
  EXPECT_THAT(open_to(offers, uses, {}, kNow), ElementsAre(0U, 5U));
  offers[5].budget = 10;
  uses[5].budget_left = 0;
  EXPECT_THAT(open_to(offers, uses, {}, kNow), ElementsAre(0U));
}

TEST(Offers, know_what_is_given_by_the_piece_and_what_is_bounded) {
  for (const EffectKind kind : {cash_off, credit, points, gift, entries}) {
    EXPECT_TRUE(gives_by_piece(giving(kind, 1))) << static_cast<int>(kind);
    EXPECT_TRUE(bounded(giving(kind, 1)));
  }
  for (const EffectKind kind : {percent_off, credit_percent, points_percent, note}) {
    EXPECT_FALSE(gives_by_piece(giving(kind, 1))) << static_cast<int>(kind);
    EXPECT_FALSE(bounded(giving(kind, 1)));
  }
  const auto five_with = [](auto change) {
    Offer offer = giving(credit_percent, 500);
    change(offer);
    return bounded(offer);
  };
  EXPECT_TRUE(five_with([](Offer& o) { o.per_member = 1; }));
  EXPECT_TRUE(five_with([](Offer& o) { o.per_member_day = 1; }));
  EXPECT_TRUE(five_with([](Offer& o) { o.budget = 1; }));
  EXPECT_TRUE(five_with([](Offer& o) { o.then[0].day_max = 1; }));
}

}  // namespace
}  // namespace peyk::tests::rules_offers_test
