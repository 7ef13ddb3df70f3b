// Which ids of a walk need not be read again for a while. Ids are of blocks and not in the order of time
// (chance.hpp), so a walk that looks for what is old has to go on behind what is young; what it has read and
// found young it remembers here, with the moment from which there may be something to find.
//
//   next(after, now) -> a range that does not rest -> read, as much as one likes -> rest(what was read,
//   until)
//
// Of a lane in the order of time that is a range for each `apart`, of any other one for each piece of a
// block; past kRestsMax neighbours are joined, and then some are read too early.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <vector>

#include "handlers/rules/units.hpp"

namespace peyk::store {

class RestingRanges {
 public:
  static constexpr std::size_t kRestsMax = 1'000;
  static constexpr std::uint64_t kNoEnd = std::numeric_limits<std::int64_t>::max();

  struct Range {
    std::uint64_t after = 0, last = kNoEnd;  // above the one, up to the other
    bool operator==(const Range&) const = default;
  };
  // The first above `after` that does not rest at `now`. There is always one: nothing rests behind the last
  // id.
  Range next(std::uint64_t after, rules::Instant now) const;
  // Nothing is to be found in it before `until`. Joined with its neighbour below where they end within
  // `apart`.
  void rest(const Range& range, rules::Instant until, std::chrono::microseconds apart);

  std::size_t size() const { return rests_.size(); }

 private:
  struct Rest {
    Range range;
    rules::Instant until{};
  };

  std::vector<Rest> rests_;  // apart from each other, in order
};

}  // namespace peyk::store
