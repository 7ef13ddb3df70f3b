// When to try again: the policy of one connection to a carrier. Pure: time and chance are arguments.
//
//   attempt(now) -> bound(now)? -> ended(how, now, chance) -> wait so long -> attempt(now) ...
//
// What must stay true:
// - a wait doubles from `min` to `max`, ±20 %, so that many links do not come back in step; it begins at
// `min`
//   again only after the connection had stayed bound for `steady_after`: a carrier that accepts a bind and
//   hangs up at once is not stormed;
// - "already bound" (0x05) means that the carrier still believes in a session that we know is gone, and only
//   its own timer helps: it begins at ten times `min`;
// - wrong credentials (0x0E, 0x0F, 0x53) lock accounts when repeated: `refused_min`, doubling to
// `refused_max`,
//   never sooner;
// - whatever else is set, no more than `attempts_per_minute` attempts begin in any minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "smpp/timers.hpp"

namespace peyk::gateway {

struct ReconnectOptions {
  std::chrono::milliseconds min{1000}, max{60000};
  std::uint32_t attempts_per_minute = 6;
  std::chrono::milliseconds steady_after{30000};
  std::chrono::milliseconds refused_min{60000}, refused_max{900000};
};

class Reconnect {
 public:
  enum class End : std::uint8_t {
    unreachable,          // no connection, no handshake, no answer to the bind
    lost,                 // it was bound, or the bind was refused for a reason that may pass
    already_bound,        // refused with 0x05
    credentials_refused,  // refused with 0x0E, 0x0F or 0x53
  };

  explicit Reconnect(const ReconnectOptions& options) : options_(options) {}

  void attempt(smpp::Time now);
  void bound(smpp::Time now) { bound_since_ = now; }
  // How long to wait before the next attempt. `chance` is in [-1, 1].
  std::chrono::milliseconds ended(End how, smpp::Time now, double chance);

  // Attempts in a row that did not become a steady connection.
  std::uint32_t failures() const { return failures_; }

 private:
  std::chrono::milliseconds backoff(End how, double chance);
  std::chrono::milliseconds until_permitted(smpp::Time now);

  ReconnectOptions options_;
  std::chrono::milliseconds backoff_{0}, refused_backoff_{0};
  smpp::Time bound_since_ = smpp::Time::max();
  std::uint32_t failures_ = 0;
  std::deque<smpp::Time> attempts_;  // of the last minute
};

}  // namespace peyk::gateway
