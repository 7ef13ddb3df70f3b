// What a programme would have given for purchases of the past.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "handlers/night.hpp"
#include "handlers/replay.hpp"
#include "templates/dates.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_replay_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using rules::Condition;
using rules::EffectKind;
using rules::Measure;
using rules::Offer;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const rules::Instant kFirst = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 9h;

Offer offer_of(std::string name, std::vector<Condition> when, EffectKind kind, std::int64_t value) {
  Offer offer;
  offer.name = std::move(name);
  offer.when = std::move(when);
  offer.then = {{.kind = kind, .value = value}};
  return offer;
}

Condition at_least(Measure measure, std::int64_t from) {
  return {.measure = measure, .ranges = {{.from = from}}};
}

Club club_with(std::vector<Offer> offers) {
  Club club = english_club();
  club.policy.earn_share = 500;
  std::ranges::sort(offers, {}, &Offer::name);
  club.programme.offers = std::move(offers);
  return club;
}

Member shopper(MemberId id) {
  return {.id = id, .club = 1, .phone = 989120000100 + id, .joined_at = kFirst - 24h};
}

// One a week, each of so much.
std::vector<RecordedPurchase> weekly(int count, rules::Amount amount, rules::Instant from = kFirst) {
  std::vector<RecordedPurchase> all;
  for (int i = 0; i < count; ++i)
    all.push_back({.id = static_cast<std::uint64_t>(i + 1),
                   .branch = 12,
                   .at = from + 24h * 7 * i,
                   .amount = amount,
                   .earned = amount / 20});
  return all;
}

ReplayReport replayed(Club club, const std::vector<RecordedPurchase>& purchases, ReplaySpan span = {}) {
  Replay replay(std::move(club), span);
  replay.member(shopper(1), nullptr, purchases);
  return replay.report();
}

TEST(Replay, tells_how_often_an_offer_fires_whom_it_reaches_and_what_it_costs) {
  const Club club =
      club_with({offer_of("sixth", {at_least(Measure::visits, 6)}, EffectKind::credit_percent, 1'000)});
  Replay replay(club, {});
  replay.member(shopper(1), nullptr, weekly(8, 1'000'000));
  replay.member(shopper(2), nullptr, weekly(5, 1'000'000));
  const ReplayReport report = replay.report();
  EXPECT_EQ(report.purchases, 13U);
  EXPECT_EQ(report.members, 2U);
  EXPECT_EQ(report.sold, 13'000'000);
  ASSERT_THAT(report.offers, SizeIs(1));
  EXPECT_EQ(report.offers[0].fired, 3U);
  EXPECT_EQ(report.offers[0].members, 1U);
  EXPECT_EQ(report.offers[0].credit, 300'000);
  EXPECT_EQ(report.own_credit, 650'000);
  EXPECT_EQ(report.earned, 650'000) << "in truth";
  ASSERT_THAT(report.gainers, SizeIs(1));
  EXPECT_EQ(report.gainers[0].member, 1U);
  EXPECT_EQ(report.gainers[0].gained, 300'000);
}

TEST(Replay, judges_the_purchases_of_its_span_by_what_was_known_before_them) {
  const Club club =
      club_with({offer_of("third", {at_least(Measure::visits, 3)}, EffectKind::credit, 10'000)});
  const auto report =
      replayed(club, weekly(5, 1'000'000), {.from = kFirst + 24h * 7, .until = kFirst + 24h * 28});
  EXPECT_EQ(report.purchases, 3U) << "the first is too early, the last too late";
  EXPECT_EQ(report.offers[0].fired, 2U) << "the first counts as a visit all the same";
}

TEST(Replay, gives_discounts_as_if_tills_had_asked_and_earns_nothing_on_them) {
  const Club club = club_with({offer_of("tenth-off", {}, EffectKind::percent_off, 1'000)});
  const auto report = replayed(club, weekly(1, 1'000'000));
  EXPECT_EQ(report.offers[0].discount, 100'000);
  EXPECT_EQ(report.own_credit, 45'000);
}

TEST(Replay, leaves_out_what_was_given_back_and_judges_what_was_left) {
  const Club club = club_with({offer_of("five", {}, EffectKind::credit_percent, 500)});
  auto purchases = weekly(2, 1'000'000);
  purchases[0].refunded = 1'000'000;
  purchases[1].refunded = 400'000;
  const auto report = replayed(club, purchases);
  EXPECT_EQ(report.purchases, 1U);
  EXPECT_EQ(report.offers[0].credit, 30'000);
}

TEST(Replay, keeps_the_bounds_of_a_member_and_tells_what_a_budget_would_not_have_borne) {
  Offer once = offer_of("once", {}, EffectKind::credit, 50'000);
  once.per_member = 1;
  Offer dear = offer_of("dear", {}, EffectKind::credit, 50'000);
  dear.budget = 120'000;
  const auto report = replayed(club_with({once, dear}), weekly(4, 1'000'000));
  EXPECT_EQ(report.offers[0].name, "dear");
  EXPECT_EQ(report.offers[0].fired, 4U);
  EXPECT_EQ(report.offers[0].over_budget, 80'000);
  EXPECT_EQ(report.offers[1].fired, 1U);
  EXPECT_EQ(report.offers[1].over_budget, 0);
}

TEST(Replay, tells_on_how_many_purchases_an_offer_had_no_place) {
  std::vector<Offer> offers;
  for (int i = 100; i < 151; ++i)
    offers.push_back(offer_of("o-" + std::to_string(i), {}, EffectKind::points, 1));
  const auto report = replayed(club_with(offers), weekly(2, 1'000'000));
  EXPECT_EQ(report.offers[0].fired, 2U);
  EXPECT_EQ(report.offers[0].left_out, 0U);
  EXPECT_EQ(report.offers[50].fired, 0U);
  EXPECT_EQ(report.offers[50].left_out, 2U);
}

TEST(Replay, counts_the_uses_of_a_day_anew_on_the_next) {
  Offer daily = offer_of("daily", {}, EffectKind::credit, 50'000);
  daily.per_member_day = 1;
  auto purchases = weekly(2, 1'000'000);
  purchases.insert(purchases.begin() + 1, purchases[0]);
  purchases[1].at += 1h;
  EXPECT_EQ(replayed(club_with({daily}), purchases).offers[0].fired, 2U);
}

TEST(Replay, lets_members_rise_through_tiers_and_fall_when_their_time_is_over) {
  Club club = club_with({offer_of("gold", {at_least(Measure::tier, 1)}, EffectKind::credit, 10'000)});
  club.programme.tiers = {.by = rules::TierMeasure::spend,
                          .period_days = 30,
                          .grace_days = 10,
                          .tiers = {{.name = "gold", .title = "Gold", .from = 2'000'000}}};
  auto purchases = weekly(3, 1'000'000);  // gold with the second
  purchases.push_back({.id = 9, .branch = 12, .at = kFirst + 24h * 90, .amount = 1'000'000});
  const auto report = replayed(club, purchases);
  EXPECT_EQ(report.offers[0].fired, 1U) << "the third; by the fourth she had fallen";
}

TEST(Replay, brings_points_that_tiers_are_measured_by) {
  Club club = club_with({offer_of("double", {}, EffectKind::points_percent, 10'000),
                         offer_of("silver", {at_least(Measure::tier, 1)}, EffectKind::points, 7)});
  club.programme.points_per = 100'000;
  club.programme.tiers = {.by = rules::TierMeasure::points,
                          .period_days = 365,
                          .grace_days = 30,
                          .tiers = {{.name = "silver", .title = "Silver", .from = 40}}};
  const auto report = replayed(club, weekly(3, 1'000'000));
  EXPECT_EQ(report.own_points, 30);
  EXPECT_EQ(report.offers[0].points, 30);
  EXPECT_EQ(report.offers[1].points, 7) << "silver with the second, so on the third";
}

TEST(Replay, names_what_is_not_on_record_and_what_is_not_of_purchases) {
  Offer items = offer_of("bread", {}, EffectKind::credit, 1'000);
  items.when = {{.set = rules::WordSet::item, .words = {rules::word_id("bread")}, .word_names = {"bread"}}};
  Offer birthday = offer_of("cake", {}, EffectKind::credit, 1'000);
  birthday.on = rules::Occasion::birthday;
  const auto report =
      replayed(club_with({items, birthday,
                          offer_of("rich", {at_least(Measure::credit, 1)}, EffectKind::credit, 1'000)}),
               weekly(3, 1'000'000));
  EXPECT_THAT(report.offers[0].blind, ElementsAre("item"));
  EXPECT_EQ(report.offers[0].fired, 0U);
  EXPECT_FALSE(report.offers[1].judged);
  EXPECT_EQ(report.offers[1].fired, 0U);
  EXPECT_THAT(report.offers[2].blind, ElementsAre("credit"));
  EXPECT_EQ(report.offers[2].fired, 0U) << "not known, so not fulfilled";
}

TEST(Replay, judges_items_by_what_tills_told) {
  Offer offer = offer_of("bread", {}, EffectKind::credit, 1'000);
  offer.when = {{.set = rules::WordSet::item, .words = {rules::word_id("bread")}, .word_names = {"bread"}}};
  auto purchases = weekly(3, 1'000'000);
  const std::vector<BoughtItem> basket{{.name = "Milk"}, {.name = " BREAD"}};
  purchases[1].items = words_of(basket);
  const auto report = replayed(club_with({offer}), purchases);
  EXPECT_EQ(report.offers[0].fired, 1U);
  EXPECT_THAT(report.offers[0].blind, IsEmpty());
}

TEST(Replay, of_a_club_without_offers_costs_its_own_share_alone) {
  const auto report = replayed(club_with({}), weekly(2, 1'000'000));
  EXPECT_EQ(report.own_credit, 100'000);
  EXPECT_THAT(report.gainers, IsEmpty());
}

RC_GTEST_PROP(Replay, tells_the_same_in_whatever_order_members_come, ()) {
  const Club club =
      club_with({offer_of("some", {at_least(Measure::visits, 2)}, EffectKind::credit_percent, 700),
                 offer_of("big", {at_least(Measure::amount, 500'000)}, EffectKind::credit, 3'000)});
  std::vector<std::pair<Member, std::vector<RecordedPurchase>>> all;
  for (MemberId id = 1; id <= 14; ++id)
    all.emplace_back(shopper(id),
                     weekly(*rc::gen::inRange(1, 5), *rc::gen::inRange<rules::Amount>(1, 2'000'000)));
  const auto report = [&club](const auto& members) {
    Replay replay(club, {});
    for (const auto& [member, purchases] : members) replay.member(member, nullptr, purchases);
    return replay.report();
  };
  const ReplayReport one = report(all);
  std::ranges::reverse(all);
  const ReplayReport other = report(all);
  for (std::size_t i = 0; i < one.offers.size(); ++i) {
    RC_ASSERT(one.offers[i].credit == other.offers[i].credit);
    RC_ASSERT(one.offers[i].members == other.offers[i].members);
  }
  RC_ASSERT(one.gainers.size() == other.gainers.size() && one.gainers.size() <= 10U);
  for (std::size_t i = 0; i < one.gainers.size(); ++i)
    RC_ASSERT(one.gainers[i].member == other.gainers[i].member);
}

TEST(Nights, are_due_from_three_on_by_the_clubs_clock) {
  const Club club = english_club();
  const rules::Instant midnight = templates::start_of_local_day(kFirst, club.time_zone);
  EXPECT_FALSE(night_due(club, midnight + 3h - 1us));
  EXPECT_EQ(night_due(club, midnight + 3h), day_of(club, kFirst));
  EXPECT_EQ(night_due(club, midnight + 24h - 1us), day_of(club, kFirst)) << "whoever was away";
  EXPECT_FALSE(night_due(club, midnight + 24h));
}

}  // namespace
}  // namespace peyk::tests::handlers_replay_test
