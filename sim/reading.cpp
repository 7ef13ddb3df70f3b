#include "sim/reading.hpp"

#include <algorithm>
#include <optional>

namespace peyk::sim {
namespace {

// Decodes leniently: a broken octet is U+FFFD, which is neither digit nor separator.
std::u32string code_points(std::string_view utf8) {
  std::u32string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    char32_t c = length == 1 ? (lead < 0x80 ? lead : 0xFFFDU) : lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < utf8.size(); ++k) {
      c = c << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3FU);
    }
    out.push_back(c);
    i += length;
  }
  return out;
}

std::optional<char> digit(char32_t c) {
  for (const char32_t zero : {U'0', U'\u06F0', U'\u0660'}) {
    if (c >= zero && c <= zero + 9) return static_cast<char>('0' + (c - zero));
  }
  return std::nullopt;
}

bool separates(char32_t c) {
  return std::u32string_view(U",.\u066C\u066B\u060C\u2009\u202F\u00A0").find(c) != std::u32string_view::npos;
}

std::size_t digit_run(std::u32string_view text, std::size_t from) {
  std::size_t n = 0;
  while (from + n < text.size() && digit(text[from + n])) ++n;
  return n;
}

void append_digits(std::string& to, std::u32string_view run) {
  for (const char32_t c : run) to.push_back(*digit(c));
}

}  // namespace

std::vector<NumberRead> numbers_in(std::string_view utf8) {
  const std::u32string text = code_points(utf8);
  const std::u32string_view view = text;
  std::vector<NumberRead> numbers;
  for (std::size_t i = 0; i < view.size();) {
    std::size_t run = digit_run(view, i);
    if (run == 0) {
      ++i;
      continue;
    }
    NumberRead number;
    append_digits(number.digits, view.substr(i, run));
    i += run;
    while (run <= 3 && i < view.size() && separates(view[i]) && digit_run(view, i + 1) == 3) {
      append_digits(number.digits, view.substr(i + 1, 3));
      number.grouped = true;
      i += 4;
    }
    numbers.push_back(std::move(number));
  }
  return numbers;
}

bool mentions_amount(std::string_view text, std::int64_t rial) {
  const std::string as_rial = std::to_string(rial);
  const std::string as_toman = rial % 10 == 0 ? std::to_string(rial / 10) : as_rial;
  return std::ranges::any_of(numbers_in(text), [&](const NumberRead& number) {
    return number.digits == as_rial || number.digits == as_toman;
  });
}

bool mentions_code(std::string_view text, std::string_view code) {
  return std::ranges::any_of(
      numbers_in(text), [&](const NumberRead& number) { return !number.grouped && number.digits == code; });
}

std::string international_phone(std::string_view typed) {
  std::string digits;
  for (const char32_t c : code_points(typed)) {
    if (const auto d = digit(c)) digits.push_back(*d);
  }
  if (digits.starts_with("0098")) return digits.substr(2);
  if (digits.size() == 11 && digits.starts_with("09")) return "98" + digits.substr(1);
  if (digits.size() == 10 && digits.starts_with("9")) return "98" + digits;
  return digits;
}

std::string national_phone(std::string_view international) {
  if (international.size() == 12 && international.starts_with("98")) {
    return "0" + std::string(international.substr(2));
  }
  return std::string(international);
}

}  // namespace peyk::sim
