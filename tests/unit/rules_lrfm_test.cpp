// Scores by hand, and what quintiles must be for any club.
#include "handlers/rules/lrfm.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace peyk::tests::rules_lrfm_test {
namespace {

using namespace rules;

constexpr DayNumber kToday = 1000;

Behaviour member(DayNumber first, DayNumber last, std::uint32_t visits, Amount spent) {
  return {.purchases = visits, .visits = visits, .first_day = first, .last_day = last, .spent = spent};
}

const LrfmBounds kGiven = {.length_days = {30, 90, 180, 365},
                           .days_away = {7, 30, 60, 120},
                           .visits = {2, 4, 8, 16},
                           .spent = {1'000, 5'000, 20'000, 100'000}};

struct Row {
  Behaviour behaviour;
  Scores scores;
};

TEST(Lrfm, scores_one_more_for_each_bound_that_is_reached) {
  const std::vector<Row> rows = {
      {member(1000, 1000, 1, 999), {1, 5, 1, 1}},
      {member(994, 994, 1, 1'000), {1, 5, 1, 2}},
      {member(993, 993, 1, 1'001), {1, 4, 1, 2}},
      {member(970, 999, 2, 4'999), {1, 5, 2, 2}},
      {member(969, 999, 3, 5'000), {2, 5, 2, 3}},
      {member(860, 970, 4, 19'999), {3, 3, 3, 3}},
      {member(760, 940, 8, 20'000), {4, 2, 4, 4}},
      {member(515, 880, 16, 100'000), {5, 1, 5, 5}},
      {member(0, 0, 1, 1), {1, 1, 1, 1}},
      {member(1003, 1003, 1, 1), {1, 5, 1, 1}},  // of tomorrow, by a till whose clock is fast
  };
  for (const Row& row : rows) {
    EXPECT_EQ(scores_of(row.behaviour, kToday, kGiven), row.scores)
        << row.behaviour.first_day << " " << row.behaviour.last_day << " " << row.behaviour.spent;
  }
  EXPECT_EQ(scores_of({}, kToday, kGiven), Scores{}) << "who has never bought has no scores";
}

Quintiles club(const std::vector<std::uint32_t>& visits) {
  Quintiles quintiles;
  for (const std::uint32_t count : visits) quintiles.add(member(900, 900, count, count), kToday);
  return quintiles;
}

struct Club {
  std::vector<std::uint32_t> visits;
  std::vector<int> scores;
};

TEST(Lrfm, parts_a_club_into_fifths_and_leaves_equals_together) {
  const std::vector<Club> rows = {
      {{1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}},
      {{5, 1, 4, 2, 3}, {5, 1, 4, 2, 3}},
      {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5}},
      {{1, 1, 1, 1, 1, 1, 1, 2, 3, 9}, {1, 1, 1, 1, 1, 1, 1, 4, 5, 5}},  // a crowd that came once
      {{1, 2, 9, 9, 9}, {1, 2, 3, 3, 3}},
      {{7, 7, 7, 7, 7}, {1, 1, 1, 1, 1}},
      {{4}, {1}},
      {{1, 9}, {1, 3}},
  };
  for (const Club& row : rows) {
    const LrfmBounds bounds = club(row.visits).bounds();
    for (std::size_t i = 0; i < row.visits.size(); ++i) {
      const Scores scores = scores_of(member(900, 900, row.visits[i], 1), kToday, bounds);
      EXPECT_EQ(scores.frequency, row.scores[i]) << row.visits[i] << " of " << row.visits.size();
    }
  }
}

TEST(Lrfm, places_say_among_which_percent_of_the_spenders_one_is) {
  Quintiles quintiles;
  for (int n = 1; n <= 200; ++n) quintiles.add(member(0, 0, 1, n * 100), kToday);
  quintiles.bounds();  // reorders
  const SpendPlaces places = quintiles.places();
  EXPECT_EQ(top_percent(20'000, places), 1);
  EXPECT_EQ(top_percent(19'900, places), 1);
  EXPECT_EQ(top_percent(19'800, places), 2);
  EXPECT_EQ(top_percent(16'100, places), 20) << "the fortieth of two hundred";
  EXPECT_EQ(top_percent(16'000, places), 21);
  EXPECT_EQ(top_percent(100, places), 100);
  EXPECT_EQ(top_percent(99'999, places), 1) << "who has spent more since";
  Quintiles equals;
  for (int n = 0; n < 10; ++n) equals.add(member(0, 0, 1, 700), kToday);
  EXPECT_EQ(top_percent(700, equals.places()), 100) << "nobody lies below";
  EXPECT_EQ(top_percent(701, equals.places()), 1);
}

TEST(Lrfm, bounds_of_nobody_are_0_and_who_never_bought_is_not_counted) {
  Quintiles quintiles;
  quintiles.reserve(10);
  quintiles.add({}, kToday);
  EXPECT_EQ(quintiles.members(), 0U);
  EXPECT_EQ(quintiles.bounds(), LrfmBounds{});
  quintiles.add(member(900, 950, 2, 10), kToday);
  EXPECT_EQ(quintiles.members(), 1U);
  EXPECT_EQ(quintiles.bounds().days_away, (Bounds{51, 51, 51, 51}));
}

std::vector<Behaviour> any_club() {
  std::vector<Behaviour> all;
  const int members = *rc::gen::inRange(1, 80);
  for (int i = 0; i < members; ++i) {
    const DayNumber last = *rc::gen::inRange(0, kToday + 1);
    all.push_back(member(last - *rc::gen::inRange(0, 30), last, *rc::gen::inRange(1U, 12U),
                         *rc::gen::inRange<Amount>(1, 1'000'000)));
  }
  return all;
}

LrfmBounds bounds_of(const std::vector<Behaviour>& all) {
  Quintiles quintiles;
  for (const Behaviour& one : all) quintiles.add(one, kToday);
  return quintiles.bounds();
}

RC_GTEST_PROP(Lrfm, more_is_never_scored_less_and_all_scores_are_from_1_to_5, ()) {
  const std::vector<Behaviour> all = any_club();
  const LrfmBounds bounds = bounds_of(all);
  for (const Behaviour& a : all) {
    const Scores of_a = scores_of(a, kToday, bounds);
    for (const int score : {of_a.length, of_a.recency, of_a.frequency, of_a.monetary})
      RC_ASSERT(score >= 1 && score <= 5);
    for (const Behaviour& b : all) {
      const Scores of_b = scores_of(b, kToday, bounds);
      if (length_days(a) <= length_days(b)) RC_ASSERT(of_a.length <= of_b.length);
      if (a.last_day <= b.last_day) RC_ASSERT(of_a.recency <= of_b.recency);
      if (a.visits <= b.visits) RC_ASSERT(of_a.frequency <= of_b.frequency);
      if (a.spent <= b.spent) RC_ASSERT(of_a.monetary <= of_b.monetary);
    }
  }
}

// Who has the score s + 1 has at least s fifths of the club below her, and nobody with a lower score has.
RC_GTEST_PROP(Lrfm, a_score_says_how_many_fifths_lie_below, ()) {
  const std::vector<Behaviour> all = any_club();
  const LrfmBounds bounds = bounds_of(all);
  for (const Behaviour& one : all) {
    const auto below = static_cast<std::size_t>(
        std::ranges::count_if(all, [&](const auto& other) { return other.spent < one.spent; }));
    const auto sooner = static_cast<std::size_t>(
        std::ranges::count_if(all, [&](const auto& other) { return other.last_day > one.last_day; }));
    const Scores scores = scores_of(one, kToday, bounds);
    RC_ASSERT(scores.monetary == std::min<std::size_t>(5, 1 + 5 * below / all.size()));
    RC_ASSERT(scores.recency == 5 - std::min<std::size_t>(4, 5 * sooner / all.size()));
  }
}

RC_GTEST_PROP(Lrfm, bounds_do_not_depend_on_the_order_of_members, ()) {
  std::vector<Behaviour> all = any_club();
  const LrfmBounds bounds = bounds_of(all);
  std::ranges::reverse(all);
  std::ranges::sort(all, {}, &Behaviour::visits);
  RC_ASSERT(bounds_of(all) == bounds);
}

}  // namespace
}  // namespace peyk::tests::rules_lrfm_test
