#include "store/mysql/resting_ranges.hpp"

#include <algorithm>

namespace peyk::store {

RestingRanges::Range RestingRanges::next(std::uint64_t after, rules::Instant now) const {
  for (const auto& [range, until] : rests_) {
    if (until <= now || range.last <= after) continue;
    if (range.after > after) return {after, range.after};
    after = range.last;
  }
  return {after, kNoEnd};
}

void RestingRanges::rest(const Range& range, rules::Instant until, std::chrono::microseconds apart) {
  if (range.after >= range.last) return;
  std::vector<Rest> all;
  const auto add = [&all](const Rest& one, std::chrono::microseconds near) {
    const bool joins = !all.empty() && all.back().range.last == one.range.after &&
                       std::chrono::abs(all.back().until - one.until) <= near;
    if (!joins) return all.push_back(one);
    all.back().range.last = one.range.last;
    all.back().until = std::min(all.back().until, one.until);
  };
  using std::chrono::microseconds;
  for (const Rest& one : rests_) {
    if (one.range.after < range.after)
      all.push_back({{one.range.after, std::min(one.range.last, range.after)}, one.until});
  }
  add({range, until}, apart);
  for (const Rest& one : rests_) {
    if (one.range.last > range.last)
      all.push_back({{std::max(one.range.after, range.last), one.range.last}, one.until});
  }
  if (all.size() > kRestsMax) {
    std::vector<Rest> fine = std::move(all);
    all.clear();
    for (std::size_t i = 0; i < fine.size(); ++i)
      add(fine[i], i % 2 == 1 ? microseconds::max() : microseconds{0});
  }
  rests_ = std::move(all);
}

}  // namespace peyk::store
