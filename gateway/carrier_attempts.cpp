#include "gateway/carrier_attempts.hpp"

#include <algorithm>
#include <cassert>

namespace peyk::gateway {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::minutes kMinute{1};
// How often who waits for another's attempt looks how that went.
constexpr milliseconds kLookAgain{50};
constexpr double kSpread = 0.2;

milliseconds left(smpp::Time until, smpp::Time now) {
  return std::chrono::ceil<milliseconds>(until - now);
}

}  // namespace

milliseconds CarrierAttempts::until_permitted(smpp::Time now) const {
  if (in_.empty() && now < hold_until_) return left(hold_until_, now);
  if (in_.empty() && under_way_ > 0) return kLookAgain;
  const std::size_t most = std::max(limits_.per_minute, 1u);
  if (charged_.size() < most) return milliseconds{0};
  const smpp::Time permitted = charged_[charged_.size() - most] + kMinute;
  if (permitted <= now) return milliseconds{0};
  // One that is under way may be let in, and then costs nothing.
  return under_way_ > 0 ? std::min(left(permitted, now), kLookAgain) : left(permitted, now);
}

void CarrierAttempts::begin(smpp::Time now) {
  ++under_way_;
  charge(now);
}

void CarrierAttempts::let_in(smpp::Time begun, smpp::Time now) {
  --under_way_;
  hold_until_ = smpp::Time::min();
  refused_backoff_ = milliseconds{0};
  if (std::ranges::any_of(in_, [&](const In& one) { return is_steady(one, now); })) disappointed_ = false;
  in_.push_back({begun, now, disappointed_});
  if (disappointed_) return;
  const auto paid = std::ranges::lower_bound(charged_, begun);
  if (paid != charged_.end() && *paid == begun) charged_.erase(paid);
}

void CarrierAttempts::ended(smpp::Time begun, smpp::Time now) {
  const auto over = std::ranges::find(in_, begun, &In::begun);
  assert(over != in_.end());
  disappointed_ = !is_steady(*over, now);
  if (disappointed_ && !over->charged) charge(now);
  in_.erase(over);
}

void CarrierAttempts::gone(smpp::Time begun) {
  const auto over = std::ranges::find(in_, begun, &In::begun);
  assert(over != in_.end());
  in_.erase(over);
}

void CarrierAttempts::failed(smpp::Time now, milliseconds wait) {
  --under_way_;
  if (in_.empty()) hold_until_ = now + wait;
}

milliseconds CarrierAttempts::refused(double chance) {
  const auto max = std::max(limits_.refused_max, limits_.refused_min);
  refused_backoff_ = std::clamp(refused_backoff_ * 2, limits_.refused_min, max);
  const double later = kSpread * (std::clamp(chance, -1.0, 1.0) + 1) / 2;
  return refused_backoff_ +
         milliseconds(static_cast<std::int64_t>(static_cast<double>(refused_backoff_.count()) * later));
}

void CarrierAttempts::charge(smpp::Time at) {
  charged_.push_back(at);
  while (at - charged_.front() > kMinute) charged_.pop_front();
}

}  // namespace peyk::gateway
