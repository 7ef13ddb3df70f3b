// How many more texts a lane of a line takes now. What comes in bulk (the reminders of a morning, who is
// asked back) waits in MySQL, or is not yet given, until the line gets round to it: so a text with a
// purchase's code has little before it, and nobody is given what she cannot be told of in time. Pure.
//
//   measured in Redis, once a second, over all processes -> + what this one put in since -> what waits
//   what waits, how fast the line lets out -> room
//
// Each process reckons by itself: for a second, until the next measuring, several may fill the room that one
// would have. That is so many times some seconds of a line, and never more.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "handlers/lane.hpp"
#include "handlers/promo.hpp"
#include "store/redis/lanes.hpp"

namespace peyk::gateway {

// What waits in the lanes of a line and may leave.
class LaneCounts {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // After so long without an answer of Redis nothing is known.
  static constexpr std::chrono::seconds kKnownFor{10};

  // Redis is about to be asked: what is put in from now on its answer need not have.
  void asked();
  // One who has just lost its memory knows nothing.
  void answered(const store::LineDepth& depth, Time now);
  void put_in(handlers::Lane lane);

  std::optional<std::uint64_t> waiting(handlers::Lane lane, Time now) const;

 private:
  using Counts = std::array<std::uint64_t, handlers::kLanes>;

  Counts measured_{}, since_{}, since_asked_{};
  std::optional<Time> measured_at_;
};

struct LaneView {
  std::optional<std::uint64_t> waiting;  // that may leave, over all processes; nothing: not known
  double rate = 0;                       // submit_sm a second that the line lets out now; 0: no limit
  bool paused = false;                   // by an operator: the line, the lane or the club
  bool could_send = false;               // one of its carriers, within the last minute
};

// How much may wait.
struct LaneLimit {
  std::chrono::seconds ahead;    // of what the line lets out
  std::uint32_t without_rate{};  // texts, where nobody says how fast that is
};
// Scheduled texts are woken up to here. Texts have two parts as often as not, so these are ten seconds.
inline constexpr LaneLimit kNoticeAhead{std::chrono::seconds{5}, 1'000};
// Advertising is in nobody's way. What waited through quiet hours comes before what is yet to be given.
inline constexpr LaneLimit kPromoAhead{std::chrono::minutes{10}, 10'000};
inline constexpr LaneLimit kGivenAhead{std::chrono::minutes{5}, 5'000};

// 0 where nothing is known.
std::uint32_t room_in(const LaneView& lane, const LaneLimit& limit);

// Of scheduled texts. What answers somebody never waits here.
std::uint32_t room_to_wake(handlers::Lane lane, const LaneView& view);

// Of texts for which somebody is given something, by a line for advertising.
struct RoomToGive {
  std::uint32_t texts = 0;
  std::string_view waits_for;  // if 0: a word of kGivingWaitsFor
};
inline constexpr std::array<std::string_view, 5> kGivingWaitsFor{"quiet_hours", "resume", "link", "redis",
                                                                 "queue"};
RoomToGive room_to_give(const LaneView& promo, const handlers::PromoPolicy& policy,
                        std::string_view time_zone, rules::Instant now);

}  // namespace peyk::gateway
