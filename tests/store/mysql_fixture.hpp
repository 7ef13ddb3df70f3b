// What the tests of store/mysql share: a database of their own with the schema in it, a club like the
// sample's but in English, and request workers that one can ask and wait for.
#pragma once

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "handlers/directory.hpp"
#include "store/mysql/audit.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/migrations.hpp"
#include "store/mysql/outbox.hpp"
#include "store/mysql/request_workers.hpp"
#include "tests/kit/private_servers.hpp"

namespace peyk::tests {

// Noon of an autumn day, 15:30 in Tehran.
inline constexpr rules::Instant kNoon =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{12};

inline constexpr handlers::PhoneNumber kShopper = 989120000101, kOtherShopper = 989120000102;
inline constexpr handlers::PhoneNumber kVanakCashier = 989121112233, kTajrishCashier = 989121112244;

// How many wait for a row that somebody else has. INNODB_TRX shows whoever asks often what was true before.
inline constexpr const char* kLockWaits =
    "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME ="
    " 'INNODB_ROW_LOCK_CURRENT_WAITS'";

inline store::MysqlOptions options_of(const PrivateMysql& server, const std::string& database) {
  static const bool driver = (store::initialise_mysql_driver(), true);
  EXPECT_TRUE(driver);
  store::MysqlOptions options;
  options.unix_socket = server.unix_socket();
  options.user = server.user();
  options.password = server.password();
  options.database = database;
  return options;
}

// An empty database with today's schema and one connection to it.
class TestDatabase {
 public:
  explicit TestDatabase(std::string name, PrivateMysql& server = shared_mysql())
      : server_(server), name_(std::move(name)), connection(options(name_)) {
    server_.create_database(name_);
    connection.open();
    store::migrate(connection);
  }

  store::MysqlOptions options() const { return options(name_); }
  // As root: rows as lines, columns parted by tabs.
  std::string query(std::string_view sql) const { return server_.query(sql, name_); }
  // The one number that a query answers with.
  std::int64_t number(std::string_view sql) const { return std::stoll(query(sql)); }

  void expect_clean_ledger() {
    const store::Audit audit = store::audit_ledger(connection);
    for (const std::string& problem : audit.problems) ADD_FAILURE() << problem;
  }

 private:
  store::MysqlOptions options(const std::string& name) const { return options_of(server_, name); }

  PrivateMysql& server_;
  std::string name_;

 public:
  store::Connection connection;
};

// 5 % credit, invoices from 100,000, a PIN for redeeming. A PIN's "hash" is "hash of 4321".
inline handlers::Club stored_club() {
  handlers::Club club;
  club.slug = "salt";
  club.name = "Bread and Salt";
  club.keyword = "salt";
  club.language = handlers::Language::en;
  club.money_display = handlers::MoneyDisplay::rial;
  club.line = "30001234";
  club.ussd_root = "*7000";
  club.policy.earn_share = 500;
  club.policy.invoice_min = 100'000;
  club.policy.join_on_purchase = true;
  club.branches = {{12, "Vanak"}, {14, "Tajrish"}};
  club.cashiers = {{.phone = kVanakCashier, .branch = 12, .pin_hash = "hash of 4321"},
                   {.phone = kTajrishCashier, .branch = 14, .pin_hash = "hash of 9876", .manager = true}};
  club.till_keys = {{.id = "till-12", .branch = 12, .secret = std::string(32, '\x80')}};
  return club;
}

inline std::uint64_t fresh_bits() {
  thread_local std::mt19937_64 bits{std::random_device{}()};
  return bits();
}

inline handlers::RequestKey hash_of(std::string_view text) {
  handlers::RequestKey hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  return hash;
}

// A text to the club's line. The same key and the same content are the same request.
inline handlers::Request text_from(handlers::PhoneNumber from, const std::string& text,
                                   const std::string& key) {
  return {.key = hash_of("text " + std::to_string(from) + " " + key),
          .fingerprint = hash_of(std::to_string(from) + text),
          .remembered_for = std::chrono::seconds{300},
          .received_at = kNoon,
          .what = handlers::TextRequest{.from = from, .line = "30001234", .text = text}};
}

inline handlers::Request purchase_of(handlers::PhoneNumber phone, rules::Amount amount,
                                     const std::string& invoice, const std::string& key) {
  return {.key = hash_of("purchase " + key),
          .fingerprint = hash_of(std::to_string(phone) + invoice + std::to_string(amount)),
          .received_at = kNoon,
          .what = handlers::PurchaseRequest{
              .club = 1, .branch = 12, .phone = phone, .invoice = invoice, .amount = amount}};
}

// A text to be written for the outbox: with a `send_at` it waits for that moment, else for its turn.
struct TextToQueue {
  store::MessageId id = 0;
  handlers::PhoneNumber to = kShopper;
  handlers::Lane lane = handlers::Lane::reply;
  handlers::ClubId club = 1;
  std::string line = "30001234";
  std::uint8_t parts = 1;
  rules::Instant now = kNoon, send_at{};
  std::chrono::hours valid{24};  // from now
};

inline void queue_text(store::Connection& connection, const TextToQueue& text) {
  const store::QueuedText queued{.id = text.id,
                                 .club = text.club,
                                 .line = text.line,
                                 .to = text.to,
                                 .lane = text.lane,
                                 .parts = text.parts,
                                 .text = "hello",
                                 .created_at = text.now,
                                 .valid_until = text.now + text.valid,
                                 .send_at = text.send_at};
  store::save_queued(connection, {&queued, 1});
  connection.commit();
}

// Results that come on the workers' threads, by the number of their request. A second answer is a failure at
// once.
class Answers {
 public:
  explicit Answers(std::size_t count) : results_(count) {}

  void take(std::size_t at, store::Result result) {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(results_[at].has_value()) << "request " << at << " was answered twice";
    results_[at] = std::move(result);
    ++taken_;
    changed_.notify_all();
  }

  // All of them, or std::runtime_error when they do not come within `limit`.
  std::vector<store::Result> wait(std::chrono::seconds limit = std::chrono::seconds{180}) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, limit, [this] { return taken_ == results_.size(); })) {
      throw std::runtime_error("only " + std::to_string(taken_) + " of " + std::to_string(results_.size()) +
                               " requests were answered");
    }
    std::vector<store::Result> all;
    for (auto& result : results_) all.push_back(std::move(*result));
    return all;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::optional<store::Result>> results_;
  std::size_t taken_ = 0;
};

// Request workers over a database with one club in it, and a clock that stands still until the test moves it.
class Shop {
 public:
  explicit Shop(TestDatabase& database, std::uint32_t workers = 2, std::uint32_t batch_max = 200,
                const handlers::Club& club = stored_club())
      : Shop(database, options_for(database, workers, batch_max), club) {}
  Shop(TestDatabase& database, store::MysqlOptions options, const handlers::Club& club = stored_club())
      : workers_(std::move(options), hooks()) {
    store::save_club(database.connection, club);
    directory_ = std::make_shared<const handlers::Directory>(store::load_clubs(database.connection));
    database.connection.rollback();
    workers_.start();
  }
  ~Shop() { workers_.stop(); }

  // Several at once, each with the worker it goes to; answers in the order of the requests.
  std::vector<store::Result> ask_all(std::vector<std::pair<std::uint64_t, handlers::Request>> requests,
                                     std::chrono::seconds limit = std::chrono::seconds{180}) {
    const auto answers = std::make_shared<Answers>(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
      EXPECT_TRUE(submit(requests[i].first, std::move(requests[i].second), answers, i));
    }
    return answers->wait(limit);
  }

  store::Result ask(handlers::Request request, std::uint64_t neighbourhood = 0) {
    return ask_all({{neighbourhood, std::move(request)}}).front();
  }

  bool submit(std::uint64_t neighbourhood, handlers::Request request, const std::shared_ptr<Answers>& answers,
              std::size_t at) {
    return workers_.submit(neighbourhood, std::move(request),
                           [answers, at](store::Result result) { answers->take(at, std::move(result)); });
  }

  // From now on no line takes a text of this lane.
  void refuse_to_say(handlers::Lane lane) { refused_lane_ = static_cast<int>(lane); }
  // From now on every draw gives this number; 0: fresh ones again.
  void draw(std::uint64_t number) { drawn_ = number; }
  // From now on these are told of what is done.
  void listen(handlers::Listeners listeners) {
    listeners_ = std::make_shared<const handlers::Listeners>(std::move(listeners));
  }
  // How often the workers logged this event.
  int logged(const std::string& event) const {
    const std::lock_guard lock(logged_mutex_);
    const auto it = logged_.find(event);
    return it == logged_.end() ? 0 : it->second;
  }
  void advance(std::chrono::microseconds step) { now_us_ += step.count(); }
  bool is_connected() const { return workers_.is_connected(); }
  std::uint64_t largest_batch() const { return largest_batch_; }

 private:
  static store::MysqlOptions options_for(const TestDatabase& database, std::uint32_t workers,
                                         std::uint32_t batch_max) {
    store::MysqlOptions options = database.options();
    options.workers = workers;
    options.batch_max = batch_max;
    return options;
  }

  store::WorkerHooks hooks() {
    return {.directory = [this] { return directory_; },
            .clock = [this] { return rules::Instant{std::chrono::microseconds{now_us_.load()}}; },
            .may_say = [this](const std::string&,
                              handlers::Lane lane) { return refused_lane_ != static_cast<int>(lane); },
            .listeners = [this] { return listeners_.load(); },
            .random = [this] { return drawn_ != 0 ? drawn_.load() : fresh_bits(); },
            .pin_matches =
                [](std::string_view hash, std::string_view pin) {
                  if (pin == "666666") throw std::runtime_error("a PIN that breaks its request");
                  return hash == "hash of " + std::string(pin);
                },
            .deliver =
                [](std::vector<store::Finished> finished) {
                  for (auto& one : finished) one.done(std::move(one.result));
                },
            .measured =
                [this](std::size_t batch, std::chrono::microseconds) {
                  if (batch > largest_batch_) largest_batch_ = batch;
                },
            .log =
                [this](const std::string& event, const std::string&) {
                  const std::lock_guard lock(logged_mutex_);
                  ++logged_[event];
                }};
  }

  std::atomic<std::int64_t> now_us_{kNoon.time_since_epoch().count()};
  std::atomic<std::uint64_t> largest_batch_{0};
  std::atomic<int> refused_lane_{-1};
  std::atomic<std::uint64_t> drawn_{0};
  mutable std::mutex logged_mutex_;
  std::map<std::string, int> logged_;
  std::shared_ptr<const handlers::Directory> directory_;
  std::atomic<std::shared_ptr<const handlers::Listeners>> listeners_{
      std::make_shared<const handlers::Listeners>()};
  store::RequestWorkers workers_;  // last: its threads use the rest
};

}  // namespace peyk::tests
