#include "handlers/typed_order.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "templates/fold.hpp"
#include "templates/utf8.hpp"

namespace peyk::handlers {
namespace {

using templates::AmountError;
using templates::MoneyDisplay;

constexpr std::size_t kInvoiceOctetsMax = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool only_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}
bool is_group(std::string_view text) {
  return text.size() == 3 && only_digits(text);
}
bool only_zeros(std::string_view text) {
  return !text.empty() && text.find_first_not_of('0') == text.npos;
}

// "850 هزار", "850 thousand": an amount of which we read only the figure would be a thousandth.
bool is_scale(std::string_view word) {
  static const std::array<std::string, 7> scales = {templates::fold("هزار"),
                                                    templates::fold("هزارتومان"),
                                                    templates::fold("میلیون"),
                                                    "thousand",
                                                    "million",
                                                    "k",
                                                    "m"};
  return std::find(scales.begin(), scales.end(), word) != scales.end();
}

// "The discounts that fit are taken off."
bool is_off_word(std::string_view word) {
  static const std::string persian = templates::fold("تخفیف");
  return word == "off" || word == persian;
}

// A word without the separators of groups at its ends: of "850 , 000" and "850 ٬000" only the digits count.
std::string_view without_separators(std::string_view word) {
  static constexpr std::array<std::string_view, 4> kSeparators = {",", "٬", "،", "'"};
  const auto trim = [](std::string_view text) {
    for (const std::string_view one : kSeparators) {
      if (text.starts_with(one)) return text.substr(one.size());
      if (text.ends_with(one)) return text.substr(0, text.size() - one.size());
    }
    return text;
  };
  for (std::string_view next = trim(word); next.size() != word.size(); next = trim(word)) word = next;
  return word;
}

// One word, or what stands before the unit at its end.
struct Part {
  std::string text;
  std::optional<MoneyDisplay> unit;  // named right behind it
  bool before_off = false;           // as a unit does, OFF behind a group ends the amount

  bool ends_amount() const { return unit || before_off; }
};

struct Parts {
  std::vector<Part> parts;
  std::vector<MoneyDisplay> units;  // all that are named
  bool off = false;
};

Parts split_units(std::span<const std::string> words, bool with_off) {
  Parts found;
  for (const std::string& word : words) {
    const std::string_view whole = without_separators(word);
    if (with_off && is_off_word(whole)) {
      found.off = true;
      if (!found.parts.empty()) found.parts.back().before_off = true;
      continue;
    }
    const auto [text, unit] = templates::split_currency(whole);
    // "A17" may end like a unit; only behind digits it is one.
    const bool is_unit = unit && (text.empty() || is_digit(text.back()));
    if (is_unit) found.units.push_back(*unit);
    if (is_unit && text.empty()) {
      if (!found.parts.empty()) found.parts.back().unit = unit;
    } else if (!whole.empty()) {
      found.parts.push_back({std::string(is_unit ? text : whole), is_unit ? unit : std::nullopt});
    }
  }
  return found;
}

// How many parts the amount has: a lead of one to three digits takes the groups behind it.
std::size_t amount_size(std::span<const Part> parts) {
  const std::string& lead = parts.front().text;
  if (lead.size() > 3 || !only_digits(lead)) return 1;
  std::size_t size = 1;
  while (size < parts.size() && !parts[size - 1].ends_amount() && is_group(parts[size].text)) ++size;
  return size;
}

// A price that is round to the thousand and then is not: its last group may as well be an invoice.
bool may_end_earlier(std::span<const Part> amount) {
  const std::size_t size = amount.size();
  return size > 2 && !amount[size - 1].ends_amount() && only_zeros(amount[size - 2].text) &&
         !only_zeros(amount[size - 1].text);
}

}  // namespace

bool looks_like_pin(std::string_view word) {
  return word.size() >= 4 && word.size() <= 6 && only_digits(word);
}

tl::expected<TypedOrder, AmountError> read_order(std::span<const std::string> words, MoneyDisplay typed_in,
                                                 bool with_pin, bool with_off) {
  Parts found = split_units(words, with_off);
  const std::vector<MoneyDisplay>& units = found.units;
  std::vector<Part>& parts = found.parts;
  if (std::any_of(units.begin(), units.end(), [&](MoneyDisplay unit) { return unit != units.front(); }))
    return tl::unexpected(AmountError::ambiguous);
  if (parts.empty()) return tl::unexpected(AmountError::empty);

  TypedOrder order{.off = found.off};
  if (with_pin && parts.size() > 1 && looks_like_pin(parts.back().text)) {
    order.pin = parts.back().text;
    parts.pop_back();
  }
  const std::size_t size = amount_size(parts);
  std::string written = parts.front().text;
  for (std::size_t i = 1; i < size; ++i) written += ' ' + parts[i].text;
  const auto amount = templates::parse_amount(written, units.empty() ? typed_in : units.front());
  if (!amount) return tl::unexpected(amount.error());

  const bool has_more = size < parts.size();
  if (has_more && !parts[size - 1].unit && (only_zeros(parts[size].text) || is_scale(parts[size].text)))
    return tl::unexpected(AmountError::not_a_number);
  if (!has_more && may_end_earlier(parts)) return tl::unexpected(AmountError::ambiguous);
  order.amount = *amount;
  if (has_more) order.invoice = templates::clip(parts[size].text, kInvoiceOctetsMax);
  return order;
}

tl::expected<rules::Amount, AmountError> read_amount(std::span<const std::string> words,
                                                     MoneyDisplay typed_in) {
  const auto order = read_order(words, typed_in, false);
  if (!order) return tl::unexpected(order.error());
  if (!order->invoice.empty()) return tl::unexpected(AmountError::not_a_number);
  return order->amount;
}

}  // namespace peyk::handlers
