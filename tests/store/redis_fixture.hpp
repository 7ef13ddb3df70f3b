// What the tests of store/redis share: a loop that runs until a coroutine is done, and Lua with a clock of
// the test's.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "config/toolchain/asio.hpp"
#include "store/redis/connection.hpp"
#include "store/redis/lanes.hpp"
#include "tests/kit/private_servers.hpp"

namespace peyk::tests {

namespace asio = boost::asio;

struct Finish {
  bool* done;
  std::exception_ptr* broken;
  void operator()(std::exception_ptr error) const {
    *done = true;
    *broken = std::move(error);
  }
};

template <typename T>
asio::awaitable<void> keep(asio::awaitable<T> work, std::optional<T>* result) {
  *result = co_await std::move(work);
}

class RedisLoop {
 public:
  explicit RedisLoop(store::RedisOptions options) : redis(loop, std::move(options)) {
    redis.start();
    until([this] { return redis.connected(); });
  }
  explicit RedisLoop(const PrivateRedis& server = shared_redis()) : RedisLoop(options_of(server)) {}
  ~RedisLoop() {
    redis.stop();
    loop.restart();
    loop.poll();
  }

  static store::RedisOptions options_of(const PrivateRedis& server) {
    store::RedisOptions options;
    options.unix_socket = server.unix_socket();
    return options;
  }

  // Runs the loop until it holds; a test that never comes there fails after `limit`.
  void until(const std::function<bool()>& holds, std::chrono::seconds limit = std::chrono::seconds(120)) {
    const auto give_up = std::chrono::steady_clock::now() + limit;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > give_up)
        throw std::runtime_error("waited too long for the loop");
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds(5));
    }
  }

  void await(asio::awaitable<void> work) {
    bool done = false;
    std::exception_ptr broken;
    const Finish finish{&done, &broken};
    asio::co_spawn(loop, std::move(work), finish);
    until([&done] { return done; });
    if (broken) std::rethrow_exception(broken);
  }
  template <typename T>
  T await(asio::awaitable<T> work) {
    std::optional<T> result;
    await(keep(std::move(work), &result));
    return std::move(*result);
  }

  store::Reply command(std::vector<std::string> argv) { return await(redis.command(std::move(argv))); }

  asio::io_context loop{1};
  store::RedisConnection redis;
};

// lanes.lua as it is, but TIME is what the test has SET, in microseconds, as key "clock".
inline const store::Script& lanes_with_test_clock() {
  static const store::Script script{R"(
    local real = redis
    local redis = {call = function(command, ...)
      if command ~= 'TIME' then return real.call(command, ...) end
      local us = tonumber(real.call('GET', 'clock'))
      return {math.floor(us / 1000000), us % 1000000}
    end}
  )" + store::lanes_script().text};
  return script;
}

// A clock that stands still until the test moves it.
class TestClock {
 public:
  explicit TestClock(RedisLoop& redis) : redis_(redis) { advance(std::chrono::microseconds(0)); }
  void advance(std::chrono::microseconds step) {
    now_us_ += step.count();
    EXPECT_TRUE(redis_.command({"SET", "clock", std::to_string(now_us_)}).ok());
  }
  std::int64_t now_us() const { return now_us_; }

 private:
  RedisLoop& redis_;
  std::int64_t now_us_ = 1'700'000'000'000'000;
};

}  // namespace peyk::tests
