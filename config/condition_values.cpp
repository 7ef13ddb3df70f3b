#include "config/condition_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "config/scalars.hpp"
#include "templates/dates.hpp"
#include "templates/fold.hpp"

namespace peyk::config {
namespace {

using handlers::MeasureWord;
using handlers::Unit;
using rules::Range;

constexpr std::int64_t kMinutesOfDay = 24 * 60;
constexpr std::int64_t kEveryMax = 1'000'000;

std::string not_understood(std::string_view text) {
  return fmt::format("found \"{}\"", text);
}

// "11", "05": of two digits at most.
std::optional<std::int64_t> small_number(std::string_view text) {
  if (!consists_of(text, "0123456789", 1, 4)) return std::nullopt;
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// "1405/09/01" by '/': 3 numbers; nothing if it is no such text.
template <std::size_t N>
std::optional<std::array<std::int64_t, N>> numbers_between(std::string_view text, char mark) {
  std::array<std::int64_t, N> numbers{};
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t end = i + 1 < N ? text.find(mark) : text.size();
    if (end == text.npos) return std::nullopt;
    const auto number = small_number(text.substr(0, end));
    if (!number) return std::nullopt;
    numbers[i] = *number;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return numbers;
}

std::optional<std::int64_t> gregorian_date(std::string_view text) {
  const auto parts = numbers_between<3>(text, '-');
  if (!parts) return std::nullopt;
  const auto [year, month, day] = *parts;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (year < 1000 || !date.ok()) return std::nullopt;
  return year * 10'000 + month * 100 + day;
}

std::optional<std::int64_t> jalali_date(std::string_view text) {
  const auto parts = numbers_between<3>(text, '/');
  if (!parts) return std::nullopt;
  const auto [year, month, day] = *parts;
  const templates::JalaliDate date{static_cast<int>(year), static_cast<int>(month), static_cast<int>(day)};
  if (year < 1200 || year > 1599 || !templates::is_valid(date)) return std::nullopt;
  return year * 10'000 + month * 100 + day;
}

// A day that some year of the calendar has.
std::optional<std::int64_t> day_of_year(Unit unit, std::string_view text) {
  const auto parts = numbers_between<2>(text, unit == Unit::gregorian_day ? '-' : '/');
  if (!parts) return std::nullopt;
  const auto [month, day] = *parts;
  if (month < 1 || month > 12 || day < 1) return std::nullopt;
  constexpr std::array<int, 12> kGregorian{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const std::int64_t days = unit == Unit::gregorian_day ? kGregorian[static_cast<std::size_t>(month) - 1]
                            : unit == Unit::jalali_day  ? (month <= 6 ? 31 : 30)
                                                        : 30;
  return day <= days ? std::optional(month * 100 + day) : std::nullopt;
}

std::optional<std::int64_t> minute_of_day(std::string_view text) {
  const auto parts = numbers_between<2>(text, ':');
  if (!parts || (*parts)[1] > 59) return std::nullopt;
  const std::int64_t minute = (*parts)[0] * 60 + (*parts)[1];
  return minute <= kMinutesOfDay ? std::optional(minute) : std::nullopt;
}

std::optional<std::int64_t> weekday(std::string_view text) {
  static const std::map<std::string, std::int64_t, std::less<>> kDays = [] {
    std::map<std::string, std::int64_t, std::less<>> days;
    constexpr std::array<std::string_view, 7> kPersian{"شنبه",     "یکشنبه",  "دوشنبه", "سه‌شنبه",
                                                       "چهارشنبه", "پنجشنبه", "جمعه"};
    for (std::size_t i = 0; i < kPersian.size(); ++i) {
      days[templates::fold(kPersian[i])] = static_cast<std::int64_t>(i);
      days[std::string(handlers::weekday_name(static_cast<std::int64_t>(i)))] = static_cast<std::int64_t>(i);
    }
    return days;
  }();
  std::string folded = templates::fold(text);
  std::erase(folded, ' ');  // «سه شنبه»
  const auto found = kDays.find(folded);
  return found == kDays.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> tier(std::string_view text, const rules::TierPlan& plan) {
  if (text == handlers::kNoTier) return 0;
  const auto found = std::ranges::find(plan.tiers, text, &rules::Tier::name);
  if (found == plan.tiers.end()) return std::nullopt;
  return found - plan.tiers.begin() + 1;
}

std::optional<std::int64_t> trend(std::string_view text) {
  using enum rules::BasketTrend;
  for (const rules::BasketTrend one : {falling, steady, rising})
    if (text == name_of(one)) return static_cast<std::int64_t>(one);
  return std::nullopt;
}

std::optional<std::int64_t> branch(std::string_view text, const std::vector<handlers::Branch>& branches) {
  const auto number = parse_whole_number(text);
  const bool known = std::ranges::any_of(
      branches, [number](const handlers::Branch& one) { return number && one.number == *number; });
  return known ? number : std::nullopt;
}

std::optional<std::int64_t> value_of(const MeasureWord& word, std::string_view text,
                                     const ConditionWorld& world) {
  switch (word.unit) {
    case Unit::flag:
      return text == "true" ? std::optional(1) : text == "false" ? std::optional(0) : std::nullopt;
    case Unit::gender:
      return text == "woman" ? std::optional(1) : text == "man" ? std::optional(2) : std::nullopt;
    case Unit::trend:
      return trend(text);
    case Unit::tier:
      return tier(text, world.tiers);
    case Unit::branch:
      return branch(text, world.branches);
    case Unit::weekday:
      return weekday(text);
    case Unit::date:
      return gregorian_date(text);
    case Unit::jalali_date:
      return jalali_date(text);
    case Unit::jalali_day:
    case Unit::hijri_day:
    case Unit::gregorian_day:
      return day_of_year(word.unit, text);
    default: {
      const auto number = parse_whole_number(text);
      return number && *number >= word.min && *number <= word.max ? number : std::nullopt;
    }
  }
}

bool is_date(Unit unit) {
  return unit == Unit::date || unit == Unit::jalali_date;
}
bool is_circle(Unit unit) {
  return unit == Unit::weekday || unit == Unit::birthday || unit == Unit::jalali_day ||
         unit == Unit::hijri_day || unit == Unit::gregorian_day;
}
// Its values have no order, or no ends.
bool is_plain(Unit unit) {
  return unit == Unit::flag || unit == Unit::gender || unit == Unit::trend || unit == Unit::branch;
}

// ">=5" and its like; nothing if it begins with none of them.
std::optional<Range> open_range(const MeasureWord& word, std::string_view text, const ConditionWorld& world) {
  struct Mark {
    std::string_view mark;
    bool is_floor, is_strict;
  };
  constexpr Mark kMarks[] = {
      {">=", true, false}, {"<=", false, false}, {">", true, true}, {"<", false, true}};
  for (const auto& [mark, is_floor, is_strict] : kMarks) {
    if (!text.starts_with(mark)) continue;
    text.remove_prefix(mark.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto value = value_of(word, text, world);
    // The day behind the last of a month is no number behind it.
    if (!value || (is_strict && is_date(word.unit))) return std::nullopt;
    Range range;
    (is_floor ? range.from : range.to) = *value + (is_strict ? (is_floor ? 1 : -1) : 0);
    return range;
  }
  return std::nullopt;
}

std::optional<std::vector<Range>> hours(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == text.npos) return std::nullopt;
  const auto from = minute_of_day(text.substr(0, dash)), to = minute_of_day(text.substr(dash + 1));
  if (!from || !to || *from == *to || *from == kMinutesOfDay) return std::nullopt;
  if (*from < *to) return std::vector<Range>{{*from, *to - 1}};
  std::vector<Range> night{{*from, kMinutesOfDay - 1}};
  if (*to > 0) night.push_back({0, *to - 1});
  return night;
}

std::optional<std::vector<Range>> ranges_of(const MeasureWord& word, std::string_view text,
                                            const ConditionWorld& world) {
  if (word.unit == Unit::hours) return hours(text);
  const bool is_ordered = !is_plain(word.unit) && !is_circle(word.unit);
  if (is_ordered) {
    if (const auto range = open_range(word, text, world)) return std::vector<Range>{*range};
  }
  const std::size_t dots = is_plain(word.unit) ? text.npos : text.find("..");
  const auto from = value_of(word, text.substr(0, dots), world);
  const auto to = dots == text.npos ? from : value_of(word, text.substr(dots + 2), world);
  if (!from || !to) return std::nullopt;
  if (*from <= *to) return std::vector<Range>{{*from, *to}};
  // From 3 to -3 is rather a slip than all of the year but five days.
  if (!is_circle(word.unit) || word.unit == Unit::birthday) return std::nullopt;
  return std::vector<Range>{{*from, word.max}, {word.min, *to}};
}

// The two calendars of a date share a key: its own row is that of the calendar in which it is written.
const MeasureWord& row_of(const MeasureWord& word, std::string_view text) {
  const bool is_jalali = word.unit == Unit::date && text.find('/') != text.npos;
  return is_jalali ? handlers::word_of(rules::Measure::jalali_date) : word;
}

template <typename Items, typename Name>
std::string names_of(const Items& items, Name name) {
  std::string names;
  for (const auto& item : items) names += (names.empty() ? "" : ", ") + fmt::format("{}", item.*name);
  return names;
}

}  // namespace

std::optional<std::string> take_value(const MeasureWord& word, const std::string& text,
                                      rules::Condition& condition, const ConditionWorld& world) {
  if (text == handlers::kAnyValue && !is_plain(word.unit)) {
    return std::nullopt;  // no range: any value that is known
  }
  if (text.starts_with("every ") && word.unit == Unit::count) {
    const auto every = parse_whole_number(std::string_view(text).substr(6));
    if (!every || *every < 2 || *every > kEveryMax) return not_understood(text);
    if (condition.every != 0) return "every is given twice";
    condition.every = static_cast<std::uint32_t>(*every);
    return std::nullopt;
  }
  const MeasureWord& row = row_of(word, text);
  const auto ranges = ranges_of(row, text, world);
  if (!ranges) return not_understood(text);
  if (!condition.ranges.empty() && condition.measure != row.measure)
    return "Jalali and Gregorian dates in one list: write them in one calendar";
  condition.measure = row.measure;
  condition.ranges.insert(condition.ranges.end(), ranges->begin(), ranges->end());
  return std::nullopt;
}

std::string allowed_values(const MeasureWord& word, const ConditionWorld& world) {
  switch (word.unit) {
    case Unit::flag:
      return "true, false";
    case Unit::gender:
      return "woman, man";
    case Unit::trend:
      return "falling, steady, rising";
    case Unit::tier:
      return world.tiers.tiers.empty()
                 ? "the name of a tier, of which this club has none"
                 : fmt::format("{}, none, \">={}\", any", names_of(world.tiers.tiers, &rules::Tier::name),
                               world.tiers.tiers.back().name);
    case Unit::branch:
      return names_of(world.branches, &handlers::Branch::number);
    case Unit::hours:
      return "17:00-20:00, 22:00-02:00; 00:00 to 24:00";
    case Unit::weekday:
      return "sat, sun, mon, tue, wed, thu, fri, sat..wed, or in Persian";
    case Unit::date:
    case Unit::jalali_date:
      return "2026-11-20, 2026-11-20..2026-11-27, \">=2026-11-20\", or 1405/09/01 and so on";
    case Unit::jalali_day:
    case Unit::hijri_day:
      return "month and day: 09/30, 09/01..09/30";
    case Unit::birthday:
      return "days to it, 0 is the day: 0, 7, -3..3";
    case Unit::gregorian_day:
      return "month and day: 12-25, 12-20..01-05";
    default:
      return fmt::format("{} to {}: 5, \">5\", \">=5\", \"<5\", 5..9{}, any", word.min, word.max,
                         word.unit == Unit::count ? ", every 5" : "");
  }
}

void tidy(std::vector<Range>& ranges) {
  std::ranges::sort(ranges, {}, [](const Range& range) { return std::pair(range.from, range.to); });
  std::vector<Range> joined;
  for (const Range& range : ranges) {
    if (!joined.empty() && (joined.back().to == Range{}.to || range.from <= joined.back().to + 1)) {
      joined.back().to = std::max(joined.back().to, range.to);
    } else {
      joined.push_back(range);
    }
  }
  ranges = std::move(joined);
}

std::optional<std::chrono::year_month_day> parse_day(std::string_view text) {
  const auto split = [](std::int64_t date) {
    return std::array{static_cast<int>(date / 10'000), static_cast<int>(date / 100 % 100),
                      static_cast<int>(date % 100)};
  };
  if (const auto jalali = jalali_date(text)) {
    const auto [year, month, day] = split(*jalali);
    return templates::to_gregorian({year, month, day});
  }
  const auto gregorian = gregorian_date(text);
  if (!gregorian) return std::nullopt;
  const auto [year, month, day] = split(*gregorian);
  return std::chrono::year(year) / month / day;
}

}  // namespace peyk::config
