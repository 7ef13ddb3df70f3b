#include "config/scalars.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace peyk::config::config_scalars_test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

template <class Value>
struct Reading {
  std::string_view text;
  std::optional<Value> value;  // nothing: refused
};

TEST(ConfigScalars, whole_numbers_are_read_and_everything_else_is_refused) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const Reading<std::int64_t> readings[] = {
      {"0", 0},
      {"100000", 100000},
      {"100_000", 100000},
      {"-5", -5},
      {"0x0F", 15},
      {"0xff", 255},
      {"9223372036854775807", kMax},
      {"9223372036854775808", kMax},
      {"-99999999999999999999", kMin},
      {"", std::nullopt},
      {"-", std::nullopt},
      {"+5", std::nullopt},
      {"5.0", std::nullopt},
      {"1e3", std::nullopt},
      {"0750", std::nullopt},
      {"00", std::nullopt},
      {" 5", std::nullopt},
      {"5 ", std::nullopt},
      {"_5", std::nullopt},
      {"5_", std::nullopt},
      {"1__0", std::nullopt},
      {"_", std::nullopt},
      {"0x", std::nullopt},
      {"0xg", std::nullopt},
      {"۱۲", std::nullopt},
      {"five", std::nullopt},
  };
  for (const auto& [text, value] : readings) EXPECT_EQ(parse_whole_number(text), value) << text;
}

TEST(ConfigScalars, a_time_span_has_a_unit) {
  const Reading<std::chrono::milliseconds> readings[] = {
      {"500ms", 500ms},
      {"30s", 30s},
      {"5m", 5min},
      {"2h", 2h},
      {"7d", 7 * 24h},
      {"0s", 0ms},
      {"999999999999d", 1000 * 366 * 24h},
      {"30", std::nullopt},
      {"s", std::nullopt},
      {"", std::nullopt},
      {"-1s", std::nullopt},
      {"1.5s", std::nullopt},
      {"30 s", std::nullopt},
      {"30S", std::nullopt},
      {"30sec", std::nullopt},
      {"1h30m", std::nullopt},
      {"99999999999999999999s", std::nullopt},
  };
  for (const auto& [text, value] : readings) EXPECT_EQ(parse_time_span(text), value) << text;
}

RC_GTEST_PROP(ConfigScalars, a_formatted_time_span_is_read_back, ()) {
  const std::chrono::milliseconds span{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)};
  RC_ASSERT(parse_time_span(format_time_span(span)) == span);
}

TEST(ConfigScalars, a_rate_is_a_second_or_a_minute) {
  const Reading<double> readings[] = {
      {"0", 0.0},
      {"100", 100.0},
      {"100/s", 100.0},
      {"0.5/s", 0.5},
      {"30/min", 0.5},
      {"100/h", std::nullopt},
      {"/s", std::nullopt},
      {"-1", std::nullopt},
      {"1.", std::nullopt},
      {".5", std::nullopt},
      {"1.2345", std::nullopt},
      {"1e2", std::nullopt},
      {"nan", std::nullopt},
      {"inf", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [text, value] : readings) EXPECT_EQ(parse_rate(text), value) << text;
}

TEST(ConfigScalars, percent_has_up_to_two_decimals) {
  const Reading<std::int64_t> readings[] = {
      {"5", 500},
      {"7.5", 750},
      {"12.25", 1225},
      {"0.01", 1},
      {"100%", 10000},
      {"5%", 500},
      {"5.125", std::nullopt},
      {"5.", std::nullopt},
      {"-5", std::nullopt},
      {"5 %", std::nullopt},
      {"%", std::nullopt},
      {"", std::nullopt},
      {"5,5", std::nullopt},
  };
  for (const auto& [text, value] : readings) EXPECT_EQ(parse_percent(text), value) << text;
}

TEST(ConfigScalars, utf8_is_told_from_what_only_looks_like_it) {
  for (const auto good : {""sv, "abc"sv, "نان"sv, "\U0001F35E"sv, "\xEF\xBF\xBD"sv, "\xF4\x8F\xBF\xBF"sv}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const auto bad : {"\xFF"sv, "\x80"sv, "\xC0\xAF"sv, "\xC1\xBF"sv, "\xE0\x80\xAF"sv, "\xED\xA0\x80"sv,
                         "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xD9"sv, "\xE2\x82"sv, "\xD9\x41"sv}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(ConfigScalars, a_clean_line_hides_nothing) {
  EXPECT_TRUE(is_clean_line("نان و نمک"));
  EXPECT_TRUE(is_clean_line("می\u200Cخواهم"));
  for (const auto bad : {" a"sv, "a "sv, "a\nb"sv, "a\tb"sv, "a\u202Eb"sv, "a\u200Fb"sv, "a\uFEFF"sv,
                         "a\x7F"sv, "a\u0085"sv, "\xFF"sv}) {
    EXPECT_FALSE(is_clean_line(bad)) << bad;
  }
}

TEST(ConfigScalars, characters_are_counted_not_octets) {
  EXPECT_EQ(characters(""), 0u);
  EXPECT_EQ(characters("abc"), 3u);
  EXPECT_EQ(characters("نان"), 3u);
}

TEST(ConfigScalars, a_variable_name_begins_with_no_digit) {
  EXPECT_TRUE(is_variable_name("PEYK_MYSQL_PASSWORD"));
  EXPECT_TRUE(is_variable_name("_x1"));
  for (const auto bad : {""sv, "1X"sv, "A-B"sv, "A B"sv, "نام"sv}) EXPECT_FALSE(is_variable_name(bad)) << bad;
}

}  // namespace
}  // namespace peyk::config::config_scalars_test
