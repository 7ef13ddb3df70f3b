// Tiers: silver, gold …: by what a member spent, or by points, within a period.
//
// A member is in exactly one tier, or in none (0). She rises as soon as a purchase brings her over the bound,
// and keeps what she has reached to the end of the period after it and the days of grace; then she falls to
// where her last period puts her.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "handlers/rules/behaviour.hpp"

namespace peyk::rules {

enum class TierMeasure : std::uint8_t { spend, points };

struct Tier {
  std::string name;       // [a-z0-9-]{1,40}
  std::string title;      // as people read it
  std::int64_t from = 0;  // spend or points within the period
  bool operator==(const Tier&) const = default;
};

struct TierPlan {
  TierMeasure by = TierMeasure::spend;
  std::uint32_t period_days = 365;
  std::uint32_t grace_days = 30;
  std::vector<Tier> tiers;  // the lowest first, bounds ascending; none: the club has no tiers
  bool operator==(const TierPlan&) const = default;
};

struct Standing {
  std::uint32_t tier = 0;  // 1 the lowest; 0: none
  DayNumber since = 0;
  DayNumber until = 0;  // the first day on which it is looked at again; 0: never (no tier)
  bool operator==(const Standing&) const = default;
};

// `measured`: what she spent, or got in points, in the period that ends today (today included).
// The same standing: nothing changes. Where the plan has fewer tiers than she has risen through, she is in
// its highest.
Standing standing_after(const Standing& before, const TierPlan& plan, std::int64_t measured, DayNumber today);
// The tier that so much is worth.
std::uint32_t tier_for(const TierPlan& plan, std::int64_t measured);

}  // namespace peyk::rules
