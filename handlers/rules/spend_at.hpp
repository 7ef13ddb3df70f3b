// Where credit may be spent, by where it was earned: branch x branch.
#pragma once

#include <cstdint>
#include <map>
#include <set>

namespace peyk::rules {

// Credit earned at a branch that has a row is good at the branches of that row and at no other. All else is
// good at every branch: what was earned at none (0), at one without a row, or at one that is gone since.
using SpendAt = std::map<std::uint32_t, std::set<std::uint32_t>>;

// nullptr: every branch.
inline const std::set<std::uint32_t>* good_at(const SpendAt& spend_at, std::uint32_t earned_at) {
  const auto row = spend_at.find(earned_at);
  return row == spend_at.end() ? nullptr : &row->second;
}

inline bool is_good_at(const SpendAt& spend_at, std::uint32_t earned_at, std::uint32_t branch) {
  const auto* branches = good_at(spend_at, earned_at);
  return branches == nullptr || branches->contains(branch);
}

}  // namespace peyk::rules
