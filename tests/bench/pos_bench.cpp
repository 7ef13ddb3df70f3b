// pos: purchases a second that 1, 16 and 64 tills report, each the next when the last is answered: signed,
// over HTTP and kept connections, to the gateway as a process; answered when the credit and the member's text
// are durable. Beside bare clients, a connection to MySQL for each till, which issue the same statements row
// by row and decide nothing. Round by round, because this machine's speed drifts.
//
// The line sends one text a second, so that all of them stay queued: sending is what bench `mt` measures, and
// the bare clients do not send.
#include <fmt/core.h>

#include <cstdlib>

#include "store/mysql/connection.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/bench/row_by_row.hpp"
#include "tests/bench/signed_tills.hpp"

namespace {

using namespace peyk;
using bench::Figure;

constexpr std::uint64_t kFirstId = 1'000'000'000'000;  // of members; far from what the gateway gives out
constexpr std::uint64_t kFirstRowId = 2'000'000'000'000, kRowIdsEach = 8;  // of what bare clients insert
constexpr std::uint64_t kFirstPhone = 989'120'000'000;
constexpr std::int64_t kAmount = 1'000'000, kCredit = 50'000;
constexpr std::uint64_t kCandidates = 8;

void seed(tests::Stack& stack, std::uint64_t from, std::uint64_t to) {
  stack.query(
      fmt::format("INSERT INTO member (member_id, club_id, phone, card, language, joined_at, balance)"
                  " SELECT {0} + seq, 1, {1} + seq, {0} + seq, 2, '2026-01-01', 0 FROM seq_{2}_to_{3}",
                  kFirstId, kFirstPhone, from, to - 1));
}

// A number of seven digits: the n-th purchase has eight of its own, spread over all there are.
std::uint64_t candidate(std::uint64_t n, std::uint64_t which) {
  return 1'000'000 + (n * kCandidates + which) * 17 % 9'000'000;
}

std::uint64_t free_code(store::Connection& connection, std::uint64_t n) {
  store::Statement& statement = connection.prepare(
      "SELECT reserved_number FROM code WHERE (club_id, reserved_number) IN"
      " ((1, ?), (1, ?), (1, ?), (1, ?), (1, ?), (1, ?), (1, ?), (1, ?))");
  for (std::uint64_t which = 0; which < kCandidates; ++which) statement.add(candidate(n, which));
  std::vector<std::uint64_t> taken;
  for (store::Rows rows = statement.query(); rows.next();) taken.push_back(rows.u64());
  for (std::uint64_t which = 0; which < kCandidates; ++which) {
    if (std::ranges::find(taken, candidate(n, which)) == taken.end()) return candidate(n, which);
  }
  throw std::runtime_error("no free code");
}

struct Purchase {
  std::uint64_t n = 0, member = 0, phone = 0, id = 0, code = 0;
  std::string invoice, key, answer;
  rules::Instant now{};
};

void read(store::Connection& connection, Purchase& purchase) {
  using bench::read_all;
  read_all(connection
               .prepare("SELECT fingerprint, generation, claimed_at, forget_at, status, answer, ussd_state"
                        " FROM inbox WHERE request_key = ?")
               .add(purchase.key));
  read_all(
      connection.prepare("SELECT member_id FROM member WHERE club_id = 1 AND phone = ?").add(purchase.phone));
  read_all(
      connection
          .prepare(
              "SELECT kind, record_id FROM bill_record WHERE club_id = 1 AND branch_no = 12 AND invoice = ?")
          .add(purchase.invoice));
  read_all(connection
               .prepare("SELECT phone, card, language, joined_at, referred_by, strangers, strangers_since,"
                        " balance, debt, last_purchase_id, last_purchase_branch, last_purchase_amount,"
                        " last_purchase_at FROM member WHERE member_id = ? FOR UPDATE")
               .add(purchase.member));
  purchase.code = free_code(connection, purchase.n);
}

void save_credit(store::Connection& connection, const Purchase& purchase) {
  const rules::Instant expires = purchase.now + std::chrono::days{31};
  const std::uint64_t lot = purchase.id + 1, code = purchase.id + 2, entry = purchase.id + 3;
  connection
      .prepare(
          "UPDATE member SET balance = balance + ?, last_purchase_id = ?, last_purchase_branch = 12,"
          " last_purchase_amount = ?, last_purchase_at = ? WHERE member_id = ?")
      .add(kCredit)
      .add(purchase.id)
      .add(kAmount)
      .add(purchase.now)
      .add(purchase.member)
      .update();
  connection
      .prepare(
          "INSERT INTO lot (lot_id, club_id, member_id, origin, kind, issued, remaining, created_at, "
          "expires_at,"
          " hold_id, held, held_until) VALUES (?, 1, ?, 1, 1, ?, ?, ?, ?, 0, 0, '1970-01-02')")
      .add(lot)
      .add(purchase.member)
      .add(kCredit)
      .add(kCredit)
      .add(purchase.now)
      .add(expires)
      .update();
  connection.prepare("INSERT INTO lot_due (expires_at, lot_id) VALUES (?, ?)").add(expires).add(lot).update();
  connection
      .prepare(
          "INSERT INTO code (code_id, club_id, number, reserved_number, member_id, lot_id, state, issued_at)"
          " VALUES (?, 1, ?, ?, ?, ?, 1, ?)")
      .add(code)
      .add(purchase.code)
      .add(purchase.code)
      .add(purchase.member)
      .add(lot)
      .add(purchase.now)
      .update();
  connection
      .prepare(
          "INSERT INTO ledger_entry (entry_id, club_id, kind, debit_account, credit_account, member_id, "
          "lot_id,"
          " amount, at) VALUES (?, 1, 1, 2, 1, ?, ?, ?, ?)")
      .add(entry)
      .add(purchase.member)
      .add(lot)
      .add(kCredit)
      .add(purchase.now)
      .update();
}

void save_purchase(store::Connection& connection, const Purchase& purchase) {
  connection
      .prepare(
          "INSERT INTO purchase (purchase_id, club_id, branch_no, invoice, member_id, amount, earned, "
          "code_id,"
          " phone, answer, purchased_at, recorded_at, earn_share, by_credit)"
          " VALUES (?, 1, 12, ?, ?, ?, ?, ?, ?, ?, ?, ?, 500, 0)")
      .add(purchase.id)
      .add(purchase.invoice)
      .add(purchase.member)
      .add(kAmount)
      .add(kCredit)
      .add(purchase.id + 2)
      .add(purchase.phone)
      .add(purchase.answer)
      .add(purchase.now)
      .add(purchase.now)
      .update();
  connection
      .prepare(
          "INSERT INTO bill_record (club_id, branch_no, invoice, place, kind, record_id)"
          " VALUES (1, 12, ?, 1, 3, ?)")
      .add(purchase.invoice)
      .add(purchase.id)
      .update();
}

void save_words(store::Connection& connection, const Purchase& purchase) {
  connection
      .prepare(
          "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at,"
          " valid_until) VALUES (?, 1, '30001234', ?, 2, 2, 'Thank you for shopping at Nan o Namak! Purchase:"
          " 100,000 tomans. Credit for you: 5,000 tomans until 23 December 2026. Code: 1278646', 1, ?, ?)")
      .add(purchase.id + 4)
      .add(purchase.phone)
      .add(purchase.now)
      .add(purchase.now + std::chrono::days{1})
      .update();
  connection
      .prepare(
          "INSERT INTO inbox (request_key, fingerprint, generation, claimed_at, forget_at, status, answer,"
          " ussd_state) VALUES (?, ?, 1, ?, NULL, 200, ?, '')")
      .add(purchase.key)
      .add(purchase.key)
      .add(purchase.now)
      .add(purchase.answer)
      .update();
}

// The statements of one purchase, as the gateway's workers issue them for a set of one.
void one_purchase(store::Connection& connection, int, std::uint64_t n) {
  static const std::string answer =
      R"({"id":"40001","invoice":"W-2","branch":12,"amount":1000000,"by_credit":0,"credit":50000,"settled":0,)"
      R"("code":"1278646","expires":"2026-12-23T20:30:00Z","member":{"card":"1000000000002"},)"
      R"("looks_like_repeat_of":null,"duplicate":false})";
  Purchase purchase{
      .n = n,
      .member = kFirstId + n,
      .phone = kFirstPhone + n,
      .id = kFirstRowId + kRowIdsEach * n,
      .invoice = fmt::format("b-{}", n),
      .key = fmt::format("{:032}", n),
      .answer = answer,
      .now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now())};
  read(connection, purchase);
  save_credit(connection, purchase);
  save_purchase(connection, purchase);
  save_words(connection, purchase);
  connection.commit();
}

void say(const char* who, int tills, const Figure& figure) {
  fmt::print("purchases_per_second_{}_{}: {:.0f} /s\n", who, tills, figure.per_second);
  fmt::print("purchase_p50_{}_{}: {:.2f} ms\n", who, tills, figure.p50_ms);
  fmt::print("purchase_p99_{}_{}: {:.2f} ms\n", who, tills, figure.p99_ms);
}

}  // namespace

// The first argument: how many rounds count; one more warms. 3, if it is not there.
int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 3;
  store::initialise_mysql_driver();
  tests::Stack stack({.line_rate = 1, .receipts = false, .more_yaml = "  key_requests_max: 0\n"});
  stack.query("SET GLOBAL innodb_log_file_size = 512 << 20; SET GLOBAL innodb_buffer_pool_size = 1 << 30");
  const store::MysqlOptions mysql{.unix_socket = stack.mysql().unix_socket(),
                                  .user = stack.mysql().user(),
                                  .password = stack.mysql().password(),
                                  .database = "peyk"};
  std::uint64_t seeded = 0;
  for (const int tills : {1, 16, 64}) {
    const std::uint64_t count = tills == 1 ? 1'000 : tills == 16 ? 8'000 : 16'000;
    seed(stack, seeded, seeded + 2 * count * static_cast<std::uint64_t>(rounds + 1));
    std::vector<Figure> ours, theirs;
    double cpu_us = 0;
    for (int round = 0; round <= rounds; ++round) {
      const auto requests = bench::signed_purchases(stack, kFirstPhone, seeded, count);
      const double cpu = bench::cpu_seconds(stack.gateway().pid());
      const Figure peyk = bench::report(stack, tills, requests);
      cpu_us = (bench::cpu_seconds(stack.gateway().pid()) - cpu) / static_cast<double>(count) * 1e6;
      const Figure bare = bench::row_by_row(mysql, one_purchase, tills, seeded + count, count);
      seeded += 2 * count;
      if (round == 0) continue;  // warms
      ours.push_back(peyk), theirs.push_back(bare);
    }
    const Figure peyk = bench::median_of(ours), bare = bench::median_of(theirs);
    say("peyk", tills, peyk);
    say("bare_client", tills, bare);
    fmt::print("cpu_us_a_purchase_peykd_{}: {:.1f} us\n", tills, cpu_us);
    fmt::print("vs_bare_client_ratio_{}: {:.2f} x\n", tills, peyk.per_second / bare.per_second);
    std::fflush(stdout);
  }
  const long credits =
      std::stol(stack.query("SELECT COUNT(*) FROM ledger_entry WHERE kind = 1 AND amount = 50000"));
  const long texts = std::stol(stack.query("SELECT COUNT(*) FROM outbox"));
  fmt::print("# {} purchases, {} credits, {} texts\n", seeded, credits, texts);
  const auto all = static_cast<long>(seeded);
  return credits == all && texts == all ? 0 : 1;
}
