// queue: what a gateway's own memory does when five million messages wait, and whether a cashier still hears
// at once. They wait in MySQL, their ids in Redis; a gateway holds what it may send soon, no more.
//
// The line is paused, so that all of them stay: what is measured is waiting, not sending.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/bench/backlog.hpp"
#include "tests/bench/cashier.hpp"
#include "tests/bench/cpu.hpp"

namespace {

using namespace peyk;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBacklog = 5'000'000;
constexpr int kQuestions = 300;

}  // namespace

int main() {
  tests::Stack stack({.receipts = false});
  const pid_t pid = stack.gateway().pid();
  bench::Cashier cashier(stack);
  cashier.ask(kQuestions);  // warm
  const double p99_empty = cashier.ask(kQuestions).p99_ms;
  const double empty = bench::resident_mb(pid);
  if (!stack.peykctl({"pause", "lane", tests::Stack::line(), "promo"}).status.ok())
    throw std::runtime_error("the lane cannot be paused");
  bench::fill_outbox(stack, 1'000'000, kBacklog);
  stack.redis().command({"FLUSHALL"});
  double highest = empty;
  const auto seeded = [&stack] {
    return std::stoull(stack.redis().command({"HLEN", "peyk:{carrier:sim}:line:30001234:known"})) >= kBacklog;
  };
  const auto began = Clock::now();
  while (!seeded()) {
    if (Clock::now() - began > 20min) throw std::runtime_error("Redis has not heard of them all");
    highest = std::max(highest, bench::resident_mb(pid));
    bench::let_pass(250ms);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  const double p99_full = cashier.ask(kQuestions).p99_ms;
  const double full = bench::resident_mb(pid);
  highest = std::max(highest, full);
  fmt::print("rss_mb_0: {:.1f} MB\nrss_mb_5m: {:.1f} MB\nrss_highest_mb: {:.1f} MB\n", empty, full, highest);
  fmt::print("seeded_per_second: {:.0f} /s\n", static_cast<double>(kBacklog) / seconds);
  fmt::print("redis_octets_a_message: {}\n",
             std::stoull(stack.redis().command({"EVAL",
                                                "return tonumber(string.match(redis.call('INFO', 'memory'), "
                                                "'used_memory:(%d+)'))",
                                                "0"})) /
                 kBacklog);
  fmt::print("answer_p99_ms_0: {:.2f} ms\nanswer_p99_ms_5m: {:.2f} ms\n", p99_empty, p99_full);
  fmt::print("rss_growth_mb_5m: {:.1f} MB\n", highest - empty);
}
