// lanes: how long a cashier waits for her answer while a campaign of a million texts has her line, beside the
// same line with nothing waiting. She asks and is answered, again and again, over the whole road: deliver_sm,
// decision, commit, urgent lane, submit_sm. The line may send kRate submit_sm a second, and the campaign uses
// them all.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/bench/backlog.hpp"

namespace {

using namespace peyk;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr double kRate = 500;
constexpr std::uint64_t kCampaign = 1'000'000;
constexpr int kQuestions = 600;
constexpr const char* kCashier = "989121112233";

struct Waits {
  double p50_ms = 0, p99_ms = 0;
};

// Her texts one after the other, each some milliseconds after the answer to the one before.
Waits ask_again_and_again(tests::Stack& stack, const std::string& code) {
  std::vector<double> took;
  for (int i = 0; i < kQuestions; ++i) {
    const std::uint64_t last = stack.carrier().last_text_number();
    const auto began = Clock::now();
    stack.carrier().mo(kCashier, tests::Stack::line(), code);
    if (stack.carrier().inbox(kCashier, last, 20s).empty())
      throw std::runtime_error("no answer to the cashier\n" + stack.gateway_log());
    took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - began).count());
    bench::let_pass(std::chrono::milliseconds(3 + i * 7 % 11));  // no beat with the line's
  }
  std::ranges::sort(took);
  return {took[took.size() / 2], took[took.size() * 99 / 100]};
}

std::uint64_t submits(tests::Stack& stack) {
  return stack.carrier().ask({{"do", "stats"}})["submit_sm"].get<std::uint64_t>();
}

}  // namespace

int main() {
  tests::Stack stack({.line_rate = kRate, .receipts = false});
  stack.buy("989121234567", 1'000'000, "A-1", "bench-1");
  // Asking whether a code is good changes nothing, so it can be asked for ever.
  const std::string code = stack.query("SELECT LPAD(number, 7, 0) FROM code LIMIT 1").substr(0, 7);
  ask_again_and_again(stack, code);  // warm
  const Waits empty = ask_again_and_again(stack, code);
  bench::fill_outbox(stack, 1'000'000, kCampaign);
  stack.redis().command({"FLUSHALL"});
  const std::uint64_t before = submits(stack);
  while (std::stoll(stack.redis().command({"HLEN", "peyk:{carrier:sim}:line:30001234:known"})) <
         static_cast<long long>(kCampaign) * 9 / 10)
    bench::let_pass(200ms);
  const Waits loaded = ask_again_and_again(stack, code);
  fmt::print("urgent_p50_empty: {:.2f} ms\nurgent_p99_empty: {:.2f} ms\n", empty.p50_ms, empty.p99_ms);
  fmt::print("urgent_p50_loaded: {:.2f} ms\nurgent_p99_loaded: {:.2f} ms\n", loaded.p50_ms, loaded.p99_ms);
  fmt::print("promo_submits_meanwhile: {} submits\n", submits(stack) - before);
  fmt::print("urgent_p99_ratio_loaded_vs_empty: {:.2f} x\n", loaded.p99_ms / empty.p99_ms);
}
