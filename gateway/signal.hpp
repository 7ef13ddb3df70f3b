// A coroutine waits, somebody wakes it: the one primitive that Asio 1.74 lacks. A wake before the wait is
// kept.
//
// Thread rule: the network thread; one waiter.
#pragma once

#include <chrono>

#include "config/toolchain/asio.hpp"

namespace peyk::gateway {

class Signal {
 public:
  explicit Signal(boost::asio::io_context& io) : timer_(io) {}

  void wake() {
    woken_ = true;
    timer_.cancel();
  }

  // Returns when woken, or after `longest`.
  boost::asio::awaitable<void> wait(std::chrono::microseconds longest) {
    if (!woken_) {
      timer_.expires_after(longest);
      boost::system::error_code ignored;
      co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
    woken_ = false;
  }

 private:
  boost::asio::steady_timer timer_;
  bool woken_ = false;
};

}  // namespace peyk::gateway
