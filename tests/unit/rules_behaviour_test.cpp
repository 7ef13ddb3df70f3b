// How a member buys: each figure by hand, and that any order of the same visits makes the same figures (I44).
#include "handlers/rules/behaviour.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>

namespace peyk::tests::rules_behaviour_test {
namespace {

using namespace rules;

Behaviour of(const std::vector<Visit>& visits) {
  return fold(visits);
}

TEST(Behaviour, counts_invoices_and_days_apart) {
  const Behaviour member = of({{100, 9, 500}, {100, 18, 700}, {107, 9, 300}});
  EXPECT_EQ(member.purchases, 3U);
  EXPECT_EQ(member.visits, 2U) << "two invoices of a day are one visit";
  EXPECT_EQ(member.first_day, 100);
  EXPECT_EQ(member.last_day, 107);
  EXPECT_EQ(member.spent, 1500);
  EXPECT_EQ(member.gap_squares, 49U);
  EXPECT_EQ(length_days(member), 7);
  EXPECT_EQ(usual_hour(member), 9);
}

// Her last baskets apart, of which a part given back knows nothing.
Behaviour without_recent(Behaviour behaviour) {
  behaviour.recent = behaviour.last_spent = 0;
  return behaviour;
}

struct BasketRow {
  std::vector<Amount> spent;  // on a visit each
  Amount recent = 0;
  std::optional<BasketTrend> trend;
};

TEST(Behaviour, tells_from_the_sixth_visit_on_how_baskets_go) {
  using enum BasketTrend;
  const std::vector<BasketRow> rows = {
      {{}, 0, {}},
      {{100}, 100, {}},
      {{100, 200}, 125, {}},
      {{400, 400, 400, 400, 400}, 400, {}},
      {{400, 400, 400, 400, 400, 400}, 400, steady},
      {{400, 400, 400, 400, 400, 400, 200}, 350, steady},                      // 350 beside 371
      {{400, 400, 400, 400, 400, 400, 400, 400, 800}, 500, steady},            // one large one: beside 444
      {{400, 400, 400, 400, 400, 400, 400, 400, 40}, 310, steady},             // one small one: beside 360
      {{400, 400, 400, 400, 400, 400, 400, 400, 200, 200, 200}, 285, steady},  // beside 345
      {{400, 400, 400, 400, 400, 400, 400, 400, 200, 200, 200, 200}, 264, falling},  // beside 333
      {{400, 400, 400, 400, 400, 400, 800, 800, 800}, 632, steady},                  // beside 533
      {{400, 400, 400, 400, 400, 400, 800, 800, 800, 800}, 674, rising},             // beside 560
      {{500, 500, 500, 500, 500, 100, 100, 100}, 269, falling},                      // beside 350
      {{1, 1, 1, 1, 1, 1}, 1, steady}};
  for (const BasketRow& row : rows) {
    std::vector<Visit> visits;
    for (const Amount spent : row.spent) visits.push_back({static_cast<DayNumber>(visits.size()), 9, spent});
    const Behaviour member = of(visits);
    const Baskets baskets = baskets_before(member, static_cast<DayNumber>(visits.size()));
    EXPECT_EQ(baskets.visits, row.spent.size());
    EXPECT_EQ(baskets.recent, row.recent) << row.spent.size();
    EXPECT_EQ(trend_of(baskets), row.trend) << row.spent.size() << " visits, " << row.recent;
  }
}

TEST(Behaviour, has_one_basket_a_day_however_her_invoices_are_split) {
  const std::vector<Visit> whole = {{1, 9, 400}, {2, 9, 600}},
                           split = {{1, 9, 300}, {2, 9, 200}, {1, 9, 100}, {2, 9, 400}};
  EXPECT_EQ(of(whole).recent, of(split).recent);
  EXPECT_EQ(of(whole).last_spent, of(split).last_spent);
}

TEST(Behaviour, leaves_a_visit_that_is_under_way_out_of_how_baskets_go) {
  Behaviour member;
  for (DayNumber day = 0; day < 7; ++day) add(member, {day, 9, day < 6 ? 400 : 300});
  const Baskets whole = baskets_before(member, 7);
  add(member, {7, 9, 1});
  const Baskets today = baskets_before(member, 7);
  EXPECT_EQ(today.visits, whole.visits);
  EXPECT_EQ(today.spent, whole.spent);
  EXPECT_EQ(today.recent, whole.recent) << "who pays a trifle first moves nothing";
  EXPECT_EQ(trend_of(today), BasketTrend::steady);
  EXPECT_EQ(baskets_before(member, 8).visits, 8U);
}

TEST(Behaviour, of_before_baskets_were_kept_begins_with_her_mean) {
  Behaviour old = without_recent(of({{1, 9, 300}, {2, 9, 500}}));
  EXPECT_EQ(baskets_before(old, 9).visits, 0U) << "not reckoned yet";
  add(old, {3, 9, 800});
  EXPECT_EQ(old.recent, 400);
  EXPECT_EQ(old.last_spent, 800);
}

TEST(Behaviour, of_nobody_knows_nothing) {
  EXPECT_EQ(length_days({}), 0);
  EXPECT_FALSE(usual_gap({}).has_value());
  EXPECT_FALSE(usual_hour({}).has_value());
  EXPECT_EQ(fold({}), Behaviour{});
}

struct Gaps {
  std::vector<DayNumber> days;
  std::optional<std::pair<int, int>> gap;  // its days, its spread
};

TEST(Behaviour, has_a_usual_gap_from_the_third_visit_on) {
  const std::vector<Gaps> rows = {{{0}, {}},
                                  {{0, 10}, {}},
                                  {{0, 0, 10}, {}},
                                  {{0, 10, 20}, {{10, 0}}},
                                  {{0, 10, 30}, {{15, 5}}},
                                  {{0, 1, 3}, {{1, 0}}},           // 1.5, 0.5: both down
                                  {{0, 1, 11, 12, 22}, {{5, 4}}},  // 5.5, 4.5
                                  {{0, 0, 7, 14, 14, 21}, {{7, 0}}},
                                  {{-5, 0, 5}, {{5, 0}}},
                                  {{0, 1, 1'000'001}, {{500'000, 499'999}}}};
  for (const Gaps& row : rows) {
    std::vector<Visit> visits;
    for (const DayNumber day : row.days) visits.push_back({day, 12, 1});
    const std::optional<Gap> gap = usual_gap(of(visits));
    ASSERT_EQ(gap.has_value(), row.gap.has_value()) << row.days.size();
    if (!gap) continue;
    EXPECT_EQ(gap->days, row.gap->first);
    EXPECT_EQ(gap->spread_days, row.gap->second);
  }
}

TEST(Behaviour, names_the_earliest_of_equally_usual_hours) {
  EXPECT_EQ(usual_hour(of({{0, 20, 1}, {1, 8, 1}})), 8);
  EXPECT_EQ(usual_hour(of({{0, 20, 1}, {1, 8, 1}, {2, 20, 1}})), 20);
  EXPECT_EQ(usual_hour(of({{0, 0, 1}})), 0);
  EXPECT_EQ(usual_hour(of({{0, 23, 1}})), 23);
}

TEST(Behaviour, forgets_what_was_wholly_given_back) {
  EXPECT_EQ(of({{1, 9, 500}, {2, 9, 0}, {3, 9, 700}}), of({{1, 9, 500}, {3, 9, 700}}));
  Behaviour member = of({{1, 9, 500}, {3, 9, 700}});
  give_back(member, 200);
  EXPECT_EQ(without_recent(member), without_recent(of({{1, 9, 500}, {3, 9, 500}})));
}

TEST(Behaviour, refuses_what_would_make_it_wrong_and_stays_as_it_was) {
  Behaviour member = of({{10, 9, 500}});
  const Behaviour before = member;
  EXPECT_THROW(add(member, {9, 9, 1}), std::logic_error) << "an earlier day is folded anew";
  EXPECT_THROW(add(member, {10, 24, 1}), std::logic_error);
  EXPECT_THROW(add(member, {10, 9, 0}), std::logic_error);
  EXPECT_THROW(add(member, {10, 9, -1}), std::logic_error);
  EXPECT_THROW(add(member, {11, 9, std::numeric_limits<Amount>::max()}), std::overflow_error);
  EXPECT_THROW(give_back(member, 500), std::logic_error);
  EXPECT_THROW(give_back(member, -1), std::logic_error);
  EXPECT_THROW(fold(std::vector<Visit>{{1, 1, -5}}), std::logic_error);
  EXPECT_EQ(member, before);
  add(member, {10, 9, 1});
  EXPECT_NE(member, before);
}

TEST(Behaviour, stops_counting_an_hour_at_its_largest_and_refuses_days_out_of_reach) {
  Behaviour member = of({{0, 5, 1}});
  member.hours[5] = 65'534;
  add(member, {0, 5, 1});
  add(member, {0, 5, 1});
  EXPECT_EQ(member.hours[5], 65'535);
  Behaviour far = of({{std::numeric_limits<DayNumber>::min(), 5, 1}});
  add(far, {std::numeric_limits<DayNumber>::max(), 5, 1});
  EXPECT_THROW(length_days(far), std::overflow_error);
}

std::vector<Visit> any_visits() {
  return *rc::gen::container<std::vector<Visit>>(
      rc::gen::build<Visit>(rc::gen::set(&Visit::day, rc::gen::inRange(-400, 400)),
                            rc::gen::set(&Visit::hour, rc::gen::inRange<std::uint8_t>(0, 24)),
                            rc::gen::set(&Visit::spent, rc::gen::inRange<Amount>(0, 1000))));
}

RC_GTEST_PROP(Behaviour, is_the_same_in_whatever_order_its_visits_are_folded, ()) {
  std::vector<Visit> visits = any_visits();
  const Behaviour once = fold(visits);
  const auto turn = visits.empty() ? 0 : *rc::gen::inRange<std::size_t>(0, visits.size());
  std::ranges::rotate(visits, visits.begin() + static_cast<std::ptrdiff_t>(turn));
  if (*rc::gen::arbitrary<bool>()) std::ranges::reverse(visits);
  RC_ASSERT(fold(visits) == once);
}

RC_GTEST_PROP(Behaviour, added_to_in_order_is_what_folding_makes, ()) {
  std::vector<Visit> visits = any_visits();
  std::ranges::stable_sort(visits, {}, &Visit::day);
  Behaviour added;
  for (const Visit& visit : visits) {
    if (visit.spent > 0) add(added, visit);
  }
  RC_ASSERT(fold(visits) == added);
}

RC_GTEST_PROP(Behaviour, less_a_part_given_back_is_what_folding_the_rest_makes, ()) {
  std::vector<Visit> visits = any_visits();
  RC_PRE(!visits.empty());
  Visit& one = visits[*rc::gen::inRange<std::size_t>(0, visits.size())];
  RC_PRE(one.spent > 1);
  Behaviour member = fold(visits);
  const Amount back = *rc::gen::inRange<Amount>(1, one.spent);
  give_back(member, back);
  one.spent -= back;
  RC_ASSERT(without_recent(fold(visits)) == without_recent(member));
}

// The square of the spread is the variance, by the definition of it and not by sums of squares.
RC_GTEST_PROP(Behaviour, strays_from_its_gap_as_the_definition_says, ()) {
  const auto gaps = *rc::gen::suchThat(
      rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(1, 400)),
      [](const auto& all) { return all.size() >= 2; });
  std::vector<Visit> visits = {{0, 1, 1}};
  for (const std::int64_t gap : gaps)
    visits.push_back({visits.back().day + static_cast<DayNumber>(gap), 1, 1});
  const auto n = static_cast<std::int64_t>(gaps.size());
  std::int64_t length = 0, squares = 0;
  for (const std::int64_t gap : gaps) length += gap;
  for (const std::int64_t gap : gaps) squares += (n * gap - length) * (n * gap - length);  // times n * n
  const Gap usual = usual_gap(fold(visits)).value();
  RC_ASSERT(usual.days == length / n);
  const std::int64_t spread = usual.spread_days;
  RC_ASSERT(spread * spread * n * n * n <= squares);
  RC_ASSERT((spread + 1) * (spread + 1) * n * n * n > squares);
}

}  // namespace
}  // namespace peyk::tests::rules_behaviour_test
