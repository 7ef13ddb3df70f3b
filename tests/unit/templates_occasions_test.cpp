#include "templates/occasions.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace peyk::tests::templates_occasions_test {
namespace {

using namespace templates;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

year_month_day ymd(int year, unsigned month, unsigned day) {
  return std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
}

// The days of an occasion from one day on, as many as a year or so has.
std::vector<year_month_day> days_of(std::string_view id, year_month_day from, int shift_days = 0) {
  const Occasion* occasion = occasion_named(id);
  std::vector<year_month_day> found;
  for (int i = 0; occasion != nullptr && i < 365; ++i) {
    const year_month_day day{sys_days{from} + days{i}};
    if (is_on(*occasion, date_facts(day, shift_days))) found.push_back(day);
  }
  return found;
}
using Days = std::vector<year_month_day>;

TEST(HijriDates, are_those_of_the_arithmetic_calendar) {
  // Civil epoch (Friday 16 July 622 Julian), leap years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29 of thirty:
  // R. H. van Gent's tables of type IIc, which is what CLDR calls islamic-civil.
  EXPECT_EQ(to_hijri(ymd(2023, 7, 19)), (HijriDate{1445, 1, 1}));
  EXPECT_EQ(to_hijri(ymd(2023, 7, 18)), (HijriDate{1444, 12, 29}));
  EXPECT_EQ(to_hijri(ymd(2025, 3, 1)), (HijriDate{1446, 9, 1}));
  EXPECT_EQ(to_hijri(ymd(2025, 3, 31)), (HijriDate{1446, 10, 1}));
  EXPECT_EQ(to_hijri(ymd(2024, 7, 7)), (HijriDate{1445, 12, 30})) << "1445 is a leap year of the cycle";
  EXPECT_EQ(to_hijri(ymd(2024, 7, 8)), (HijriDate{1446, 1, 1}));
  EXPECT_EQ(to_hijri(ymd(1970, 1, 1)), (HijriDate{1389, 10, 22}));
}

TEST(HijriDates, may_be_shifted_as_the_moon_was_seen) {
  // Iran began Ramadan 1446 on 2 March 2025, a day behind.
  EXPECT_EQ(to_hijri(ymd(2025, 3, 2), -1), (HijriDate{1446, 9, 1}));
  EXPECT_EQ(to_hijri(ymd(2025, 3, 1), -1), (HijriDate{1446, 8, 29}));
  EXPECT_EQ(to_hijri(ymd(2025, 2, 27), 2), (HijriDate{1446, 9, 1}));
}

TEST(HijriDates, turn_at_local_midnight) {
  const Instant midnight = sys_days{ymd(2025, 2, 28)} + std::chrono::minutes{20 * 60 + 30};
  EXPECT_EQ(local_hijri_date(midnight, "Asia/Tehran"), (HijriDate{1446, 9, 1}));
  EXPECT_EQ(local_hijri_date(midnight - std::chrono::microseconds{1}, "Asia/Tehran"),
            (HijriDate{1446, 8, 29}));
  EXPECT_EQ(local_hijri_date(midnight, "Asia/Tehran", -1), (HijriDate{1446, 8, 29}));
}

RC_GTEST_PROP(HijriDates, follow_one_another, ()) {
  const auto day = sys_days{ymd(1950, 1, 1)} + days{*rc::gen::inRange(0, 50'000)};
  const HijriDate today = to_hijri(year_month_day{day}), next = to_hijri(year_month_day{day + days{1}});
  const bool same_month = next == HijriDate{today.year, today.month, today.day + 1};
  const bool next_month =
      next.day == 1 && today.day >= 29 && next.year * 12 + next.month == today.year * 12 + today.month + 1;
  RC_ASSERT(same_month || next_month);
  const int shift = *rc::gen::inRange(-2, 3);
  RC_ASSERT(to_hijri(year_month_day{day}, shift) == to_hijri(year_month_day{day + days{shift}}));
}

TEST(Birthdays, are_counted_from_the_nearest_one) {
  struct Row {
    JalaliDate born, today;
    int days;
  };
  for (const Row& row : {Row{{1370, 5, 12}, {1405, 5, 12}, 0}, Row{{1370, 5, 12}, {1405, 5, 11}, 1},
                         Row{{1370, 5, 12}, {1405, 5, 13}, -1}, Row{{1370, 5, 12}, {1403, 5, 13}, -1},
                         Row{{1370, 5, 12}, {1405, 5, 16}, -4}, Row{{1370, 5, 12}, {1403, 5, 16}, -4},
                         Row{{1370, 1, 1}, {1404, 12, 29}, 1}, Row{{1370, 1, 1}, {1403, 12, 29}, 2},
                         Row{{1370, 12, 29}, {1405, 1, 1}, -1}, Row{{1370, 12, 29}, {1404, 1, 1}, -2}}) {
    EXPECT_EQ(days_to_birthday(row.born, row.today), row.days)
        << row.today.year << '/' << row.today.month << '/' << row.today.day;
  }
}

TEST(Birthdays, of_30_esfand_are_on_the_29th_in_common_years) {
  const JalaliDate born{1375, 12, 30};
  for (const int leap : {1399, 1403, 1408}) {
    EXPECT_EQ(days_to_birthday(born, {leap, 12, 30}), 0) << leap;
    EXPECT_EQ(days_to_birthday(born, {leap, 12, 29}), 1) << leap;
    EXPECT_EQ(days_to_birthday(born, {leap + 1, 12, 29}), 0) << leap + 1;
    EXPECT_EQ(days_to_birthday(born, {leap + 1, 12, 28}), 1) << leap + 1;
    EXPECT_EQ(days_to_birthday(born, {leap + 1, 1, 1}), -1) << leap + 1;
    EXPECT_EQ(days_to_birthday(born, {leap + 2, 1, 1}), -1) << leap + 2;
  }
  EXPECT_EQ(days_to_birthday({1375, 12, 29}, {1403, 12, 30}), -1) << "no second one on the 30th";
}

RC_GTEST_PROP(Birthdays, come_once_a_year, ()) {
  const JalaliDate born =
      to_jalali(year_month_day{sys_days{ymd(1930, 1, 1)} + days{*rc::gen::inRange(0, 30'000)}});
  const auto first = sys_days{to_gregorian({*rc::gen::inRange(1395, 1420), 1, 1})};
  int birthdays = 0;
  const int year = to_jalali(year_month_day{first}).year;
  for (auto day = first; to_jalali(year_month_day{day}).year == year; day += days{1}) {
    const JalaliDate today = to_jalali(year_month_day{day});
    const int left = days_to_birthday(born, today);
    RC_ASSERT(left >= -182 && left <= 183);
    birthdays += left == 0 ? 1 : 0;
  }
  RC_ASSERT(birthdays == 1);
}

TEST(Ages, are_whole_years) {
  EXPECT_EQ(age_on({1370, 5, 12}, {1405, 5, 11}), 34);
  EXPECT_EQ(age_on({1370, 5, 12}, {1405, 5, 12}), 35);
  EXPECT_EQ(age_on({1375, 12, 30}, {1404, 12, 29}), 29) << "that is the birthday, in a common year";
  EXPECT_EQ(age_on({1406, 1, 1}, {1405, 1, 1}), -1);
}

TEST(DatesOfBirth, are_told_by_their_year) {
  EXPECT_EQ(parse_date("1370/05/12"), (JalaliDate{1370, 5, 12}));
  EXPECT_EQ(parse_date("۱۹۹۱-۰۸-۰۳"), (JalaliDate{1370, 5, 12}));
  EXPECT_EQ(parse_date("2000 2 29"), to_jalali(ymd(2000, 2, 29)));
  for (const auto* text : {"1999-02-29", "1700-01-01", "2100-01-01", "03/08/1991", "1991", ""})
    EXPECT_FALSE(parse_date(text)) << text;
  EXPECT_EQ(format_date_short(JalaliDate{1370, 5, 12}, Language::fa), "۱۳۷۰/۰۵/۱۲");
  EXPECT_EQ(format_date_short(JalaliDate{1370, 5, 12}, Language::en), "1991-08-03");
}

TEST(Occasions, have_ids_of_their_own_that_are_found) {
  std::set<std::string_view> ids;
  for (const Occasion& one : occasions()) {
    EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    EXPECT_EQ(one.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos) << one.id;
    EXPECT_LE(one.first, one.last) << one.id;
    EXPECT_EQ(occasion_named(one.id), &one);
  }
  EXPECT_EQ(occasion_named("nowrooz"), nullptr);
}

TEST(Occasions, of_the_solar_year_are_where_the_calendar_has_them) {
  const auto nowruz = days_of("nowruz", ymd(2025, 3, 1));
  ASSERT_EQ(nowruz.size(), 13U);
  EXPECT_EQ(nowruz.front(), ymd(2025, 3, 21));
  EXPECT_EQ(nowruz.back(), ymd(2025, 4, 2));
  EXPECT_EQ(days_of("sizdah_bedar", ymd(2025, 3, 1)), Days{ymd(2025, 4, 2)});
  EXPECT_EQ(days_of("yalda", ymd(2025, 6, 1)), Days{ymd(2025, 12, 21)});
  EXPECT_EQ(days_of("yalda", ymd(2024, 6, 1)), Days{ymd(2024, 12, 20)});
}

TEST(Occasions, chaharshanbe_suri_is_on_the_eve_of_the_last_wednesday_of_the_year) {
  for (const auto& [from, day] :
       {std::pair{ymd(2022, 6, 1), ymd(2023, 3, 14)},
        // Nowruz 1403 was a Wednesday itself: the last one before it was a week ago.
        std::pair{ymd(2023, 6, 1), ymd(2024, 3, 12)}, std::pair{ymd(2024, 6, 1), ymd(2025, 3, 18)},
        std::pair{ymd(2025, 6, 1), ymd(2026, 3, 17)}}) {
    EXPECT_EQ(days_of("chaharshanbe_suri", from), Days{day});
  }
}

TEST(Occasions, chaharshanbe_suri_comes_once_in_each_year) {
  for (int year = 1395; year < 1420; ++year) {
    const auto all = days_of("chaharshanbe_suri", to_gregorian({year, 1, 1}));
    ASSERT_EQ(all.size(), 1U) << year;
    EXPECT_EQ(std::chrono::weekday{sys_days{all[0]}}, std::chrono::Tuesday) << year;
  }
}

TEST(Occasions, of_the_lunar_year_move_and_follow_the_clubs_shift) {
  EXPECT_EQ(days_of("mothers_day", ymd(2024, 7, 8)), Days{ymd(2024, 12, 22)});
  EXPECT_EQ(days_of("fathers_day", ymd(2024, 7, 8)), Days{ymd(2025, 1, 13)});
  EXPECT_EQ(days_of("fathers_day", ymd(2024, 7, 8), -1), Days{ymd(2025, 1, 14)}) << "as Iran kept it";
  EXPECT_EQ(days_of("mabath", ymd(2024, 7, 8), -1), Days{ymd(2025, 1, 28)});
  const auto ramadan = days_of("ramadan", ymd(2024, 7, 8));
  ASSERT_EQ(ramadan.size(), 30U);
  EXPECT_EQ(ramadan.front(), ymd(2025, 3, 1));
  EXPECT_EQ(days_of("eid_fitr", ymd(2024, 7, 8)), (Days{ymd(2025, 3, 31), ymd(2025, 4, 1)}));
  EXPECT_EQ(days_of("eid_ghorban", ymd(2024, 7, 8)), Days{ymd(2025, 6, 7)});
  EXPECT_EQ(days_of("eid_ghadir", ymd(2024, 7, 8)), Days{ymd(2025, 6, 15)});
}

TEST(Occasions, of_the_gregorian_year_are_where_the_calendar_has_them) {
  EXPECT_EQ(days_of("womens_day", ymd(2026, 1, 1)), Days{ymd(2026, 3, 8)});
  EXPECT_EQ(days_of("valentine", ymd(2026, 1, 1)), Days{ymd(2026, 2, 14)});
  EXPECT_EQ(days_of("christmas", ymd(2026, 1, 1)), Days{ymd(2026, 12, 25)});
  EXPECT_EQ(days_of("new_year", ymd(2026, 1, 1)), Days{ymd(2026, 1, 1)});
  // November began on a Friday in 2024: the fourth Thursday is the 28th, not the last but one Friday.
  EXPECT_EQ(days_of("black_friday", ymd(2024, 1, 1)), Days{ymd(2024, 11, 29)});
  EXPECT_EQ(days_of("black_friday", ymd(2026, 1, 1)), Days{ymd(2026, 11, 27)});
  EXPECT_EQ(days_of("black_friday", ymd(2029, 1, 1)), Days{ymd(2029, 11, 23)});
}

}  // namespace
}  // namespace peyk::tests::templates_occasions_test
