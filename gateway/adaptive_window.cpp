#include "gateway/adaptive_window.hpp"

#include <algorithm>

namespace peyk::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::microseconds kSlow = 500ms, kQuick = 250ms;
constexpr std::int64_t kSlowTimes = 4, kQuickTimes = 2;  // of the usual
// A carrier that has become slower for good is the usual after some hundred rounds.
constexpr std::int64_t kForgetsOneIn = 50;

}  // namespace

void AdaptiveWindow::answered(std::chrono::microseconds latency) {
  round_[in_round_++] = latency;
  if (in_round_ == kRound) end_round();
}

void AdaptiveWindow::end_round() {
  in_round_ = 0;
  std::nth_element(round_.begin(), round_.begin() + kRound / 2, round_.end());
  const auto median = std::max(round_[kRound / 2], std::chrono::microseconds{1});
  usual_ = usual_.count() == 0 ? median : std::min(median, usual_ + usual_ / kForgetsOneIn + 1us);
  if (median > std::max(usual_ * kSlowTimes, kSlow)) {
    limit_ = std::max(1U, limit_ * 3 / 4);
  } else if (median < std::max(usual_ * kQuickTimes, kQuick)) {
    limit_ = std::min(window_, limit_ + std::max(1U, window_ / 16));
  }
}

}  // namespace peyk::gateway
