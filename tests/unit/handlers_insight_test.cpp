// What a club's purchases tell of it: the figures at their edges, and the one text of them.
#include "handlers/insights.hpp"

#include <gmock/gmock.h>

#include "templates/alphabet.hpp"
#include "templates/dates.hpp"
#include "tests/kit/club_talk.hpp"

namespace peyk::tests::handlers_insight_test {
namespace {

using namespace handlers;
using testing::EndsWith;
using testing::HasSubstr;

TEST(Insight, compares_baskets_of_which_there_are_any) {
  EXPECT_EQ(mean_basket(1'000, 3), 333);
  EXPECT_EQ(mean_basket(0, 0), std::nullopt);
  EXPECT_EQ(basket_change({.purchases = 2, .purchases_before = 1, .sold = 300, .sold_before = 100}), 50);
  EXPECT_EQ(basket_change({.purchases = 1, .purchases_before = 2, .sold = 25, .sold_before = 100}), -50);
  EXPECT_EQ(basket_change({.purchases = 1, .purchases_before = 1, .sold = 100, .sold_before = 100}), 0);
  EXPECT_EQ(basket_change({.purchases = 1, .sold = 100}), std::nullopt) << "nothing before";
  EXPECT_EQ(basket_change({.purchases_before = 1, .sold_before = 100}), std::nullopt) << "nothing now";
}

TEST(Insight, tells_the_share_of_the_top_however_much_a_club_sells) {
  EXPECT_EQ(top_share({.by_members = 1'000, .by_top = 649}), 64);
  EXPECT_EQ(top_share({.by_members = 1'000, .by_top = 1'000}), 100);
  EXPECT_EQ(top_share({}), std::nullopt);
  EXPECT_EQ(top_share({.by_members = INT64_MAX, .by_top = INT64_MAX / 2}), 50);
}

TEST(Insight, parts_the_day_at_its_hours) {
  using enum DayPart;
  const std::vector<std::pair<unsigned, DayPart>> edges = {
      {0, night}, {4, night},      {5, morning},    {10, morning}, {11, noon},
      {13, noon}, {14, afternoon}, {17, afternoon}, {18, evening}, {23, evening}};
  for (const auto& [hour, part] : edges) EXPECT_EQ(part_of_day(hour), part) << hour;
  EXPECT_EQ(name_of(evening), "evening");
}

// A club of its own for each test.
class InsightTalk : public ClubTalk {
 public:
  explicit InsightTalk(const Club& club) : ClubTalk(std::vector<Club>{club}) {}
  void TestBody() override {}
  using ClubTalk::effects;
  using ClubTalk::vanak;
};

Club reckoned(bool manager) {
  Club club = english_club();
  for (Cashier& one : club.cashiers) one.manager = manager;
  club.programme.insight =
      Insight{.until = templates::instant_of(std::chrono::sys_days{std::chrono::year{2026} / 11 / 21},
                                             club.time_zone),
              .purchases = 10,
              .purchases_before = 10,
              .sold = 9'000'000,
              .sold_before = 10'000'000,
              .by_members = 100,
              .by_top = 80,
              .top = 20,
              .top_asleep = 3,
              .best = "bread",
              .best_count = 1};
  return club;
}

TEST(Insights, tell_a_manager_in_one_text) {
  InsightTalk talk{reckoned(true)};
  EXPECT_EQ(talk.vanak("INSIGHTS"),
            "نان و نمک, 30 days until 2026-11-20:\nBest seller: bread, 1 purchase\n"
            "Average purchase: 900,000 rials, 10% less than before\n"
            "Share of the top fifth of buyers: 80%\nOf your 20 best customers 3 stay away");
  EXPECT_LE(templates::part_count(talk.vanak("تحلیل"), templates::Alphabet::ucs2), 3U);
}

TEST(Insights, are_for_managers_and_come_with_the_night) {
  InsightTalk talk{reckoned(false)};
  EXPECT_EQ(talk.vanak("INSIGHTS"), "This command is for managers.");
  EXPECT_EQ(talk.effects, 0U);
  Club fresh = reckoned(true);
  fresh.programme.insight.reset();
  InsightTalk later{fresh};
  EXPECT_EQ(later.vanak("INSIGHTS"), "There are no figures yet: they are made each night.");
}

TEST(Insights, leave_out_what_is_not_known) {
  Club club = reckoned(true);
  club.programme.insight = Insight{.purchases = 1, .sold = 500'000};
  EXPECT_THAT(InsightTalk{club}.vanak("INSIGHTS"), EndsWith(":\nAverage purchase: 500,000 rials"));
  club.programme.insight = Insight{.purchases_before = 1, .sold_before = 1};
  EXPECT_THAT(InsightTalk{club}.vanak("INSIGHTS"), EndsWith(":\nNothing was bought."));
}

TEST(Insights, keep_within_a_text_in_persian_whatever_sells_best) {
  Club club = reckoned(true);
  club.language = Language::fa;
  std::string name;
  for (int i = 0; i < 64; ++i) name += "ن";
  club.programme.insight->best = name;
  for (const Language language : {Language::fa, Language::en}) {
    const auto lines =
        insight_lines(club, *club.programme.insight, language, templates::Catalogue::standard());
    EXPECT_EQ(lines.size(), 4U);
  }
  InsightTalk talk{club};
  const std::string text = talk.vanak("تحلیل");
  EXPECT_THAT(text, HasSubstr(name));
  EXPECT_LE(templates::part_count(text, templates::choose(text)), 3U) << text;
}

}  // namespace
}  // namespace peyk::tests::handlers_insight_test
