// The clock by which requests are decided: the wall's, which never goes back.
//
// A wall clock that is set back would make expired credit good again, keep who waits waiting twice as long,
// and write entries from before those that are there (invariant I40). So time goes on from the latest instant
// that was given out, or that the ledger has at the start, at half its pace until the wall has caught up: a
// clock that was an hour fast for a moment is right again two hours later. Rejected: to stand still
// meanwhile, for nothing would ever end in that hour; to go on at full pace, for the hour would stay for
// good.
//
// Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>

#include "gateway/clock.hpp"

namespace peyk::gateway {

class DecisionClock {
 public:
  using Wall = std::function<rules::Instant()>;
  using Steady = std::function<std::chrono::steady_clock::time_point()>;

  explicit DecisionClock(Wall wall = wall_clock, Steady steady = std::chrono::steady_clock::now)
      : wall_(std::move(wall)), steady_(std::move(steady)) {}

  // Never before an instant that it gave or that it knows.
  rules::Instant now() {
    const std::lock_guard lock(mutex_);
    const rules::Instant wall = wall_(), least = least_now();
    if (wall < least) return least;
    anchor_ = {wall, steady_()};
    return wall;
  }

  // Something was decided then.
  void know(rules::Instant decided) {
    const std::lock_guard lock(mutex_);
    if (decided > least_now()) anchor_ = {decided, steady_()};
  }

  // By how much the wall is behind what now() gives; 0: it is not.
  std::chrono::microseconds behind() const {
    const std::lock_guard lock(mutex_);
    return std::max(std::chrono::microseconds{0}, least_now() - wall_());
  }

 private:
  struct Anchor {
    rules::Instant at{};
    std::chrono::steady_clock::time_point seen{};
  };

  rules::Instant least_now() const {
    return anchor_.at + std::chrono::duration_cast<std::chrono::microseconds>(steady_() - anchor_.seen) / 2;
  }

  const Wall wall_;
  const Steady steady_;
  mutable std::mutex mutex_;
  Anchor anchor_{{}, steady_()};
};

}  // namespace peyk::gateway
