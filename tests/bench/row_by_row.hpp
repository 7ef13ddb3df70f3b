// Bare clients beside which Peyk's money is measured: so many connections to MySQL, each of which issues the
// statements of one thing after the other, row by row, and decides nothing.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

#include "store/mysql/connection.hpp"
#include "tests/bench/rounds.hpp"

namespace peyk::bench {

struct Figure {
  double per_second = 0, p50_ms = 0, p99_ms = 0;
};

inline Figure figure_of(std::vector<double> took_ms, double seconds) {
  std::ranges::sort(took_ms);
  return {static_cast<double>(took_ms.size()) / seconds, took_ms[took_ms.size() / 2],
          took_ms[took_ms.size() * 99 / 100]};
}

inline Figure median_of(const std::vector<Figure>& all) {
  const auto of = [&all](double Figure::*figure) {
    std::vector<double> values;
    for (const Figure& one : all) values.push_back(one.*figure);
    return median(std::move(values));
  };
  return {of(&Figure::per_second), of(&Figure::p50_ms), of(&Figure::p99_ms)};
}

inline double since_ms(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

// The statements of the n-th thing, by that client (from 0).
using Statements = std::function<void(store::Connection&, int client, std::uint64_t n)>;

// Things number `first` to `first + count`, each by whichever of the clients is free.
inline Figure row_by_row(const store::MysqlOptions& options, const Statements& statements, int clients,
                         std::uint64_t first, std::uint64_t count) {
  std::mutex mutex;
  std::vector<double> took_ms;
  std::atomic<std::uint64_t> next{first};
  std::latch connected(clients + 1), go(1);
  std::vector<std::thread> threads;
  for (int client = 0; client < clients; ++client) {
    threads.emplace_back([&, client] {
      store::Connection connection(options);
      connection.open();
      std::vector<double> own_ms;
      connected.count_down();
      go.wait();
      for (std::uint64_t n = next++; n < first + count; n = next++) {
        const auto began = std::chrono::steady_clock::now();
        statements(connection, client, n);
        own_ms.push_back(since_ms(began));
      }
      const std::lock_guard lock(mutex);
      took_ms.insert(took_ms.end(), own_ms.begin(), own_ms.end());
    });
  }
  connected.arrive_and_wait();
  const auto began = std::chrono::steady_clock::now();
  go.count_down();
  for (std::thread& thread : threads) thread.join();
  return figure_of(std::move(took_ms), since_ms(began) / 1000);
}

// Reads all that the statement finds.
inline void read_all(store::Statement& statement) {
  for (store::Rows rows = statement.query(); rows.next();) {
  }
}

}  // namespace peyk::bench
