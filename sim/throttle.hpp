// Whether an account may submit one more now, by the rule of its carrier.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>

#include "sim/clock.hpp"
#include "sim/profile.hpp"

namespace peyk::sim {

class RateLimit {
 public:
  // Counts the submit, if it may go (or `counts_refused`).
  bool allows(const Throttle& throttle, Time now) {
    if (throttle.rate == 0) return true;
    if (throttle.rule == Throttle::Rule::bucket) return takes_from_bucket(throttle, now);
    using std::chrono::seconds;
    if (throttle.rule == Throttle::Rule::clock_second) {
      if (!recent_.empty() &&
          std::chrono::floor<seconds>(recent_.back()) < std::chrono::floor<seconds>(now)) {
        recent_.clear();
      }
    } else {
      while (!recent_.empty() && recent_.front() + seconds(1) <= now) recent_.pop_front();
    }
    const bool allowed = recent_.size() < throttle.rate;
    if (allowed || throttle.counts_refused) recent_.push_back(now);
    if (recent_.size() > throttle.rate) recent_.pop_front();  // the last `rate` decide
    return allowed;
  }

 private:
  bool takes_from_bucket(const Throttle& throttle, Time now) {
    const double rate = throttle.rate, burst = std::max(1U, throttle.burst);
    level_ = full_ ? burst
                   : std::min(burst, level_ + rate * static_cast<double>(elapsed_us(filled_at_, now)) / 1e6);
    full_ = false;
    filled_at_ = now;
    if (level_ < 1 && !throttle.counts_refused) return false;
    level_ -= 1;
    if (level_ >= 0) return true;
    level_ = 0;
    return false;
  }

  std::deque<Time> recent_;
  bool full_ = true;
  double level_ = 0;
  Time filled_at_{};
};

}  // namespace peyk::sim
