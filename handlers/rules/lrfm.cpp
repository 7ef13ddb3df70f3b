#include "handlers/rules/lrfm.hpp"

#include <algorithm>
#include <limits>

namespace peyk::rules {
namespace {

std::uint8_t bounds_reached(std::int64_t value, const Bounds& bounds) {
  return static_cast<std::uint8_t>(std::ranges::count_if(bounds, [&](auto bound) { return value >= bound; }));
}

std::int32_t days_away(const Behaviour& behaviour, DayNumber today) {
  const std::int64_t days = std::int64_t{today} - behaviour.last_day;
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(days, 0, std::numeric_limits<std::int32_t>::max()));
}

// Whole numbers: what is above a value is at least one more.
template <typename Value>
Bounds fifths(std::vector<Value>& values) {
  Bounds bounds{};
  auto from = values.begin();
  for (std::size_t fifth = 1; fifth <= bounds.size() && !values.empty(); ++fifth) {
    const std::size_t below = (values.size() * fifth + 4) / 5;  // members that lie below the bound, at least
    const auto last = values.begin() + static_cast<std::ptrdiff_t>(below - 1);
    std::nth_element(from, last, values.end());
    bounds[fifth - 1] = std::int64_t{*last} + 1;
    from = last;
  }
  return bounds;
}

}  // namespace

Scores scores_of(const Behaviour& behaviour, DayNumber today, const LrfmBounds& bounds) {
  if (behaviour.visits == 0) return {};
  const auto score = [](std::int64_t value, const Bounds& of) {
    return static_cast<std::uint8_t>(1 + bounds_reached(value, of));
  };
  return {
      .length = score(length_days(behaviour), bounds.length_days),
      .recency = static_cast<std::uint8_t>(5 - bounds_reached(days_away(behaviour, today), bounds.days_away)),
      .frequency = score(behaviour.visits, bounds.visits),
      .monetary = score(behaviour.spent, bounds.spent)};
}

void Quintiles::reserve(std::size_t members) {
  length_days_.reserve(members);
  days_away_.reserve(members);
  visits_.reserve(members);
  spent_.reserve(members);
}

void Quintiles::add(const Behaviour& behaviour, DayNumber today) {
  if (behaviour.visits == 0) return;
  length_days_.push_back(rules::length_days(behaviour));
  days_away_.push_back(rules::days_away(behaviour, today));
  visits_.push_back(behaviour.visits);
  spent_.push_back(behaviour.spent);
}

LrfmBounds Quintiles::bounds() {
  return {.length_days = fifths(length_days_),
          .days_away = fifths(days_away_),
          .visits = fifths(visits_),
          .spent = fifths(spent_)};
}

}  // namespace peyk::rules
