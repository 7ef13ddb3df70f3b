#include "gateway/lane_room.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace peyk::gateway {

void LaneCounts::asked() {
  since_asked_ = {};
}

void LaneCounts::answered(const store::LineDepth& depth, Time now) {
  measured_at_ = depth.fresh ? std::nullopt : std::optional(now);
  since_ = since_asked_;
  for (std::size_t lane = 0; lane < handlers::kLanes; ++lane) {
    const store::LaneDepth& its = depth.lanes[lane];
    measured_[lane] = its.waiting - std::min(its.waiting, its.paused);
  }
}

void LaneCounts::put_in(handlers::Lane lane) {
  ++since_[static_cast<std::size_t>(lane)];
  ++since_asked_[static_cast<std::size_t>(lane)];
}

std::optional<std::uint64_t> LaneCounts::waiting(handlers::Lane lane, Time now) const {
  if (!measured_at_ || now - *measured_at_ > kKnownFor) return std::nullopt;
  return measured_[static_cast<std::size_t>(lane)] + since_[static_cast<std::size_t>(lane)];
}

std::uint32_t room_in(const LaneView& lane, const LaneLimit& limit) {
  if (!lane.waiting) return 0;
  constexpr double kMost = std::numeric_limits<std::uint32_t>::max();
  const double ahead = std::ceil(lane.rate * static_cast<double>(limit.ahead.count()));
  const auto most = lane.rate > 0 ? static_cast<std::uint64_t>(std::min(ahead, kMost)) : limit.without_rate;
  return static_cast<std::uint32_t>(most - std::min<std::uint64_t>(most, *lane.waiting));
}

std::uint32_t room_to_wake(handlers::Lane lane, const LaneView& view) {
  switch (lane) {
    case handlers::Lane::urgent:
    case handlers::Lane::reply:
      return std::numeric_limits<std::uint32_t>::max();
    case handlers::Lane::notice:
      return room_in(view, kNoticeAhead);
    case handlers::Lane::promo:
      return room_in(view, kPromoAhead);
  }
  throw std::logic_error("room_to_wake: not a Lane");
}

RoomToGive room_to_give(const LaneView& promo, const handlers::PromoPolicy& policy,
                        std::string_view time_zone, rules::Instant now) {
  if (handlers::quiet_until(policy, time_zone, now)) return {.waits_for = "quiet_hours"};
  if (promo.paused) return {.waits_for = "resume"};
  if (!promo.could_send) return {.waits_for = "link"};
  if (!promo.waiting) return {.waits_for = "redis"};
  const std::uint32_t room = room_in(promo, kGivenAhead);
  if (room == 0) return {.waits_for = "queue"};
  return {.texts = room};
}

}  // namespace peyk::gateway
