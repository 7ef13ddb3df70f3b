#include "templates/money.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unicode/numberformatter.h>

#include <limits>

namespace peyk::tests::templates_money_test {
namespace {

using namespace templates;

TEST(Money, is_shown_as_people_write_it) {
  EXPECT_EQ(format_amount(850'000, MoneyDisplay::toman, Language::fa), "۸۵٬۰۰۰ تومان");
  EXPECT_EQ(format_amount(850'000, MoneyDisplay::rial, Language::fa), "۸۵۰٬۰۰۰ ریال");
  EXPECT_EQ(format_amount(850'000, MoneyDisplay::rial, Language::en), "850,000 rials");
  EXPECT_EQ(format_amount(850'000, MoneyDisplay::toman, Language::en), "85,000 tomans");
  EXPECT_EQ(format_amount(10, MoneyDisplay::toman, Language::en), "1 toman");
  EXPECT_EQ(format_amount(1, MoneyDisplay::rial, Language::en), "1 rial");
  EXPECT_EQ(format_amount(0, MoneyDisplay::toman, Language::fa), "۰ تومان");
}

TEST(Money, never_says_another_sum_than_the_ledger) {
  EXPECT_EQ(format_amount(85'005, MoneyDisplay::toman, Language::fa), "۸٬۵۰۰٫۵ تومان");
  EXPECT_EQ(format_amount(85'005, MoneyDisplay::toman, Language::en), "8,500.5 tomans");
  EXPECT_EQ(format_amount(7, MoneyDisplay::toman, Language::en), "0.7 tomans");
  EXPECT_EQ(format_amount(11, MoneyDisplay::toman, Language::en), "1.1 tomans");
}

TEST(Money, may_be_below_zero) {
  EXPECT_EQ(format_amount(-1'500, MoneyDisplay::rial, Language::en), "-1,500 rials");
  EXPECT_EQ(format_amount(-1'500, MoneyDisplay::rial, Language::fa), "\u200E\u2212۱٬۵۰۰ ریال");
  EXPECT_EQ(format_number(std::numeric_limits<std::int64_t>::min(), Language::en),
            "-9,223,372,036,854,775,808");
}

RC_GTEST_PROP(Money, numbers_look_as_the_locale_data_says, (std::int64_t number)) {
  for (const Language language : {Language::fa, Language::en}) {
    UErrorCode status = U_ZERO_ERROR;
    std::string expected;
    icu::number::NumberFormatter::withLocale(icu::Locale(language == Language::fa ? "fa" : "en"))
        .formatInt(number, status)
        .toString(status)
        .toUTF8String(expected);
    RC_ASSERT(U_SUCCESS(status));
    RC_ASSERT(format_number(number, language) == expected);
  }
}

TEST(TypedAmount, is_read_in_any_digits_and_groups) {
  for (const auto* text : {"850000", "۸۵۰۰۰۰", "٨٥٠٠٠٠", "850,000", "۸۵۰٬۰۰۰", "850،000", "850 000",
                           " 850000 ", "۸۵۰۰۰۰ ریال", "850,000 rials", "85000 تومان", "۸۵٬۰۰۰تومن",
                           "850000 IRR", "۸۵۰۰۰۰﷼", "85,000 Tomans", "850\u00a0000", "\u202a850000\u202c"}) {
    EXPECT_EQ(parse_amount(text, MoneyDisplay::rial), 850'000) << text;
  }
  EXPECT_EQ(parse_amount("85000", MoneyDisplay::toman), 850'000);
  EXPECT_EQ(parse_amount("850000 ریال", MoneyDisplay::toman), 850'000) << "the text names its unit";
  EXPECT_EQ(parse_amount("1", MoneyDisplay::rial), 1);
  EXPECT_EQ(parse_amount("100000000000000", MoneyDisplay::rial), kTypedRialsMax);
  EXPECT_EQ(parse_amount("10000000000000", MoneyDisplay::toman), kTypedRialsMax);
}

TEST(TypedAmount, is_refused_with_a_reason) {
  using enum AmountError;
  const std::vector<std::pair<std::string, AmountError>> cases = {
      {"", empty},
      {"   ", empty},
      {"تومان", empty},
      {"-5000", negative},
      {"\u22125000", negative},
      {"5000-", negative},
      {"12.5", fraction},
      {"۱۲٫۵", fraction},
      {"850.000", fraction},
      {"12/5", fraction},
      {"1e3", not_a_number},
      {"abc", not_a_number},
      {"+5000", not_a_number},
      {"0x10", not_a_number},
      {"12,34", not_a_number},
      {"1,2345", not_a_number},
      {"1,234 567", not_a_number},
      {",123", not_a_number},
      {"1234,567", not_a_number},
      {"09123456789", not_a_number},
      {"5 تومان و 3", not_a_number},
      {"\xFF\xFE", not_a_number},
      {"½", not_a_number},
      {"0", zero},
      {"۰۰۰", zero},
      {"100000000000001", too_large},
      {"10000000000001 تومان", too_large},
      {"9223372036854775807", too_large},
      {"18446744073709551617", too_large},
      {"99999999999999999999999999999999999", too_large},
  };
  for (const auto& [text, why] : cases) {
    const auto amount = parse_amount(text, MoneyDisplay::rial);
    ASSERT_FALSE(amount) << text;
    EXPECT_EQ(amount.error(), why) << text;
  }
  EXPECT_EQ(parse_amount(std::string(10'000, '9'), MoneyDisplay::rial).error(), too_large);
}

RC_GTEST_PROP(TypedAmount, is_read_back_from_what_we_show, ()) {
  const auto units = *rc::gen::inRange<std::int64_t>(1, kTypedRialsMax / 10);
  const auto language = *rc::gen::element(Language::fa, Language::en);
  RC_ASSERT(parse_amount(format_amount(units, MoneyDisplay::rial, language), MoneyDisplay::toman) == units);
  RC_ASSERT(parse_amount(format_amount(units * 10, MoneyDisplay::toman, language), MoneyDisplay::rial) ==
            units * 10);
  RC_ASSERT(parse_amount(format_number(units, language), MoneyDisplay::rial) == units);
}

RC_GTEST_PROP(TypedAmount, is_in_range_or_refused_for_any_octets, (const std::string& octets)) {
  const auto amount = parse_amount(octets, MoneyDisplay::toman);
  RC_ASSERT(!amount || (*amount > 0 && *amount <= kTypedRialsMax));
}

}  // namespace
}  // namespace peyk::tests::templates_money_test
