// pace: three gateways share a line whose contract says so many submit_sm a second, with more waiting than
// they may send. Beside the limit stands what the carrier saw: its busiest second, over every window
// [t, t + 1 s), and the share of the limit that was used.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include <chrono>

#include "tests/bench/backlog.hpp"

namespace {

using namespace peyk;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kWarm = 3s, kMeasured = 20s;

struct Seen {
  std::uint64_t submits = 0, busiest = 0;
  Clock::time_point at;
};

Seen look(tests::Stack& stack) {
  const auto stats = stack.carrier().ask({{"do", "stats"}});
  const auto sources = stats.value("sources", nlohmann::json::object());
  const auto line = sources.value(tests::Stack::line(), nlohmann::json::object());
  return {line.value("submits", std::uint64_t{0}), line.value("max_in_any_second", std::uint64_t{0}),
          Clock::now()};
}

void measure(std::uint32_t rate) {
  tests::Stack stack({.line_rate = static_cast<double>(rate), .gateways = 3, .receipts = false});
  bench::fill_outbox(stack, 1'000'000, rate * 40ULL);
  stack.redis().command({"FLUSHALL"});
  while (look(stack).submits == 0) bench::let_pass(50ms);
  bench::let_pass(kWarm);
  const Seen before = look(stack);
  bench::let_pass(kMeasured);
  const Seen after = look(stack);
  const double seconds = std::chrono::duration<double>(after.at - before.at).count();
  const double used = static_cast<double>(after.submits - before.submits) / seconds / rate;
  fmt::print("max_in_any_second_{0}: {1} submits\nmax_in_any_second_over_limit_{0}: {2:.3f} x\n", rate,
             after.busiest, static_cast<double>(after.busiest) / rate);
  fmt::print("used_share_of_limit_{}: {:.4f}\n", rate, used);
  std::fflush(stdout);
}

}  // namespace

int main() {
  for (const std::uint32_t rate : {100U, 1000U}) measure(rate);
}
