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
#include <vector>

#include "tests/bench/money.hpp"
#include "tests/bench/row_by_row.hpp"

namespace {

using namespace peyk;
using bench::Figure;
using bench::figure_of;
using bench::median_of;
using bench::row_by_row;
using bench::since_ms;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kRounds = 3;

handlers::PhoneNumber cashier_of(int client) {
  return bench::kFirstCashier + static_cast<std::uint64_t>(client);
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
  for (int n = 0; n < cashiers; ++n) send(cashier_of(n));
  ended.wait();
  const double seconds = since_ms(began) / 1000;
  if (wrong > 0) throw std::runtime_error(fmt::format("{} codes were not taken", wrong.load()));
  return figure_of(std::move(took_ms), seconds);
}

// The statements of one redemption, as the workers issue them for a set of one.
void same_statements(store::Connection& connection, int client, std::uint64_t member) {
  const handlers::PhoneNumber cashier = cashier_of(client);
  const std::uint64_t id = bench::kFirstId + member, new_id = 2 * bench::kFirstId + 4 * member;
  using bench::read_all;
  const std::string key = fmt::format("{:032}", member);
  const rules::Instant now = bench::now();
  read_all(connection.prepare("SELECT answer FROM inbox WHERE request_key = ?").add(key));
  read_all(
      connection
          .prepare(
              "SELECT code_id, member_id, lot_id, state FROM code WHERE club_id = 1 AND reserved_number = ?")
          .add(bench::kFirstNumber + member));
  read_all(connection
               .prepare("SELECT misses, locked_until FROM cashier WHERE club_id = 1 AND phone = ? FOR UPDATE")
               .add(cashier));
  read_all(connection.prepare("SELECT balance, phone FROM member WHERE member_id = ? FOR UPDATE").add(id));
  read_all(connection.prepare("SELECT lot_id, remaining, expires_at FROM lot WHERE member_id = ?").add(id));
  read_all(connection.prepare("SELECT redemption_id, used, at FROM redemption WHERE code_id = ?").add(id));
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

void three_statements(store::Connection& connection, int client, std::uint64_t member) {
  const handlers::PhoneNumber cashier = cashier_of(client);
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
      const Figure figures[] = {
          through_workers(workers, cashiers, seeded, count),
          row_by_row(database.options(), same_statements, cashiers, seeded + count, count),
          row_by_row(database.options(), three_statements, cashiers, seeded + 2 * count, count)};
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
