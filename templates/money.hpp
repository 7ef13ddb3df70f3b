// Amounts as people read and type them. Inside, an amount is an integer of the smallest unit (rial).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "templates/language.hpp"

namespace peyk::templates {

enum class MoneyDisplay : std::uint8_t { rial, toman };  // toman: shown and typed as rial / 10

// 10^14 rial, as rules::kAmountMax (this room may not include it; a test of the rules holds them together).
inline constexpr std::int64_t kTypedRialsMax = 100'000'000'000'000;

// In the order of checking; ambiguous: said by whoever reads a whole text, where it could mean two sums.
enum class AmountError : std::uint8_t { empty, negative, fraction, not_a_number, zero, too_large, ambiguous };

// "۸۵٬۰۰۰ تومان", "850,000 rials". A rest below one toman is shown ("۸٬۵۰۰٫۵ تومان"): the text never says
// another sum than the ledger.
std::string format_amount(std::int64_t rials, MoneyDisplay display, Language language);

// "۸۵٬۰۰۰", "85,000": the locale's digits and group separators.
std::string format_number(std::int64_t number, Language language);

// A folded word without the unit at its end ("850000ریال", "تومان"), and the unit, if it names one.
std::pair<std::string_view, std::optional<MoneyDisplay>> split_currency(std::string_view folded);

// Rials of a typed amount. `typed_in` is its unit unless the text names one ("85000 تومان", "850000 rial").
// Any digit family; groups of three may be parted by , ٬ ، or one space. Refused: nothing, zero, a sign, a
// fraction, 1e3, a leading zero (a phone number in the wrong place), more than kTypedRialsMax.
tl::expected<std::int64_t, AmountError> parse_amount(std::string_view text, MoneyDisplay typed_in);

}  // namespace peyk::templates
