#include "config/scalars.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace peyk::config {
namespace {

constexpr std::string_view kDigits = "0123456789";

// Largest first, so that format_time_span finds the shortest form.
constexpr std::pair<std::string_view, std::int64_t> kTimeUnits[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr std::int64_t kTimeSpanMax_ms = 1000LL * 366 * 86'400'000;

// Calls see(code point) for each; false when the text is not UTF-8 or see() says no.
template <class See>
bool every_code_point(std::string_view text, See see) {
  const auto size = static_cast<std::int32_t>(std::min<std::size_t>(text.size(), INT32_MAX));
  const auto* octets = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT(octets, i, size, c);
    if (c < 0 || !see(c)) return false;
  }
  return true;
}

// Digits with an optional fraction of at most `decimals` digits, as a number of 10^-decimals.
std::optional<std::int64_t> parse_fixed_point(std::string_view text, std::size_t decimals) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? "" : text.substr(point + 1);
  if (point != std::string_view::npos && fraction.empty()) return std::nullopt;
  if (!consists_of(whole, kDigits, 1, 12) || !consists_of(fraction, kDigits, 0, decimals))
    return std::nullopt;
  std::string digits{whole};
  digits.append(fraction).append(decimals - fraction.size(), '0');
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

bool digits_are_parted_well(std::string_view digits) {
  return !digits.starts_with('_') && !digits.ends_with('_') && digits.find("__") == std::string_view::npos;
}

}  // namespace

std::optional<std::int64_t> parse_whole_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  if (!consists_of(text, hexadecimal ? "0123456789abcdefABCDEF_" : "0123456789_", 1, 40)) return std::nullopt;
  if (!digits_are_parted_well(text)) return std::nullopt;
  if (!hexadecimal && text.size() > 1 && text.starts_with('0')) return std::nullopt;
  std::string digits = negative ? "-" : "";
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) { return c != '_'; });
  std::int64_t value = 0;
  const auto error =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10).ec;
  if (error != std::errc::result_out_of_range) return value;
  return negative ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

std::optional<std::chrono::milliseconds> parse_time_span(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of(kDigits), text.size());
  const std::optional<std::int64_t> count = parse_fixed_point(text.substr(0, digits), 0);
  if (!count) return std::nullopt;
  for (const auto& [unit, milliseconds] : kTimeUnits) {
    if (text.substr(digits) != unit) continue;
    if (*count > kTimeSpanMax_ms / milliseconds) return std::chrono::milliseconds{kTimeSpanMax_ms};
    return std::chrono::milliseconds{*count * milliseconds};
  }
  return std::nullopt;
}

std::string format_time_span(std::chrono::milliseconds span) {
  for (const auto& [unit, milliseconds] : kTimeUnits) {
    if (span.count() != 0 && span.count() % milliseconds == 0) {
      return fmt::format("{}{}", span.count() / milliseconds, unit);
    }
  }
  return "0s";
}

std::optional<double> parse_rate(std::string_view text) {
  double seconds = 1;
  if (text.ends_with("/s")) {
    text.remove_suffix(2);
  } else if (text.ends_with("/min")) {
    text.remove_suffix(4);
    seconds = 60;
  }
  const std::optional<std::int64_t> thousandths = parse_fixed_point(text, 3);
  if (!thousandths) return std::nullopt;
  return static_cast<double>(*thousandths) / 1000.0 / seconds;
}

std::optional<std::int64_t> parse_percent(std::string_view text) {
  if (text.ends_with('%')) text.remove_suffix(1);
  return parse_fixed_point(text, 2);
}

bool is_utf8(std::string_view text) {
  return every_code_point(text, [](UChar32) { return true; });
}

bool is_clean_line(std::string_view text) {
  if (text.starts_with(' ') || text.ends_with(' ')) return false;
  return every_code_point(text, [](UChar32 c) {
    constexpr UChar32 kZeroWidthNonJoiner = 0x200C;
    const auto category = u_charType(c);
    return c == kZeroWidthNonJoiner ||
           (category != U_CONTROL_CHAR && category != U_FORMAT_CHAR && category != U_LINE_SEPARATOR &&
            category != U_PARAGRAPH_SEPARATOR && category != U_UNASSIGNED);
  });
}

std::size_t characters(std::string_view utf8) {
  std::size_t count = 0;
  every_code_point(utf8, [&count](UChar32) { return ++count > 0; });
  return count;
}

bool is_variable_name(std::string_view text) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  return consists_of(text, kLetters, 1, 128) && kDigits.find(text.front()) == std::string_view::npos;
}

bool consists_of(std::string_view text, std::string_view allowed, std::size_t min, std::size_t max) {
  return text.size() >= min && text.size() <= max &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace peyk::config
