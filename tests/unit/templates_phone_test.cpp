#include "templates/phone.hpp"

#include <gtest/gtest.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>
#include <rapidcheck/gtest.h>

namespace peyk::tests::templates_phone_test {
namespace {

using namespace templates;

TEST(Phone, shows_a_number_whole_and_masked) {
  const auto phone = parse_phone("۰۹۱۲ ۳۴۵ ۶۷۸۹");
  ASSERT_EQ(phone, 989123456789u);
  EXPECT_EQ(format_local(*phone), "09123456789");
  EXPECT_EQ(masked(*phone), "0912xxx6789");
  EXPECT_EQ(e164(*phone), "+989123456789");
  EXPECT_EQ(format_local(971501234567), "+971501234567");
  EXPECT_EQ(masked(971501234567), "+971xxx4567");
  EXPECT_EQ(masked(0), "xxx+0");
}

TEST(Phone, reads_a_foreign_number_by_its_region) {
  EXPECT_EQ(parse_phone("0501234567", "AE"), 971501234567u);
  EXPECT_FALSE(parse_phone("0501234567"));
  EXPECT_EQ(parse_phone("+989123456789", "AE"), 989123456789u);
  EXPECT_EQ(parse_phone("0791 112 3456", "GB"), 447911123456u);
}

TEST(Phone, refuses_what_is_no_number) {
  for (const auto* text :
       {"9", "1234567", "09123456789 850000", "+98+9123456789", "0912-345-678x", "\xFF\xFE", "++",
        "09123456789;ext=1", "989123456789989123456789", "02188776655", "0098 0912 345 6789"}) {
    EXPECT_FALSE(parse_phone(text)) << text;
  }
  EXPECT_FALSE(parse_phone(std::string(10'000, '9')));
  EXPECT_FALSE(parse_phone("0912" + std::string(10'000, ' ') + "3456789"));
}

TEST(Phone, keeps_the_digits_of_lines) {
  EXPECT_EQ(line_digits("+98 3000 1234"), "30001234");
  EXPECT_EQ(line_digits("0098 30001234"), "30001234");
  EXPECT_EQ(line_digits("۳۰۰۰۱۲۳۴"), "30001234");
  EXPECT_EQ(line_digits("+98738"), "738");
  EXPECT_EQ(line_digits("98738"), "98738") << "may be a short code";
  EXPECT_EQ(line_digits("+982191000123"), "02191000123");
  EXPECT_EQ(line_digits("02191000123"), "02191000123");
  for (const auto* text : {"PEYK", "", "12", "+98", "1234567890123456", "30001234x"}) {
    EXPECT_EQ(line_digits(text), "") << text;
  }
}

// Parts of 0904 that were given out after the metadata of Debian 12 (8.12.57) was made.
bool is_younger_than_the_metadata(const std::string& text) {
  return text.substr(text.size() - 10).starts_with("904");
}

std::optional<std::uint64_t> by_libphonenumber(const std::string& text) {
  using i18n::phonenumbers::PhoneNumberUtil;
  const auto& util = *PhoneNumberUtil::GetInstance();
  i18n::phonenumbers::PhoneNumber number;
  if (util.Parse(text, "IR", &number) != PhoneNumberUtil::NO_PARSING_ERROR) return std::nullopt;
  if (!util.IsValidNumber(number) || util.GetNumberType(number) != PhoneNumberUtil::MOBILE)
    return std::nullopt;
  std::string e164_text;
  util.Format(number, PhoneNumberUtil::E164, &e164_text);
  return std::stoull(e164_text.substr(1));
}

RC_GTEST_PROP(Phone, the_fast_path_says_what_libphonenumber_says, ()) {
  const auto prefix = *rc::gen::element<std::string>("0", "", "98", "+98", "0098");
  const auto national = *rc::gen::inRange<std::uint64_t>(9'000'000'000, 10'000'000'000);
  const std::string text = prefix + std::to_string(national);
  if (is_younger_than_the_metadata(text)) {
    RC_ASSERT(parse_phone(text) == 98'0000000000 + national);
  } else {
    RC_ASSERT(parse_phone(text) == by_libphonenumber(text));
  }
}

TEST(Phone, the_fast_path_agrees_on_every_mobile_range) {
  for (std::uint64_t range = 900'0; range < 1000'0; ++range) {
    for (const std::uint64_t rest : {0u, 123'456u, 999'999u}) {
      const std::string text = "0" + std::to_string(range * 1'000'000 + rest);
      if (is_younger_than_the_metadata(text)) {
        EXPECT_TRUE(parse_phone(text)) << text;
      } else {
        EXPECT_EQ(parse_phone(text), by_libphonenumber(text)) << text;
      }
    }
  }
}

RC_GTEST_PROP(Phone, every_form_of_a_number_is_the_same_number, ()) {
  const auto national = std::to_string(*rc::gen::inRange<std::uint64_t>(9'120'000'000, 9'130'000'000));
  const auto expected = parse_phone("0" + national);
  RC_ASSERT(expected.has_value());
  for (const auto* prefix : {"0", "", "98", "+98", "0098", "+98 ", "\u202a0"}) {
    RC_ASSERT(parse_phone(prefix + national) == expected);
  }
  RC_ASSERT(parse_phone(format_local(*expected)) == expected);
  RC_ASSERT(parse_phone(e164(*expected)) == expected);
}

RC_GTEST_PROP(Phone, any_octets_are_read_without_harm, (const std::string& octets)) {
  const auto phone = parse_phone(octets);
  RC_ASSERT(!phone || parse_phone(e164(*phone)) == phone);
  line_digits(octets);
}

}  // namespace
}  // namespace peyk::tests::templates_phone_test
