#include "handlers/rules/behaviour.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <vector>

namespace peyk::rules {
namespace {

__extension__ using Sum128 = unsigned __int128;

template <typename Number>
Number sum(Number a, Number b) {
  Number result{};
  if (__builtin_add_overflow(a, b, &result)) throw std::overflow_error("behaviour: a sum beyond its type");
  return result;
}

// floor(sqrt(value)) by Newton's steps, which fall until they are there.
Sum128 root(Sum128 value) {
  if (value < 2) return value;
  Sum128 guess = Sum128{1} << 64;
  for (Sum128 next = (guess + value / guess) / 2; next < guess; next = (guess + value / guess) / 2)
    guess = next;
  return guess;
}

std::int64_t days_between(DayNumber from, DayNumber to) {
  return std::int64_t{to} - from;
}

// Each part rounded down, so the same figures come of the same baskets everywhere.
Amount recent_with_last(const Behaviour& behaviour) {
  if (behaviour.visits < 2) return behaviour.last_spent;
  return behaviour.recent - behaviour.recent / 4 + behaviour.last_spent / 4;
}

}  // namespace

void add(Behaviour& behaviour, const Visit& visit) {
  if (visit.spent <= 0) throw std::logic_error("behaviour: nothing was spent on this visit");
  if (visit.hour >= behaviour.hours.size()) throw std::logic_error("behaviour: a day has no such hour");
  if (behaviour.visits > 0 && visit.day < behaviour.last_day)
    throw std::logic_error("behaviour: a visit of an earlier day is folded anew");
  Behaviour after = behaviour;
  // Who buys too often to be folded, and did before this was kept: as if all her baskets had been alike.
  if (after.visits > 0 && after.last_spent == 0) after.recent = after.last_spent = after.spent / after.visits;
  if (after.visits == 0) {
    after.first_day = visit.day;
    after.visits = 1;
  } else if (visit.day > after.last_day) {
    after.recent = recent_with_last(after);
    after.last_spent = 0;
    const auto gap = static_cast<std::uint64_t>(days_between(after.last_day, visit.day));
    // A gap of 2^32 days is out of DayNumber's reach, so its square is within 64 bits.
    after.gap_squares = sum(after.gap_squares, gap * gap);
    after.visits = sum(after.visits, 1U);
  }
  after.last_day = visit.day;
  after.purchases = sum(after.purchases, 1U);
  after.spent = sum(after.spent, visit.spent);
  after.last_spent = sum(after.last_spent, visit.spent);
  std::uint16_t& hour = after.hours[visit.hour];
  if (hour < std::numeric_limits<std::uint16_t>::max()) ++hour;
  behaviour = after;
}

Behaviour fold(std::span<const Visit> visits) {
  std::vector<Visit> sorted(visits.begin(), visits.end());
  std::erase_if(sorted, [](const Visit& visit) { return visit.spent == 0; });
  std::ranges::sort(sorted, {}, &Visit::day);
  Behaviour behaviour;
  for (const Visit& visit : sorted) add(behaviour, visit);
  return behaviour;
}

void give_back(Behaviour& behaviour, Amount amount) {
  if (amount < 0 || amount >= behaviour.spent)
    throw std::logic_error("behaviour: what is wholly given back is folded anew");
  behaviour.spent -= amount;
}

std::int32_t length_days(const Behaviour& behaviour) {
  const std::int64_t days = behaviour.visits == 0 ? 0 : days_between(behaviour.first_day, behaviour.last_day);
  if (days > std::numeric_limits<std::int32_t>::max())
    throw std::overflow_error("behaviour: a length beyond");
  return static_cast<std::int32_t>(days);
}

// With n gaps of sum L and squares Q the variance is (nQ - LL) / nn: exact until the one division.
std::optional<Gap> usual_gap(const Behaviour& behaviour) {
  if (behaviour.visits < 3) return std::nullopt;
  const Sum128 gaps = behaviour.visits - 1;
  const auto length = static_cast<Sum128>(length_days(behaviour));
  const Sum128 squares = gaps * behaviour.gap_squares;
  const Sum128 spread = squares > length * length ? root(squares - length * length) / gaps : 0;
  return Gap{.days = static_cast<std::int32_t>(length / gaps),
             .spread_days = static_cast<std::int32_t>(spread)};
}

std::optional<std::uint8_t> usual_hour(const Behaviour& behaviour) {
  if (behaviour.purchases == 0) return std::nullopt;
  return static_cast<std::uint8_t>(std::ranges::max_element(behaviour.hours) - behaviour.hours.begin());
}

Baskets baskets_before(const Behaviour& behaviour, DayNumber today) {
  if (behaviour.last_spent == 0) return {};
  if (behaviour.last_day < today)
    return {.visits = behaviour.visits, .spent = behaviour.spent, .recent = recent_with_last(behaviour)};
  return {.visits = behaviour.visits - 1,
          .spent = std::max<Amount>(behaviour.spent - behaviour.last_spent, 0),
          .recent = behaviour.recent};
}

std::optional<BasketTrend> trend_of(const Baskets& baskets) {
  if (baskets.visits < kTrendVisitsMin) return std::nullopt;
  // Five times the recent one beside fifths of the mean, all times her visits.
  const Sum128 recent = Sum128{5} * static_cast<Sum128>(baskets.recent) * baskets.visits;
  const auto spent = static_cast<Sum128>(baskets.spent);
  if (recent <= 4 * spent) return BasketTrend::falling;
  return recent >= 6 * spent ? BasketTrend::rising : BasketTrend::steady;
}

std::string_view name_of(BasketTrend trend) {
  static constexpr std::array<std::string_view, 3> kTrends{"falling", "steady", "rising"};
  return kTrends.at(static_cast<std::size_t>(trend) - 1);
}

}  // namespace peyk::rules
