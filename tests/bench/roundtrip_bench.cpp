// roundtrip: deliver_sm -> durable effect (a member joins) -> reply -> submit_sm, with the pace lifted, over
// the real thing: peyk-sim, peykd, MariaDB with a flush at each commit, Redis. Beside it, in the same run and
// round by round:
//
// * Kannel with everything in memory: the same simulated phones, a text to an HTTP service that answers at
//   once, its answer as a text. Nothing of it outlives Kannel.
// * the bare road (bare_road.hpp): the least that one durable text can take.
//
// Times are from deliver_sm to the reply's submit_sm.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "store/mysql/connection.hpp"
#include "tests/bench/bare_road.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/bench/http_echo.hpp"
#include "tests/bench/rounds.hpp"
#include "tests/kit/kannel.hpp"
#include "tests/kit/stack.hpp"

namespace {

using namespace peyk;

constexpr std::size_t kRounds = 3;

struct Burst {
  double per_second = 0, p50_ms = 0, p99_ms = 0;
  std::uint64_t without_reply = 0;
};

// `count` texts of as many phones, `open` of them always without an answer.
Burst burst(sim::ControlClient& carrier, const char* text, int open, int count) {
  static std::uint64_t first_phone = 989120000000;
  first_phone += static_cast<std::uint64_t>(count);
  const nlohmann::json done = carrier.ask({{"do", "mo_burst"},
                                           {"to", tests::Stack::line()},
                                           {"text", text},
                                           {"n", count},
                                           {"first_phone", std::to_string(first_phone)},
                                           {"open", open},
                                           {"timeout_ms", 120'000}},
                                          std::chrono::milliseconds(180'000));
  if (!done.value("ok", false)) throw std::runtime_error("mo_burst: " + done.dump());
  const auto replied = done["replied"].get<std::uint64_t>();
  return {.per_second = static_cast<double>(replied) / done["seconds"].get<double>(),
          .p50_ms = done["reply_us"]["p50"].get<double>() / 1000,
          .p99_ms = done["reply_us"]["p99"].get<double>() / 1000,
          .without_reply = static_cast<std::uint64_t>(count) - replied};
}

Burst median_of(const std::vector<Burst>& bursts) {
  const auto of = [&bursts](double Burst::*figure) {
    std::vector<double> values;
    for (const Burst& one : bursts) values.push_back(one.*figure);
    return bench::median(std::move(values));
  };
  Burst all{of(&Burst::per_second), of(&Burst::p50_ms), of(&Burst::p99_ms), 0};
  for (const Burst& one : bursts) all.without_reply += one.without_reply;
  return all;
}

void say(const char* who, int open, const Burst& burst) {
  fmt::print("roundtrips_per_second_{}_{}_open: {:.0f} /s\n", who, open, burst.per_second);
  fmt::print("roundtrip_p50_{}_{}_open: {:.2f} ms\n", who, open, burst.p50_ms);
  fmt::print("roundtrip_p99_{}_{}_open: {:.2f} ms\n", who, open, burst.p99_ms);
  if (burst.without_reply > 0)
    fmt::print("roundtrip_without_reply_{}_{}_open: {} texts\n", who, open, burst.without_reply);
  std::fflush(stdout);
}

}  // namespace

int main() {
  store::initialise_mysql_driver();
  tests::Stack stack({.window = 1000, .receipts = false});
  bench::HttpEcho service;
  tests::Simulator kannels_carrier({"--response-timeout-ms", "30000"});
  tests::Kannel kannel(kannels_carrier.smpp_port(), tests::Stack::line(),
                       {.window = 1000,
                        .store = "",
                        .logs = false,
                        .get_url = fmt::format("http://127.0.0.1:{}/?from=%p&text=%a", service.port())});
  if (!kannels_carrier.control().ask({{"do", "await_bound"}, {"wait_ms", 20'000}}).value("ok", false))
    throw std::runtime_error("Kannel is not bound");
  bench::BareRoad bare(stack);

  std::uint64_t lost = 0;
  for (const int open : {1, 10, 100, 1000}) {
    const int count = open == 1 ? 2000 : open == 10 ? 10'000 : 30'000;
    std::vector<Burst> peyk, others;
    std::vector<double> bare_ms;
    for (std::size_t round = 0; round <= kRounds; ++round) {
      const double cpu = bench::cpu_seconds(stack.gateway().pid());
      const Burst ours = burst(stack.carrier(), "JOIN", open, count);
      const double cpu_us = (bench::cpu_seconds(stack.gateway().pid()) - cpu) / count * 1e6;
      // With few open its texts take 88 ms each (Nagle's algorithm against delayed acknowledgements).
      const Burst theirs = burst(kannels_carrier.control(), "hello", open, open < 100 ? 30 * open : 10'000);
      if (open == 1) bare_ms.push_back(bare.p50_ms(count));
      if (round == 0) continue;  // warms
      peyk.push_back(ours);
      others.push_back(theirs);
      if (round == kRounds) fmt::print("cpu_us_a_roundtrip_peykd_{}_open: {:.1f} us\n", open, cpu_us);
    }
    const Burst ours = median_of(peyk), theirs = median_of(others);
    lost += ours.without_reply;
    say("peyk", open, ours);
    say("kannel", open, theirs);
    if (open == 1) {
      bare_ms.erase(bare_ms.begin());
      const double bare_p50 = bench::median(bare_ms);
      fmt::print("bare_road_p50_1_open: {:.2f} ms\n", bare_p50);
      fmt::print("p50_1_open_vs_bare_client_ratio: {:.2f} x\n", ours.p50_ms / bare_p50);
    }
    if (open == 1000)
      fmt::print("durable_vs_kannel_memory_ratio: {:.2f} x\n", ours.per_second / theirs.per_second);
  }
  fmt::print("members_in_database: {} rows\n", std::stol(stack.query("SELECT COUNT(*) FROM member")));
  return lost == 0 ? 0 : 1;
}
