// Tiers: rising at once, keeping to the end of the period and of grace, falling to what was earned.
#include "handlers/rules/tiers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace peyk::tests::rules_tiers_test {
namespace {

using namespace rules;

TierPlan plan() {
  return {.by = TierMeasure::spend,
          .period_days = 365,
          .grace_days = 30,
          .tiers = {{"silver", "", 1'000}, {"gold", "", 5'000}, {"platinum", "", 20'000}}};
}

TEST(Tiers, are_worth_what_their_bounds_say) {
  const std::vector<std::pair<std::int64_t, std::uint32_t>> rows = {{-5, 0},     {0, 0},      {999, 0},
                                                                    {1'000, 1},  {4'999, 1},  {5'000, 2},
                                                                    {19'999, 2}, {20'000, 3}, {1'000'000, 3}};
  for (const auto& [measured, tier] : rows) EXPECT_EQ(tier_for(plan(), measured), tier) << measured;
  EXPECT_EQ(tier_for(TierPlan{}, 1'000'000), 0U);
}

struct Row {
  const char* what;
  Standing before;
  std::int64_t measured;
  DayNumber today;
  Standing after;
};

TEST(Tiers, rise_at_once_and_fall_only_when_period_and_grace_are_over) {
  const std::vector<Row> rows = {
      {"not yet", {}, 999, 100, {}},
      {"rises", {}, 1'000, 100, {1, 100, 495}},
      {"rises over one", {}, 6'000, 100, {2, 100, 495}},
      {"rises from silver", {1, 100, 495}, 5'000, 200, {2, 200, 595}},
      {"is what it is", {2, 200, 595}, 5'000, 300, {2, 200, 595}},
      {"keeps it on its last day", {2, 200, 595}, 0, 594, {2, 200, 595}},
      {"falls to where she belongs", {2, 200, 595}, 1'000, 595, {1, 595, 990}},
      {"falls out", {2, 200, 595}, 999, 595, {0, 595, 0}},
      {"has earned it anew", {2, 200, 595}, 5'000, 595, {2, 200, 990}},
      {"rises on the day of the look", {2, 200, 595}, 20'000, 595, {3, 595, 990}},
      {"looked at late", {2, 200, 595}, 1'000, 700, {1, 700, 1'095}},
      {"out and nothing new", {0, 595, 0}, 999, 700, {0, 595, 0}},
      {"out and back", {0, 595, 0}, 1'000, 700, {1, 700, 1'095}},
      {"of a tier that is no more", {5, 200, 595}, 0, 300, {3, 200, 595}},
  };
  for (const Row& row : rows) {
    const Standing after = standing_after(row.before, plan(), row.measured, row.today);
    EXPECT_EQ(after, row.after) << row.what << ": tier " << after.tier << " since " << after.since
                                << " until " << after.until;
  }
}

TEST(Tiers, of_a_club_without_any_hold_nobody) {
  EXPECT_EQ(standing_after({2, 200, 595}, TierPlan{}, 1'000'000, 300), (Standing{0, 300, 0}));
  EXPECT_EQ(standing_after({}, TierPlan{}, 1'000'000, 300), Standing{});
}

TEST(Tiers, refuse_a_period_beyond_all_days) {
  EXPECT_THROW(standing_after({}, plan(), 1'000, std::numeric_limits<DayNumber>::max() - 394),
               std::overflow_error);
  EXPECT_EQ(standing_after({}, plan(), 1'000, std::numeric_limits<DayNumber>::max() - 395).tier, 1U);
}

RC_GTEST_PROP(Tiers, never_fall_before_their_day_nor_below_what_was_earned, ()) {
  Standing standing;
  DayNumber today = 0;
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    today += *rc::gen::inRange(0, 120);
    const auto measured = *rc::gen::inRange<std::int64_t>(0, 30'000);
    const Standing after = standing_after(standing, plan(), measured, today);
    RC_ASSERT(after.tier >= tier_for(plan(), measured));
    RC_ASSERT(after.tier <= 3U);
    if (today < standing.until) RC_ASSERT(after.tier >= standing.tier);
    if (after.tier > standing.tier) RC_ASSERT(after.tier == tier_for(plan(), measured));
    RC_ASSERT((after.tier == 0) == (after.until == 0));
    RC_ASSERT(standing_after(after, plan(), measured, today) == after);  // asked twice
    standing = after;
  }
}

}  // namespace
}  // namespace peyk::tests::rules_tiers_test
