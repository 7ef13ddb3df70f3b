#include "smpp/time_format.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>

namespace peyk::smpp {
namespace {

using namespace std::chrono;

constexpr std::size_t kCharacters = 16;

unsigned pair(std::string_view text, std::size_t index) {
  return static_cast<unsigned>((text[index] - '0') * 10 + (text[index + 1] - '0'));
}

std::uint8_t group(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(pair(text, index));
}

std::optional<TimeField> parse_absolute(std::string_view text) {
  // The standard says 00 to 48; one MC's clocks are 13 hours behind UTC.
  const unsigned quarters_max = text[15] == '+' ? 48 : 52;
  const year_month_day date{year{2000 + static_cast<int>(pair(text, 0))}, month{pair(text, 2)},
                            day{pair(text, 4)}};
  const unsigned hour = pair(text, 6), minute = pair(text, 8), second = pair(text, 10);
  const unsigned quarters = pair(text, 13);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59 || quarters > quarters_max) return std::nullopt;
  const UtcTime local =
      sys_days{date} + hours{hour} + minutes{minute} + seconds{second} + milliseconds{(text[12] - '0') * 100};
  const minutes offset{quarters * 15};
  return text[15] == '+' ? local - offset : local + offset;
}

std::string print(const std::array<unsigned, 6>& groups, unsigned tenths, unsigned quarters, char sign) {
  std::array<char, kCharacters + 1> text{};
  assert(std::all_of(groups.begin(), groups.end(), [](unsigned value) { return value <= 99; }));
  std::snprintf(text.data(), text.size(), "%02u%02u%02u%02u%02u%02u%01u%02u%c", groups[0] % 100,
                groups[1] % 100, groups[2] % 100, groups[3] % 100, groups[4] % 100, groups[5] % 100,
                tenths % 10, quarters % 100, sign);
  return text.data();
}

}  // namespace

std::optional<TimeField> parse_time(std::string_view text) {
  if (text.empty()) return TimeField{};
  if (text.size() != kCharacters) return std::nullopt;
  if (!std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  switch (text.back()) {
    case '+':
    case '-':
      return parse_absolute(text);
    case 'R':
      return RelativeTime{group(text, 0), group(text, 2), group(text, 4),
                          group(text, 6), group(text, 8), group(text, 10)};
    default:
      return std::nullopt;
  }
}

std::string format_time(UtcTime time, int quarter_hours_from_utc) {
  assert(quarter_hours_from_utc >= -52 && quarter_hours_from_utc <= 48);
  const UtcTime local = time + minutes{quarter_hours_from_utc * 15};
  const auto midnight = floor<days>(local);
  const year_month_day date{midnight};
  assert(date.year() >= year{2000} && date.year() <= year{2099});
  const hh_mm_ss clock{local - midnight};
  const auto count = [](auto duration) { return static_cast<unsigned>(duration.count()); };
  return print({static_cast<unsigned>(static_cast<int>(date.year()) - 2000),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), count(clock.hours()),
                count(clock.minutes()), count(clock.seconds())},
               count(clock.subseconds()) / 100, static_cast<unsigned>(std::abs(quarter_hours_from_utc)),
               quarter_hours_from_utc < 0 ? '-' : '+');
}

std::string format_time(const RelativeTime& time) {
  return print({time.years, time.months, time.days, time.hours, time.minutes, time.seconds}, 0, 0, 'R');
}

std::string format_relative(std::chrono::seconds span) {
  constexpr seconds kLongest = days{99} + hours{23} + minutes{59} + seconds{59};
  const hh_mm_ss clock{std::clamp(span, seconds{0}, kLongest) % days{1}};
  const auto whole_days = floor<days>(std::clamp(span, seconds{0}, kLongest));
  return print(
      {0, 0, static_cast<unsigned>(whole_days.count()), static_cast<unsigned>(clock.hours().count()),
       static_cast<unsigned>(clock.minutes().count()), static_cast<unsigned>(clock.seconds().count())},
      0, 0, 'R');
}

UtcTime after(UtcTime now, const RelativeTime& time) {
  const auto midnight = floor<days>(now);
  year_month_day date = year_month_day{midnight} + years{time.years} + months{time.months};
  if (!date.ok()) date = date.year() / date.month() / last;
  return sys_days{date} + (now - midnight) + days{time.days} + hours{time.hours} + minutes{time.minutes} +
         seconds{time.seconds};
}

}  // namespace peyk::smpp
