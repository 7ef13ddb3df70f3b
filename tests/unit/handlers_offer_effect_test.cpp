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

}  // namespace
}  // namespace peyk::tests::handlers_offer_effect_test
