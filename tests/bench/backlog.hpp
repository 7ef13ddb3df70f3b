// A backlog of any size: texts that were decided and wait in the outbox, as a campaign leaves them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "config/toolchain/asio.hpp"
#include "tests/kit/stack.hpp"

namespace peyk::bench {

inline constexpr int kPromo = 3;  // handlers::Lane

// `count` texts of one part, to as many phones, with ids from `first_id` on. Redis hears of them with its
// next seed: flush it, or wait for the sweep.
inline void fill_outbox(tests::Stack& stack, std::uint64_t first_id, std::uint64_t count, int lane = kPromo) {
  constexpr const char* kDigit =
      "(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL "
      "SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
  constexpr std::uint64_t kRowsAStatement = 100'000;
  for (std::uint64_t at = 0; at < count; at += kRowsAStatement) {
    stack.query(fmt::format(
        "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at, "
        "valid_until)"
        " SELECT {0} + n, 1, '{1}', 989100000000 + {2} + n, {3}, 1, 'a text of a campaign', 1,"
        " UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 DAY FROM"
        " (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n"
        " FROM {4} a, {4} b, {4} c, {4} e, {4} f) numbers WHERE n < {5}",
        first_id + at, tests::Stack::line(), at, lane, kDigit, std::min(kRowsAStatement, count - at)));
  }
}

// Time that belongs to what is measured.
inline void let_pass(std::chrono::steady_clock::duration time) {
  boost::asio::io_context io;
  boost::asio::steady_timer(io, time).wait();
}

}  // namespace peyk::bench
