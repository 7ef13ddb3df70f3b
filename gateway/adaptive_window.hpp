// How many unanswered submit_sm a session may have while its carrier answers slowly. Pure.
//
// A carrier that is short of breath answers late; more at once does not make it faster, and all that is
// unanswered when its link breaks is of unknown outcome. So when answers take much longer than they once did,
// less of the window is used, and more again when they come quickly; never more than the contract says.
//
// What must stay true: 1 <= limit() <= the configured window; answers that are quick by themselves (under
// half a second) never narrow it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace peyk::gateway {

class AdaptiveWindow {
 public:
  explicit AdaptiveWindow(std::uint32_t window) : window_(window), limit_(window) {}

  void answered(std::chrono::microseconds latency);
  std::uint32_t limit() const { return limit_; }

 private:
  static constexpr std::size_t kRound = 16;  // answers looked at together, by their median

  void end_round();

  std::uint32_t window_, limit_;
  std::array<std::chrono::microseconds, kRound> round_{};
  std::size_t in_round_ = 0;
  std::chrono::microseconds usual_{0};  // 0: not known yet
};

}  // namespace peyk::gateway
