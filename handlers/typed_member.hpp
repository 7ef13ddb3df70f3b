// What members type behind the words that move credit, out of folded words; and what is said to it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "handlers/club.hpp"
#include "handlers/facts.hpp"
#include "handlers/rules/units.hpp"
#include "handlers/speaker.hpp"
#include "templates/keywords.hpp"
#include "templates/money.hpp"

namespace peyk::handlers {

// "09120000101 50 000 rials", or the phone behind the amount.
struct TypedGive {
  std::optional<PhoneNumber> to;  // nothing: no mobile number was read
  tl::expected<rules::Amount, templates::AmountError> amount = 0;
};
TypedGive read_give(std::span<const std::string> words, MoneyDisplay typed_in);

// "250000 AT 12", «250000 شعبه 12».
struct TypedPay {
  std::optional<BranchNo> branch;  // nothing: none was named
  tl::expected<rules::Amount, templates::AmountError> amount = 0;
};
TypedPay read_pay(std::span<const std::string> words, MoneyDisplay typed_in);

// The page of a statement: the first if none is named; nothing: there is no such page.
std::optional<std::uint32_t> read_page(std::span<const std::string> words);

// What is wrong with an amount, in words.
std::string bad_amount(const Speaker& speaker, templates::AmountError error, const Setting& setting);
Said give_typed(const Speaker& speaker, const templates::Typed& typed, const Facts& facts, Setting& setting);
// A club of one branch needs none.
Said pay_typed(const Speaker& speaker, const templates::Typed& typed, const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
