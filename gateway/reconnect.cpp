#include "gateway/reconnect.hpp"

#include <algorithm>

namespace peyk::gateway {
namespace {

using std::chrono::milliseconds;

constexpr double kSpread = 0.2;
constexpr int kAlreadyBoundFactor = 10;

}  // namespace

milliseconds Reconnect::ended(End how, smpp::Time now, double chance) {
  if (is_steady(now)) {
    backoff_ = milliseconds{0};
    failures_ = 0;
  }
  bound_since_ = smpp::Time::max();
  ++failures_;
  const auto min = how == End::already_bound ? options_.min * kAlreadyBoundFactor : options_.min;
  backoff_ = std::clamp(backoff_ * 2, std::min(min, options_.max), options_.max);
  const double part = kSpread * std::clamp(chance, -1.0, 1.0);
  return backoff_ + milliseconds(static_cast<std::int64_t>(static_cast<double>(backoff_.count()) * part));
}

}  // namespace peyk::gateway
