// The wall clock, as the store keeps it. The one place in gateway/ that reads it for decisions and rows.
#pragma once

#include <chrono>

#include "handlers/rules/units.hpp"

namespace peyk::gateway {

inline rules::Instant wall_clock() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace peyk::gateway
