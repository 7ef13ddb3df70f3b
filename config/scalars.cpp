#include "config/scalars.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace peyk::config {
namespace {


// Largest first, so that format_time_span finds the shortest form.
constexpr std::pair<std::string_view, std::int64_t> kTimeUnits[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr std::int64_t kTimeSpanMax_ms = 1000LL * 366 * 86'400'000;

// Never part of a word that people see; U+200C, the half-space of Persian, and U+200D, of emoji, are.
constexpr std::pair<char32_t, char32_t> kInvisible[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},
                                                        {0x200B, 0x200B}, {0x200E, 0x200F}, {0x2028, 0x202E},
                                                        {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}};

struct Character {
  char32_t code_point;
  std::size_t octets;
};

// The first character of a text that is not empty; nothing for overlong forms, surrogates, what is above
// U+10FFFF and what ends too early (Unicode 15, table 3-7).
std::optional<Character> first_character(std::string_view text) {
  const auto octet = [text](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  const char32_t lead = octet(0);
  if (lead < 0x80) return Character{lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return std::nullopt;
  char32_t code_point = lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(i) & 0xC0) != 0x80) return std::nullopt;
    code_point = (code_point << 6) | (octet(i) & 0x3F);
  }
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < kSmallest[size] || code_point > 0x10FFFF || surrogate) return std::nullopt;
  return Character{code_point, size};
}

// Calls see(code point) for each; false when the text is not UTF-8 or see() says no.
template <class See>
bool every_character(std::string_view text, See see) {
  while (!text.empty()) {
    const std::optional<Character> first = first_character(text);
    if (!first || !see(first->code_point)) return false;
    text.remove_prefix(first->octets);
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

std::optional<std::string> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string octets;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned octet = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, octet, 16);
    if (error != std::errc() || end != text.data() + i + 2) return std::nullopt;
    octets.push_back(static_cast<char>(octet));
  }
  return octets;
}

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
  return every_character(text, [](char32_t) { return true; });
}

bool is_clean_line(std::string_view text) {
  if (text.starts_with(' ') || text.ends_with(' ')) return false;
  return every_character(text, [](char32_t c) {
    return std::none_of(std::begin(kInvisible), std::end(kInvisible),
                        [c](const auto& range) { return c >= range.first && c <= range.second; });
  });
}

std::size_t characters(std::string_view utf8) {
  std::size_t count = 0;
  every_character(utf8, [&count](char32_t) { return ++count > 0; });
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
