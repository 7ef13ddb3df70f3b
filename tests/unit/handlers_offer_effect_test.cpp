// What an offer does: who is counted, and on which side.
#include "handlers/offer_effect.hpp"

#include <gtest/gtest.h>

#include "handlers/rules/offer_draws.hpp"

namespace peyk::tests::handlers_offer_effect_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;

const rules::Instant kPeriodFrom = std::chrono::sys_days{std::chrono::year{2026} / 9 / 1};
const rules::Instant kPeriodUntil = kPeriodFrom + std::chrono::days{30};

rules::Offer half_held_out() {
  return {.name = "measured", .title = "", .hold_out = 5'000, .when = {}, .then = {}, .message = ""};
}
MemberId first_member(bool held_out) {
  MemberId id = 1;
  while (rules::is_held_out(half_held_out(), id) != held_out) ++id;
  return id;
}
RecordedPurchase bought(rules::Instant at, rules::Amount amount, rules::Amount refunded = 0) {
  return {.at = at, .amount = amount, .refunded = refunded};
}

TEST(OfferEffect, is_told_of_both_sides_by_what_they_bought_in_the_period) {
  EffectOfOffer effect(half_held_out(), kPeriodFrom, kPeriodUntil);
  const std::vector<RecordedPurchase> hers = {
      bought(kPeriodFrom - 1us, 7'000), bought(kPeriodFrom, 1'000), bought(kPeriodUntil - 1us, 500, 200),
      bought(kPeriodFrom + 1h, 300, 300), bought(kPeriodUntil, 9'000)};
  effect.member(first_member(false), hers, 50);
  effect.member(first_member(true), std::span(hers).first(2), std::nullopt);
  EXPECT_EQ(effect.with().members, 1U);
  EXPECT_EQ(effect.with().buyers, 1U);
  EXPECT_EQ(effect.with().purchases, 2U) << "what was wholly given back is none";
  EXPECT_EQ(effect.with().spent, 1'300);
  EXPECT_EQ(effect.with().got, 1U);
  EXPECT_EQ(effect.with().given, 50);
  EXPECT_EQ(effect.held_out().members, 1U);
  EXPECT_EQ(effect.held_out().purchases, 1U);
  EXPECT_EQ(effect.held_out().spent, 1'000);
  EXPECT_EQ(effect.held_out().got, 0U);
}

TEST(OfferEffect, counts_who_stayed_away_and_not_who_had_never_bought_before) {
  EffectOfOffer effect(half_held_out(), kPeriodFrom, kPeriodUntil);
  const std::vector<RecordedPurchase> before = {bought(kPeriodFrom - 1h, 100)},
                                      since = {bought(kPeriodFrom, 100)};
  effect.member(first_member(true), before, std::nullopt);
  effect.member(first_member(true), since, std::nullopt);
  EXPECT_EQ(effect.held_out().members, 1U);
  EXPECT_EQ(effect.held_out().buyers, 0U);
  EXPECT_EQ(effect.with().members, 0U);
}

// So many members of whom half spent nothing and half twice the mean: the variance is the mean's square.
EffectGroup half_buying(std::uint64_t members, rules::Amount mean) {
  EffectGroup group{.members = members, .spent = mean * static_cast<rules::Amount>(members)};
  group.spent_squares = SpentSquares{members / 2} * static_cast<SpentSquares>(4 * mean * mean);
  return group;
}

TEST(OfferEffect, is_more_than_chance_beyond_twice_the_standard_error) {
  using enum EffectVerdict;
  // By hand, of 100 and 100: the squared errors are 101 and 49; 30 squared is 900, a quarter of it 225. Of 76
  // it is 58 beside 101, and a quarter of 24 squared 144.
  EXPECT_EQ(verdict_of(half_buying(100, 100), half_buying(100, 70)), more);
  EXPECT_EQ(verdict_of(half_buying(100, 70), half_buying(100, 100)), less);
  EXPECT_EQ(verdict_of(half_buying(100, 100), half_buying(100, 76)), chance);
  EXPECT_EQ(verdict_of(half_buying(100, 100), half_buying(100, 100)), chance);
  EXPECT_EQ(verdict_of(half_buying(10'000, 100), half_buying(1'000, 90)), more) << "the more, the surer";
  EXPECT_EQ(verdict_of(half_buying(1'000, 100), half_buying(98, 10)), too_few);
  EXPECT_EQ(verdict_of(half_buying(98, 100), half_buying(1'000, 10)), too_few);
  EXPECT_EQ(verdict_of(half_buying(1'000, 100), {}), not_measured);
  EXPECT_EQ(verdict_of({.members = 200}, {.members = 200}), chance) << "nobody bought";
}

TEST(OfferEffect, counts_the_squares_of_what_each_spent_whatever_a_club_sells) {
  EffectOfOffer effect(half_held_out(), kPeriodFrom, kPeriodUntil);
  const std::vector<RecordedPurchase> hers = {bought(kPeriodFrom - 1h, 1), bought(kPeriodFrom, 30),
                                              bought(kPeriodFrom, 10)};
  effect.member(first_member(true), hers, std::nullopt);
  effect.member(first_member(true), std::span(hers).first(2), std::nullopt);
  EXPECT_EQ(effect.held_out().spent_squares, 1'600U + 900U);
  const rules::Amount most = rules::kAmountMax;
  EffectGroup rich{.members = 1'000, .spent = most};
  rich.spent_squares = static_cast<SpentSquares>(most) * static_cast<SpentSquares>(most);
  EXPECT_EQ(verdict_of(rich, half_buying(1'000, 1)), EffectVerdict::chance) << "all of it by one";
}

}  // namespace
}  // namespace peyk::tests::handlers_offer_effect_test
