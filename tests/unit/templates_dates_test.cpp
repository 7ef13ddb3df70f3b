#include "templates/dates.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <thread>

namespace peyk::tests::templates_dates_test {
namespace {

using namespace templates;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::string_view kTehran = "Asia/Tehran";

Instant utc(int year, unsigned month, unsigned day, std::chrono::microseconds time = 0us) {
  return Instant{sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}}} +
         time;
}

year_month_day ymd(int year, unsigned month, unsigned day) {
  return std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
}

TEST(Dates, are_jalali_in_persian_and_gregorian_in_english) {
  const Instant noon = utc(2026, 12, 3, 8h + 30min);
  EXPECT_EQ(format_date(noon, kTehran, Language::fa), "۱۲ آذر ۱۴۰۵");
  EXPECT_EQ(format_date(noon, kTehran, Language::en), "3 December 2026");
  EXPECT_EQ(format_date_short(noon, kTehran, Language::fa), "۱۴۰۵/۰۹/۱۲");
  EXPECT_EQ(format_date_short(noon, kTehran, Language::en), "2026-12-03");
  EXPECT_EQ(format_time(noon, kTehran, Language::fa), "۱۲:۰۰");
  EXPECT_EQ(format_time(noon, kTehran, Language::en), "12:00");
}

TEST(Dates, are_written_for_machines_in_utc) {
  const Instant at = utc(2026, 12, 3, 8h + 5min + 7s) + 250us;
  EXPECT_EQ(rfc3339(at), "2026-12-03T08:05:07Z");
  EXPECT_EQ(rfc3339_with_micros(at), "2026-12-03T08:05:07.000250Z");
  EXPECT_EQ(rfc3339(Instant{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339_with_micros(Instant{} - 1us), "1969-12-31T23:59:59.999999Z");
}

TEST(Dates, turn_at_local_midnight) {
  const Instant midnight = utc(2026, 12, 2, 20h + 30min);
  EXPECT_EQ(local_jalali_date(midnight, kTehran), (JalaliDate{1405, 9, 12}));
  EXPECT_EQ(local_jalali_date(midnight - 1us, kTehran), (JalaliDate{1405, 9, 11}));
  EXPECT_EQ(local_date(midnight - 1us, kTehran), ymd(2026, 12, 2));
  EXPECT_EQ(local_date(midnight, "UTC"), ymd(2026, 12, 2));
  EXPECT_EQ(format_time(midnight - 1us, kTehran, Language::en), "23:59");
}

TEST(Dates, know_the_leap_years) {
  // The first days of Jalali years, as published by the calendar centre of the University of Tehran.
  EXPECT_EQ(to_gregorian({1399, 1, 1}), ymd(2020, 3, 20));
  EXPECT_EQ(to_gregorian({1399, 12, 30}), ymd(2021, 3, 20));
  EXPECT_EQ(to_gregorian({1400, 1, 1}), ymd(2021, 3, 21));
  EXPECT_EQ(to_gregorian({1403, 12, 30}), ymd(2025, 3, 20));
  EXPECT_EQ(to_gregorian({1404, 1, 1}), ymd(2025, 3, 21));
  EXPECT_EQ(to_gregorian({1408, 12, 30}), ymd(2030, 3, 20));
  EXPECT_EQ(to_gregorian({1409, 1, 1}), ymd(2030, 3, 21));
  for (const int leap : {1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412}) {
    EXPECT_TRUE(is_valid({leap, 12, 30})) << leap;
    EXPECT_FALSE(is_valid({leap, 12, 31})) << leap;
  }
  for (const int common : {1398, 1400, 1401, 1402, 1404, 1405, 1406, 1407, 1409}) {
    EXPECT_FALSE(is_valid({common, 12, 30})) << common;
    EXPECT_TRUE(is_valid({common, 12, 29})) << common;
  }
}

TEST(Dates, a_validity_ends_with_the_local_day) {
  const Instant purchase = utc(2026, 12, 3, 8h + 30min);  // 12 Azar, noon
  EXPECT_EQ(end_of_local_day(purchase, kTehran, 0), utc(2026, 12, 3, 20h + 30min));
  const Instant end = end_of_local_day(purchase, kTehran, 30);
  EXPECT_EQ(end, utc(2027, 1, 2, 20h + 30min));
  EXPECT_EQ(format_date(last_day_of(end), kTehran, Language::fa), "۱۲ دی ۱۴۰۵");
  EXPECT_EQ(format_date(end, kTehran, Language::fa), "۱۳ دی ۱۴۰۵");
  EXPECT_EQ(start_of_local_day(purchase, kTehran), utc(2026, 12, 2, 20h + 30min));
}

// Berlin, 2026: a day of 23 hours on 29 March, one of 25 on 25 October.
TEST(Dates, days_before_are_those_of_the_zone) {
  constexpr std::string_view kBerlin = "Europe/Berlin";
  const Instant summer = utc(2026, 6, 30, 22h + 30s);  // 1 July, half a minute after midnight
  EXPECT_EQ(start_of_local_day(summer, kBerlin, 179), utc(2026, 1, 2, 23h)) << "3 January";
  const Instant winter = utc(2027, 1, 1, 22h + 30min);  // 1 January, half past eleven in the evening
  EXPECT_EQ(start_of_local_day(winter, kBerlin, 179), utc(2026, 7, 5, 22h)) << "6 July";
  EXPECT_EQ(start_of_local_day(summer, kBerlin, 0), start_of_local_day(summer, kBerlin));
}

TEST(Dates, thirty_days_over_the_end_of_a_leap_year_are_thirty_days) {
  const Instant purchase = utc(2025, 3, 10, 8h);  // 20 Esfand 1403, which has 30 days
  EXPECT_EQ(format_date(last_day_of(end_of_local_day(purchase, kTehran, 10)), kTehran, Language::fa),
            "۳۰ اسفند ۱۴۰۳");
  EXPECT_EQ(format_date(last_day_of(end_of_local_day(purchase, kTehran, 11)), kTehran, Language::fa),
            "۱ فروردین ۱۴۰۴");
}

TEST(Dates, a_day_may_begin_without_midnight) {
  // Tehran, 22 March 2021: clocks went from 00:00 to 01:00.
  const Instant transition = utc(2021, 3, 21, 20h + 30min);
  EXPECT_EQ(end_of_local_day(transition - 1h, kTehran, 0), transition);
  EXPECT_EQ(start_of_local_day(transition + 5h, kTehran), transition);
  EXPECT_EQ(format_time(transition, kTehran, Language::en), "01:00");
  // 22 September 2021: 24:00 became 23:00, the day had 25 hours.
  const Instant back = utc(2021, 9, 21, 19h + 30min);
  EXPECT_EQ(end_of_local_day(back - 1h, kTehran, 0), back + 1h);
}

TEST(Dates, have_no_summer_time_in_tehran_since_2023) {
  EXPECT_EQ(format_time(utc(2026, 7, 1), kTehran, Language::en), "03:30");
}

TEST(Dates, refuse_a_zone_that_does_not_exist) {
  EXPECT_TRUE(is_time_zone("Asia/Tehran"));
  EXPECT_TRUE(is_time_zone("UTC"));
  for (const auto* zone : {"", "Tehran", "Asia/Teheran", "Mars/Base", "\xFF"}) {
    EXPECT_FALSE(is_time_zone(zone)) << zone;
    EXPECT_THROW(format_date(utc(2026, 1, 1), zone, Language::fa), std::invalid_argument) << zone;
  }
}

TEST(JalaliDateText, is_read_in_the_usual_forms) {
  for (const auto* text :
       {"۱۳۷۰/۰۵/۱۲", "1370/5/12", "1370-05-12", "١٣٧٠/٠٥/١٢", "1370.5.12", " 1370 5 12 "}) {
    EXPECT_EQ(parse_jalali_date(text), (JalaliDate{1370, 5, 12})) << text;
  }
  EXPECT_TRUE(parse_jalali_date("1403/12/30"));
}

TEST(JalaliDateText, is_refused_when_there_is_no_such_day) {
  for (const auto* text : {"", "1370", "1370/5", "1370/13/1", "1370/0/1", "1370/1/0", "1370/7/31",
                           "1404/12/30", "70/5/12", "1991/08/03", "1370/5/12/1", "1370/5-12", "1370//12",
                           "1370/5/12x", "13700512", "1370/005/12", "-1370/5/12", "99999/1/1"}) {
    EXPECT_FALSE(parse_jalali_date(text)) << text;
  }
}

RC_GTEST_PROP(Dates, jalali_and_gregorian_are_one_calendar, ()) {
  const auto day = sys_days{ymd(1900, 1, 1)} + std::chrono::days{*rc::gen::inRange(0, 73'000)};
  const JalaliDate jalali = to_jalali(year_month_day{day});
  RC_ASSERT(is_valid(jalali));
  RC_ASSERT(sys_days{to_gregorian(jalali)} == day);
  RC_ASSERT(to_jalali(year_month_day{day + std::chrono::days{1}}) > jalali);
}

RC_GTEST_PROP(Dates, the_end_is_the_first_instant_of_another_day, ()) {
  const Instant at = utc(1990, 1, 1) + std::chrono::minutes{*rc::gen::inRange(0, 40'000'000)};
  const auto zone = *rc::gen::element<std::string>("Asia/Tehran", "UTC", "America/Sao_Paulo", "Asia/Beirut");
  const Instant end = end_of_local_day(at, zone, 0);
  RC_ASSERT(end > at);
  RC_ASSERT(local_date(end - 1us, zone) == local_date(at, zone));
  RC_ASSERT(sys_days{local_date(end, zone)} > sys_days{local_date(at, zone)});
  RC_ASSERT(start_of_local_day(at, zone) <= at);
}

// Reckoned without the calendar: it must say the same.
RC_GTEST_PROP(Dates, a_birthday_is_the_nearest_day_of_its_name, ()) {
  const auto some_day = [](int from, int to) {
    return sys_days{ymd(from, 1, 1)} + std::chrono::days{*rc::gen::inRange(0, 365 * (to - from))};
  };
  const sys_days today = some_day(1700, 2300);
  const JalaliDate born = to_jalali(year_month_day{some_day(1700, 2300)});
  const auto is_birthday = [&](int days_ahead) {
    const JalaliDate then = to_jalali(year_month_day{today + std::chrono::days{days_ahead}});
    const bool is_put_forward = born.month == 12 && born.day == 30 && !is_valid({then.year, 12, 30});
    return then.month == born.month && then.day == (is_put_forward ? 29 : born.day);
  };
  const int left = days_to_birthday(born, to_jalali(year_month_day{today}));
  RC_ASSERT(left >= -182 && left <= 183);
  RC_ASSERT(is_birthday(left));
  for (int nearer = 0; nearer < std::abs(left); ++nearer)
    RC_ASSERT(!is_birthday(nearer) && !is_birthday(-nearer));
}

TEST(Dates, may_be_asked_by_many_threads) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 500; ++n) {
        EXPECT_EQ(format_date(utc(2026, 12, 3), kTehran, Language::fa), "۱۲ آذر ۱۴۰۵");
        EXPECT_EQ(format_date(utc(2026, 12, 3), "UTC", Language::en), "3 December 2026");
      }
    });
  }
}

}  // namespace
}  // namespace peyk::tests::templates_dates_test
