// How fast a line, or a carrier's account, may send: the rule of lanes.lua once more, pure, with time as
// argument. A property test holds the two against each other, slot for slot; change both or neither.
//
// Each submit_sm gets a slot of its own, (1 s + 10 ms) / rate after the one before. There is no burst to save
// up: depth 1. So any rate + 1 slots in a row span 1.010 s, and a sender who is at most 10 ms late with each
// never has more than `rate` of them in any window of one second (of a rate that is no whole number: the next
// whole number); the price is 1 % of the rate. A sender who is later than that with a slot must not use it:
// it gives the message back. The 10 ms include the way of the answer from Redis.
//
// When nothing is known (a fresh or flushed Redis), slots granted before may still be on their way: the first
// new one is a second ahead. After the carrier's "too fast" (0x58): no slot for a while, then half the rate,
// then 5 % of the rate more each second.
//
// Must stay true: successive slots of one pace are never closer than its spacing; a slot is never before
// `now`; all intermediate values fit the 53 bits of a Lua number. Rejected: a bucket with refill (twice the
// rate fits into one window), counting per calendar second (the same).
#pragma once

#include <cstdint>

namespace peyk::store {

inline constexpr std::int64_t kSlotToleranceUs = 10'000;  // how late a slot may be used
inline constexpr std::int64_t kSilenceUs = 1'000'000;     // before the first slot of an unknown pace
inline constexpr std::int64_t kPauseUsMax = 60'000'000;   // one penalty
inline constexpr std::int64_t kFactorFull = 1000;         // thousandths of the rate
inline constexpr std::int64_t kFactorMin = 100;           // penalties do not push below a tenth
inline constexpr std::int64_t kFactorRecoveryPerSecond = 50;
inline constexpr std::int64_t kPartsMax = 255;
inline constexpr double kRateMin = 0.001, kRateMax = 100'000;  // submit_sm a second, where there is a limit

// Nanoseconds between slots at the full rate; 0 for rate 0, which means no limit.
// Throws std::invalid_argument for a rate that is negative, not finite, or outside kRateMin .. kRateMax.
std::int64_t spacing_ns_of(double rate);

// What Redis remembers of a pace; times in microseconds of its clock.
struct Pace {
  bool known = false;                 // a slot was given since Redis lost its memory
  std::int64_t last_us = 0;           // the last slot given ...
  std::int64_t last_ns = 0;           // ... and 0 .. 999 ns more
  std::int64_t slow_until_us = 0;     // no slot before
  std::int64_t factor = kFactorFull;  // of the rate, at slow_until_us
};

// A stretch of equally spaced slots: the i-th part leaves first_ns + i * spacing_ns after now.
struct Slots {
  std::int64_t first_ns = 0;
  std::int64_t spacing_ns = 0;
};

// A line's pace together with its account's. A slot must suit both.
struct PacePair {
  Pace line, account;
  std::int64_t line_spacing_ns = 0, account_spacing_ns = 0;  // 0: that one has no limit

  // Where the next message would go. Changes nothing.
  // `horizon_us`: how far ahead of now slots are given; a last slot beyond all that could have been given is
  // a clock that was set back, and starts anew like an unknown pace.
  Slots next(std::int64_t now_us, std::int64_t horizon_us) const;
  // Takes `parts` (1 .. kPartsMax) slots, unless the first is beyond the horizon: then nothing changes,
  // false.
  bool take(std::int64_t now_us, std::int64_t horizon_us, std::int64_t parts, Slots& slots);
};

// The carrier said "too fast". Penalties during a pause only prolong it: one flood of 0x58 counts once.
void penalise(Pace& pace, std::int64_t now_us, std::int64_t pause_us);

}  // namespace peyk::store
