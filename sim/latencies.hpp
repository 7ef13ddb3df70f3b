// How long things took, as percentiles, in fixed memory: logarithmic buckets, each wrong by less than 1 %.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace peyk::sim {

class Latencies {
 public:
  void add(std::int64_t us) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(us, 0));
    ++buckets_[bucket_of(value)];
    ++count_;
    max_us_ = std::max(max_us_, us);
  }

  // The smallest time that `share` (0 to 1) of all did not exceed; 0 when there were none.
  std::int64_t at(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > wanted || (seen == count_ && count_ > 0)) return std::min(highest_of(i), max_us_);
    }
    return 0;
  }

  std::uint64_t count() const { return count_; }
  std::int64_t max_us() const { return max_us_; }

 private:
  // Up to 255 each value has its own; above, the first eight binary digits count.
  static constexpr unsigned kDigits = 8;
  static constexpr std::size_t kBuckets = (64 - kDigits + 1) * (1U << (kDigits - 1)) + (1U << (kDigits - 1));

  static std::size_t bucket_of(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    if (width <= kDigits) return value;
    const unsigned shift = width - kDigits;
    return (static_cast<std::size_t>(shift) << (kDigits - 1)) + static_cast<std::size_t>(value >> shift);
  }
  static std::int64_t highest_of(std::size_t bucket) {
    constexpr std::size_t kHalf = 1U << (kDigits - 1);
    if (bucket < 2 * kHalf) return static_cast<std::int64_t>(bucket);
    const std::size_t shift = bucket / kHalf - 1;
    const std::uint64_t lead = bucket - (shift << (kDigits - 1));
    return static_cast<std::int64_t>(((lead + 1) << shift) - 1);
  }

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::int64_t max_us_ = 0;
};

}  // namespace peyk::sim
