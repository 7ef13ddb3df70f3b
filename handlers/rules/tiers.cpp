#include "handlers/rules/tiers.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace peyk::rules {
namespace {

Standing reached(std::uint32_t tier, DayNumber since, DayNumber today, const TierPlan& plan) {
  if (tier == 0) return {.tier = 0, .since = since, .until = 0};
  const std::int64_t until = std::int64_t{today} + plan.period_days + plan.grace_days;
  if (until > std::numeric_limits<DayNumber>::max())
    throw std::overflow_error("tiers: a period beyond all days");
  return {.tier = tier, .since = since, .until = static_cast<DayNumber>(until)};
}

}  // namespace

std::uint32_t tier_for(const TierPlan& plan, std::int64_t measured) {
  std::uint32_t tier = 0;
  for (const Tier& one : plan.tiers) {
    if (measured < one.from) break;
    ++tier;
  }
  return tier;
}

Standing standing_after(const Standing& before, const TierPlan& plan, std::int64_t measured,
                        DayNumber today) {
  const auto highest = static_cast<std::uint32_t>(plan.tiers.size());
  const std::uint32_t now = std::min(before.tier, highest);
  const std::uint32_t earned = tier_for(plan, measured);
  if (earned > now) return reached(earned, today, today, plan);
  if (now == 0) return before.tier == 0 ? before : Standing{.tier = 0, .since = today, .until = 0};
  if (today < before.until) return {.tier = now, .since = before.since, .until = before.until};
  return reached(earned, earned == now ? before.since : today, today, plan);
}

}  // namespace peyk::rules
