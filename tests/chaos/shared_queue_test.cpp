// Three gateways share a line of a hundred submit_sm a second while everything around them breaks, in an
// order that a seed decides. Worth running again and again: `build/dev/tests/peyk_tests_chaos
// --gtest_filter='SharedQueue.*' --gtest_repeat=20`.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/chaos/crowd.hpp"
#include "tests/chaos/decided_texts.hpp"

namespace peyk::tests::shared_queue_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr int kRate = 100, kCampaign = 1'500;
constexpr std::size_t kGateways = 3;

TEST(SharedQueue, keeps_its_rate_and_every_promise_whatever_is_killed_restarted_or_cut_under_load) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 chance(seed);
  Stack stack({.line_rate = kRate, .gateways = kGateways});
  // So that there is always more than may leave.
  for (int at = 0; at < kCampaign; at += 500) decide_texts(stack, 1'000 + at, 500, 3);
  stack.redis().command({"FLUSHALL"});
  Crowd crowd(stack, kGateways, 8);
  const auto kill = [&stack](std::size_t number) {
    stack.kill_gateway(number);
    stack.start_gateway_unready(number);
  };
  const auto cut = [&stack] { stack.carrier().ask({{"do", "fault"}, {"what", "drop_links"}}); };
  std::array<std::function<void()>, 6> misfortunes{[&] { kill(0); },
                                                   [&] { kill(1); },
                                                   [&] { kill(2); },
                                                   [&] { stack.redis().kill(), stack.redis().start(); },
                                                   [&] { stack.mysql().kill(), stack.mysql().start(); },
                                                   cut};
  std::ranges::shuffle(misfortunes, chance);
  for (const auto& strike : misfortunes) {
    EXPECT_TRUE(crowd.await_more(5 + chance() % 20)) << "nobody joins any more";
    strike();
  }
  EXPECT_TRUE(crowd.await_more(5)) << "nobody joins any more";
  for (std::size_t number = 0; number < kGateways; ++number) stack.await_ready(number);
  crowd.stop();
  crowd.expect_all_whole();
  EXPECT_TRUE(eventually(180s, [&] {
    return stack.query("SELECT COUNT(*) FROM outbox WHERE state = 1") == "0\n";
  })) << stack.gateway_log();
  const json line = stack.carrier().ask({{"do", "stats"}})["sources"][Stack::line()];
  EXPECT_LE(line["max_in_any_second"].get<int>(), kRate) << line.dump();
  EXPECT_GE(line["max_in_any_second"].get<int>(), kRate * 9 / 10)
      << "so little proves nothing: " << line.dump();
}

}  // namespace
}  // namespace peyk::tests::shared_queue_test
