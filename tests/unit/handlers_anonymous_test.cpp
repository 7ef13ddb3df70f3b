// What analysts see of a customer leads nobody back to her.
#include "handlers/anonymous.hpp"

#include <gmock/gmock.h>

#include <set>

#include "gateway/pins.hpp"
#include "gateway/pseudonyms.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_anonymous_test {
namespace {

using namespace handlers;
using rules::Measure;

TEST(Anonymous, money_is_told_in_two_digits) {
  const std::vector<std::pair<rules::Amount, rules::Amount>> all = {
      {0, 0}, {7, 7}, {99, 99}, {100, 100}, {109, 100}, {1'284'500, 1'200'000}, {99'999, 99'000}};
  for (const auto& [amount, told] : all) EXPECT_EQ(in_two_digits(amount), told) << amount;
}

TEST(Anonymous, ages_are_told_in_bands) {
  const std::vector<std::pair<std::int64_t, std::string_view>> all = {
      {-1, ""},      {0, "0-17"},   {17, "0-17"},  {18, "18-24"}, {24, "18-24"}, {25, "25-34"},
      {35, "35-44"}, {54, "45-54"}, {64, "55-64"}, {65, "65+"},   {120, "65+"}};
  for (const auto& [age, band] : all) EXPECT_EQ(age_band(age), band) << age;
}

TEST(Anonymous, a_customer_is_told_by_how_she_buys_and_where_she_stands) {
  Club club = english_club();
  club.programme.segments = {
      {.name = "some", .when = {{.measure = Measure::visits, .ranges = {{.from = 2}}}}},
      {.name = "many", .when = {{.measure = Measure::visits, .ranges = {{.from = 9}}}}}};
  club.programme.tiers = {.by = rules::TierMeasure::spend, .tiers = {{"silver", "Silver", 1}}};
  rules::Measures measures;
  measures.set(Measure::visits, 3);
  measures.set(Measure::days_away, 20);
  measures.set(Measure::score_monetary, 5);
  measures.set(Measure::top_percent, 12);
  measures.set(Measure::basket, 1);
  measures.set(Measure::tier, 1);
  measures.set(Measure::age_years, 33);
  const rules::Behaviour behaviour{
      .purchases = 4, .visits = 3, .first_day = 100, .last_day = 130, .spent = 1'284'567};
  const AnonymousCustomer one = anonymous(club, {.name = "Sara", .city = " Tehran"}, behaviour, measures);
  EXPECT_EQ(one, (AnonymousCustomer{.visits = 3,
                                    .purchases = 4,
                                    .weeks_away = 2,
                                    .weeks_known = 4,
                                    .usual_gap_days = 15,
                                    .spent = 1'200'000,
                                    .mean_basket = 320'000,
                                    .basket = "falling",
                                    .scores = {.monetary = 5},
                                    .top_percent = 12,
                                    .segments = {"some"},
                                    .tier = "silver",
                                    .city = "tehran",
                                    .age_band = "25-34"}));
}

TEST(Anonymous, where_from_and_how_old_is_told_of_those_who_are_not_alone_with_it) {
  std::vector<AnonymousCustomer> customers(kAlikeMin, {.city = "tehran", .age_band = "25-34"});
  for (std::size_t i = 1; i < kAlikeMin; ++i) customers.push_back({.city = "ray", .age_band = "25-34"});
  hide_rare(customers);
  for (std::size_t i = 0; i < customers.size(); ++i) {
    EXPECT_EQ(customers[i].city, i < kAlikeMin ? "tehran" : "") << i;
    EXPECT_EQ(customers[i].age_band, i < kAlikeMin ? "25-34" : "") << i;
  }
}

TEST(Pseudonyms, are_of_one_use_alone) {
  gateway::initialise_sodium();
  const gateway::Pseudonyms one, other;
  EXPECT_EQ(one.of(7), one.of(7));
  EXPECT_EQ(one.of(7).size(), 32U);
  EXPECT_EQ(one.of(7).find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(one.of(7), other.of(7)) << "another key";
  std::set<std::string> all;
  for (std::uint64_t id = 0; id < 1000; ++id) all.insert(one.of(id));
  EXPECT_EQ(all.size(), 1000U);
}

}  // namespace
}  // namespace peyk::tests::handlers_anonymous_test
