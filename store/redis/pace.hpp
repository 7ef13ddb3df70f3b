// How fast a line, and its carrier's account, may send: the rule of lanes.lua once more, pure, with time as
// argument. A property test holds the two against each other, slot for slot; change both or neither.
//
// Each submit_sm (a part of a message) gets a slot of its own.
//   Line: a slot is at least (1 s + 10 ms) / rate after the one before. Nothing is saved up: depth 1.
//   Account, shared by lines that each look ahead for themselves: time is cut into a grid of (1 s + 10 ms) /
//   rate, and a point of the grid is given once. A slot that one line takes far ahead (the last part of a
//   long text on a slow line) so costs the others nothing. Both: the line's slot moves on to the next free
//   point of the grid, at most one grid step of which is forgiven afterwards, or the grid would slow the line
//   down; the line's own spacing makes up for it by that step a second.
//
// A line that other carriers may send for has one pace for all of them, and the slots it gets by its own pace
// are followed by points of the account that sends: not before its slot, and one grid step later at most, or
// the line's next slot is moved on by what is more (Followed::late_us, LinePace::move_last). So the line's
// spacing has room for a grid step of the slowest of those accounts.
//
// So any rate + 1 slots in a row span 1.010 s, and a sender who is at most 10 ms late with each never has
// more than `rate` in any window of one second (a rate that is no whole number: the next whole number). The
// price is 1 %, with an account's limit one grid step in a second more (of the slowest account). Later than
// 10 ms, a slot must not be used: give the message back. The 10 ms include the way of the answer from Redis.
//
// When nothing is known (a fresh or flushed Redis), slots granted before may still be on their way: the first
// new one is a second ahead. After the carrier's "too fast" (0x58): no slot for a while, then half the rate,
// then 10 % of the rate more each second.
//
// Must stay true: no slot before now; no two slots of an account at one point; all numbers are whole and fit
// the 53 bits of a Lua number. Rejected: a bucket with refill (twice the rate fits into one window); counting
// by calendar second (the same); one "last slot" for the account as for the line (what one line takes ahead,
// all others lose).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace peyk::store {

inline constexpr std::int64_t kSlotToleranceUs = 10'000;  // how late a slot may be used
inline constexpr std::int64_t kSilenceUs = 1'000'000;     // before the first slot of an unknown pace
inline constexpr std::int64_t kPauseUsMax = 60'000'000;   // of one penalty
inline constexpr std::int64_t kFactorFull = 1000;         // thousandths of the rate
inline constexpr std::int64_t kFactorMin = 100;           // penalties do not push below a tenth
inline constexpr std::int64_t kFactorPerSecond = 100;     // recovery
inline constexpr std::int64_t kPartsMax = 255;
// submit_sm a second, where there is a limit. Spacings are whole microseconds, rounded up: above 20,000 a
// second that costs more than 1 %.
inline constexpr double kRateMin = 0.001, kRateMax = 100'000;

// Microseconds between slots; 0: no limit.
struct Spacings {
  std::int64_t line_us = 0;
  std::int64_t account_us = 0;
};

// Of rates in submit_sm a second, 0 for no limit; the slowest account of those that the line may take, where
// that is another. Throws std::invalid_argument for a rate that is not finite, or not 0 and outside kRateMin
// .. kRateMax.
Spacings spacings_of(double line_rate, double account_rate, double slowest_account_rate = 0);

// What the carrier's "too fast" does to a pace. Times in microseconds of one clock, as everywhere here.
struct Throttle {
  std::int64_t slow_until_us = 0;     // no slot before
  std::int64_t factor = kFactorFull;  // of the rate, at slow_until_us

  // Penalties during a pause only prolong it: one flood of 0x58 counts once. `pause_us` above kPauseUsMax is
  // cut.
  void penalise(std::int64_t now_us, std::int64_t pause_us);
  std::int64_t factor_at(std::int64_t now_us) const;
  // Until when nothing goes; a time that is further ahead than any pause means that the clock was set back.
  std::int64_t pause_end_us(std::int64_t now_us) const;
};

struct LinePace {
  bool known = false;
  std::int64_t last_us = 0;  // the last slot, or up to one grid step of the account before it
  Throttle throttle;

  // What was given as the last is later, or not used. Unless there are slots behind it already.
  bool move_last(std::int64_t from_us, std::int64_t to_us);
};

struct AccountPace {
  bool known = false;
  std::int64_t spacing_us = 0;     // for which `taken` counts
  std::int64_t not_before_us = 0;  // silence
  std::set<std::int64_t> taken;    // multiples of spacing_us, now and later
  Throttle throttle;
};

// Parts of messages that have slots of another pace, one message after the other.
struct Followed {
  std::int64_t late_us = 0;  // how much later than that, and one grid step, the last part is so far
};

struct Pace {
  LinePace line;
  AccountPace account;

  // Slots for `parts` (1 .. kPartsMax) parts of one message, in microseconds after now. nullopt: the first
  // would be more than horizon_us ahead. Without limits all are 0.
  std::optional<std::vector<std::int64_t>> take(Spacings spacings, std::int64_t now_us,
                                                std::int64_t horizon_us, std::int64_t parts);
  // The same of a message whose parts have slots of another pace, in microseconds after now.
  std::optional<std::vector<std::int64_t>> follow(Spacings spacings, std::int64_t now_us,
                                                  std::int64_t horizon_us,
                                                  const std::vector<std::int64_t>& slots, Followed& so_far);
};

}  // namespace peyk::store
