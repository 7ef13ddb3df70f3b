// What a club's purchases of a while tell of it, in a few figures: what sells best, how large a basket is and
// was before, how much of it all comes from the fifth of the members who buy most, how many of these stay
// away.
//
//   each night: [the store counts the last kInsightDays days] -> Insight, part of the club's programme
//   -> INSIGHTS of a manager, the week's digest
//
// Of full days of the club, by when purchases were recorded, less what was given back since; what was wholly
// given back is no purchase.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "handlers/rules/units.hpp"

namespace peyk::handlers {

struct Insight {
  rules::Instant from{}, until{};
  std::uint64_t purchases = 0, purchases_before = 0;  // before: in as many days, just before
  rules::Amount sold = 0, sold_before = 0;
  rules::Amount by_members = 0, by_top = 0;  // of what was sold; the top: a fifth of them, who bought most
  // Members of the highest score by all that they ever spent; of them, away for more than twice their usual
  // gap.
  std::uint64_t top = 0, top_asleep = 0;
  std::string best;              // on most invoices; empty: no till told what was bought
  std::uint64_t best_count = 0;  // invoices
  bool operator==(const Insight&) const = default;
};

inline constexpr int kInsightDays = 30;

// Rounded down; nothing: there was no purchase.
std::optional<rules::Amount> mean_basket(rules::Amount sold, std::uint64_t purchases);
// Of the basket since the while before, in percent; nothing: there was none to compare with.
std::optional<std::int64_t> basket_change(const Insight& insight);
// Percent of what members bought; nothing: they bought nothing.
std::optional<std::int64_t> top_share(const Insight& insight);

enum class DayPart : std::uint8_t { night, morning, noon, afternoon, evening, count_ };
inline constexpr std::size_t kDayParts = static_cast<std::size_t>(DayPart::count_);
// Night is until 5, morning until 11, noon until 14, afternoon until 18.
DayPart part_of_day(unsigned hour);
std::string_view name_of(DayPart part);

}  // namespace peyk::handlers
