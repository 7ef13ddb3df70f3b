// Figures that stand beside each other: what is compared runs in turn, round by round, because this machine's
// speed drifts; each figure is the median of its rounds.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace peyk::bench {

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

inline double seconds_of(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// The median of each of them over `rounds` rounds; a first round that warms is not counted.
inline std::vector<double> interleaved(std::size_t rounds, const std::vector<std::function<double()>>& all) {
  std::vector<std::vector<double>> seen(all.size());
  for (std::size_t round = 0; round <= rounds; ++round) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const double figure = all[i]();
      if (round > 0) seen[i].push_back(figure);
    }
  }
  std::vector<double> medians;
  for (const auto& values : seen) medians.push_back(median(values));
  return medians;
}

}  // namespace peyk::bench
