// What a cashier types behind a code: amount, unit, invoice and PIN, however phones and hands part them.
#include "handlers/typed_order.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "handlers/rules/codes.hpp"
#include "templates/keywords.hpp"

namespace peyk::tests::handlers_typed_order_test {
namespace {

using namespace handlers;
using templates::AmountError;
using templates::Language;
using templates::MoneyDisplay;
using Read = tl::expected<TypedOrder, AmountError>;

// As a whole text, so that folding and the splitting of words take part.
Read read(const std::string& behind_the_code, MoneyDisplay typed_in = MoneyDisplay::rial,
          bool with_pin = true) {
  const auto typed = templates::Keywords::standard().match("1234567 " + behind_the_code);
  EXPECT_EQ(typed.code, "1234567");
  return read_order(typed.args, typed_in, with_pin);
}

TEST(TypedOrder, is_read_as_a_cashier_means_it) {
  const std::vector<std::pair<std::string, TypedOrder>> cases = {
      {"850000 4321", {850'000, "", "4321"}},
      {"850000 A17 4321", {850'000, "a17", "4321"}},
      {"850000 1234 4321", {850'000, "1234", "4321"}},
      {"850000", {850'000, "", ""}},
      // groups
      {"850 000 4321", {850'000, "", "4321"}},
      {"850 000", {850'000, "", ""}},
      {"1 850 000 4321", {1'850'000, "", "4321"}},
      {"850 500 4321", {850'500, "", "4321"}},
      {"12 345 678 4321", {12'345'678, "", "4321"}},
      {"850 000 A17 4321", {850'000, "a17", "4321"}},
      {"850 000 1234 4321", {850'000, "1234", "4321"}},
      {"1 000 500 A17 4321", {1'000'500, "a17", "4321"}},
      {"850,000 4321", {850'000, "", "4321"}},
      {"850, 000 4321", {850'000, "", "4321"}},
      {"850 , 000 4321", {850'000, "", "4321"}},
      {"۸۵۰ ۰۰۰ ۴۳۲۱", {850'000, "", "4321"}},
      {"٨٥٠ ٠٠٠ ٤٣٢١", {850'000, "", "4321"}},
      {"۸۵۰٬۰۰۰ ۴۳۲۱", {850'000, "", "4321"}},
      {"۸۵۰ ٬ ۰۰۰ ۴۳۲۱", {850'000, "", "4321"}},
      {"۸۵۰ ٬۰۰۰ ۴۳۲۱", {850'000, "", "4321"}},
      {"۸۵۰، ۰۰۰ ۴۳۲۱", {850'000, "", "4321"}},
      {"850\u00A0000 4321", {850'000, "", "4321"}},
      {"850\u2009000\u202F4321", {850'000, "", "4321"}},
      // a unit as its own word, or not
      {"850000 ریال 4321", {850'000, "", "4321"}},
      {"850000 ريال 4321", {850'000, "", "4321"}},
      {"850000 تومان 4321", {8'500'000, "", "4321"}},
      {"850000 تومن 4321", {8'500'000, "", "4321"}},
      {"850000ریال 4321", {850'000, "", "4321"}},
      {"850000 toman 4321", {8'500'000, "", "4321"}},
      {"850000 Tomans A17 4321", {8'500'000, "a17", "4321"}},
      {"850000 rials. 4321", {850'000, "", "4321"}},
      {"850000 IRR 4321", {850'000, "", "4321"}},
      {"850 000 تومان 4321", {8'500'000, "", "4321"}},
      {"850 000تومان 4321", {8'500'000, "", "4321"}},
      {"۸۵۰ ۰۰۰ تومان ۱۲۳ ۴۳۲۱", {8'500'000, "123", "4321"}},
      {"850 000 123 rial 4321", {850'000'123, "", "4321"}},
      {"850000 A17 ریال 4321", {850'000, "a17", "4321"}},
      {"850000 4321 ریال", {850'000, "", "4321"}},
      {"850000 ریال", {850'000, "", ""}},
      {"ریال 850000 4321", {850'000, "", "4321"}},
      {"850000 ت 4321", {8'500'000, "", "4321"}},
      {"850000 ریال ریال 4321", {850'000, "", "4321"}},
  };
  for (const auto& [text, wanted] : cases) {
    const Read order = read(text);
    ASSERT_TRUE(order.has_value()) << text;
    EXPECT_EQ(order->amount, wanted.amount) << text;
    EXPECT_EQ(order->invoice, wanted.invoice) << text;
    EXPECT_EQ(order->pin, wanted.pin) << text;
  }
}

TEST(TypedOrder, is_refused_where_it_could_mean_two_sums_or_none) {
  const std::vector<std::pair<std::string, AmountError>> cases = {
      {"850 000 123 4321", AmountError::ambiguous},  // an invoice 123, or 850 million
      {"1 000 500", AmountError::ambiguous},
      {"850000 ریال تومان 4321", AmountError::ambiguous},
      {"850000 rial A17 toman 4321", AmountError::ambiguous},
      {"850000 000 4321", AmountError::not_a_number},
      {"850,000 000 4321", AmountError::not_a_number},
      {"1850 000 4321", AmountError::not_a_number},
      {"85 0000 4321", AmountError::not_a_number},
      {"850 هزار تومان 4321", AmountError::not_a_number},
      {"850 thousand 4321", AmountError::not_a_number},
      {"850 k 4321", AmountError::not_a_number},
      {"تومان", AmountError::empty},
      {"0 850 4321", AmountError::not_a_number},
      {"0 4321", AmountError::zero},
      {"-5000 4321", AmountError::negative},
      {"-850 000 4321", AmountError::negative},
      {"850000.5 4321", AmountError::fraction},
      {"999 999 999 999 999 999 4321", AmountError::too_large},
  };
  for (const auto& [text, wanted] : cases) {
    const Read order = read(text);
    ASSERT_FALSE(order.has_value()) << text << " was read as " << order->amount;
    EXPECT_EQ(static_cast<int>(order.error()), static_cast<int>(wanted)) << text;
  }
}

TEST(TypedOrder, is_in_the_clubs_unit_unless_it_names_one) {
  EXPECT_EQ(read("85 000 4321", MoneyDisplay::toman)->amount, 850'000);
  EXPECT_EQ(read("85000 4321", MoneyDisplay::toman)->amount, 850'000);
  EXPECT_EQ(read("85000 تومان 4321", MoneyDisplay::toman)->amount, 850'000);
  EXPECT_EQ(read("850000 ریال 4321", MoneyDisplay::toman)->amount, 850'000);
  EXPECT_EQ(read("850 000 rial A17 4321", MoneyDisplay::toman)->amount, 850'000);
}

TEST(TypedOrder, has_no_pin_where_the_club_asks_for_none) {
  const Read order = read("850 000 4321", MoneyDisplay::rial, false);
  EXPECT_EQ(order->amount, 850'000);
  EXPECT_EQ(order->invoice, "4321");
  EXPECT_EQ(order->pin, "");
}

TEST(TypedOrder, is_less_the_discounts_where_it_says_so_anywhere_behind_a_phone) {
  const auto read_off = [](const std::string& text) {
    const auto typed = templates::Keywords::standard().match("BUY " + text);
    return read_order(typed.args, MoneyDisplay::rial, true, true);
  };
  const std::vector<std::pair<std::string, TypedOrder>> cases = {
      {"850000 OFF 4321", {850'000, "", "4321", true}},
      {"850000 4321 off", {850'000, "", "4321", true}},
      {"850000 A17 OFF 4321", {850'000, "a17", "4321", true}},
      {"850000 OFF A17 4321", {850'000, "a17", "4321", true}},
      {"850 000 OFF 123 4321", {850'000, "123", "4321", true}},  // it ends the amount
      {"1 000 500 OFF", {1'000'500, "", "", true}},
      {"85000 تومان تخفیف 4321", {850'000, "", "4321", true}},
      {"۸۵۰۰۰۰ تخفيف ۴۳۲۱", {850'000, "", "4321", true}},
      {"850000 4321", {850'000, "", "4321", false}},
      {"850000 OFFICE 4321", {850'000, "office", "4321", false}},
  };
  for (const auto& [text, wanted] : cases) {
    const Read order = read_off(text);
    ASSERT_TRUE(order.has_value()) << text;
    EXPECT_EQ(*order, wanted) << text;
  }
  EXPECT_FALSE(read_off("OFF")) << "of nothing";
  EXPECT_FALSE(read_off("850 OFF 000 4321")) << "half of an amount";
  EXPECT_EQ(read("850000 OFF 4321")->invoice, "off") << "behind a code it is a word like any other";
}

std::string in_groups(std::int64_t number, const std::string& separator, const std::string& zero) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += separator;
    if (zero == "0") {
      out += digits[i];
    } else {
      std::string digit = zero;  // the digits of a family follow one another in UTF-8 too
      digit.back() = static_cast<char>(digit.back() + (digits[i] - '0'));
      out += digit;
    }
  }
  return out;
}

RC_GTEST_PROP(TypedOrder, is_the_same_however_an_amount_is_written, ()) {
  const bool big = *rc::gen::arbitrary<bool>();
  const auto figure = big ? *rc::gen::inRange<std::int64_t>(1, 100'000) * 1000
                          : *rc::gen::inRange<std::int64_t>(1000, 1'000'000'000);
  const auto separator = *rc::gen::element<std::string>("", " ", ",", "٬", "،", "\u00A0", ", ", " ٬ ");
  const auto zero = *rc::gen::element<std::string>("0", "۰", "٠");
  const auto unit =
      *rc::gen::element<std::string>("", " ریال", "ریال", " rials", " تومان", "تومان", " toman");
  const auto invoice = *rc::gen::element<std::string>("", "a17", "1234", "90210");
  const auto home = *rc::gen::element(MoneyDisplay::rial, MoneyDisplay::toman);
  const bool toman = unit.empty() ? home == MoneyDisplay::toman
                                  : unit.find("تومان") != unit.npos || unit.find("toman") != unit.npos;
  const std::string text = in_groups(figure, separator, zero) + unit +
                           (invoice.empty() ? "" : " " + invoice) +
                           (*rc::gen::arbitrary<bool>() ? " ۴۳۲۱" : " 4321");
  const Read order = read(text, home);
  if (!order.has_value()) {
    // The one thing that may be asked back: 1 000 500, in words.
    RC_ASSERT(order.error() == AmountError::ambiguous);
    RC_ASSERT(unit.empty() && invoice.empty());
    return;
  }
  RC_ASSERT(order->amount == figure * (toman ? 10 : 1));
  RC_ASSERT(order->invoice == invoice);
  RC_ASSERT(order->pin == "4321");
}

}  // namespace
}  // namespace peyk::tests::handlers_typed_order_test
