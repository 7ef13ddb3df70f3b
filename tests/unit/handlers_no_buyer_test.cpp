// What is known of a member who has bought nothing, and by which rules she is in a segment.
#include "handlers/measures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "templates/fold.hpp"

namespace peyk::tests::handlers_no_buyer_test {
namespace {

using namespace handlers;
using rules::Condition;
using rules::Measure;
using rules::Measures;
using rules::Range;
using rules::WordSet;
using testing::ElementsAre;

const rules::Instant kWhenJudged =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{12};

Condition in(Measure measure, Range range, bool negated = false) {
  return {.measure = measure, .ranges = {range}, .negated = negated};
}
Condition of_word(WordSet set, const std::string& word) {
  return {.set = set, .words = {rules::word_id(templates::fold(word))}, .word_names = {word}};
}

// One of each thing that a segment may ask for, all of which give scores to whoever has bought.
Club club_of_segments() {
  Club club;
  club.id = 1;
  club.programme.bounds_given = rules::LrfmBounds{.length_days = {1, 2, 3, 4},
                                                  .days_away = {5, 10, 15, 20},
                                                  .visits = {2, 3, 4, 5},
                                                  .spent = {1, 2, 3, 4}};
  club.programme.tiers.tiers = {{.name = "gold", .title = "Gold", .from = 5}};
  club.programme.segments = {{.name = "shiraz", .when = {of_word(WordSet::city, "Shiraz")}},
                             {.name = "student", .when = {of_word(WordSet::tag, "student")}},
                             {.name = "gold", .when = {in(Measure::tier, {1, 1})}},
                             {.name = "unhappy", .when = {in(Measure::survey_score, {1, 2})}},
                             {.name = "told-all", .when = {in(Measure::profile_complete, {1, 1})}},
                             {.name = "not-told-all", .when = {in(Measure::profile_complete, {1, 1}, true)}},
                             {.name = "long-a-member", .when = {in(Measure::member_days, {.from = 30})}},
                             {.name = "never-bought", .when = {in(Measure::visits, {0, 0})}},
                             {.name = "bought-little", .when = {in(Measure::spent, {.to = 1'000'000})}},
                             {.name = "bought", .when = {in(Measure::visits, {.from = 1})}},
                             {.name = "away", .when = {in(Measure::days_away, {.from = 1})}},
                             {.name = "not-away", .when = {in(Measure::days_away, {.from = 1}, true)}},
                             {.name = "scored", .when = {in(Measure::score_monetary, {1, 5})}},
                             {.name = "not-best", .when = {in(Measure::score_monetary, {5, 5}, true)}},
                             {.name = "top", .when = {in(Measure::top_percent, {1, 100})}}};
  return club;
}

class MeasuresOfNoBuyer : public testing::Test {
 protected:
  std::vector<std::string> segments(const Profile* profile = nullptr) {
    const Measures measures = measures_of(club, &member, facts, kWhenJudged, profile);
    std::vector<std::string> names;
    for (const rules::Segment& one : club.programme.segments) {
      if (rules::all_hold(one.when, measures)) names.push_back(one.name);
    }
    return names;
  }

  Club club = club_of_segments();
  Facts facts;
  Member member{.id = 7, .club = 1, .phone = 989120000101, .joined_at = kWhenJudged - std::chrono::days{40}};
};

TEST_F(MeasuresOfNoBuyer, are_of_what_she_told_and_what_is_said_of_her) {
  Profile profile{.member = 7};
  profile.city = "Shiraz";
  facts.load(member);
  facts.load_tags(7, {"student"});
  facts.load(7, SurveyScore{.score = 1});
  facts.load(7, Rank{.points = 9, .standing = {.tier = 1}});
  EXPECT_THAT(segments(&profile), ElementsAre("shiraz", "student", "gold", "unhappy", "not-told-all",
                                              "long-a-member", "never-bought", "bought-little"));
}

TEST_F(MeasuresOfNoBuyer, have_no_visit_no_absence_and_no_score_whichever_way_it_is_asked) {
  facts.load(member);
  const std::vector<std::string> without_a_row = segments();
  EXPECT_THAT(without_a_row, ElementsAre("not-told-all", "long-a-member", "never-bought", "bought-little"));
  facts.load(7, kWholeClub, rules::Behaviour{});
  EXPECT_EQ(segments(), without_a_row) << "all of it was given back: a row of nothing";
}

// An occasion gives her an empty profile where an event gives her none.
TEST_F(MeasuresOfNoBuyer, say_the_same_of_a_profile_that_is_empty_and_of_none) {
  facts.load(member);
  const Profile empty;
  EXPECT_EQ(segments(&empty), segments());
}

TEST_F(MeasuresOfNoBuyer, know_nothing_of_a_strangers_profile) {
  const Measures quoted = measures_of(club, nullptr, facts, kWhenJudged);
  const Measures joining = measures_of(club, &member, facts, kWhenJudged);
  for (const Measures* one : {&quoted, &joining})
    EXPECT_EQ(one->of(Measure::profile_complete), Measures::kUnknown) << "a purchase that joins is as quoted";
}

}  // namespace
}  // namespace peyk::tests::handlers_no_buyer_test
