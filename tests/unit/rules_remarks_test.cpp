// What is no mistake and yet cannot be meant, each beside what is.
#include "handlers/rules/remarks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace peyk::tests::rules_remarks_test {
namespace {

using namespace rules;
using enum Measure;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Condition asked(Measure measure, std::vector<Range> ranges = {}, std::uint32_t every = 0,
                bool negated = false) {
  return {.measure = measure, .ranges = std::move(ranges), .every = every, .negated = negated};
}
Condition of_segment(std::string name, bool negated = false) {
  return {.set = WordSet::segment, .words = {word_id(name)}, .word_names = {name}, .negated = negated};
}

const std::vector<Segment> kSegmentsToAsk = {
    {.name = "all", .when = {asked(visits, {{.from = 0}})}},
    {.name = "empty"},
    {.name = "loyal", .when = {asked(visits, {{.from = 5}})}},
    {.name = "scored", .when = {asked(score_recency, {{1, 5}})}},
    {.name = "both", .when = {asked(spent, {{.from = 0}}), asked(days_away, {{.from = 0}})}},
};

TEST(Remarks, tell_conditions_that_always_hold) {
  struct Row {
    const char* what;
    Occasion on;
    Condition when;
    const char* remark;  // empty: none
  };
  const Row rows[] = {
      {"a visit", Occasion::purchase, asked(visits, {{.from = 1}}), "visits: this always holds"},
      {"two visits", Occasion::purchase, asked(visits, {{.from = 2}}), ""},
      {"any number of visits", Occasion::purchase, asked(visits), "visits: this"},
      {"each visit", Occasion::purchase, asked(visits, {}, 1), "visits: this"},
      {"each second visit", Occasion::purchase, asked(visits, {}, 2), ""},
      {"in two pieces", Occasion::purchase, asked(visits, {{1, 5}, {.from = 6}}), "visits: this"},
      {"with a gap", Occasion::purchase, asked(visits, {{1, 5}, {.from = 7}}), ""},
      {"not none", Occasion::purchase, asked(visits, {{0, 0}}, 0, true), "visits: this"},
      {"not the first", Occasion::purchase, asked(visits, {{1, 1}}, 0, true), ""},
      {"a visit to the branch", Occasion::purchase, asked(branch_visits, {{.from = 1}}),
       "branch_visits: this"},
      {"any amount", Occasion::purchase, asked(amount, {{.from = 0}}), "amount: this"},
      {"some amount", Occasion::purchase, asked(amount, {{.from = 1}}), ""},
      {"any spending", Occasion::purchase, asked(spent, {{.from = 0}}), "spent: this"},
      {"the whole week", Occasion::purchase, asked(weekday, {{0, 6}}), "weekday: this"},
      {"six days", Occasion::purchase, asked(weekday, {{0, 5}}), ""},
      {"the whole day", Occasion::purchase, asked(minute, {{0, 1439}}), "minute: this"},
      {"any tier or none", Occasion::purchase, asked(tier, {{.from = 0}}), "tier: this"},
      {"any tier", Occasion::purchase, asked(tier, {{.from = 1}}), ""},
      {"away at all: she has bought before", Occasion::purchase, asked(days_away, {{.from = 0}}), ""},
      {"any score: she has one", Occasion::purchase, asked(score_recency, {{1, 5}}), ""},
      {"any answer", Occasion::purchase, asked(survey_score), ""},
      {"a member: strangers are quoted too", Occasion::purchase, asked(member_days, {{.from = 0}}), ""},
      {"a member of whom an occasion is", Occasion::birthday, asked(member_days, {{.from = 0}}),
       "member_days: this"},
      {"no visit needed", Occasion::birthday, asked(visits, {{.from = 0}}), "visits: this"},
      {"who ever came", Occasion::birthday, asked(visits, {{.from = 1}}), ""},
      {"who ever came and stays away", Occasion::away, asked(visits, {{.from = 1}}), "visits: this"},
      {"her birthday", Occasion::birthday, asked(days_to_birthday, {{0, 0}}), "days_to_birthday: this"},
      {"her birthday, joining", Occasion::join, asked(days_to_birthday, {{0, 0}}), ""},
      {"a day away", Occasion::away, asked(days_away, {{.from = 1}}), "days_away: this"},
      {"two days away", Occasion::away, asked(days_away, {{.from = 2}}), ""},
      {"a whole profile", Occasion::profile, asked(profile_complete, {{1, 1}}), "profile_complete: this"},
      {"a whole profile, on a purchase", Occasion::purchase, asked(profile_complete, {{1, 1}}), ""},
      {"everybody", Occasion::purchase, of_segment("all"), "may be left out"},
      {"everybody by no condition", Occasion::purchase, of_segment("empty"), "may be left out"},
      {"nobody", Occasion::purchase, of_segment("all", true), "never holds"},
      {"some", Occasion::purchase, of_segment("loyal"), ""},
      {"all but some", Occasion::purchase, of_segment("loyal", true), ""},
      {"who has scores", Occasion::purchase, of_segment("scored"), ""},
      {"who came before", Occasion::purchase, of_segment("both"), ""},
  };
  for (const Row& row : rows) {
    const Offer offer{.name = "o", .on = row.on, .when = {row.when}, .then = {{EffectKind::credit, 5}}};
    const std::vector<std::string> all = remarks(offer, kSegmentsToAsk);
    if (*row.remark == '\0')
      EXPECT_THAT(all, IsEmpty()) << row.what;
    else
      EXPECT_THAT(all, ElementsAre(HasSubstr(row.remark))) << row.what;
  }
}

TEST(Remarks, tell_a_segment_of_all_members) {
  EXPECT_THAT(remarks(kSegmentsToAsk[0]), ElementsAre(HasSubstr("every member")));
  EXPECT_THAT(remarks(kSegmentsToAsk[2]), IsEmpty());
  for (const char* business : {"restaurant", "grocery", "beauty", "clothing"}) {
    for (const Segment& segment : usual_segments(business))
      EXPECT_THAT(remarks(segment), IsEmpty()) << segment.name;
  }
}

Offer best(std::string name, OfferEffect then, std::vector<Condition> when = {}) {
  return {.name = std::move(name),
          .when = std::move(when),
          .then = {std::move(then)},
          .stacking = Stacking::best};
}
template <typename Change>
Offer but(Offer offer, Change change) {
  change(offer);
  return offer;
}

TEST(Remarks, tell_an_offer_that_another_one_always_beats) {
  const Condition five_visits = asked(visits, {{.from = 5}}), large = asked(amount, {{.from = 500'000}});
  const Offer weak = best("weak", {EffectKind::credit_percent, 300}, {five_visits, large});
  struct Row {
    const char* what;
    Offer other;
    bool shadowed;
  };
  const Row rows[] = {
      {"more for the same", best("z", {EffectKind::credit_percent, 500}, {five_visits, large}), true},
      {"more for less", best("z", {EffectKind::credit_percent, 500}, {large}), true},
      {"more for nothing", best("z", {EffectKind::credit_percent, 500}), true},
      {"as much, and first", best("a", {EffectKind::credit_percent, 300}), true},
      {"as much, and behind", best("z", {EffectKind::credit_percent, 300}), false},
      {"as much, and first by priority",
       but(best("z", {EffectKind::credit_percent, 300}), [](Offer& o) { o.priority = 1; }), true},
      {"less", best("a", {EffectKind::credit_percent, 200}), false},
      {"more for another thing", best("z", {EffectKind::credit_percent, 500}, {asked(tier, {{.from = 1}})}),
       false},
      {"more for a like thing", best("z", {EffectKind::credit_percent, 500}, {asked(visits, {{.from = 6}})}),
       false},
      {"in another way", best("z", {EffectKind::percent_off, 500}), false},
      {"beside all others",
       but(best("z", {EffectKind::credit_percent, 500}), [](Offer& o) { o.stacking = Stacking::all; }),
       false},
      {"with a budget", but(best("z", {EffectKind::credit_percent, 500}), [](Offer& o) { o.budget = 5; }),
       false},
      {"a few times", but(best("z", {EffectKind::credit_percent, 500}), [](Offer& o) { o.per_member = 5; }),
       false},
      {"once a day",
       but(best("z", {EffectKind::credit_percent, 500}), [](Offer& o) { o.per_member_day = 1; }), false},
      {"up to so much", best("z", {.kind = EffectKind::credit_percent, .value = 500, .day_max = 5}), false},
      {"until it ends",
       but(best("z", {EffectKind::credit_percent, 500}),
           [](Offer& o) { o.until = Instant{std::chrono::hours{5}}; }),
       false},
      {"from a day on",
       but(best("z", {EffectKind::credit_percent, 500}),
           [](Offer& o) { o.from = Instant{std::chrono::hours{5}}; }),
       false},
      {"with another effect",
       but(best("z", {EffectKind::credit_percent, 500}),
           [](Offer& o) {
             o.then.push_back({EffectKind::points, 5});
           }),
       false},
  };
  for (const Row& row : rows) {
    const std::vector<Offer> offers = {weak, row.other};
    EXPECT_EQ(shadow_of(0, offers).has_value(), row.shadowed) << row.what;
    EXPECT_FALSE(row.shadowed && shadow_of(1, offers)) << row.what << ": not both";
  }
  const Offer beside = but(weak, [](Offer& o) { o.stacking = Stacking::all; });
  EXPECT_FALSE(shadow_of(0, std::vector<Offer>{beside, rows[0].other})) << "it fires beside the best";
}

Offer point(std::size_t number, std::vector<Condition> when = {}) {
  return {.name = "o" + std::to_string(1000 + number),
          .when = std::move(when),
          .then = {{EffectKind::points, 1}}};
}

TEST(Remarks, tell_a_crowd_of_which_some_have_no_place) {
  std::vector<Offer> offers;
  for (std::size_t i = 0; i < kGivenMax; ++i) offers.push_back(point(i));
  EXPECT_THAT(crowds(offers), IsEmpty());
  offers.push_back(point(kGivenMax));
  ASSERT_EQ(crowds(offers).size(), 1U);
  EXPECT_EQ(crowds(offers)[0].place, kGivenMax);
  EXPECT_EQ(crowds(offers)[0].things, kGivenMax + 1);
  struct Row {
    const char* what;
    Offer last;
    bool crowd;
  };
  const Offer last = offers.back();
  const Row rows[] = {
      {"on a condition", point(99, {asked(visits, {{.from = 5}})}), true},
      {"the best", but(last, [](Offer& o) { o.stacking = Stacking::best; }), false},
      {"on another occasion", but(last, [](Offer& o) { o.on = Occasion::birthday; }), false},
      {"when they are over", but(last, [](Offer& o) { o.from = Instant{std::chrono::hours{5}}; }), false},
      {"before they are over", but(last, [](Offer& o) { o.from = Instant{std::chrono::hours{4}}; }), true},
  };
  for (std::size_t i = 0; i < kGivenMax; ++i) offers[i].until = Instant{std::chrono::hours{5}};
  for (const Row& row : rows) {
    offers.back() = row.last;
    EXPECT_EQ(!crowds(offers).empty(), row.crowd) << row.what;
  }
}

TEST(Remarks, know_a_crowd_from_offers_that_never_come_together) {
  std::vector<Offer> offers{point(0), point(1)};
  for (std::int64_t number = 1; number <= 40; ++number) {
    for (std::size_t i = 0; i < 3; ++i)
      offers.push_back(point(offers.size(), {asked(branch, {{number, number}})}));
  }
  EXPECT_THAT(crowds(offers), IsEmpty()) << "three of a branch, and two of all";
  for (std::size_t i = 0; i < 46; ++i) offers.push_back(point(offers.size(), {asked(branch, {{7, 7}})}));
  ASSERT_EQ(crowds(offers).size(), 1U);
  EXPECT_EQ(crowds(offers)[0].things, 51U);
  const auto city = [](const char* name) {
    return Condition{.set = WordSet::city, .words = {word_id(name)}, .word_names = {name}};
  };
  offers.clear();
  for (std::size_t i = 0; i < 51; ++i) offers.push_back(point(i, {city(i == 0 ? "Yazd" : "Shiraz")}));
  EXPECT_THAT(crowds(offers), IsEmpty());
  offers[0].when = {city("Shiraz")};
  EXPECT_EQ(crowds(offers).size(), 1U);
}

}  // namespace
}  // namespace peyk::tests::rules_remarks_test
