// How fast we may go after a carrier said "too fast": half at once, then a tenth of the contract more each
// second (additive increase, multiplicative decrease). Pure: time is an argument.
//
// Where there is a contract, the shared pace in Redis does the same for all processes (store/redis/pace.hpp)
// and this tells people how far down it is. Where there is none, what was measured before the first refusal
// is taken for it, and this is the limit of this process: it grows past the measured rate, because that was
// only what we happened to send, and is gone once it no longer matters.
//
// SMPP 5.0's congestion_state (4.8.4.18: 0 idle … 100 congested; 80 to 90 is the best) works the same way:
// above 90 half, from 80 on no faster.
#pragma once

#include <chrono>
#include <cstdint>

namespace peyk::gateway {

class AdaptiveRate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // submit_sm a second; 0: none is agreed.
  explicit AdaptiveRate(double contract = 0) : contract_(contract), base_(contract) {}

  // A submit_sm left: what the measured rate is made of.
  void submitted(Time now);
  // The carrier said "too fast"; nothing goes for `pause`. False: one of a flood that was heard already.
  bool throttled(Time now, std::chrono::milliseconds pause);
  // A response said how busy the carrier is. True: it slowed us down.
  bool congested(std::uint8_t congestion_state, Time now);

  // submit_sm a second now; 0: no limit.
  double effective(Time now) const;
  // Until when nothing goes, after a "too fast".
  Time paused_until() const { return paused_until_; }

 private:
  double factor(Time now) const;
  double measured(Time now) const;
  bool slow_down(Time now, std::chrono::milliseconds pause);

  double contract_;
  double base_;        // what factor is of; 0: not known, no limit
  double factor_ = 1;  // at grows_from_
  Time grows_from_{};  // 0.1 a second from here
  Time slowed_at_{}, paused_until_{};
  Time second_began_{};
  std::uint32_t this_second_ = 0, last_second_ = 0;
};

}  // namespace peyk::gateway
