#include "gateway/adaptive_rate.hpp"

#include <algorithm>

namespace peyk::gateway {
namespace {

using namespace std::chrono_literals;

constexpr double kFactorPerSecond = 0.1, kFactorMin = 0.1;
constexpr double kFactorForgotten = 10;  // of a measured rate: by then it limits nothing
constexpr double kRateMin = 1;           // a second: what still tells whether the carrier takes any
// One decrease for all refusals of what was on the wire together.
constexpr std::chrono::milliseconds kOneFlood = 1s;
constexpr std::uint8_t kCongested = 90, kBusy = 80;

}  // namespace

void AdaptiveRate::submitted(Time now) {
  if (now - second_began_ >= 1s) {
    last_second_ = now - second_began_ < 2s ? this_second_ : 0;
    this_second_ = 0;
    second_began_ = now;
  }
  ++this_second_;
}

double AdaptiveRate::measured(Time now) const {
  const std::uint32_t last = now - second_began_ < 2s ? last_second_ : 0;
  return std::max<double>({static_cast<double>(last), static_cast<double>(this_second_), kRateMin});
}

double AdaptiveRate::factor(Time now) const {
  const double grown = std::max(0.0, std::chrono::duration<double>(now - grows_from_).count());
  const double factor = factor_ + kFactorPerSecond * grown;
  return contract_ > 0 ? std::min(1.0, factor) : factor;
}

double AdaptiveRate::effective(Time now) const {
  if (base_ <= 0) return 0;
  if (slowed_at_ == Time{}) return contract_;
  const double factor = this->factor(now);
  if (contract_ <= 0 && factor >= kFactorForgotten) return 0;
  return std::max(std::min(kRateMin, base_), base_ * factor);
}

bool AdaptiveRate::slow_down(Time now, std::chrono::milliseconds pause) {
  if (slowed_at_ != Time{} && now - slowed_at_ < kOneFlood) return false;
  if (contract_ <= 0 && effective(now) <= 0) {
    base_ = measured(now);
    factor_ = 1;
  } else if (slowed_at_ != Time{}) {
    factor_ = factor(now);
  }
  factor_ = std::max(kFactorMin, factor_ / 2);
  slowed_at_ = now;
  grows_from_ = now + pause;
  return true;
}

bool AdaptiveRate::throttled(Time now, std::chrono::milliseconds pause) {
  paused_until_ = std::max(paused_until_, now + pause);
  const bool slowed = slow_down(now, pause);
  grows_from_ = std::max(grows_from_, paused_until_);
  return slowed;
}

bool AdaptiveRate::congested(std::uint8_t congestion_state, Time now) {
  if (congestion_state > kCongested) return slow_down(now, 0ms);
  if (congestion_state >= kBusy && slowed_at_ != Time{} && now > grows_from_) {
    factor_ = factor(now);
    grows_from_ = now;
  }
  return false;
}

}  // namespace peyk::gateway
