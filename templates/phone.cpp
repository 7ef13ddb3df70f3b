#include "templates/phone.hpp"

#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>

#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

constexpr std::size_t kDigitsMax = 20;       // E.164 has 15; before them an international prefix
constexpr std::size_t kTextOctetsMax = 200;  // a number with every mark that people put into one

struct Dialled {
  bool plus = false;
  std::string digits;  // ASCII
};

bool is_number_punctuation(char32_t c) {
  constexpr std::u32string_view kMarks = U"-().\u2010\u2011\u2012\u2013\u2014\u2212";
  return kMarks.find(c) != std::u32string_view::npos;
}

bool is_invisible(char32_t c) {
  return is_blank(c) || u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

std::optional<Dialled> read_dialled(std::string_view text) {
  if (text.size() > kTextOctetsMax) return std::nullopt;
  Dialled out;
  for (const char32_t c : to_code_points(text)) {
    const int digit = u_charDigitValue(static_cast<UChar32>(c));
    if (digit >= 0) {
      if (out.digits.size() == kDigitsMax) return std::nullopt;
      out.digits.push_back(static_cast<char>('0' + digit));
    } else if (c == U'+' || c == U'\uFF0B') {
      if (out.plus || !out.digits.empty()) return std::nullopt;
      out.plus = true;
    } else if (!is_number_punctuation(c) && !is_invisible(c)) {
      return std::nullopt;
    }
  }
  if (out.digits.empty()) return std::nullopt;
  return out;
}

std::uint64_t to_integer(std::string_view digits) {
  std::uint64_t number = 0;
  for (const char c : digits) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  return number;
}

// The 10 digits behind +98, 0098, 98 or 0, or the bare ten; empty if the text has none of these forms.
std::string_view iranian_national(const Dialled& dialled) {
  const std::string_view d = dialled.digits;
  if (d.size() == 12 && d.starts_with("98")) return d.substr(2);
  if (dialled.plus) return {};
  if (d.size() == 14 && d.starts_with("0098")) return d.substr(4);
  if (d.size() == 11 && d.starts_with("0")) return d.substr(1);
  return d.size() == 10 ? d : std::string_view{};
}

// Ranges that are mobile as a whole: 900-905, 910-919, 920-923, 930-939, 990-994, 996. Those given out in
// parts (995, 998, 999) are libphonenumber's to judge. Debian 12's libphonenumber (8.12.57, metadata of 2022)
// misses a part of 904 that operators have given out since; its later metadata has all of it, and a member
// must not be refused for a new number.
bool is_plain_iranian_mobile(std::string_view national) {
  if (national.size() != 10 || national[0] != '9') return false;
  const char third = national[2];
  switch (national[1]) {
    case '0':
      return third <= '5';
    case '1':
    case '3':
      return true;
    case '2':
      return third <= '3';
    case '9':
      return third <= '4' || third == '6';
    default:
      return false;
  }
}

std::optional<std::uint64_t> ask_libphonenumber(const Dialled& dialled, std::string_view region) {
  using i18n::phonenumbers::PhoneNumberUtil;
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  i18n::phonenumbers::PhoneNumber number;
  const std::string text = (dialled.plus ? "+" : "") + dialled.digits;
  if (util.Parse(text, std::string(region), &number) != PhoneNumberUtil::NO_PARSING_ERROR)
    return std::nullopt;
  if (!util.IsValidNumber(number)) return std::nullopt;
  const auto type = util.GetNumberType(number);
  if (type != PhoneNumberUtil::MOBILE && type != PhoneNumberUtil::FIXED_LINE_OR_MOBILE) return std::nullopt;
  std::string formatted;
  util.Format(number, PhoneNumberUtil::E164, &formatted);
  return to_integer(std::string_view(formatted).substr(1));
}

bool is_iranian_mobile(std::string_view e164_digits) {
  return e164_digits.size() == 12 && e164_digits.starts_with("989");
}

}  // namespace

std::optional<std::uint64_t> parse_phone(std::string_view any_form, std::string_view region) {
  const auto dialled = read_dialled(any_form);
  if (!dialled) return std::nullopt;
  const std::string_view digits = dialled->digits;
  // libphonenumber overlooks a trunk 0 behind the country code; here it is more likely a slip in another
  // digit.
  if (digits.starts_with(dialled->plus ? "980" : "00980")) return std::nullopt;
  if (region == "IR") {
    const auto national = iranian_national(*dialled);
    if (is_plain_iranian_mobile(national)) return 98'0000000000 + to_integer(national);
  }
  return ask_libphonenumber(*dialled, region);
}

std::string format_local(std::uint64_t phone) {
  const std::string digits = std::to_string(phone);
  return is_iranian_mobile(digits) ? "0" + digits.substr(2) : "+" + digits;
}

std::string masked(std::uint64_t phone) {
  const std::string shown = format_local(phone);
  if (shown.size() < 10) return "xxx" + shown.substr(shown.size() - std::min<std::size_t>(2, shown.size()));
  return shown.substr(0, 4) + "xxx" + shown.substr(shown.size() - 4);
}

std::string e164(std::uint64_t phone) {
  return "+" + std::to_string(phone);
}

std::string line_digits(std::string_view text) {
  constexpr std::array<std::string_view, 5> kLineRanges = {"1000", "2000", "3000", "5000", "9000"};
  const auto dialled = read_dialled(text);
  if (!dialled) return {};
  std::string_view rest = dialled->digits;
  const bool international = dialled->plus || rest.starts_with("0098");
  if (!dialled->plus && rest.starts_with("0098")) rest.remove_prefix(2);
  if (rest.starts_with("98")) {
    const std::string_view behind = rest.substr(2);
    const bool line = std::any_of(kLineRanges.begin(), kLineRanges.end(),
                                  [&](std::string_view range) { return behind.starts_with(range); });
    if (!line && behind.size() == 10) return "0" + std::string(behind);  // a fixed line: 021…
    if (line || international) rest = behind;
  }
  return rest.size() >= 3 && rest.size() <= 15 ? std::string(rest) : std::string();
}

}  // namespace peyk::templates
