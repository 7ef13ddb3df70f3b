// mt: from a filled queue to submit_sm_resp. Peyk has its texts in the outbox, durable, and settles each in
// the outbox again; Kannel has them in memory, in its file store, in its spool store. Both drain to the same
// carrier, which answers at once, with a window of 1000; round by round, because this machine's speed drifts.
//
// Peyk's time ends when the last text is settled in MySQL, Kannel's with the last answer.
#include <fmt/core.h>
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/bench/backlog.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/bench/loopback.hpp"
#include "tests/bench/rounds.hpp"
#include "tests/kit/kannel.hpp"

namespace {

using namespace peyk;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kTexts = 100'000;
constexpr std::uint32_t kWindow = 1000;
constexpr std::size_t kRounds = 3;
constexpr auto kPatience = 180s;

struct Drained {
  double per_second = 0;
  double cpu_us_a_text = 0;  // of the gateway alone
};

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

void await(const char* what, const std::function<bool()>& holds) {
  const auto until = Clock::now() + kPatience;
  while (!holds()) {
    if (Clock::now() > until)
      throw std::runtime_error(fmt::format("not within {} s: {}", kPatience.count(), what));
    bench::let_pass(5ms);
  }
}

// In the carrier's line: "…, failed 0, queued 34 msgs)": 34.
std::uint64_t queued_in(const std::string& status) {
  constexpr std::string_view kWord = "failed 0, queued ";
  const std::size_t at = status.find(kWord);
  return at == std::string::npos ? 0 : std::strtoull(status.c_str() + at + kWord.size(), nullptr, 10);
}

Drained kannel(const std::string& store) {
  bench::BareCarrier carrier;
  tests::Kannel kannel(carrier.port(), tests::Stack::line(),
                       {.window = kWindow, .store = store, .logs = false, .get_url = ""});
  await("Kannel is bound", [&] { return kannel.status().find("(online") != std::string::npos; });
  carrier.hold(true);
  std::vector<std::string> phones;
  for (std::uint64_t n = 0; n < kTexts; ++n) {
    phones.push_back(std::to_string(989100000000 + n));
    if (phones.size() < 200) continue;
    kannel.send_to_all(phones, "a text of a campaign");
    phones.clear();
  }
  await("Kannel has them all",
        [&] { return queued_in(kannel.status()) + kWindow + carrier.answered() >= kTexts; });
  const std::vector<pid_t> pids = kannel.pids();
  const double cpu = bench::cpu_seconds(pids);
  const std::uint64_t before = carrier.answered();
  const auto began = Clock::now();
  carrier.hold(false);
  await("Kannel has sent them", [&] { return carrier.answered() >= kTexts; });
  const double took = seconds_since(began);
  const double count = static_cast<double>(kTexts - before);
  return {count / took, (bench::cpu_seconds(pids) - cpu) / count * 1e6};
}

Drained peyk_drain() {
  bench::BareCarrier carrier;
  tests::Stack stack({.window = kWindow, .receipts = false, .carrier_port = carrier.port()});
  if (!stack.peykctl({"pause", "line", tests::Stack::line()}).status.ok())
    throw std::runtime_error("the line cannot be paused");
  bench::fill_outbox(stack, 1'000'000, kTexts);
  stack.redis().command({"FLUSHALL"});
  // What a seed finds waits three seconds before it is in its lane: that is recovery, and no part of a drain.
  await("they all wait in their lane", [&] {
    const std::string waiting =
        stack.redis().command({"HGET", "peyk:{carrier:sim}:line:30001234:counts", "waiting3"});
    return !waiting.empty() && std::stoull(waiting) >= kTexts;
  });
  const pid_t pid = stack.gateway().pid();
  const double cpu = bench::cpu_seconds(pid), mysql = bench::cpu_seconds(stack.mysql().pid()),
               redis = bench::cpu_seconds(stack.redis().pid());
  const auto began = Clock::now();
  if (!stack.peykctl({"resume", "line", tests::Stack::line()}).status.ok())
    throw std::runtime_error("the line cannot be resumed");
  await("the first is sent", [&] { return carrier.answered() > 0; });
  const auto first = Clock::now();
  await("Peyk has sent them", [&] { return carrier.answered() >= kTexts; });
  fmt::print("# peyk: resumed after {:.2f} s, the last answered after {:.2f} s",
             std::chrono::duration<double>(first - began).count(), seconds_since(first));
  std::fflush(stdout);
  await("all are settled",
        [&] { return stack.query("SELECT message_id FROM outbox WHERE state = 1 LIMIT 1").empty(); });
  const double took = seconds_since(first);
  const auto us_a_text = [](double seconds) { return seconds / static_cast<double>(kTexts) * 1e6; };
  fmt::print(", settled after {:.2f} s; us of CPU a text: MariaDB {:.1f}, Redis {:.1f}\n", took,
             us_a_text(bench::cpu_seconds(stack.mysql().pid()) - mysql),
             us_a_text(bench::cpu_seconds(stack.redis().pid()) - redis));
  if (carrier.answered() != kTexts) fmt::print("# {} submits for {} texts\n", carrier.answered(), kTexts);
  const auto count = static_cast<double>(kTexts);
  return {count / took, (bench::cpu_seconds(pid) - cpu) / count * 1e6};
}

}  // namespace

int main() {
  std::vector<double> cpu, kannel_cpu;
  const auto figures = bench::interleaved(
      kRounds, {[&] {
                  const Drained drained = peyk_drain();
                  cpu.push_back(drained.cpu_us_a_text);
                  return drained.per_second;
                },
                [&] {
                  const Drained drained = kannel("");
                  kannel_cpu.push_back(drained.cpu_us_a_text);
                  return drained.per_second;
                },
                [] { return kannel("file").per_second; }, [] { return kannel("spool").per_second; }});
  fmt::print("submits_per_second_peyk: {:.0f} /s\n", figures[0]);
  fmt::print("submits_per_second_kannel_memory: {:.0f} /s\n", figures[1]);
  fmt::print("submits_per_second_kannel_file: {:.0f} /s\n", figures[2]);
  fmt::print("submits_per_second_kannel_spool: {:.0f} /s\n", figures[3]);
  fmt::print("cpu_us_a_message_peykd: {:.1f} us\n", bench::median(cpu));
  fmt::print("cpu_us_a_message_kannel: {:.1f} us\n", bench::median(kannel_cpu));
  fmt::print("submits_vs_kannel_ratio: {:.2f} x\n", figures[0] / figures[1]);
  fmt::print("submits_vs_kannel_store_ratio: {:.2f} x\n", figures[0] / std::max(figures[2], figures[3]));
}
