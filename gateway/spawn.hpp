// Starting a coroutine that nobody awaits. An exception that leaves it leaves io_context::run() too: a
// gateway that has silently lost one of its loops is worse than one that ends and is started again.
#pragma once

#include <exception>
#include <utility>

#include "config/toolchain/asio.hpp"

namespace peyk::gateway {

inline void spawn(boost::asio::io_context& io, boost::asio::awaitable<void> work) {
  auto rethrow = [](std::exception_ptr broken) {
    if (broken) std::rethrow_exception(broken);
  };
  boost::asio::co_spawn(io, std::move(work), rethrow);
}

}  // namespace peyk::gateway
