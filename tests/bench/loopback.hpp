// What this machine's loopback can do with submit_sm: a carrier that answers at once, and a client that keeps
// a window of the same octets in flight. Blocking sockets, one thread each, no more parsing than the lengths:
// nothing that speaks SMPP can be faster here, so it is the measure for what does.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

namespace peyk::bench {

// Listens on a port of 127.0.0.1; one connection at a time, accepted again when it ends. Any bind is good,
// each submit_sm is answered with a message_id.
class BareCarrier {
 public:
  BareCarrier();
  ~BareCarrier();
  BareCarrier(const BareCarrier&) = delete;
  BareCarrier& operator=(const BareCarrier&) = delete;

  std::uint16_t port() const { return port_; }
  // submit_sm answered so far, over all connections.
  std::uint64_t answered() const { return answered_; }
  // While it holds, nothing is read or answered but what has been already.
  void hold(bool on);

 private:
  void run();
  void serve(int connection);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connection_{-1};
  std::atomic<bool> stopping_{false}, holding_{false};
  std::atomic<std::uint64_t> answered_{0};
  std::thread thread_;
};

// Answers a second over a connection of its own, `window` copies of `submit_sm` always in flight.
double bare_submits_per_second(std::uint16_t port, std::string_view submit_sm, std::uint32_t window,
                               std::chrono::milliseconds duration);

}  // namespace peyk::bench
