// How often one carrier is called, over all its sessions and both ends of its pairs. Pure: time and chance
// are arguments.
//
//   until_permitted(now) == 0 -> begin(now) -> let_in(begun, now) -> ended(begun, now)
//                                                              or gone(begun)
//                                           -> failed(now, wait)
//
// Reconnect says when one connection would like to come back; this says whether the carrier may be asked
// now. What must stay true:
// - of the attempts that fail, or whose session does not stay for `steady_after`, no more than `per_minute`
//   begin in any minute. Until the first such disappointment, who is let in costs nothing: sixty sessions
//   are bound as fast as the carrier takes them. A carrier that lets all of them in and then hangs up on all
//   has heard them once, and from then on hears a few a minute until one of them has stayed;
// - nobody in, one attempt at a time: a carrier that lets none in hears it from one connection, not from all;
// - what it says to that one, it says to all: while nobody is in, the others wait as long as that one does;
// - wrong credentials (0x0E, 0x0F, 0x53) lock accounts when repeated: `refused_min`, doubling to
//   `refused_max`, never sooner, whichever connection it was.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <vector>

#include "smpp/timers.hpp"

namespace peyk::gateway {

struct AttemptLimits {
  std::uint32_t per_minute = 6;
  std::chrono::milliseconds steady_after{30000};
  std::chrono::milliseconds refused_min{60000}, refused_max{900000};
};

class CarrierAttempts {
 public:
  explicit CarrierAttempts(const AttemptLimits& limits) : limits_(limits) {}

  // How long until it is worth asking again; 0: now, and begin() follows.
  std::chrono::milliseconds until_permitted(smpp::Time now) const;
  void begin(smpp::Time now);
  // The attempt that began at `begun` is bound, and later that session is over.
  void let_in(smpp::Time begun, smpp::Time now);
  void ended(smpp::Time begun, smpp::Time now);
  // The same for one that the carrier had asked for itself (outbind): it may be as short as the carrier
  // likes.
  void gone(smpp::Time begun);
  // It came to nothing, and who made it waits so long.
  void failed(smpp::Time now, std::chrono::milliseconds wait);

  // The credentials were refused: how long to wait. `chance` is in [-1, 1].
  std::chrono::milliseconds refused(double chance);

 private:
  struct In {
    smpp::Time begun, since;
    bool charged = false;
  };

  void charge(smpp::Time at);
  bool is_steady(const In& one, smpp::Time now) const { return now - one.since >= limits_.steady_after; }

  AttemptLimits limits_;
  std::deque<smpp::Time> charged_;  // attempts of the last minute, in order
  std::vector<In> in_;              // one a connection
  std::uint32_t under_way_ = 0;
  bool disappointed_ = false;  // a session did not stay, and since then none has
  smpp::Time hold_until_ = smpp::Time::min();
  std::chrono::milliseconds refused_backoff_{0};
};

}  // namespace peyk::gateway
