#include "templates/dates.hpp"

#include <unicode/basictz.h>
#include <unicode/calendar.h>
#include <unicode/locid.h>
#include <unicode/timezone.h>

#include <array>
#include <bitset>
#include <map>
#include <memory>
#include <stdexcept>

#include "templates/fold.hpp"
#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::sys_days;

constexpr std::size_t kZonesCachedMax = 64;  // a thread serves few zones; more only costs making them again

std::unique_ptr<icu::TimeZone> make_zone(std::string_view zone) {
  const auto id = icu::UnicodeString::fromUTF8({zone.data(), static_cast<std::int32_t>(zone.size())});
  std::unique_ptr<icu::TimeZone> made(icu::TimeZone::createTimeZone(id));
  return made && *made != icu::TimeZone::getUnknown() ? std::move(made) : nullptr;
}

// Made once a thread: making a zone costs microseconds, and each thread having its own needs no lock.
const icu::BasicTimeZone& zone_of(std::string_view zone) {
  thread_local std::map<std::string, std::unique_ptr<icu::TimeZone>, std::less<>> cache;
  auto found = cache.find(zone);
  if (found == cache.end()) {
    auto made = make_zone(zone);
    if (!made) throw std::invalid_argument("unknown time zone: " + std::string(zone));
    if (cache.size() >= kZonesCachedMax) cache.clear();
    found = cache.emplace(std::string(zone), std::move(made)).first;
  }
  return dynamic_cast<const icu::BasicTimeZone&>(*found->second);
}

void check(UErrorCode status) {
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU calendar: ") + u_errorName(status));
}

// Local wall clock as if it were UTC.
std::chrono::sys_time<milliseconds> wall_clock(Instant instant, std::string_view zone) {
  const auto at = std::chrono::floor<milliseconds>(instant);
  std::int32_t raw = 0, dst = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone_of(zone).getOffset(static_cast<UDate>(at.time_since_epoch().count()), false, raw, dst, status);
  check(status);
  return at + milliseconds{raw} + milliseconds{dst};
}

sys_days local_day(Instant instant, std::string_view zone) {
  return std::chrono::floor<days>(wall_clock(instant, zone));
}

// The first instant of a local day. Where clocks go forward at midnight there is no 00:00: the day begins
// with the transition. Where they go back over it, the day before ends with the second midnight: nobody loses
// an hour.
Instant first_instant(milliseconds local, std::string_view zone) {
  std::int32_t raw = 0, dst = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone_of(zone).getOffsetFromLocal(static_cast<UDate>(local.count()), UCAL_TZ_LOCAL_FORMER,
                                   UCAL_TZ_LOCAL_LATTER, raw, dst, status);
  check(status);
  return Instant{local - milliseconds{raw} - milliseconds{dst}};
}

// A calendar of ICU in UTC; it is a machine with state, so one a thread.
std::unique_ptr<icu::Calendar> make_calendar(const char* locale) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::Calendar> made(
      icu::Calendar::createInstance(icu::TimeZone::getGMT()->clone(), icu::Locale(locale), status));
  check(status);
  made->setLenient(false);
  return made;
}
icu::Calendar& persian_calendar() {
  thread_local const auto calendar = make_calendar("fa_IR@calendar=persian");
  return *calendar;
}
icu::Calendar& hijri_calendar() {
  thread_local const auto calendar = make_calendar("fa_IR@calendar=islamic-civil");
  return *calendar;
}

template <typename Date>
Date date_in(icu::Calendar& calendar, sys_days day) {
  UErrorCode status = U_ZERO_ERROR;
  calendar.setTime(static_cast<UDate>(milliseconds{day.time_since_epoch()}.count()), status);
  const Date date{calendar.get(UCAL_EXTENDED_YEAR, status), calendar.get(UCAL_MONTH, status) + 1,
                  calendar.get(UCAL_DATE, status)};
  check(status);
  return date;
}

JalaliDate jalali_of(sys_days day) {
  return date_in<JalaliDate>(persian_calendar(), day);
}

std::optional<sys_days> day_of(JalaliDate jalali) {
  icu::Calendar& calendar = persian_calendar();
  calendar.clear();
  calendar.set(UCAL_EXTENDED_YEAR, jalali.year);
  calendar.set(UCAL_MONTH, jalali.month - 1);
  calendar.set(UCAL_DATE, jalali.day);
  UErrorCode status = U_ZERO_ERROR;
  const UDate at = calendar.getTime(status);
  if (U_FAILURE(status)) return std::nullopt;
  return std::chrono::floor<days>(
      std::chrono::sys_time<milliseconds>{milliseconds{static_cast<std::int64_t>(at)}});
}

// From 0. Months have the same lengths each year, but for the last.
int day_of_year(JalaliDate date) {
  return (date.month <= 6 ? (date.month - 1) * 31 : 186 + (date.month - 7) * 30) + date.day - 1;
}

// Asked of the calendar once: a club's night wants a million birthdays, at microseconds a question.
constexpr int kLeapsFrom = 1200, kLeapsKnown = 400;  // the years that may be typed
bool is_leap(int year) {
  const auto ask = [](int of) {
    const auto day = day_of({of, 12, 30});
    return day && jalali_of(*day) == JalaliDate{of, 12, 30};
  };
  static const std::bitset<kLeapsKnown> known = [&ask] {
    std::bitset<kLeapsKnown> leap;
    for (int i = 0; i < kLeapsKnown; ++i) leap.set(static_cast<std::size_t>(i), ask(kLeapsFrom + i));
    return leap;
  }();
  const int place = year - kLeapsFrom;
  return place >= 0 && place < kLeapsKnown ? known.test(static_cast<std::size_t>(place)) : ask(year);
}

constexpr std::array<std::string_view, 12> kJalaliMonths = {
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"};
constexpr std::array<std::string_view, 12> kGregorianMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

std::string padded(int number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width > digits.size() ? width - digits.size() : 0, '0') + digits;
}

std::string persian_digits(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) {
    const bool digit = c >= '0' && c <= '9';
    append_utf8(out, digit ? 0x06F0 + static_cast<char32_t>(c - '0') : static_cast<char32_t>(c));
  }
  return out;
}

struct Ymd {
  int year, month, day;
};

Ymd numbers_of(std::chrono::year_month_day date) {
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day()))};
}

// Three numbers of 4, 1-2 and 1-2 digits with one kind of separator.
std::optional<Ymd> read_three(std::string_view folded) {
  std::array<int, 3> numbers{};
  std::size_t at = 0;
  char separator = 0;
  for (std::size_t which = 0; which < 3; ++which) {
    const std::size_t begin = at;
    while (at < folded.size() && folded[at] >= '0' && folded[at] <= '9' && at - begin < 5) {
      numbers[which] = numbers[which] * 10 + (folded[at++] - '0');
    }
    const std::size_t width = at - begin;
    if (which == 0 ? width != 4 : (width < 1 || width > 2)) return std::nullopt;
    if (which == 2) break;
    if (at == folded.size()) return std::nullopt;
    const char mark = folded[at++];
    if (std::string_view("/-. ").find(mark) == std::string_view::npos) return std::nullopt;
    if (separator != 0 && mark != separator) return std::nullopt;
    separator = mark;
  }
  if (at != folded.size()) return std::nullopt;
  return Ymd{numbers[0], numbers[1], numbers[2]};
}

std::optional<JalaliDate> as_jalali(const Ymd& read) {
  const JalaliDate date{read.year, read.month, read.day};
  if (date.year < 1200 || date.year > 1599 || !is_valid(date)) return std::nullopt;
  return date;
}

std::optional<JalaliDate> as_gregorian(const Ymd& read) {
  const std::chrono::year_month_day date{std::chrono::year{read.year},
                                         std::chrono::month{static_cast<unsigned>(read.month)},
                                         std::chrono::day{static_cast<unsigned>(read.day)}};
  if (read.year < 1900 || read.year > 2099 || !date.ok()) return std::nullopt;
  return to_jalali(date);
}

}  // namespace

bool is_time_zone(std::string_view zone) {
  return make_zone(zone) != nullptr;
}

std::chrono::year_month_day local_date(Instant instant, std::string_view zone) {
  return std::chrono::year_month_day{local_day(instant, zone)};
}

JalaliDate local_jalali_date(Instant instant, std::string_view zone) {
  return jalali_of(local_day(instant, zone));
}

JalaliDate to_jalali(std::chrono::year_month_day gregorian) {
  return jalali_of(sys_days{gregorian});
}

std::chrono::year_month_day to_gregorian(JalaliDate jalali) {
  const auto day = day_of(jalali);
  if (!day) throw std::invalid_argument("to_gregorian: no such Jalali day");
  return std::chrono::year_month_day{*day};
}

HijriDate to_hijri(std::chrono::year_month_day gregorian, int shift_days) {
  return date_in<HijriDate>(hijri_calendar(), sys_days{gregorian} + days{shift_days});
}

HijriDate local_hijri_date(Instant instant, std::string_view zone, int shift_days) {
  return to_hijri(local_date(instant, zone), shift_days);
}

int days_to_birthday(JalaliDate born, JalaliDate today) {
  const auto birthday_in = [&born](int year) {
    const bool is_there = born.month != 12 || born.day != 30 || is_leap(year);
    return JalaliDate{year, born.month, is_there ? born.day : 29};
  };
  const auto length_of = [](int year) { return is_leap(year) ? 366 : 365; };
  // Both by the days of this year: those of the years beside it lie before its first and behind its last.
  const int passed = day_of_year(today);
  const int this_year = day_of_year(birthday_in(today.year));
  const int next =
      this_year >= passed ? this_year : length_of(today.year) + day_of_year(birthday_in(today.year + 1));
  const int last =
      this_year <= passed ? this_year : day_of_year(birthday_in(today.year - 1)) - length_of(today.year - 1);
  return next - passed <= passed - last ? next - passed : last - passed;
}

int age_on(JalaliDate born, JalaliDate today) {
  const bool had_birthday = std::pair(today.month, today.day) >= std::pair(born.month, born.day) ||
                            days_to_birthday(born, today) == 0;
  return today.year - born.year - (had_birthday ? 0 : 1);
}

bool is_valid(JalaliDate jalali) {
  if (jalali.month < 1 || jalali.month > 12 || jalali.day < 1 || jalali.day > 31) return false;
  const auto day = day_of(jalali);
  return day && jalali_of(*day) == jalali;
}

std::string format_date(Instant instant, std::string_view zone, Language language) {
  if (language == Language::fa) {
    const JalaliDate date = local_jalali_date(instant, zone);
    return persian_digits(std::to_string(date.day)) + " " +
           std::string(kJalaliMonths.at(static_cast<std::size_t>(date.month - 1))) + " " +
           persian_digits(std::to_string(date.year));
  }
  const Ymd date = numbers_of(local_date(instant, zone));
  return std::to_string(date.day) + " " +
         std::string(kGregorianMonths.at(static_cast<std::size_t>(date.month - 1))) + " " +
         std::to_string(date.year);
}

std::string format_date_short(JalaliDate date, Language language) {
  if (language == Language::fa)
    return persian_digits(padded(date.year, 4) + "/" + padded(date.month, 2) + "/" + padded(date.day, 2));
  const Ymd there = numbers_of(to_gregorian(date));
  return padded(there.year, 4) + "-" + padded(there.month, 2) + "-" + padded(there.day, 2);
}

std::string format_date_short(Instant instant, std::string_view zone, Language language) {
  return format_date_short(local_jalali_date(instant, zone), language);
}

std::string format_time(Instant instant, std::string_view zone, Language language) {
  const auto wall = wall_clock(instant, zone);
  const auto since_midnight = wall - std::chrono::floor<days>(wall);
  const int minutes = static_cast<int>(std::chrono::floor<std::chrono::minutes>(since_midnight).count());
  const std::string text = padded(minutes / 60, 2) + ":" + padded(minutes % 60, 2);
  return language == Language::fa ? persian_digits(text) : text;
}

std::string rfc3339(Instant instant) {
  const auto day = std::chrono::floor<days>(instant);
  const Ymd date = numbers_of(day);
  const auto second = static_cast<int>(std::chrono::floor<std::chrono::seconds>(instant - day).count());
  return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2) + "T" +
         padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2) + "Z";
}

std::string rfc3339_with_micros(Instant instant) {
  std::string text = rfc3339(instant);
  const auto fraction = instant - std::chrono::floor<std::chrono::seconds>(instant);
  text.insert(text.size() - 1, "." + padded(static_cast<int>(fraction.count()), 6));
  return text;
}

Instant end_of_local_day(Instant instant, std::string_view zone, int days_ahead) {
  return first_instant((local_day(instant, zone) + days{days_ahead} + days{1}).time_since_epoch(), zone);
}

Instant start_of_local_day(Instant instant, std::string_view zone, int days_before) {
  return first_instant((local_day(instant, zone) - days{days_before}).time_since_epoch(), zone);
}

Instant instant_of(std::chrono::sys_seconds local, std::string_view zone) {
  return first_instant(local.time_since_epoch(), zone);
}

std::chrono::sys_seconds clock_of(Instant instant, std::string_view zone) {
  return std::chrono::floor<std::chrono::seconds>(wall_clock(instant, zone));
}

std::optional<JalaliDate> parse_jalali_date(std::string_view text) {
  const auto read = read_three(fold(text));
  return read ? as_jalali(*read) : std::nullopt;
}

std::optional<JalaliDate> parse_date(std::string_view text) {
  const auto read = read_three(fold(text));
  if (!read) return std::nullopt;
  return read->year < 1900 ? as_jalali(*read) : as_gregorian(*read);
}

}  // namespace peyk::templates
