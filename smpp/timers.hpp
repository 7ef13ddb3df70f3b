// The session's clocks (SMPP 3.4, 2.7.1 and 7.2) as a value: tell it what happened and when, ask it what is
// due.
//
// Anything the peer sends proves that it lives, so there is one number for that: when octets last came.
// Silence of enquire_link_interval asks for a probe; silence after the probe ends the session. Response
// timers live with the requests, in Window.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace peyk::smpp {

using Time = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

// 0 switches a timer off.
struct TimerOptions {
  Milliseconds session_init{10000};           // connected until bound; then: close
  Milliseconds enquire_link_interval{30000};  // silence of the peer; then: enquire_link
  Milliseconds enquire_link_answer{10000};    // silence after it; then: close
  Milliseconds inactivity{120000};            // silence of the peer; then: unbind
  Milliseconds response{60000};               // a request without its answer; then: outcome unknown
  Milliseconds unbind_answer{5000};           // then: close
  Milliseconds read{10000};                   // half a PDU; then: close
};

class Timers {
 public:
  enum class Tick : std::uint8_t {
    nothing,
    send_enquire_link,
    unbind_inactive,
    session_init_expired,
    enquire_link_expired,
    unbind_expired,
    read_expired,
  };

  explicit Timers(const TimerOptions& options) : options_(options) {}

  void set_options(const TimerOptions& options) { options_ = options; }

  void connected(Time now) {
    received_at_ = now;
    init_since_ = now;
  }
  void bound(Time now) {
    received_at_ = now;
    init_since_.reset();
    bound_ = true;
  }
  // `partial`: the last octets were the start of a PDU that is not whole.
  void received(Time now, bool partial) {
    received_at_ = now;
    enquired_at_.reset();
    if (!partial) {
      partial_since_.reset();
    } else if (!partial_since_) {
      partial_since_ = now;
    }
  }
  // A PDU was completed: another partial one, if any, starts its own time.
  void completed() { partial_since_.reset(); }
  void enquire_link_sent(Time now) { enquired_at_ = now; }
  void unbind_sent(Time now) { unbind_since_ = now; }

  Tick due(Time now) const {
    if (now >= after(unbind_since_, options_.unbind_answer)) return Tick::unbind_expired;
    if (now >= after(init_since_, options_.session_init)) return Tick::session_init_expired;
    if (now >= after(partial_since_, options_.read)) return Tick::read_expired;
    if (now >= after(enquired_at_, options_.enquire_link_answer)) return Tick::enquire_link_expired;
    if (now >= inactive_at()) return Tick::unbind_inactive;
    if (now >= enquire_at()) return Tick::send_enquire_link;
    return Tick::nothing;
  }

  Time next_deadline() const {
    return std::min({after(unbind_since_, options_.unbind_answer), after(init_since_, options_.session_init),
                     after(partial_since_, options_.read), after(enquired_at_, options_.enquire_link_answer),
                     inactive_at(), enquire_at()});
  }

 private:
  static Time after(const std::optional<Time>& since, Milliseconds wait) {
    return since && wait.count() > 0 ? *since + wait : Time::max();
  }
  Time inactive_at() const {
    return bound_ && !unbind_since_ ? after(received_at_, options_.inactivity) : Time::max();
  }
  Time enquire_at() const {
    return bound_ && !unbind_since_ && !enquired_at_ ? after(received_at_, options_.enquire_link_interval)
                                                     : Time::max();
  }

  TimerOptions options_;
  bool bound_ = false;
  std::optional<Time> received_at_, init_since_, partial_since_, enquired_at_, unbind_since_;
};

}  // namespace peyk::smpp
