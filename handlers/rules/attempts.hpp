// Wrong codes and PINs of one cashier's phone: five in ten minutes and it waits a quarter of an
// hour. While it waits every answer is the same, for a right code too (invariant I15).
#pragma once

#include <chrono>

#include "handlers/rules/units.hpp"

namespace peyk::rules {

inline constexpr std::uint32_t kMissesMax = 5;
inline constexpr std::chrono::minutes kMissWindow{10};
inline constexpr std::chrono::minutes kLockout{15};

struct Attempts {
  std::uint32_t misses = 0;
  Instant window_started_at{};
  Instant locked_until{};
};

constexpr bool is_locked(const Attempts& attempts, Instant now) {
  return now < attempts.locked_until;
}

constexpr Attempts after_miss(Attempts attempts, Instant now) {
  if (now - attempts.window_started_at >= kMissWindow) attempts = {.window_started_at = now};
  if (++attempts.misses >= kMissesMax) {
    attempts = {.window_started_at = now, .locked_until = now + kLockout};
  }
  return attempts;
}

}  // namespace peyk::rules
