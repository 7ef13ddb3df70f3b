// roundtrip: deliver_sm -> durable effect (a member joins) -> paced submit_sm with the pace lifted, over the
// real thing: peyk-sim, peykd, MariaDB with a flush at each commit, Redis.
//
// Figures a number of open texts: round trips a second and their time from deliver_sm to the reply's
// submit_sm. Beside them, in the same run, what a bare client of the same database reaches with one durable
// insert at a time: the limit that working in sets is there to pass.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "store/mysql/connection.hpp"
#include "tests/kit/stack.hpp"

namespace {

using namespace peyk;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

// Durable inserts a second, one by one, over one connection.
double bare_inserts_per_second(tests::Stack& stack) {
  store::MysqlOptions options{.unix_socket = stack.mysql().unix_socket(),
                              .user = stack.mysql().user(),
                              .password = stack.mysql().password(),
                              .database = "peyk"};
  store::Connection connection(options);
  connection.open();
  connection.execute(
      "CREATE TABLE IF NOT EXISTS bench_bare (id BIGINT UNSIGNED PRIMARY KEY, what VARCHAR(64)) "
      "ENGINE=InnoDB");
  auto& insert = connection.prepare("INSERT INTO bench_bare (id, what) VALUES (?, ?)");
  constexpr std::uint64_t kInserts = 2000;
  const auto began = Clock::now();
  for (std::uint64_t id = 1; id <= kInserts; ++id) {
    insert.add(id).add("one durable row").update();
    connection.commit();
  }
  const double rate = kInserts / seconds_since(began);
  connection.execute("DROP TABLE bench_bare");
  return rate;
}

bool burst(tests::Stack& stack, int open, int count, std::uint64_t first_phone) {
  auto& carrier = stack.carrier();
  const nlohmann::json done = carrier.ask({{"do", "mo_burst"},
                                           {"to", stack.line()},
                                           {"text", "JOIN"},
                                           {"n", count},
                                           {"first_phone", std::to_string(first_phone)},
                                           {"open", open},
                                           {"timeout_ms", 120'000}},
                                          std::chrono::milliseconds(180'000));
  if (!done.value("ok", false)) throw std::runtime_error("mo_burst: " + done.dump());
  fmt::print("roundtrips_per_second_{}_open: {:.0f} /s\n", open,
             done["replied"].get<double>() / done["seconds"].get<double>());
  fmt::print("roundtrip_p50_{}_open: {:.2f} ms\n", open, done["reply_us"]["p50"].get<double>() / 1000);
  fmt::print("roundtrip_p99_{}_open: {:.2f} ms\n", open, done["reply_us"]["p99"].get<double>() / 1000);
  const bool all = done["replied"] == count;
  if (!all)
    fmt::print("roundtrip_without_reply_{}_open: {} texts\n", open, count - done["replied"].get<int>());
  std::fflush(stdout);
  return all;
}

}  // namespace

int main() {
  store::initialise_mysql_driver();
  tests::Stack stack({.window = 1000, .receipts = false});
  const double bare = bare_inserts_per_second(stack);
  fmt::print("bare_durable_inserts_per_second: {:.0f} /s\n", bare);
  std::uint64_t phone = 989120000000;
  bool all_replied = burst(stack, 100, 2000, phone);  // warm
  for (const auto& [open, count] : {std::pair{1, 2000}, {10, 10'000}, {100, 40'000}, {1000, 60'000}}) {
    phone += 100'000;
    all_replied = burst(stack, open, count, phone) && all_replied;
  }
  fmt::print("members_in_database: {} rows\n", std::stol(stack.query("SELECT COUNT(*) FROM member")));
  return all_replied ? 0 : 1;
}
