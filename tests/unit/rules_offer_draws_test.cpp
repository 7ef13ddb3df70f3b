// Who is held out of an offer and whom a surprise finds: always the same for the same member and day, as
// often as the file says, and no oftener for who splits an invoice.
#include "handlers/rules/offer_draws.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace peyk::tests::rules_offer_draws_test {
namespace {

using namespace rules;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kDrawnDay = 20'779;

Offer surprise(std::uint32_t chance, std::uint32_t seed, EffectKind kind = EffectKind::credit_percent) {
  return {.name = "surprise",
          .title = "t",
          .seed = seed,
          .chance = chance,
          .when = {},
          .then = {{.kind = kind, .value = 900, .text = ""}},
          .budget = kAmountMax,
          .message = ""};
}
Offer held_out(std::uint16_t share, std::string name = "measured") {
  return {.name = std::move(name),
          .title = "t",
          .hold_out = share,
          .when = {},
          .then = {{.kind = EffectKind::credit_percent, .value = 1000, .text = ""}},
          .message = ""};
}

Measures of_member(std::uint64_t member, std::int64_t day = kDrawnDay) {
  Measures measures;
  measures.draw_for(member, day);
  return measures;
}
bool fires(const Offer& offer, const Measures& measures) {
  return !judge({&offer, 1}, {}, measures, {.amount = 1'000}, Occasion::purchase, {}).fired.empty();
}

// Within five standard deviations of what is expected: a false alarm in two million runs, and these numbers
// are the same in each.
void expect_share(int hits, int draws, double share) {
  const double deviation = std::sqrt(draws * share * (1 - share));
  EXPECT_NEAR(hits, draws * share, 5 * deviation);
}

TEST(OfferDraws, hold_out_as_many_members_as_the_file_says_and_always_the_same) {
  constexpr int kMembers = 20'000;
  const Offer tenth = held_out(1'000), half = held_out(5'000), other = held_out(1'000, "another");
  int in_tenth = 0, in_half = 0, in_both = 0;
  for (int member = 1; member <= kMembers; ++member) {
    const auto id = static_cast<std::uint64_t>(member);
    const bool held = is_held_out(tenth, id);
    EXPECT_EQ(fires(tenth, of_member(id)), !held);
    EXPECT_EQ(fires(tenth, of_member(id, kDrawnDay + 99)), !held) << "whatever the day";
    EXPECT_TRUE(!held || is_held_out(half, id)) << "who was held out of an offer stays so when more are";
    in_tenth += held ? 1 : 0;
    in_half += is_held_out(half, id) ? 1 : 0;
    in_both += held && is_held_out(other, id) ? 1 : 0;
  }
  expect_share(in_tenth, kMembers, 0.1);
  expect_share(in_half, kMembers, 0.5);
  expect_share(in_both, kMembers, 0.01);
}

TEST(OfferDraws, hold_nobody_out_of_an_offer_that_does_not_say_so) {
  for (std::uint64_t member = 0; member < 1'000; ++member) EXPECT_FALSE(is_held_out(held_out(0), member));
  EXPECT_FALSE(is_held_out(held_out(9'000), 0)) << "a stranger";
}

TEST(OfferDraws, do_not_show_what_she_is_held_out_of_and_show_that_a_surprise_may_come) {
  const Offer offer = held_out(5'000);
  std::uint64_t member = 1;
  while (!is_held_out(offer, member)) ++member;
  EXPECT_THAT(open_to({&offer, 1}, {}, of_member(member), {}), IsEmpty());
  while (is_held_out(offer, member)) ++member;
  EXPECT_THAT(open_to({&offer, 1}, {}, of_member(member), {}), ElementsAre(0U));
  const Offer rare = surprise(1'000'000, 7);
  EXPECT_FALSE(fires(rare, of_member(1)));
  EXPECT_THAT(open_to({&rare, 1}, {}, of_member(1), {}), ElementsAre(0U));
}

TEST(OfferDraws, find_members_as_often_as_the_file_says) {
  for (const std::uint32_t chance : {2U, 20U, 97U}) {
    const Offer offer = surprise(chance, 0x5eed);
    int found = 0;
    for (std::uint64_t member = 1; member <= 300; ++member) {
      for (std::int64_t day = 0; day < 100; ++day) found += fires(offer, of_member(member, day)) ? 1 : 0;
    }
    expect_share(found, 30'000, 1.0 / chance);
  }
}

TEST(OfferDraws, of_another_seed_or_another_offer_are_others) {
  int same_seed = 0, same_name = 0;
  const Offer offer = surprise(2, 1), reseeded = surprise(2, 2);
  Offer renamed = offer;
  renamed.name = "renamed";
  for (std::uint64_t member = 1; member <= 10'000; ++member) {
    const bool found = is_found_by(offer, member, kDrawnDay);
    same_seed += found == is_found_by(reseeded, member, kDrawnDay) ? 1 : 0;
    same_name += found == is_found_by(renamed, member, kDrawnDay) ? 1 : 0;
  }
  expect_share(same_seed, 10'000, 0.5);
  expect_share(same_name, 10'000, 0.5);
}

TEST(OfferDraws, find_no_stranger) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) EXPECT_FALSE(is_found_by(surprise(2, seed), 0, kDrawnDay));
}

// A splitter has one draw a day, as everybody: what the parts earn is what they would earn of the same offer
// without its chance, or nothing at all.
RC_GTEST_PROP(OfferDrawsPromise, an_invoice_in_parts_has_one_draw, ()) {
  const auto kind = *rc::gen::element(EffectKind::credit_percent, EffectKind::credit);
  Offer offer = surprise(*rc::gen::inRange<std::uint32_t>(2, 6), *rc::gen::arbitrary<std::uint32_t>(), kind);
  if (gives_by_piece(offer)) offer.per_member_day = 1;
  RC_ASSERT(contradictions(offer).empty());
  const Measures measures =
      of_member(*rc::gen::inRange<std::uint64_t>(1, 1'000'000), *rc::gen::inRange<std::int64_t>(0, 40'000));
  const auto parts =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<Amount>>(rc::gen::inRange<Amount>(1, 5'000)));
  OfferUse use;
  Amount whole = 0, split = 0;
  std::size_t fired = 0;
  const auto earned = [&](Amount amount, const OfferUse& before) {
    Amount sum = 0;
    for (const Given& one :
         judge({&offer, 1}, {&before, 1}, measures, {.amount = amount}, Occasion::purchase, {}).given)
      sum += one.value;
    return sum;
  };
  for (const Amount amount : parts) {
    const Amount got = earned(amount, use);
    split += got;
    whole += amount;
    if (got > 0) ++use.uses, ++use.uses_today, ++fired;
  }
  const bool found = is_found_by(offer, measures.member(), measures.draw_day());
  RC_ASSERT(split <= earned(whole, OfferUse{}));
  RC_ASSERT(found || fired == 0);
}

TEST(OfferDraws, are_refused_where_they_would_be_dear_or_mean_nothing) {
  EXPECT_THAT(contradictions(surprise(20, 0)), IsEmpty());
  EXPECT_THAT(contradictions(held_out(9'000)), IsEmpty());
  EXPECT_THAT(contradictions(held_out(9'001)), ElementsAre(HasSubstr("hold_out")));
  Offer unbounded = surprise(20, 0);
  unbounded.budget = 0;
  EXPECT_THAT(contradictions(unbounded), ElementsAre(HasSubstr("needs a budget")));
  EXPECT_THAT(contradictions(surprise(1, 0)), ElementsAre(HasSubstr("1 in 2")));
  Offer birthday = surprise(20, 0, EffectKind::credit);
  birthday.on = Occasion::birthday;
  EXPECT_THAT(contradictions(birthday), ElementsAre(HasSubstr("only on a purchase")));
}

}  // namespace
}  // namespace peyk::tests::rules_offer_draws_test
