// redeem: durable redemptions a second, by 1, 16 and 64 cashiers who each send the next code when the last is
// answered. Through the request workers: read, decided, saved, committed with both texts. Beside bare
// clients, a connection for each cashier, which issue the same statements row by row and decide nothing; and
// beside clients that know so well what they want that three statements do. Round by round, because this
// machine's speed drifts.
#include <fmt/core.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/bench/money.hpp"
#include "tests/bench/rounds.hpp"

namespace {

using namespace peyk;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kRounds = 3;

struct Figure {
  double per_second = 0, p99_ms = 0;
};

Figure figure_of(std::vector<double>& took_ms, double seconds) {
  const auto at = took_ms.begin() + static_cast<std::ptrdiff_t>(took_ms.size() * 99 / 100);
  std::nth_element(took_ms.begin(), at, took_ms.end());
  return {static_cast<double>(took_ms.size()) / seconds, *at};
}

double since_ms(Clock::time_point began) {
  return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

// `count` members from `first` on have their codes taken.
Figure through_workers(store::RequestWorkers& workers, int cashiers, std::uint64_t first,
                       std::uint64_t count) {
  std::mutex mutex;
  std::vector<double> took_ms;
  std::atomic<std::uint64_t> next{first};
  std::atomic<int> wrong{0};
  std::latch ended(cashiers);
  std::function<void(handlers::PhoneNumber)> send = [&](handlers::PhoneNumber cashier) {
    const std::uint64_t member = next++;
    if (member >= first + count) return ended.count_down();
    const auto began = Clock::now();
    store::Done done = [&, cashier, began](store::Result result) {
      const bool taken = result.verdict == store::Result::Verdict::done && result.texts.size() == 2;
      if (!taken) ++wrong;
      {
        const std::lock_guard lock(mutex);
        took_ms.push_back(since_ms(began));
      }
      send(cashier);
    };
    if (!workers.submit(cashier, bench::redemption(cashier, member), std::move(done)))
      throw std::runtime_error("the workers' queue is full");
  };
  const auto began = Clock::now();
  for (int n = 0; n < cashiers; ++n) send(bench::kFirstCashier + static_cast<std::uint64_t>(n));
  ended.wait();
  const double seconds = since_ms(began) / 1000;
  if (wrong > 0) throw std::runtime_error(fmt::format("{} codes were not taken", wrong.load()));
  return figure_of(took_ms, seconds);
}

// The statements of one redemption, as the workers issue them for a set of one.
void same_statements(store::Connection& connection, handlers::PhoneNumber cashier, std::uint64_t member) {
  const std::uint64_t id = bench::kFirstId + member, new_id = 2 * bench::kFirstId + 4 * member;
  const auto read = [](store::Statement& statement) {
    for (store::Rows rows = statement.query(); rows.next();) {
    }
  };
  const std::string key = fmt::format("{:032}", member);
  const rules::Instant now = bench::now();
  read(connection.prepare("SELECT answer FROM inbox WHERE request_key = ?").add(key));
  read(connection
           .prepare(
               "SELECT code_id, member_id, lot_id, state FROM code WHERE club_id = 1 AND reserved_number = ?")
           .add(bench::kFirstNumber + member));
  read(connection
           .prepare("SELECT misses, locked_until FROM cashier WHERE club_id = 1 AND phone = ? FOR UPDATE")
           .add(cashier));
  read(connection.prepare("SELECT balance, phone FROM member WHERE member_id = ? FOR UPDATE").add(id));
  read(connection.prepare("SELECT lot_id, remaining, expires_at FROM lot WHERE member_id = ?").add(id));
  read(connection.prepare("SELECT redemption_id, used, at FROM redemption WHERE code_id = ?").add(id));
  connection.prepare("UPDATE member SET balance = balance - ? WHERE member_id = ?")
      .add(bench::kCredit)
      .add(id)
      .update();
  connection.prepare("UPDATE lot SET remaining = remaining - ? WHERE lot_id = ?")
      .add(bench::kCredit)
      .add(id)
      .update();
  connection.prepare("UPDATE code SET state = 2 WHERE code_id = ?").add(id).update();
  connection
      .prepare(
          "INSERT INTO ledger_entry (entry_id, club_id, kind, debit_account, credit_account, member_id, "
          "lot_id,"
          " amount, at) VALUES (?, 1, 2, 1, 3, ?, ?, ?, ?)")
      .add(new_id)
      .add(id)
      .add(id)
      .add(bench::kCredit)
      .add(now)
      .update();
  connection
      .prepare(
          "INSERT INTO redemption (redemption_id, club_id, code_id, member_id, branch_no, cashier_phone, "
          "invoice,"
          " invoice_amount, used, left_on_code, entry_id, at) VALUES (?, 1, ?, ?, 1, ?, '', 500000, ?, 0, ?, "
          "?)")
      .add(new_id)
      .add(id)
      .add(id)
      .add(cashier)
      .add(bench::kCredit)
      .add(new_id)
      .add(now)
      .update();
  for (std::uint64_t text = 0; text < 2; ++text) {
    connection
        .prepare(
            "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at,"
            " valid_until) VALUES (?, 1, '30001234', ?, 0, 1, 'Code taken: 100,000 rial. Still to be paid: "
            "400,000"
            " rial.', 1, ?, ?)")
        .add(new_id + text)
        .add(text == 0 ? cashier : bench::kFirstMember + member)
        .add(now)
        .add(now + std::chrono::minutes{10})
        .update();
  }
  connection
      .prepare(
          "INSERT INTO inbox (request_key, fingerprint, generation, claimed_at, forget_at, status, answer,"
          " ussd_state) VALUES (?, ?, 1, ?, ?, 200, '', '')")
      .add(key)
      .add(key)
      .add(now)
      .add(now + std::chrono::minutes{5})
      .update();
  connection.commit();
}

void three_statements(store::Connection& connection, handlers::PhoneNumber cashier, std::uint64_t member) {
  const std::uint64_t id = bench::kFirstId + member;
  connection.prepare("UPDATE lot SET remaining = remaining - ? WHERE lot_id = ? AND remaining >= ?")
      .add(bench::kCredit)
      .add(id)
      .add(bench::kCredit)
      .update();
  connection.prepare("INSERT INTO bench_redemption (id, cashier, used) VALUES (?, ?, ?)")
      .add(id)
      .add(cashier)
      .add(bench::kCredit)
      .update();
  connection.prepare("UPDATE member SET balance = balance - ? WHERE member_id = ?")
      .add(bench::kCredit)
      .add(id)
      .update();
  connection.commit();
}

using Statements = void (*)(store::Connection&, handlers::PhoneNumber, std::uint64_t);

Figure bare(const bench::MoneyDatabase& database, Statements statements, int cashiers, std::uint64_t first,
            std::uint64_t count) {
  std::mutex mutex;
  std::vector<double> took_ms;
  std::atomic<std::uint64_t> next{first};
  std::latch connected(cashiers + 1), go(1);
  std::vector<std::thread> clients;
  for (int n = 0; n < cashiers; ++n) {
    clients.emplace_back([&, n] {
      store::Connection connection(database.options());
      connection.open();
      std::vector<double> own_ms;
      connected.count_down();
      go.wait();
      for (std::uint64_t member = next++; member < first + count; member = next++) {
        const auto began = Clock::now();
        statements(connection, bench::kFirstCashier + static_cast<std::uint64_t>(n), member);
        own_ms.push_back(since_ms(began));
      }
      const std::lock_guard lock(mutex);
      took_ms.insert(took_ms.end(), own_ms.begin(), own_ms.end());
    });
  }
  connected.arrive_and_wait();
  const auto began = Clock::now();
  go.count_down();
  for (std::thread& client : clients) client.join();
  return figure_of(took_ms, since_ms(began) / 1000);
}

Figure median_of(const std::vector<Figure>& all) {
  std::vector<double> per_second, p99;
  for (const Figure& one : all) per_second.push_back(one.per_second), p99.push_back(one.p99_ms);
  return {bench::median(per_second), bench::median(p99)};
}

void say(const char* who, int cashiers, const Figure& figure) {
  fmt::print("redemptions_per_second_{}_{}: {:.0f} /s\n", who, cashiers, figure.per_second);
  fmt::print("redemption_p99_{}_{}: {:.2f} ms\n", who, cashiers, figure.p99_ms);
}

}  // namespace

int main() {
  store::initialise_mysql_driver();
  bench::MoneyDatabase database(64);
  database.query(
      "CREATE TABLE bench_redemption (id BIGINT UNSIGNED PRIMARY KEY, cashier BIGINT UNSIGNED, used BIGINT)");
  store::RequestWorkers workers(database.options(), bench::hooks_of(database));
  workers.start();
  std::uint64_t seeded = 0;
  for (const int cashiers : {1, 16, 64}) {
    const std::uint64_t count = cashiers == 1 ? 1'000 : cashiers == 16 ? 8'000 : 16'000;
    database.seed(seeded, seeded + 3 * count * (kRounds + 1));
    std::vector<Figure> ours, same, three;
    for (std::size_t round = 0; round <= kRounds; ++round) {
      const Figure figures[] = {through_workers(workers, cashiers, seeded, count),
                                bare(database, same_statements, cashiers, seeded + count, count),
                                bare(database, three_statements, cashiers, seeded + 2 * count, count)};
      seeded += 3 * count;
      if (round == 0) continue;  // warms
      ours.push_back(figures[0]), same.push_back(figures[1]), three.push_back(figures[2]);
    }
    const Figure peyk = median_of(ours), bare_same = median_of(same), bare_three = median_of(three);
    say("peyk", cashiers, peyk);
    say("bare_same_statements", cashiers, bare_same);
    say("bare_three_statements", cashiers, bare_three);
    fmt::print("vs_bare_client_ratio_{}: {:.2f} x\n", cashiers, peyk.per_second / bare_same.per_second);
    fmt::print("vs_three_statements_ratio_{}: {:.2f} x\n", cashiers, peyk.per_second / bare_three.per_second);
    std::fflush(stdout);
  }
  workers.stop();
}
