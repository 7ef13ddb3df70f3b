// A cashier's order as typed behind the code: "<amount> [unit] [invoice] [pin]", out of folded words. Behind
// a shopper's phone the word OFF («تخفیف») may be among them: her discounts are taken off.
//
//   words -> parts (separators and units split off) -> amount, as many parts as it has -> PIN, the last ->
//   invoice
//
// - An amount may be written in groups of three digits: "850 000". They are one amount: nobody's bill is 850
// rials.
// - A unit word belongs to the amount wherever it stands, and is never an invoice. Behind a group it ends the
// amount.
// - What could be two things is refused, for money is at stake: in "850 000 123" the last group may be an
// invoice.
#pragma once

#include <span>
#include <string>
#include <tl/expected.hpp>

#include "handlers/rules/units.hpp"
#include "templates/money.hpp"

namespace peyk::handlers {

struct TypedOrder {
  rules::Amount amount = 0;
  std::string invoice;  // at most 64 octets
  std::string pin;
  bool off = false;

  bool operator==(const TypedOrder&) const = default;
};

// 4 to 6 ASCII digits.
bool looks_like_pin(std::string_view word);

// `typed_in` is the unit of an amount that names none. Without `with_pin` digits at the end are an invoice;
// without `with_off` OFF is a word like any other.
tl::expected<TypedOrder, templates::AmountError> read_order(std::span<const std::string> words,
                                                            templates::MoneyDisplay typed_in, bool with_pin,
                                                            bool with_off = false);

// An amount and nothing else: "100 000 rials".
tl::expected<rules::Amount, templates::AmountError> read_amount(std::span<const std::string> words,
                                                                templates::MoneyDisplay typed_in);

}  // namespace peyk::handlers
