// A club with members, each with a lot of credit and a live code of it, in a database of its own: what the
// benches of money begin with.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "handlers/directory.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/migrations.hpp"
#include "store/mysql/request_workers.hpp"
#include "tests/kit/private_servers.hpp"

namespace peyk::bench {

inline constexpr std::uint64_t kFirstId = 1'000'000'000'000;  // of what is seeded; far from what is given out
inline constexpr std::uint64_t kFirstNumber = 1'000'000;      // of the codes
inline constexpr handlers::PhoneNumber kFirstCashier = 989'110'000'000, kFirstMember = 989'120'000'000;
inline constexpr rules::Amount kCredit = 100'000;  // of each lot: one redemption's worth

inline handlers::Club bench_club(std::uint32_t cashiers) {
  handlers::Club club;
  club.slug = "bench";
  club.name = "Bench";
  club.language = handlers::Language::en;
  club.money_display = handlers::MoneyDisplay::rial;
  club.line = "30001234";
  club.policy.earn_share = 500;
  club.policy.invoice_min = 100'000;
  club.policy.join_on_purchase = true;
  club.branches = {{1, "One"}};
  for (std::uint32_t n = 0; n < cashiers; ++n)
    club.cashiers.push_back({.phone = kFirstCashier + n, .branch = 1, .pin_hash = "hash of 4321"});
  return club;
}

class MoneyDatabase {
 public:
  explicit MoneyDatabase(std::uint32_t cashiers, const std::string& buffer_pool = "1G")
      : server({"--innodb-log-file-size=512M", "--innodb-buffer-pool-size=" + buffer_pool}) {
    server.create_database("peyk");
    connection = std::make_unique<store::Connection>(options());
    connection->open();
    store::migrate(*connection);
    store::save_club(*connection, bench_club(cashiers));
    connection->commit();
    directory = std::make_shared<const handlers::Directory>(store::load_clubs(*connection));
    connection->rollback();
  }

  store::MysqlOptions options() const {
    return {.unix_socket = server.unix_socket(),
            .user = server.user(),
            .password = server.password(),
            .database = "peyk"};
  }
  std::string query(const std::string& sql) { return server.query(sql, "peyk"); }

  // Members number `from` to `to` (not included), each with a lot of kCredit and a live code of it: the n-th
  // has phone kFirstMember + n, code kFirstNumber + n, and kFirstId + n as the id of each of her rows.
  void seed(std::uint64_t from, std::uint64_t to) {
    constexpr std::uint64_t kRows = 250'000;  // in one transaction
    for (; from < to; from += std::min(kRows, to - from)) {
      const std::string numbers = fmt::format("seq_{}_to_{}", from, std::min(from + kRows, to) - 1);
      const auto each = [&](const char* insert, const std::string& values) {
        query(fmt::format("{} SELECT {} FROM {}", insert, values, numbers));
      };
      const std::string id = fmt::format("{} + seq", kFirstId);
      each("INSERT INTO member (member_id, club_id, phone, card, language, joined_at, balance)",
           fmt::format("{0}, 1, {1} + seq, {0}, 2, '2026-01-01', {2}", id, kFirstMember, kCredit));
      each("INSERT INTO lot (lot_id, club_id, member_id, origin, issued, remaining, created_at, expires_at)",
           fmt::format("{0}, 1, {0}, 1, {1}, {1}, '2026-01-01', '2099-01-01'", id, kCredit));
      each(
          "INSERT INTO code (code_id, club_id, number, reserved_number, member_id, lot_id, state, issued_at)",
          fmt::format("{0}, 1, {1} + seq, {1} + seq, {0}, {0}, 1, '2026-01-01'", id, kFirstNumber));
      each(
          "INSERT INTO ledger_entry (entry_id, club_id, kind, debit_account, credit_account, member_id, "
          "lot_id,"
          " amount, at)",
          fmt::format("{0}, 1, 1, 2, 1, {0}, {0}, {1}, '2026-01-01'", id, kCredit));
    }
  }

  tests::PrivateMysql server;
  std::unique_ptr<store::Connection> connection;
  std::shared_ptr<const handlers::Directory> directory;
};

inline rules::Instant now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// Answers on the worker's thread.
inline store::WorkerHooks hooks_of(const MoneyDatabase& database) {
  return {.directory = [directory = database.directory] { return directory; },
          .clock = now,
          .pin_matches = [](std::string_view hash,
                            std::string_view pin) { return hash == "hash of " + std::string(pin); },
          .deliver =
              [](std::vector<store::Finished> finished) {
                for (store::Finished& one : finished) one.done(std::move(one.result));
              },
          .measured = [](std::size_t, std::chrono::microseconds) {},
          .log =
              [](const std::string& event, const std::string& detail) {
                if (!detail.empty()) fmt::print(stderr, "{}: {}\n", event, detail);
              }};
}

// What a cashier's phone sends to take the n-th member's code.
inline handlers::Request redemption(handlers::PhoneNumber cashier, std::uint64_t member) {
  handlers::Request request;
  for (std::size_t i = 0; i < 8; ++i) {
    request.key[i] = static_cast<std::uint8_t>(member >> (8 * i));
    request.fingerprint[i] = request.key[i];
  }
  request.key[31] = 0x42;
  request.remembered_for = std::chrono::seconds{300};
  request.received_at = now();
  request.what = handlers::TextRequest{
      .from = cashier, .line = "30001234", .text = fmt::format("{} 500000 4321", kFirstNumber + member)};
  return request;
}

// One request after the other, each by itself in its transaction; how long each took, in milliseconds.
inline std::vector<double> one_by_one(store::RequestWorkers& workers, std::uint64_t count,
                                      const std::function<handlers::Request(std::uint64_t)>& request,
                                      std::size_t texts) {
  std::vector<double> took_ms;
  for (std::uint64_t n = 0; n < count; ++n) {
    std::promise<store::Result> promise;
    const auto began = std::chrono::steady_clock::now();
    store::Done done = [&promise](store::Result result) { promise.set_value(std::move(result)); };
    if (!workers.submit(0, request(n), std::move(done)))
      throw std::runtime_error("the workers' queue is full");
    const store::Result result = promise.get_future().get();
    took_ms.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    if (result.verdict != store::Result::Verdict::done || result.texts.size() != texts)
      throw std::runtime_error(fmt::format("request {} was not done as expected: {}", n, result.answer));
  }
  return took_ms;
}

}  // namespace peyk::bench
