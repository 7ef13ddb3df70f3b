#include "handlers/insight.hpp"

#include <array>

namespace peyk::handlers {

std::optional<rules::Amount> mean_basket(rules::Amount sold, std::uint64_t purchases) {
  if (purchases == 0) return std::nullopt;
  return sold / static_cast<rules::Amount>(purchases);
}

std::optional<std::int64_t> basket_change(const Insight& insight) {
  const auto now = mean_basket(insight.sold, insight.purchases);
  const auto before = mean_basket(insight.sold_before, insight.purchases_before);
  if (!now || before.value_or(0) == 0) return std::nullopt;
  return (*now - *before) * 100 / *before;  // each at most kAmountMax
}

std::optional<std::int64_t> top_share(const Insight& insight) {
  if (insight.by_members == 0) return std::nullopt;
  // A whole club may sell for more than can be multiplied.
  constexpr rules::Amount kLarge = INT64_MAX / 100;
  if (insight.by_members > kLarge) return insight.by_top / (insight.by_members / 100);
  return insight.by_top * 100 / insight.by_members;
}

DayPart part_of_day(unsigned hour) {
  if (hour < 5) return DayPart::night;
  if (hour < 11) return DayPart::morning;
  if (hour < 14) return DayPart::noon;
  return hour < 18 ? DayPart::afternoon : DayPart::evening;
}

std::string_view name_of(DayPart part) {
  static constexpr std::array<std::string_view, kDayParts> kNames{"night", "morning", "noon", "afternoon",
                                                                  "evening"};
  return kNames.at(static_cast<std::size_t>(part));
}

}  // namespace peyk::handlers
