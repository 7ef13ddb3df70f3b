// Each condition at its edges, a "no" beside each "yes"; and what is wrong with a list of them by itself.
#include "handlers/rules/conditions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "handlers/rules/ranges.hpp"

namespace peyk::tests::rules_conditions_test {
namespace {

using namespace rules;
using enum Measure;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min() + 1;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Condition in(Measure measure, std::vector<Range> ranges, std::uint32_t every = 0, bool negated = false) {
  return {.measure = measure, .ranges = std::move(ranges), .every = every, .negated = negated};
}
Condition words(WordSet set, const std::vector<std::string>& names, bool negated = false) {
  Condition condition{.set = set, .word_names = names, .negated = negated};
  for (const std::string& name : names) condition.words.push_back(word_id(name));
  return condition;
}

struct Row {
  const char* what;
  Condition condition;
  std::vector<std::int64_t> yes, no;
};

TEST(Conditions, hold_at_their_edges_and_not_beyond) {
  const std::vector<Row> rows = {
      {"more than 5 visits", in(visits, {{.from = 6}}), {6, 7, kMost}, {5, 1}},
      {"every 5th visit", in(visits, {}, 5), {5, 10, 1'000'000}, {0, 1, 4, 6}},
      {"every 5th visit up to the 20th", in(visits, {{.to = 20}}, 5), {5, 20}, {21, 25, 19}},
      {"not the first three", in(visits, {{1, 3}}, 0, true), {4, 100}, {1, 3}},
      {"not every 5th", in(visits, {}, 5, true), {0, 1, 4, 6}, {5, 10}},
      {"either of two ranges", in(visits, {{1, 1}, {10, 12}}), {1, 10, 12}, {2, 9, 13}},
      {"visits of the branch", in(branch_visits, {{2, 2}}), {2}, {1, 3}},
      {"purchases", in(purchases, {{2, 3}}), {2, 3}, {1, 4}},
      {"spent", in(spent, {{.from = 1'000'000}}), {1'000'000}, {999'999}},
      {"a month away", in(days_away, {{30, 59}}), {30, 59}, {29, 60}},
      {"half as long again as usual", in(away_percent, {{.from = 150}}), {150}, {149}},
      {"a year since the first visit", in(length_days, {{.from = 365}}), {365}, {364}},
      {"seniority", in(member_days, {{.from = 730}}), {730}, {729}},
      {"score of length", in(score_length, {{4, 5}}), {4, 5}, {3}},
      {"score of recency", in(score_recency, {{1, 1}}), {1}, {2}},
      {"score of frequency", in(score_frequency, {{5, 5}}), {5}, {4}},
      {"score of money", in(score_monetary, {{2, 4}}), {2, 4}, {1, 5}},
      {"the top fifth", in(top_percent, {{.to = 20}}), {1, 20}, {21, 100}},
      {"smaller baskets", in(basket, {{1, 1}}), {1}, {2, 3}},
      {"tier", in(tier, {{.from = 2}}), {2, 3}, {0, 1}},
      {"points", in(points, {{.from = 100}}), {100}, {99, -1}},
      {"age", in(age_years, {{18, 25}}), {18, 25}, {17, 26}},
      {"woman", in(gender, {{1, 1}}), {1}, {2}},
      {"profile complete", in(profile_complete, {{1, 1}}), {1}, {0}},
      {"birthday week", in(days_to_birthday, {{0, 6}}), {0, 6}, {7, -1}},
      {"around her birthday", in(days_to_birthday, {{-3, 3}}), {-3, 0, 3}, {-4, 4, 183, -182}},
      {"dissatisfied", in(survey_score, {{1, 2}}), {1, 2}, {3}},
      {"no debt", in(credit, {{.from = 0}}), {0, 5}, {-1}},
      {"invited", in(referred, {{1, 1}}), {1}, {0}},
      {"large invoice", in(amount, {{.from = 500'000}}), {500'000}, {499'999}},
      {"branches", in(branch, {{12, 12}, {14, 14}}), {12, 14}, {13}},
      {"happy hour", in(minute, {{15 * 60, 17 * 60 - 1}}), {900, 1019}, {899, 1020}},
      {"over midnight", in(minute, {{22 * 60, 1439}, {0, 59}}), {1320, 1439, 0, 59}, {1319, 60}},
      {"weekend", in(weekday, {{5, 6}}), {5, 6}, {4, 0}},
      {"a week in November", in(date, {{20261121, 20261127}}), {20261121, 20261127}, {20261120, 20261128}},
      {"Azar", in(jalali_date, {{14050901, 14050930}}), {14050901, 14050930}, {14050830, 14051001}},
      {"Yalda", in(jalali_month_day, {{930, 930}}), {930}, {929, 1001}},
      {"Ramadan", in(hijri_month_day, {{901, 930}}), {901, 930}, {829, 1001}},
      {"new year", in(gregorian_month_day, {{101, 101}}), {101}, {102, 1231}},
      {"any known value", in(tier, {}), {0, kMost, kLeast}, {}},
      {"at least, without end", in(points, {{.from = kLeast}}), {kLeast, 0, kMost}, {}},
  };
  std::set<Measure> asked;
  for (const Row& row : rows) {
    asked.insert(row.condition.measure);
    for (const bool expected : {true, false}) {
      for (const std::int64_t value : expected ? row.yes : row.no) {
        Measures measures;
        measures.set(row.condition.measure, value);
        EXPECT_EQ(holds(row.condition, measures), expected) << row.what << ": " << value;
      }
    }
    EXPECT_FALSE(holds(row.condition, Measures{})) << row.what << ": what is not known fulfils nothing";
  }
  EXPECT_EQ(asked.size(), kMeasures) << "each measure has its row";
}

TEST(Conditions, on_words_hold_when_any_of_them_is_there) {
  Measures measures;
  measures.add(WordSet::tag, word_id("vip"));
  measures.add(WordSet::tag, word_id("office"));
  measures.add(WordSet::tag, word_id("vip"));
  measures.add(WordSet::item, word_id("bread"));
  EXPECT_TRUE(holds(words(WordSet::tag, {"vip"}), measures));
  EXPECT_TRUE(holds(words(WordSet::tag, {"student", "office"}), measures));
  EXPECT_FALSE(holds(words(WordSet::tag, {"student"}), measures));
  EXPECT_FALSE(holds(words(WordSet::tag, {"bread"}), measures)) << "of another set";
  EXPECT_TRUE(holds(words(WordSet::tag, {"student"}, true), measures));
  EXPECT_FALSE(holds(words(WordSet::tag, {"student", "vip"}, true), measures));
  EXPECT_FALSE(holds(words(WordSet::city, {"shiraz"}), measures));
  EXPECT_TRUE(holds(words(WordSet::city, {"shiraz"}, true), measures)) << "a set is empty, not unknown";
}

TEST(Conditions, of_a_list_must_all_hold) {
  Measures measures;
  measures.set(visits, 6);
  measures.set(weekday, 5);
  const std::vector<Condition> both = {in(visits, {{.from = 6}}), in(weekday, {{5, 6}})};
  EXPECT_TRUE(all_hold(both, measures));
  EXPECT_TRUE(all_hold({}, measures));
  measures.set(weekday, 4);
  EXPECT_FALSE(all_hold(both, measures));
}

TEST(Conditions, know_words_by_the_same_number_on_every_machine) {
  EXPECT_EQ(word_id(""), 0xcbf29ce484222325U);
  EXPECT_EQ(word_id("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(word_id("foobar"), 0x85944171f73967e8U);
}

TEST(Conditions, name_each_measure_and_set_once) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kMeasures; ++i) names.insert(name_of(static_cast<Measure>(i)));
  for (std::size_t i = 0; i < kWordSets; ++i) names.insert(name_of(static_cast<WordSet>(i)));
  EXPECT_EQ(names.size(), kMeasures + kWordSets);
  EXPECT_EQ(name_of(days_away), "days_away");
  EXPECT_EQ(name_of(gregorian_month_day), "gregorian_month_day");
  EXPECT_EQ(name_of(WordSet::occasion), "occasion");
}

struct Listed {
  const char* what;
  std::vector<Condition> conditions;
  const char* wrong;  // empty: nothing
};

TEST(Conditions, that_can_never_hold_are_pointed_out) {
  const std::vector<Listed> rows = {
      {"nothing asked", {}, ""},
      {"meet", {in(visits, {{1, 5}}), in(visits, {{5, 9}})}, ""},
      {"part", {in(visits, {{1, 3}}), in(visits, {{5, 9}})}, "visits: no number"},
      {"part, of several ranges",
       {in(visits, {{1, 3}, {10, 12}}), in(visits, {{5, 9}, {13, 20}})},
       "visits: no number"},
      {"one of several meets", {in(visits, {{1, 3}, {10, 12}}), in(visits, {{5, 10}})}, ""},
      {"of two measures", {in(visits, {{1, 3}}), in(branch_visits, {{5, 9}})}, ""},
      {"negated covers all", {in(weekday, {{0, 3}}, 0, true), in(weekday, {{4, 6}}, 0, true)}, "weekday: no"},
      {"negated leaves one", {in(weekday, {{0, 3}}, 0, true), in(weekday, {{5, 6}}, 0, true)}, ""},
      {"negated any", {in(tier, {}, 0, true)}, "tier: no number"},
      {"weekday 6", {in(weekday, {{6, 6}})}, ""},
      {"weekday 7", {in(weekday, {{0, 7}})}, "weekday: 7 is not from 0 to 6"},
      {"weekday -1", {in(weekday, {{-1, 3}})}, "weekday: -1"},
      {"score 6", {in(score_recency, {{4, 6}})}, "score_recency: 6 is not from 1 to 5"},
      {"score 0", {in(score_monetary, {{0, 2}})}, "score_monetary: 0"},
      {"minute 1440", {in(minute, {{1380, 1440}})}, "minute: 1440"},
      {"joined and never came", {in(visits, {{0, 0}})}, ""},
      {"visits -1", {in(visits, {{-1, 3}})}, "visits: -1 is not from 0 up"},
      {"every, of those who never came", {in(visits, {{0, 0}}, 5)}, "visits: no number"},
      {"month 13", {in(jalali_month_day, {{1301, 1301}})}, "jalali_month_day: 1301"},
      {"backwards", {in(minute, {{1320, 60}})}, "minute: nothing is from 1320 to 60"},
      {"open below", {in(weekday, {{.to = 3}})}, ""},
      {"open above", {in(weekday, {{.from = 3}})}, ""},
      {"every within", {in(visits, {{1, 5}}, 5)}, ""},
      {"every beyond", {in(visits, {{1, 4}}, 5)}, "visits: no number"},
      {"every beyond the measure", {in(score_length, {}, 6)}, "score_length: no number"},
      {"every of two", {in(visits, {{1, 20}}, 4), in(visits, {}, 6)}, ""},
      {"every of two beyond", {in(visits, {{1, 11}}, 4), in(visits, {}, 6)}, "visits: no number"},
      {"every enormous", {in(visits, {}, 4'294'967'295U), in(visits, {}, 4'294'967'291U)}, ""},
      {"not every", {in(visits, {}, 5, true)}, ""},
      {"word and not word",
       {words(WordSet::tag, {"vip"}), words(WordSet::tag, {"vip", "office"}, true)},
       "tag: what is asked for is refused"},
      {"one word left", {words(WordSet::tag, {"vip", "x"}), words(WordSet::tag, {"vip"}, true)}, ""},
      {"of another set", {words(WordSet::tag, {"vip"}), words(WordSet::segment, {"vip"}, true)}, ""},
  };
  for (const Listed& row : rows) {
    const std::vector<std::string> wrong = contradictions(row.conditions);
    if (*row.wrong == '\0')
      EXPECT_THAT(wrong, IsEmpty()) << row.what;
    else
      EXPECT_THAT(wrong, testing::ElementsAre(HasSubstr(row.wrong))) << row.what;
  }
}

Ranges any_ranges() {
  Ranges ranges;
  const int count = *rc::gen::inRange(0, 5);
  for (int i = 0; i < count; ++i) ranges.push_back({*rc::gen::inRange(-20, 20), *rc::gen::inRange(-20, 20)});
  return ranges;
}

// Against the sets themselves.
RC_GTEST_PROP(Ranges, are_the_sets_that_they_stand_for, ()) {
  const Ranges a = any_ranges(), b = any_ranges();
  const Ranges whole = {{-15, 15}};
  const auto every = *rc::gen::inRange<std::uint64_t>(1, 12);
  bool multiple = false;
  for (std::int64_t value = -25; value <= 25; ++value) {
    const bool in_a = contains(a, value), in_b = contains(b, value);
    RC_ASSERT(contains(united(a), value) == in_a);
    RC_ASSERT(contains(common(united(a), united(b)), value) == (in_a && in_b));
    RC_ASSERT(contains(without(whole[0], united(a)), value) == (contains(whole, value) && !in_a));
    multiple = multiple || (in_a && value % static_cast<std::int64_t>(every) == 0);
  }
  RC_ASSERT(have_multiple(united(a), every) == multiple);
}

TEST(Ranges, reach_to_both_ends_of_all_numbers) {
  EXPECT_EQ(united(std::vector<Range>{{0, kMost}, {kLeast, -1}}), (Ranges{{kLeast, kMost}}));
  EXPECT_THAT(without({kLeast, kMost}, {{kLeast, kMost}}), IsEmpty());
  EXPECT_EQ(without({kLeast, kMost}, {{0, 0}}), (Ranges{{kLeast, -1}, {1, kMost}}));
  EXPECT_TRUE(have_multiple({{kMost - 6, kMost}}, 7));
  EXPECT_FALSE(have_multiple({{1, 6}}, 7));
}

// What is found contradictory never holds, and what is not does for some number.
RC_GTEST_PROP(Conditions, contradict_each_other_only_if_no_number_fulfils_them, ()) {
  std::vector<Condition> conditions;
  const int count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) {
    const std::int64_t from = *rc::gen::inRange(-182, 184), to = *rc::gen::inRange<std::int64_t>(from, 184);
    const bool negated = *rc::gen::inRange(0, 3) == 0;
    conditions.push_back(
        in(days_to_birthday, {{from, to}}, negated ? 0 : *rc::gen::inRange(0U, 40U), negated));
  }
  bool any = false;
  for (std::int64_t value = -182; value <= 183; ++value) {
    Measures measures;
    measures.set(days_to_birthday, value);
    any = any || all_hold(conditions, measures);
  }
  RC_ASSERT(contradictions(conditions).empty() == any);
}

}  // namespace
}  // namespace peyk::tests::rules_conditions_test
