#include "templates/money.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "templates/fold.hpp"
#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

std::string localised(std::string_view digits, Language language) {
  if (language == Language::en) return std::string(digits);
  std::string out;
  for (const char c : digits) append_utf8(out, 0x06F0 + static_cast<char32_t>(c - '0'));
  return out;
}

std::string grouped(std::uint64_t number, Language language) {
  const std::string digits = std::to_string(number);
  const std::string_view separator = language == Language::fa ? "٬" : ",";
  std::string out;
  for (std::size_t at = 0; at < digits.size();) {
    const std::size_t group = at == 0 ? (digits.size() - 1) % 3 + 1 : 3;
    if (at != 0) out += separator;
    out += localised(std::string_view(digits).substr(at, group), language);
    at += group;
  }
  return out;
}

// CLDR: the Persian minus stands behind a left-to-right mark, so that it stays before its number.
std::string_view sign_of(std::int64_t number, Language language) {
  if (number >= 0) return "";
  return language == Language::fa ? "\u200E\u2212" : "-";
}

std::uint64_t magnitude(std::int64_t number) {
  return number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
}

std::string_view currency(MoneyDisplay display, Language language, bool one) {
  if (language == Language::fa) return display == MoneyDisplay::toman ? " تومان" : " ریال";
  if (display == MoneyDisplay::toman) return one ? " toman" : " tomans";
  return one ? " rial" : " rials";
}

struct Unit {
  std::string_view word;  // folded
  MoneyDisplay display;
};
constexpr std::array<Unit, 10> kUnits = {{{"تومان", MoneyDisplay::toman},
                                          {"تومن", MoneyDisplay::toman},
                                          {"tomans", MoneyDisplay::toman},
                                          {"toman", MoneyDisplay::toman},
                                          {"ریال", MoneyDisplay::rial},
                                          {"rials", MoneyDisplay::rial},
                                          {"rial", MoneyDisplay::rial},
                                          {"irr", MoneyDisplay::rial},
                                          {"irt", MoneyDisplay::toman},
                                          {"ت", MoneyDisplay::toman}}};

MoneyDisplay take_unit(std::string& folded, MoneyDisplay typed_in) {
  const auto [rest, unit] = split_currency(folded);
  folded.resize(rest.size());
  return unit.value_or(typed_in);
}

bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
bool is_separator(char32_t c) {
  return c == U',' || c == U'\u066C' || c == U'\u060C' || c == U' ';
}
bool is_point(char32_t c) {
  return c == U'.' || c == U'\u066B' || c == U'/';
}
bool is_minus(char32_t c) {
  return c == U'-' || c == U'\u2212' || c == U'\u2013';
}

// Digits alone, or groups of three parted by one kind of separator. Empty if it is neither.
std::u32string ungrouped(std::u32string_view text) {
  const auto first = std::find_if(text.begin(), text.end(), is_separator);
  if (first == text.end()) return std::u32string(text);
  const auto lead = static_cast<std::size_t>(first - text.begin());
  if (lead == 0 || lead > 3 || (text.size() - lead) % 4 != 0) return {};
  std::u32string digits(text.substr(0, lead));
  for (std::size_t at = lead; at < text.size(); at += 4) {
    if (text[at] != *first) return {};
    digits += text.substr(at + 1, 3);
  }
  return digits;
}

std::optional<AmountError> malformed(std::u32string_view text) {
  if (text.empty()) return AmountError::empty;
  if (is_minus(text.front()) || is_minus(text.back())) return AmountError::negative;
  const bool numeric = is_digit(text.front()) && std::all_of(text.begin(), text.end(), [](char32_t c) {
                         return is_digit(c) || is_separator(c) || is_point(c);
                       });
  if (!numeric) return AmountError::not_a_number;
  if (std::any_of(text.begin(), text.end(), is_point)) return AmountError::fraction;
  return std::nullopt;
}

}  // namespace

std::string format_number(std::int64_t number, Language language) {
  return std::string(sign_of(number, language)) + grouped(magnitude(number), language);
}

std::string format_amount(std::int64_t rials, MoneyDisplay display, Language language) {
  const std::uint64_t total = magnitude(rials);
  const std::uint64_t per_unit = display == MoneyDisplay::toman ? 10 : 1;
  std::string out(sign_of(rials, language));
  out += grouped(total / per_unit, language);
  if (total % per_unit != 0) {
    out += language == Language::fa ? "٫" : ".";
    out += localised(std::to_string(total % per_unit), language);
  }
  out += currency(display, language, total == per_unit);
  return out;
}

std::pair<std::string_view, std::optional<MoneyDisplay>> split_currency(std::string_view folded) {
  for (const Unit& unit : kUnits) {
    if (!folded.ends_with(unit.word)) continue;
    folded.remove_suffix(unit.word.size());
    if (folded.ends_with(' ')) folded.remove_suffix(1);
    return {folded, unit.display};
  }
  return {folded, std::nullopt};
}

tl::expected<std::int64_t, AmountError> parse_amount(std::string_view text, MoneyDisplay typed_in) {
  std::string folded = fold(text);
  const std::int64_t per_unit = take_unit(folded, typed_in) == MoneyDisplay::toman ? 10 : 1;
  const std::u32string points = to_code_points(folded);
  if (const auto error = malformed(points)) return tl::unexpected(*error);
  const std::u32string digits = ungrouped(points);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) {
    return tl::unexpected(AmountError::not_a_number);
  }
  if (std::all_of(digits.begin(), digits.end(), [](char32_t c) { return c == U'0'; })) {
    return tl::unexpected(AmountError::zero);
  }
  if (digits.front() == U'0') return tl::unexpected(AmountError::not_a_number);
  std::int64_t amount = 0;
  for (const char32_t digit : digits) {
    amount = amount * 10 + static_cast<std::int64_t>(digit - U'0');
    if (amount > kTypedRialsMax / per_unit) return tl::unexpected(AmountError::too_large);
  }
  return amount * per_unit;
}

}  // namespace peyk::templates
