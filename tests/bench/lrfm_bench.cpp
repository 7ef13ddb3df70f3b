// lrfm: what it takes to score a club anew, and what a cashier notices of it.
//
//   lrfm_bench [--members N] [--10m]
//
// Members are in MySQL, each with a lot and a code. The pass reads them as peykd does at night, page by page,
// with a rest after each (seconds_… has the rests in it, busy_seconds_… has not);
// redemptions of one cashier, one after the other, run beside it and in quiet, round by round, because this
// machine's speed drifts. With --10m another nine million rows are read; it takes minutes to write them.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

#include "store/mysql/lrfm.hpp"
#include "tests/bench/money.hpp"
#include "tests/bench/noticed.hpp"
#include "tests/bench/quintiles.hpp"
#include "tests/bench/rounds.hpp"

namespace {

using namespace peyk;

constexpr std::uint64_t kMillion = 1'000'000;
constexpr std::uint64_t kRounds = 3, kRequests = 1'500;  // in each half of a round
constexpr rules::DayNumber kToday = 20'700;

struct Wanted {
  std::uint64_t members = kMillion;
  bool ten_million = false;
};

Wanted wanted_of(int argc, char** argv) {
  Wanted wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--10m") {
      wanted.ten_million = true;
    } else if (word == "--members" && i + 1 < argc) {
      wanted.members = std::strtoull(argv[++i], nullptr, 10);
    } else {
      throw std::runtime_error("usage: lrfm_bench [--members N] [--10m]");
    }
  }
  return wanted;
}

// Most come a few times, and few of them often.
void seed_behaviour(bench::MoneyDatabase& database, std::uint64_t from, std::uint64_t to) {
  constexpr std::uint64_t kRows = 250'000;
  for (; from < to; from += std::min(kRows, to - from)) {
    database.query(fmt::format(
        "INSERT INTO behaviour (member_id, branch_no, club_id, purchases, visits, first_day, last_day, spent,"
        " gap_squares, hours, recent, last_spent) SELECT {0} + seq, 0, 1, v, v, {1} - 60 - seq % 641 - IF(v "
        "= 1, 0, seq % 977),"
        " {1} - 60 - seq % 641, v * (500000 + seq * 7919 % 4500000), v * 900, REPEAT(CHAR(0), 48), 500000, "
        "500000"
        " FROM (SELECT seq, 1 + seq * 31 % 1009 % (1 + seq * 17 % 60) AS v FROM seq_{2}_to_{3}) AS "
        "all_of_them",
        bench::kFirstId, kToday, from, std::min(from + kRows, to) - 1));
  }
}

struct Passed {
  double seconds = 0, busy = 0;
  double megabytes = 0;  // that it has grown by
};

// All of it, on a connection of its own.
Passed pass(const bench::MoneyDatabase& database, std::uint64_t members) {
  store::Connection connection(database.options());
  connection.open();
  Passed passed;
  const double before = bench::resident_mb(getpid());
  passed.seconds = bench::seconds_of([&] {
    store::LrfmPass scores(1, kToday);
    const auto page = [&](store::Connection& its) {
      bool more = false;
      passed.busy += bench::seconds_of([&] { more = scores.step(its); });
      return more;
    };
    while (bench::politely(connection, page)) {
    }
    scores.save(connection, bench::now());
    connection.commit();
    passed.megabytes = bench::resident_mb(getpid()) - before;
    if (scores.members() != members)
      throw std::runtime_error(fmt::format("{} members were read of {}", scores.members(), members));
  });
  return passed;
}

void print_ratio(bench::MoneyDatabase& database, std::uint64_t members) {
  bench::Noticing cashier(database, members, std::min(kRequests, members / (2 * kRounds + 1)));
  std::vector<double> quiet, meanwhile;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    quiet.push_back(cashier.p99_ms());
    std::atomic<bool> ended{false};
    std::thread night([&] {
      while (!ended) pass(database, members);
    });
    meanwhile.push_back(cashier.p99_ms());
    ended = true;
    night.join();
  }
  fmt::print("redeem_p99_quiet: {:.3f} ms\n", bench::median(quiet));
  fmt::print("redeem_p99_meanwhile: {:.3f} ms\n", bench::median(meanwhile));
  fmt::print("redeem_p99_ratio_meanwhile: {:.2f} x\n", bench::median(meanwhile) / bench::median(quiet));
}

}  // namespace

int main(int argc, char** argv) {
  const Wanted wanted = wanted_of(argc, argv);
  store::initialise_mysql_driver();
  bench::print_quintiles(kMillion, "1m");
  bench::MoneyDatabase database(1, "4G");
  database.seed(0, wanted.members);
  seed_behaviour(database, 0, wanted.members);
  const double megabytes = pass(database, wanted.members).megabytes;  // and warms
  std::vector<double> seconds, busy;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    const Passed passed = pass(database, wanted.members);
    seconds.push_back(passed.seconds);
    busy.push_back(passed.busy);
  }
  const std::string named = wanted.members == kMillion ? "1m" : std::to_string(wanted.members);
  fmt::print("page: {} members\n", store::kLrfmPage);
  fmt::print("rest_after_each_page: {} x\n", store::kNightRest);
  fmt::print("seconds_{}_members: {:.2f} s\n", named, bench::median(seconds));
  fmt::print("busy_seconds_{}_members: {:.2f} s\n", named, bench::median(busy));
  fmt::print("memory_growth_{}_members: {:.0f} MB\n", named, megabytes);
  std::fflush(stdout);
  print_ratio(database, wanted.members);
  std::fflush(stdout);
  if (!wanted.ten_million) return 0;
  bench::print_quintiles(10 * kMillion, "10m");
  seed_behaviour(database, wanted.members, 10 * kMillion);
  fmt::print("seconds_10m_members: {:.2f} s\n", pass(database, 10 * kMillion).seconds);
}
