// When managers are told of the day before, and what they then read.
#include "handlers/digest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "templates/alphabet.hpp"
#include "templates/dates.hpp"

namespace peyk::tests::handlers_digest_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// 21 November 2026 in Tehran, from its midnight.
constexpr rules::Instant kToday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} - 3h - 30min;
constexpr rules::Instant kYesterday = kToday - 24h;
constexpr PhoneNumber kManager = 989121112244, kBuyer = 989120000101;

Club club_of(ClubId id, DigestWhen when = DigestWhen::odd) {
  Club club;
  club.id = id;
  club.name = "Bread and Salt";
  club.language = Language::en;
  club.money_display = MoneyDisplay::rial;
  club.branches = {{12, "Vanak"}, {14, "Tajrish"}};
  club.cashiers = {{.phone = 989121112233, .branch = 12}, {.phone = kManager, .branch = 14, .manager = true}};
  club.policy.digest.when = when;
  return club;
}

std::vector<rules::Instant> days_of(const Club& club, const std::set<DigestKey>& told, rules::Instant now) {
  const Directory directory({club});
  std::vector<rules::Instant> days;
  for (const DigestDay& day : untold_days(directory, told, now)) {
    EXPECT_EQ(day.until, templates::end_of_local_day(day.from, club.time_zone, 0));
    days.push_back(day.from);
  }
  return days;
}

TEST(Digest, is_of_yesterday_from_the_clubs_own_hour_on) {
  Club club = club_of(1);
  EXPECT_THAT(days_of(club, {}, kToday + 9h - 1s), IsEmpty());
  EXPECT_THAT(days_of(club, {}, kToday + 9h), ElementsAre(kYesterday));
  EXPECT_THAT(days_of(club, {}, kToday + 23h), ElementsAre(kYesterday));
  EXPECT_THAT(days_of(club, {{1, kYesterday}}, kToday + 9h), IsEmpty()) << "once";
  EXPECT_THAT(days_of(club, {{2, kYesterday}}, kToday + 9h), ElementsAre(kYesterday)) << "another's";
  club.policy.digest.hour = 7;
  EXPECT_THAT(days_of(club, {}, kToday + 7h), ElementsAre(kYesterday));
  club.time_zone = "America/New_York";
  EXPECT_THAT(days_of(club, {}, kToday + 9h), Not(ElementsAre(kYesterday)));
  EXPECT_THAT(days_of(club_of(1, DigestWhen::never), {}, kToday + 9h), IsEmpty());
}

TEST(Digest, of_days_that_were_missed_is_caught_up_with_but_not_of_all_the_past) {
  const Club club = club_of(1);
  const std::set<DigestKey> told = {{1, kYesterday - 24h * 4}};
  EXPECT_THAT(days_of(club, told, kToday + 9h), ElementsAre(kYesterday - 48h, kYesterday - 24h, kYesterday));
  EXPECT_THAT(days_of(club, told, kToday + 3h), ElementsAre(kYesterday - 48h, kYesterday - 24h));
  EXPECT_THAT(days_of(club, {{1, kYesterday - 24h}, {1, kYesterday}}, kToday + 9h), IsEmpty())
      << "nothing of the time before the club's first";
  EXPECT_THAT(days_of(club, {{1, kYesterday - 24h * 30}}, kToday + 9h), ElementsAre(kYesterday))
      << "a club that was away for a month";
  EXPECT_THAT(days_of(club, {{1, kYesterday + 24h * 400}, {1, kYesterday}}, kToday + 9h), IsEmpty())
      << "a clock that was ahead for a while";
}

TEST(Digest, leaves_by_day) {
  const Club club = club_of(1);
  EXPECT_EQ(digest_time(club, kToday + 3h), kToday + 9h);
  EXPECT_EQ(digest_time(club, kToday + 9h), kToday + 9h);
  EXPECT_EQ(digest_time(club, kToday + 15h), kToday + 15h);
  EXPECT_EQ(digest_time(club, kToday + 20h), kToday + 33h);
}

std::vector<OutgoingText> digest_of(const Club& club, ClubDay facts) {
  return digest({.club = &club, .from = kYesterday, .until = kToday}, facts, templates::Catalogue::standard(),
                kToday + 9h);
}

TEST(Digest, names_who_where_how_often_and_how_much) {
  const std::vector<std::pair<OddThing, const char*>> all = {
      {{.what = Oddity::own_phone, .phone = 989121112233, .branch = 12, .count = 3, .amount = 900'000},
       "3 purchases on the phone of cashier 0912xxx2233: 900,000 rials, Vanak"},
      {{.what = Oddity::split, .phone = kBuyer, .branch = 14, .count = 4, .amount = 400'000},
       "4 purchases of 0912xxx0101 within 15 minutes: 400,000 rials, Tajrish"},
      {{.what = Oddity::refunds, .till = "till-12", .branch = 12, .count = 1, .amount = 700'000},
       "1 refund after the credit was spent, till till-12, Vanak: 700,000 rials"},
      {{.what = Oddity::parked, .till = "till-12", .branch = 12, .count = 2},
       "2 refunds without a purchase for three days, till till-12, Vanak"},
      {{.what = Oddity::voids, .phone = 989121112233, .branch = 12, .count = 3, .amount = 30'000},
       "3 redemptions undone by cashier 0912xxx2233, Vanak: 30,000 rials"},
      {{.what = Oddity::voids, .till = "till-12", .branch = 12, .count = 5, .amount = 30'000},
       "5 redemptions undone by till till-12, Vanak: 30,000 rials"},
      {{.what = Oddity::misses, .phone = 989121112233, .branch = 12, .count = 12},
       "12 wrong codes or PINs of cashier 0912xxx2233, Vanak"},
      {{.what = Oddity::misses, .till = "till-12", .branch = 12, .count = 12},
       "12 wrong codes of till till-12, Vanak"},
      {{.what = Oddity::purchases, .phone = kBuyer, .branch = 12, .branches = 2, .count = 6, .amount = 1},
       "6 purchases of 0912xxx0101 that day: 1 rial, 2 branches"},
      {{.what = Oddity::club_misses, .count = 60}, "60 wrong codes or PINs in all branches"},
      {{.what = Oddity::quiet, .phone = kBuyer, .branch = 12, .count = 31, .amount = 90'000'000},
       "0912xxx0101, one of your best customers (90,000,000 rials so far), has not come for 31 days"}};
  for (const auto& [odd, line] : all) {
    const auto texts = digest_of(club_of(1), {.odd = {odd}});
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_EQ(texts[0].text, "Bread and Salt, 2026-11-20:\n" + std::string(line));
    EXPECT_EQ(texts[0].to, kManager) << "and no cashier else";
    EXPECT_EQ(texts[0].lane, Lane::notice);
    EXPECT_EQ(texts[0].send_at, kToday + 9h);
    EXPECT_EQ(texts[0].valid_until, kToday + 33h);
  }
}

TEST(Digest, tells_on_saturdays_what_the_club_has_learnt_of_itself_if_it_wants_to_hear) {
  Club club = club_of(1);
  club.programme.insight = Insight{.purchases = 10,
                                   .purchases_before = 8,
                                   .sold = 12'000'000,
                                   .sold_before = 8'000'000,
                                   .by_members = 10'000'000,
                                   .by_top = 6'400'000,
                                   .top = 20,
                                   .top_asleep = 3,
                                   .best = "bread",
                                   .best_count = 7};
  const auto told = [&club](rules::Instant until) {
    return digest({.club = &club, .from = until - 24h, .until = until}, {}, templates::Catalogue::standard(),
                  until + 9h);
  };
  const rules::Instant saturday =
      templates::instant_of(std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}, club.time_zone);
  club.programme.insight->until = saturday;
  EXPECT_THAT(told(saturday), IsEmpty()) << "off";
  club.policy.digest.insights = true;
  ASSERT_EQ(told(saturday).size(), 1U);
  EXPECT_THAT(told(saturday)[0].text,
              testing::EndsWith(":\nBest seller: bread, 7 purchases\n"
                                "Average purchase: 1,200,000 rials, 20% more than before\n"
                                "Share of the top fifth of buyers: 64%\n"
                                "Of your 20 best customers 3 stay away"));
  EXPECT_THAT(told(saturday + 24h), IsEmpty()) << "once a week";
  club.language = Language::fa;
  ClubDay odd;
  for (PhoneNumber i = 0; i < 4; ++i)
    odd.odd.push_back(
        {.what = Oddity::purchases, .phone = kBuyer + i, .branch = 12, .count = 6, .amount = 90'000});
  const auto texts = digest({.club = &club, .from = saturday - 24h, .until = saturday}, odd,
                            templates::Catalogue::standard(), saturday + 9h);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_LE(templates::part_count(texts[0].text, templates::choose(texts[0].text)), kDigestPartsMax);
  club.policy.digest.insights = false;
  const auto plain = digest({.club = &club, .from = saturday - 24h, .until = saturday}, odd,
                            templates::Catalogue::standard(), saturday + 9h);
  const auto lines_of_odd = [](const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = text.find("0912xxx"); at != text.npos; at = text.find("0912xxx", at + 1)) ++count;
    return count;
  };
  EXPECT_EQ(lines_of_odd(texts[0].text), lines_of_odd(plain.at(0).text)) << "what is odd comes first";
  club.policy.digest.insights = true;
  club.programme.insight.reset();
  EXPECT_THAT(told(saturday), IsEmpty()) << "no night has reckoned it yet";
}

TEST(Digest, is_not_written_on_a_quiet_day_unless_the_club_wants_it) {
  EXPECT_THAT(digest_of(club_of(1), {}), IsEmpty());
  const Club club = club_of(1, DigestWhen::daily);
  const DayFigures figures{.sales = 7, .joined = 2, .sold = 900'000, .best = 14};
  const auto texts = digest_of(club, {.figures = figures});
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts[0].text,
              testing::EndsWith("\nSales: 7, 900,000 rials. New members: 2. Best branch: Tajrish"));
  EXPECT_THAT(digest_of(club, {})[0].text, HasSubstr("\nNo sales. New members: 0"));
  Club leaderless = club;
  leaderless.cashiers[1].manager = false;
  EXPECT_THAT(digest_of(leaderless, {.figures = figures}), IsEmpty());
}

TEST(Digest, is_in_the_language_that_its_manager_has_chosen) {
  const OddThing odd{.what = Oddity::club_misses, .count = 60};
  EXPECT_THAT(digest_of(club_of(1), {.odd = {odd}, .languages = {{kManager, Language::fa}}})[0].text,
              HasSubstr("۶۰ کد یا رمز نادرست در همه شعبه‌ها"));
  EXPECT_THAT(digest_of(club_of(1), {.odd = {odd}, .languages = {{kBuyer, Language::fa}}})[0].text,
              HasSubstr("60 wrong codes"));
}

TEST(Digest, does_not_say_twice_that_a_phone_bought_often) {
  const OddThing own{.what = Oddity::own_phone, .phone = kBuyer, .branch = 12, .count = 9};
  const OddThing often{.what = Oddity::purchases, .phone = kBuyer, .branch = 12, .count = 9};
  OddThing others = often;
  others.phone = 989120000777;
  const std::string text = digest_of(club_of(1), {.odd = {own, often, others}})[0].text;
  EXPECT_THAT(text, HasSubstr("purchases on the phone of cashier 0912xxx0101"));
  EXPECT_THAT(text, Not(HasSubstr("purchases of 0912xxx0101")));
  EXPECT_THAT(text, HasSubstr("purchases of 0912xxx0777"));
}

TEST(Digest, has_three_parts_at_most_the_worst_of_each_sort_first_and_counts_the_rest) {
  ClubDay facts;
  for (PhoneNumber i = 0; i < 40; ++i)
    facts.odd.push_back({.what = Oddity::own_phone,
                         .phone = 989120000101 + i,
                         .branch = 12,
                         .count = 99 - i,
                         .amount = 1'000});
  facts.odd.push_back({.what = Oddity::misses, .phone = kBuyer, .branch = 12, .count = 12});
  for (const Language language : {Language::fa, Language::en}) {
    Club club = club_of(1);
    club.language = language;
    const std::string text = digest_of(club, facts)[0].text;
    EXPECT_LE(templates::part_count(text, templates::choose(text)), kDigestPartsMax) << text;
    EXPECT_THAT(text, HasSubstr(language == Language::fa ? "۹۹ خرید با" : "99 purchases on")) << text;
    EXPECT_THAT(text,
                HasSubstr(language == Language::fa ? "نادرست صندوق‌دار" : "12 wrong codes"))
        << text;
    EXPECT_THAT(text, HasSubstr(language == Language::fa ? " مورد دیگر" : "\nand 3")) << text;
  }
}

}  // namespace
}  // namespace peyk::tests::handlers_digest_test
