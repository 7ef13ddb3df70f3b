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

// She is in all of them. What she told of herself, or what the club calls her, no name of a segment tells.
TEST(Anonymous, segments_are_told_unless_they_say_who_she_is) {
  const auto asks = [](Measure measure) {
    return rules::Condition{.measure = measure, .ranges = {{.from = 0}}};
  };
  const auto is_one_of = [](rules::WordSet set, bool negated = false) {
    return rules::Condition{
        .set = set, .words = {rules::word_id("shiraz")}, .word_names = {"shiraz"}, .negated = negated};
  };
  struct Asked {
    std::string name;
    rules::Condition condition;
    bool told;
  };
  const std::vector<Asked> all = {{"from-shiraz", is_one_of(rules::WordSet::city), false},
                                  {"called-so", is_one_of(rules::WordSet::tag), false},
                                  {"of-age", asks(Measure::age_years), false},
                                  {"women-and-men", asks(Measure::gender), false},
                                  {"birthday-soon", asks(Measure::days_to_birthday), false},
                                  {"told-all", asks(Measure::profile_complete), false},
                                  {"visits", asks(Measure::visits), true},
                                  {"spends", asks(Measure::spent), true},
                                  {"stays-away", asks(Measure::days_away), true},
                                  {"stands", asks(Measure::tier), true},
                                  {"scored", asks(Measure::score_monetary), true}};
  Club club = english_club();
  rules::Measures measures;
  measures.add(rules::WordSet::city, rules::word_id("shiraz"));
  measures.add(rules::WordSet::tag, rules::word_id("shiraz"));
  std::vector<std::string> told;
  for (const Asked& one : all) {
    if (one.condition.words.empty()) measures.set(one.condition.measure, 1);
    club.programme.segments.push_back({.name = one.name, .when = {one.condition}});
    if (one.told) told.push_back(one.name);
  }
  // Beside what tells nothing of her, too, and what she is not called.
  club.programme.segments.push_back(
      {.name = "visits-from-shiraz", .when = {asks(Measure::visits), is_one_of(rules::WordSet::city)}});
  club.programme.segments.push_back(
      {.name = "not-called-ray",
       .when = {{.set = rules::WordSet::tag, .words = {rules::word_id("ray")}, .negated = true}}});
  ASSERT_EQ(rules::segments_of(club.programme.segments, measures),
            (rules::SegmentMask{1} << club.programme.segments.size()) - 1);
  EXPECT_EQ(anonymous(club, {}, {.purchases = 1, .visits = 1}, measures).segments, told);
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
