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

// Of how many members the greatest lies below the n-th bound, at least.
std::size_t members_below(std::size_t members, std::size_t part, std::size_t parts) {
  return (members * part + parts - 1) / parts;
}

// Whole numbers: what is above a value is at least one more.
template <typename Value>
Bounds fifths(std::vector<Value>& values) {
  Bounds bounds{};
  auto from = values.begin();
  for (std::size_t fifth = 1; fifth <= bounds.size() && !values.empty(); ++fifth) {
    const auto last =
        values.begin() + static_cast<std::ptrdiff_t>(members_below(values.size(), fifth, 5) - 1);
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

SpendPlaces Quintiles::places() {
  SpendPlaces places{};
  std::ranges::sort(spent_);  // for so many bounds quicker than to part them one by one
  for (std::size_t part = 1; part <= places.size() && !spent_.empty(); ++part)
    places[part - 1] = spent_[members_below(spent_.size(), part, places.size() + 1) - 1] + 1;
  return places;
}

int top_percent(Amount spent, const SpendPlaces& places) {
  const auto reached = std::ranges::upper_bound(places, spent) - places.begin();
  return 100 - static_cast<int>(reached);
}

}  // namespace peyk::rules
