// Typical members fall where one expects, in each line of business.
#include "handlers/rules/segments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace peyk::tests::rules_segments_test {
namespace {

using namespace rules;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Names = std::vector<std::string>;

const Names kBusinesses = {"restaurant", "grocery", "beauty", "clothing"};

struct Rfm {
  std::int64_t recency = 0, frequency = 0, monetary = 0;  // all 0: not known
};

struct Typical {
  const char* who;
  std::string_view business;
  std::int64_t visits, away;
  Rfm scores;
  std::int64_t survey;  // 0: none
  Names segments;
};

Measures of(const Typical& member) {
  Measures measures;
  measures.set(Measure::visits, member.visits);
  measures.set(Measure::days_away, member.away);
  if (member.scores.recency != 0) {
    measures.set(Measure::score_recency, member.scores.recency);
    measures.set(Measure::score_frequency, member.scores.frequency);
    measures.set(Measure::score_monetary, member.scores.monetary);
  }
  if (member.survey != 0) measures.set(Measure::survey_score, member.survey);
  return measures;
}

Names names_of(std::string_view business, const Measures& measures) {
  const auto segments = usual_segments(business);
  const SegmentMask mask = segments_of(segments, measures);
  Names names;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if ((mask >> i & 1) != 0) names.push_back(segments[i].name);
  }
  std::ranges::sort(names);
  return names;
}

TEST(UsualSegments, hold_whom_one_expects) {
  const std::vector<Typical> rows = {
      {"came once today", "restaurant", 1, 0, {}, 0, {"new"}},
      {"came once, five weeks ago", "restaurant", 1, 35, {}, 0, {"new"}},
      {"came once, in spring", "restaurant", 1, 60, {}, 0, {"sleeping"}},
      {"came once, long ago", "restaurant", 1, 120, {}, 0, {"lost"}},
      {"second lunch", "restaurant", 2, 29, {}, 0, {"promising"}},
      {"fourth lunch", "restaurant", 4, 10, {}, 0, {"promising"}},
      {"lunches every week", "restaurant", 5, 7, {}, 0, {"loyal"}},
      {"the regular who stays away", "restaurant", 40, 30, {5, 5, 3}, 0, {"at-risk"}},
      {"gone since two months", "restaurant", 40, 119, {2, 5, 3}, 0, {"sleeping"}},
      {"the best", "restaurant", 40, 2, {5, 5, 4}, 0, {"champion", "loyal"}},
      {"the best, who pays most", "restaurant", 40, 2, {4, 4, 5}, 0, {"big-spender", "champion", "loyal"}},
      {"often and little", "restaurant", 40, 2, {5, 5, 3}, 0, {"loyal"}},
      {"a wedding party", "restaurant", 1, 3, {5, 1, 5}, 0, {"big-spender", "new"}},
      {"a wedding party of old", "restaurant", 1, 200, {1, 1, 5}, 0, {"lost"}},
      {"was angry", "restaurant", 6, 3, {}, 2, {"dissatisfied", "loyal"}},
      {"was content", "restaurant", 6, 3, {}, 3, {"loyal"}},
      {"daily bread", "grocery", 30, 1, {5, 5, 2}, 0, {"loyal"}},
      {"a week of shopping", "grocery", 7, 13, {}, 0, {"promising"}},
      {"elsewhere since a fortnight", "grocery", 30, 14, {}, 0, {"at-risk"}},
      {"elsewhere since a month", "grocery", 30, 30, {}, 0, {"sleeping"}},
      {"moved away", "grocery", 30, 60, {}, 0, {"lost"}},
      {"a hairdo a month", "beauty", 4, 31, {}, 0, {"loyal"}},
      {"hair grows", "beauty", 4, 45, {}, 0, {"at-risk"}},
      {"three months", "beauty", 4, 90, {}, 0, {"sleeping"}},
      {"half a year", "beauty", 4, 180, {}, 0, {"lost"}},
      {"a coat a season", "clothing", 3, 89, {}, 0, {"loyal"}},
      {"a season missed", "clothing", 3, 90, {}, 0, {"at-risk"}},
      {"two seasons missed", "clothing", 3, 364, {}, 0, {"sleeping"}},
      {"a year", "clothing", 3, 365, {}, 0, {"lost"}},
  };
  for (const Typical& row : rows)
    EXPECT_EQ(names_of(row.business, of(row)), row.segments) << row.who << ", " << row.business;
}

TEST(UsualSegments, hold_nobody_who_never_bought) {
  Measures member;  // as of one who joined and has not come yet
  for (const Measure counted : {Measure::visits, Measure::purchases, Measure::spent, Measure::member_days})
    member.set(counted, 0);
  for (const std::string& business : kBusinesses) {
    EXPECT_THAT(names_of(business, {}), IsEmpty()) << business;
    EXPECT_THAT(names_of(business, member), IsEmpty()) << business;
  }
}

RC_GTEST_PROP(UsualSegments, hold_each_who_bought_in_exactly_one_stage, ()) {
  const std::string business = *rc::gen::elementOf(kBusinesses);
  const Typical member{"anybody",
                       business,
                       *rc::gen::inRange(1, 50),
                       *rc::gen::inRange(0, 800),
                       {*rc::gen::inRange(0, 6), *rc::gen::inRange(1, 6), *rc::gen::inRange(1, 6)},
                       *rc::gen::inRange(0, 6),
                       {}};
  Names names = names_of(business, of(member));
  const bool champion = std::erase(names, "champion") > 0;
  std::erase(names, "big-spender");
  std::erase(names, "dissatisfied");
  RC_ASSERT(names.size() == 1U);
  if (champion) RC_ASSERT(names[0] == "loyal");
}

TEST(UsualSegments, have_names_of_their_own_and_no_contradictions) {
  for (const std::string& business : kBusinesses) {
    Names names;
    for (const Segment& segment : usual_segments(business)) {
      EXPECT_THAT(contradictions(segment), IsEmpty()) << business << " " << segment.name;
      EXPECT_TRUE(segment.title.empty()) << "people's words are in the catalogue";
      names.push_back(segment.name);
    }
    EXPECT_THAT(names, ElementsAre("new", "promising", "loyal", "champion", "big-spender", "at-risk",
                                   "sleeping", "lost", "dissatisfied"));
  }
  EXPECT_TRUE(usual_segments("bank").empty());
}

TEST(Segments, are_bits_of_a_mask_and_no_more_than_it_has) {
  std::vector<Segment> segments(kSegmentsMax, Segment{.name = "never", .when = {{.measure = Measure::tier}}});
  segments.back() = Segment{.name = "everybody"};
  EXPECT_EQ(segments_of(segments, {}), SegmentMask{1} << 63);
  EXPECT_EQ(segments_of({}, {}), 0U);
  segments.emplace_back();
  EXPECT_THROW(segments_of(segments, {}), std::length_error);
}

TEST(Segments, do_not_stand_on_each_other) {
  Segment segment{.name = "x",
                  .when = {{.set = WordSet::segment, .words = {word_id("new")}, .word_names = {"new"}}}};
  EXPECT_THAT(contradictions(segment), ElementsAre(HasSubstr("do not stand on each other")));
  segment.when[0].set = WordSet::tag;
  EXPECT_THAT(contradictions(segment), IsEmpty());
}

}  // namespace
}  // namespace peyk::tests::rules_segments_test
