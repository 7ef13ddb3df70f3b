#include "gateway/reconnect.hpp"

#include <algorithm>

namespace peyk::gateway {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::minutes kMinute{1};
constexpr double kSpread = 0.2;
constexpr int kAlreadyBoundFactor = 10;

milliseconds spread(milliseconds wait, double part) {
  return wait + milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * part));
}

// `min`, then twice as long each time, up to `max`.
milliseconds doubled(milliseconds before, milliseconds min, milliseconds max) {
  return std::clamp(before * 2, std::min(min, max), max);
}

}  // namespace

void Reconnect::attempt(smpp::Time now) {
  attempts_.push_back(now);
  while (attempts_.size() > std::max(options_.attempts_per_minute, 1u)) attempts_.pop_front();
  bound_since_ = smpp::Time::max();
}

milliseconds Reconnect::ended(End how, smpp::Time now, double chance) {
  if (bound_since_ != smpp::Time::max()) {
    refused_backoff_ = milliseconds{0};
    if (now - bound_since_ >= options_.steady_after) {
      backoff_ = milliseconds{0};
      failures_ = 0;
    }
    bound_since_ = smpp::Time::max();
  }
  ++failures_;
  return std::max(backoff(how, std::clamp(chance, -1.0, 1.0)), until_permitted(now));
}

milliseconds Reconnect::backoff(End how, double chance) {
  if (how == End::credentials_refused) {
    const auto max = std::max(options_.refused_max, options_.refused_min);
    refused_backoff_ = doubled(refused_backoff_, options_.refused_min, max);
    return spread(refused_backoff_, kSpread * (chance + 1) / 2);  // later, never sooner
  }
  const auto min = how == End::already_bound ? options_.min * kAlreadyBoundFactor : options_.min;
  backoff_ = doubled(backoff_, min, options_.max);
  return spread(backoff_, kSpread * chance);
}

milliseconds Reconnect::until_permitted(smpp::Time now) {
  if (attempts_.size() < std::max(options_.attempts_per_minute, 1u)) return milliseconds{0};
  const auto permitted = attempts_.front() + kMinute;
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(permitted - now));
}

}  // namespace peyk::gateway
