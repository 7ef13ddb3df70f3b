// Named days of the year, in the calendars by which people here keep them: feasts, Mother's Day, Yalda, the
// days on which shops give something.
//
// Pure data (occasions.cpp): which days they are is a matter of tables and two small rules, never of a clock.
// Lunar feasts fall where the club's calendar has them (DateFacts::hijri is shifted already). Those that
// begin in the evening count on the day of that evening.
//
// To add one: a row in kOccasions. An id is for ever: clubs' offers name it.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "templates/dates.hpp"

namespace peyk::templates {

enum class OccasionCalendar : std::uint8_t { jalali, hijri, gregorian };

enum class OccasionRule : std::uint8_t {
  days,                  // from `first` to `last` of its calendar, every year
  last_tuesday,          // the Tuesday before the last Wednesday of the Jalali year
  after_fourth_thursday  // the Friday after the fourth Thursday of November
};

struct MonthDay {
  int month = 0;
  int day = 0;
  auto operator<=>(const MonthDay&) const = default;
};

struct Occasion {
  std::string_view id;  // [a-z_]
  OccasionCalendar calendar = OccasionCalendar::jalali;
  MonthDay first, last;  // within one year
  OccasionRule rule = OccasionRule::days;
};

// One day, in all three.
struct DateFacts {
  std::chrono::year_month_day gregorian{};
  JalaliDate jalali;
  HijriDate hijri;
};
DateFacts date_facts(std::chrono::year_month_day gregorian, int hijri_shift_days = 0);
DateFacts date_facts(Instant instant, std::string_view zone, int hijri_shift_days = 0);

std::span<const Occasion> occasions();
const Occasion* occasion_named(std::string_view id);  // nullptr: there is none
bool is_on(const Occasion& occasion, const DateFacts& day);

}  // namespace peyk::templates
