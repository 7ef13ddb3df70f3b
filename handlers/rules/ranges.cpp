#include "handlers/rules/ranges.hpp"

#include <algorithm>

namespace peyk::rules {
namespace {

__extension__ using Bound = __int128;

}  // namespace

Ranges united(std::span<const Range> ranges) {
  Ranges sorted(ranges.begin(), ranges.end());
  std::erase_if(sorted, [](const Range& range) { return range.from > range.to; });
  std::ranges::sort(sorted, {}, &Range::from);
  Ranges result;
  for (const Range& range : sorted) {
    // Neighbours join; `to` may be the largest number there is.
    if (!result.empty() && Bound{range.from} <= Bound{result.back().to} + 1)
      result.back().to = std::max(result.back().to, range.to);
    else
      result.push_back(range);
  }
  return result;
}

Ranges common(const Ranges& a, const Ranges& b) {
  Ranges result;
  for (const Range& one : a) {
    for (const Range& other : b) {
      const Range both{std::max(one.from, other.from), std::min(one.to, other.to)};
      if (both.from <= both.to) result.push_back(both);
    }
  }
  return united(result);
}

Ranges without(const Range& whole, const Ranges& ranges) {
  Ranges result;
  Bound from = whole.from;
  const auto up_to = [&](Bound to) {
    if (from <= to) result.push_back({static_cast<std::int64_t>(from), static_cast<std::int64_t>(to)});
  };
  for (const Range& range : common(ranges, {whole})) {
    up_to(Bound{range.from} - 1);
    from = Bound{range.to} + 1;
  }
  up_to(whole.to);
  return result;
}

bool contains(const Ranges& ranges, std::int64_t value) {
  return std::ranges::any_of(ranges, [&](const Range& one) { return one.from <= value && value <= one.to; });
}

bool have_multiple(const Ranges& ranges, std::uint64_t every) {
  return std::ranges::any_of(ranges, [&](const Range& range) {
    const Bound over = Bound{range.to} % every;  // of the sign of `to`
    const Bound last = range.to - (over < 0 ? over + every : over);
    return last >= range.from;
  });
}

Ranges allowed(const Condition& condition, const Range& whole) {
  const Ranges ranges = condition.ranges.empty() ? Ranges{whole} : united(condition.ranges);
  return condition.negated ? without(whole, ranges) : common(ranges, {whole});
}

}  // namespace peyk::rules
