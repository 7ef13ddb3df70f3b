// Which lots a sum is taken from when credit moves: soonest expiry first, each to its end before the next.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include "handlers/rules/units.hpp"

namespace peyk::rules {

// Each lot taken from becomes a lot, a code and a line of a text.
inline constexpr std::size_t kMovedLotsMax = 8;

enum class MoveRefusal : std::uint8_t { not_enough, too_many_lots };

// How much of each lot, in the order given; the lots behind those are not touched. `available`: what may be
// spent of each now, in the order of spending.
constexpr std::variant<std::vector<Amount>, MoveRefusal> move_out(std::span<const Amount> available,
                                                                  Amount wanted) {
  std::vector<Amount> taken;
  for (const Amount one : available) {
    if (wanted == 0) break;
    taken.push_back(std::min(one, wanted));
    wanted -= taken.back();
  }
  if (wanted > 0) return MoveRefusal::not_enough;
  if (taken.size() > kMovedLotsMax) return MoveRefusal::too_many_lots;
  return taken;
}

}  // namespace peyk::rules
