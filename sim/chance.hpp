// All chance of the simulator comes from one seed, so that a run can be had again.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace peyk::sim {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}

  // 0 never, 1 always, and these two cost no draw: what is certain does not move the rest of the run.
  bool happens(double probability) {
    if (probability <= 0) return false;
    return probability >= 1 || unit() < probability;
  }

  // 0 to 1, without 1. Not std::uniform_real_distribution, which every library draws in its own way.
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

  std::chrono::milliseconds up_to(std::chrono::milliseconds span) {
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(unit() * static_cast<double>(span.count() + 1)));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace peyk::sim
