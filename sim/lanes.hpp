// The queues of Deliveries: texts may go to any link whose account carries them; receipts go to the account
// that asked, and steps of a dialog to the account that it belongs to, one queue each.
#pragma once

#include <cstddef>

#include "sim/options.hpp"

namespace peyk::sim {

inline constexpr std::size_t kTextLane = 0, kUssdLane = 1, kFirstReceiptLane = 2;

inline std::size_t first_step_lane(const Options& options) {
  return kFirstReceiptLane + options.accounts.size();
}
inline std::size_t lane_count(const Options& options) {
  return first_step_lane(options) + options.accounts.size();
}

}  // namespace peyk::sim
