// What a person reads off a text: numbers, amounts and codes, in whatever digits and with whatever
// separators. The demo checks texts by these and never by their wording, which belongs to the club.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace peyk::sim {

struct NumberRead {
  std::string digits;    // ASCII, separators removed
  bool grouped = false;  // it was written with thousands separators
};

// All numbers of a text in order. Persian and Arabic digits count as digits; ',' '.' U+066C U+066B U+060C and
// thin or no-break spaces are separators when exactly three digits follow.
std::vector<NumberRead> numbers_in(std::string_view text);

// Whether `rial` is said, in rial or in toman (a tenth).
bool mentions_amount(std::string_view text, std::int64_t rial);

// Whether the seven digits stand in the text as one number of their own.
bool mentions_code(std::string_view text, std::string_view code);

// 09121234567, +989121234567, ۰۹۱۲… → 989121234567; other digits as they are; empty when there are none.
std::string international_phone(std::string_view typed);

// 989121234567 → 09121234567, as people here write it.
std::string national_phone(std::string_view international);

}  // namespace peyk::sim
