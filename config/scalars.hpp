// What a scalar's text means: pure text → value, nothing when it is not of that kind. Ranges are the
// caller's.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace peyk::config {

// Decimal, or hexadecimal after 0x; `_` between digits; no leading zeros (0750 could be meant as octal). A
// number outside 64 bits is the nearest one inside: it is outside every range, too.
std::optional<std::int64_t> parse_whole_number(std::string_view text);
// Octets as pairs of hexadecimal digits: "00ff".
std::optional<std::string> parse_hex(std::string_view text);

// A whole number and ms, s, m, h or d. At most a thousand years.
std::optional<std::chrono::milliseconds> parse_time_span(std::string_view text);
std::string format_time_span(std::chrono::milliseconds span);  // in the largest unit that divides it

// "100", "100/s", "0.5/s", "30/min" as times a second.
std::optional<double> parse_rate(std::string_view text);

// "5", "7.5", "12.25", "5%" as hundredths of a percent.
std::optional<std::int64_t> parse_percent(std::string_view text);

bool is_utf8(std::string_view text);

// Line of text for people: valid UTF-8 without control or invisible direction characters (U+200C, the
// half-space of Persian, is one of its letters), no blank at either end.
bool is_clean_line(std::string_view text);
std::size_t characters(std::string_view utf8);

// [A-Za-z_][A-Za-z0-9_]*
bool is_variable_name(std::string_view text);

inline constexpr std::string_view kDigits = "0123456789";
// Every octet is one of `allowed`, and there are min to max of them.
bool consists_of(std::string_view text, std::string_view allowed, std::size_t min, std::size_t max);

}  // namespace peyk::config
