// Times of the simulator: one monotonic clock, read by the shell (server.cpp) and handed down.
#pragma once

#include <chrono>
#include <cstdint>

#include "smpp/timers.hpp"

namespace peyk::sim {

using smpp::Time;

inline std::int64_t to_us(Time time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}
inline std::int64_t elapsed_us(Time from, Time to) {
  return to_us(to) - to_us(from);
}

}  // namespace peyk::sim
