// How many events fell into the busiest one-second window, exactly: over every window [t, t + 1 s), not over
// calendar seconds. It is the witness of a paced sender, so it keeps each event's time and rounds nothing;
// and of what it saw late it says only what is certain: two such events share a window if the second was seen
// within a second of when the first may have come at the earliest.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace peyk::sim {

class WindowCounter {
 public:
  static constexpr std::int64_t kWindowUs = 1'000'000;

  // Neither ever goes back. Two events exactly one second apart share no window.
  void add(std::int64_t at_us) { add(at_us, at_us); }
  void add(std::int64_t seen_us, std::int64_t earliest_us) {
    while (!recent_us_.empty() && recent_us_.front() <= seen_us - kWindowUs) recent_us_.pop_front();
    recent_us_.push_back(earliest_us);
    max_ = std::max(max_, recent_us_.size());
    ++total_;
  }

  std::size_t max_in_any_second() const { return max_; }
  std::uint64_t total() const { return total_; }

 private:
  std::deque<std::int64_t> recent_us_;
  std::size_t max_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace peyk::sim
