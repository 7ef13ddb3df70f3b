// Days as people count them: Jalali for Persian, Gregorian for English, in the club's time zone; Hijri for
// the feasts of the lunar year.
//
// A validity "until 12 Azar" ends when that local day ends. Inside it is the first instant that is too late
// (end_of_local_day); a person reads the last day that is still good (last_day_of). Both from one value, so
// the text and the ledger cannot differ (invariant I11). Zones are IANA names; an unknown one throws
// std::invalid_argument (check with is_time_zone where it is configured).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "templates/language.hpp"

namespace peyk::templates {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

struct JalaliDate {
  int year = 0;
  int month = 0;  // 1 Farvardin .. 12 Esfand
  int day = 0;
  auto operator<=>(const JalaliDate&) const = default;
};

// The lunar year in its arithmetic form (ICU's islamic-civil): the same day on every machine and for ever.
// Iran's official calendar follows the moon and may be a day or two before or behind it.
struct HijriDate {
  int year = 0;
  int month = 0;  // 1 Muharram .. 9 Ramadan .. 12 Dhu al-Hijja
  int day = 0;
  auto operator<=>(const HijriDate&) const = default;
};
// How far a club may shift it.
inline constexpr int kHijriShiftDaysMax = 2;

bool is_time_zone(std::string_view zone);

// The calendar day on which an instant falls in a zone.
std::chrono::year_month_day local_date(Instant instant, std::string_view zone);
JalaliDate local_jalali_date(Instant instant, std::string_view zone);

JalaliDate to_jalali(std::chrono::year_month_day gregorian);
std::chrono::year_month_day to_gregorian(JalaliDate jalali);  // the date must be valid
bool is_valid(JalaliDate jalali);

// `shift_days`: so many days the calendar on the wall is ahead of the arithmetic one; behind it, negative.
HijriDate to_hijri(std::chrono::year_month_day gregorian, int shift_days = 0);
HijriDate local_hijri_date(Instant instant, std::string_view zone, int shift_days = 0);

// Days to her nearest birthday, -182 to 183: 0 on the day itself, behind it negative. Who was born on 30
// Esfand has hers on 29 Esfand in common years. Both dates must be valid.
int days_to_birthday(JalaliDate born, JalaliDate today);
// Whole years of age on a day; negative before the birth.
int age_on(JalaliDate born, JalaliDate today);

// fa "۱۲ آذر ۱۴۰۵", en "3 December 2026".
std::string format_date(Instant instant, std::string_view zone, Language language);
// fa "۱۴۰۵/۰۹/۱۲", en "2026-12-03".
std::string format_date_short(Instant instant, std::string_view zone, Language language);
std::string format_date_short(JalaliDate date, Language language);
// fa "۱۸:۰۵", en "18:05".
std::string format_time(Instant instant, std::string_view zone, Language language);

// The first instant after the local day that comes `days_ahead` days after the one of `instant`. 0: end of
// today.
Instant end_of_local_day(Instant instant, std::string_view zone, int days_ahead);
// The first instant of the local day of `instant`, or of the one so many local days before it: a day on which
// clocks change has no 24 hours.
Instant start_of_local_day(Instant instant, std::string_view zone, int days_before = 0);

// The instant at which a zone's clocks show `local` (given as if it were UTC); of two, the later.
Instant instant_of(std::chrono::sys_seconds local, std::string_view zone);

// What a zone's clocks show, as if it were UTC; what is left of a second is dropped.
std::chrono::sys_seconds clock_of(Instant instant, std::string_view zone);

// As machines read it (RFC 3339), in UTC: "2026-12-03T14:35:07Z"; what is left of a second is dropped.
std::string rfc3339(Instant instant);
// "2026-12-03T14:35:07.000250Z"
std::string rfc3339_with_micros(Instant instant);

// An instant in the last local day before `end`, for format_date.
constexpr Instant last_day_of(Instant end) {
  return end - std::chrono::microseconds{1};
}

// "۱۳۷۰/۰۵/۱۲", "1370-5-12", "1370 5 12": year 1200 to 1599, any digit family. Nothing for a day that does
// not exist.
std::optional<JalaliDate> parse_jalali_date(std::string_view text);
// The same, or a Gregorian day of 1900 to 2099, told by its year: "1991-08-03".
std::optional<JalaliDate> parse_date(std::string_view text);

}  // namespace peyk::templates
