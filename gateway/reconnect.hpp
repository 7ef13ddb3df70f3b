// When to try again: the policy of one connection to a carrier. Pure: time and chance are arguments.
//
//   bound(now)? -> ended(how, now, chance) -> wait so long -> [CarrierAttempts permits it] -> attempt ...
//
// What must stay true:
// - a wait doubles from `min` to `max`, a fifth more or less, so that many links do not come back in step;
//   it begins at `min` again only after the connection had stayed bound for `steady_after`: a carrier that
//   accepts a bind and hangs up at once is not stormed;
// - "already bound" (0x05) means that the carrier still believes in a session that we know is gone, and
//   only its own timer helps: it begins at ten times `min`.
// How often all connections of a carrier together may try, and wrong credentials, are CarrierAttempts'.
#pragma once

#include <chrono>
#include <cstdint>

#include "smpp/timers.hpp"

namespace peyk::gateway {

struct ReconnectOptions {
  std::chrono::milliseconds min{1000}, max{60000};
  std::chrono::milliseconds steady_after{30000};
};

class Reconnect {
 public:
  enum class End : std::uint8_t {
    unreachable,    // no connection, no handshake, no answer to the bind
    lost,           // it was bound, or the bind was refused
    already_bound,  // refused with 0x05
  };

  explicit Reconnect(const ReconnectOptions& options) : options_(options) {}

  void bound(smpp::Time now) { bound_since_ = now; }
  // How long to wait before the next attempt. `chance` is in [-1, 1].
  std::chrono::milliseconds ended(End how, smpp::Time now, double chance);

  // Attempts in a row that have not become a steady connection.
  std::uint32_t failures(smpp::Time now) const { return is_steady(now) ? 0 : failures_; }

 private:
  bool is_steady(smpp::Time now) const {
    return bound_since_ != smpp::Time::max() && now - bound_since_ >= options_.steady_after;
  }

  ReconnectOptions options_;
  std::chrono::milliseconds backoff_{0};
  smpp::Time bound_since_ = smpp::Time::max();
  std::uint32_t failures_ = 0;
};

}  // namespace peyk::gateway
