// What is done beside the tills as a gateway does it, and what a cashier notices of it.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include "config/toolchain/asio.hpp"
#include "store/mysql/nights.hpp"
#include "tests/bench/money.hpp"

namespace peyk::bench {

// One piece, committed, and its rest. False: it was the last.
inline bool politely(store::Connection& connection, const std::function<bool(store::Connection&)>& piece) {
  thread_local boost::asio::io_context io;
  const auto began = std::chrono::steady_clock::now();
  const bool more = piece(connection);
  connection.commit();
  const auto took = std::chrono::steady_clock::now() - began;
  boost::asio::steady_timer(io, took * store::kNightRest).wait();
  return more;
}

// Redemptions of one cashier, one after the other, each of another of the seeded members.
class Noticing {
 public:
  Noticing(const MoneyDatabase& database, std::uint64_t members, std::uint64_t requests)
      : workers_(one_worker(database), hooks_of(database)), members_(members), requests_(requests) {
    workers_.start();
    p99_ms();  // warms
  }
  ~Noticing() { workers_.stop(); }

  // Of so many requests.
  double p99_ms() {
    // 7,919 is prime to a million: members from all over the club.
    const std::uint64_t first = taken_;
    taken_ += requests_;
    const auto next = [&](std::uint64_t n) {
      return redemption(kFirstCashier, (first + n) * 7'919 % members_);
    };
    std::vector<double> took_ms = one_by_one(workers_, requests_, next, 2);
    const auto at = took_ms.begin() + static_cast<std::ptrdiff_t>(took_ms.size() * 99 / 100);
    std::nth_element(took_ms.begin(), at, took_ms.end());
    return *at;
  }

 private:
  static store::MysqlOptions one_worker(const MoneyDatabase& database) {
    store::MysqlOptions options = database.options();
    options.workers = 1;
    return options;
  }

  store::RequestWorkers workers_;
  std::uint64_t members_, requests_, taken_ = 0;
};

}  // namespace peyk::bench
