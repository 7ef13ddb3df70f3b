// lanes: how long a cashier waits for her answer while a campaign of a million texts has her line, beside the
// same line with nothing waiting. The line may send kRate submit_sm a second, and the campaign uses them all.
#include <fmt/core.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/bench/backlog.hpp"
#include "tests/bench/cashier.hpp"

namespace {

using namespace peyk;
using namespace std::chrono_literals;

constexpr double kRate = 500;
constexpr std::uint64_t kCampaign = 1'000'000;
constexpr int kQuestions = 600;

// No beat with the line's.
void pass_some_ms(int question) {
  bench::let_pass(std::chrono::milliseconds(3 + question * 7 % 11));
}

std::uint64_t submits(tests::Stack& stack) {
  return stack.carrier().ask({{"do", "stats"}})["submit_sm"].get<std::uint64_t>();
}

}  // namespace

int main() {
  tests::Stack stack({.line_rate = kRate, .receipts = false});
  bench::Cashier cashier(stack);
  cashier.ask(kQuestions, pass_some_ms);  // warm
  const bench::Waits empty = cashier.ask(kQuestions, pass_some_ms);
  bench::fill_outbox(stack, 1'000'000, kCampaign);
  stack.redis().command({"FLUSHALL"});
  const std::uint64_t before = submits(stack);
  while (std::stoll(stack.redis().command({"HLEN", "peyk:{carrier:sim}:line:30001234:known"})) <
         static_cast<long long>(kCampaign) * 9 / 10)
    bench::let_pass(200ms);
  const bench::Waits loaded = cashier.ask(kQuestions, pass_some_ms);
  fmt::print("urgent_p50_empty: {:.2f} ms\nurgent_p99_empty: {:.2f} ms\n", empty.p50_ms, empty.p99_ms);
  fmt::print("urgent_p50_loaded: {:.2f} ms\nurgent_p99_loaded: {:.2f} ms\n", loaded.p50_ms, loaded.p99_ms);
  fmt::print("promo_submits_meanwhile: {} submits\n", submits(stack) - before);
  fmt::print("urgent_p99_ratio_loaded_vs_empty: {:.2f} x\n", loaded.p99_ms / empty.p99_ms);
}
