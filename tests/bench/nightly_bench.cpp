// nightly: what the clock brings a large club, and what a cashier notices of it.
//
//   nightly_bench [--members N]
//
// Members are in MySQL, each with a lot, a code, a profile, habits and a tier. One in 350 has her birthday
// today, one in 33 has stayed away for twice her usual interval, the tier of one in 50 ends today. The
// morning's rounds (birthday, away, tiers) and the night's passes (scores, segments) are done as peykd does
// them: set by set, each with its rest; only the bound on texts a second (gateway/morning_keeper.cpp) is left
// out. Redemptions of one cashier, one after the other, run in quiet before each of them, and beside it; the
// ratio is that of the worst.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <thread>

#include "handlers/measures.hpp"
#include "store/mysql/lrfm.hpp"
#include "store/mysql/occasions.hpp"
#include "store/mysql/segment_pass.hpp"
#include "store/mysql/tier_days.hpp"
#include "templates/dates.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/bench/money.hpp"
#include "tests/bench/noticed.hpp"
#include "tests/bench/rounds.hpp"

namespace {

using namespace peyk;

constexpr std::uint64_t kMillion = 1'000'000;
constexpr std::uint64_t kRequests = 1'000, kParts = 5;
constexpr const char* kPromoLine = "20001234";

rules::Condition from(rules::Measure measure, std::int64_t least) {
  return {.measure = measure, .ranges = {{.from = least}}};
}

handlers::Club nightly_club() {
  handlers::Club club = bench::bench_club(1);
  rules::Offer cake;
  cake.name = "cake";
  cake.on = rules::Occasion::birthday;
  cake.then = {{.kind = rules::EffectKind::credit, .value = 50'000}};
  rules::Offer back;
  back.name = "come-back";
  back.on = rules::Occasion::away;
  back.when = {from(rules::Measure::away_percent, 150)};
  back.then = {{.kind = rules::EffectKind::credit, .value = 30'000, .valid_days = 14}};
  club.programme.offers = {cake, back};
  club.programme.segments = {{.name = "regular", .when = {from(rules::Measure::visits, 5)}},
                             {.name = "sleeping", .when = {from(rules::Measure::days_away, 30)}},
                             {.name = "lost", .when = {from(rules::Measure::away_percent, 150)}},
                             {.name = "best", .when = {from(rules::Measure::score_monetary, 5)}}};
  club.programme.tiers = {.by = rules::TierMeasure::spend,
                          .period_days = 365,
                          .grace_days = 30,
                          .tiers = {{.name = "gold", .title = "Gold", .from = 20'000'000}}};
  return club;
}

// Habits, profiles and tiers of the seeded members.
void seed_customers(bench::MoneyDatabase& database, std::uint64_t members, const handlers::Club& club,
                    rules::Instant now) {
  constexpr std::uint64_t kRows = 250'000;
  const rules::DayNumber today = handlers::day_of(club, now);
  const templates::JalaliDate date = templates::local_jalali_date(now, club.time_zone);
  for (std::uint64_t first = 0; first < members; first += std::min(kRows, members - first)) {
    const std::string numbers = fmt::format("seq_{}_to_{}", first, std::min(first + kRows, members) - 1);
    database.query(fmt::format(
        "INSERT INTO behaviour (member_id, branch_no, club_id, purchases, visits, first_day, last_day, spent,"
        " gap_squares, hours, recent, last_spent) SELECT {0} + seq, 0, 1, v, v, {1} - away - (v - 1) * gap, "
        "{1} - away,"
        " v * (500000 + seq * 7919 % 4500000), (v - 1) * gap * gap, REPEAT(CHAR(0), 48), 500000,"
        " 500000 FROM (SELECT seq, v,"
        " gap, IF(seq % 33 = 0, 2 * gap, seq % gap) AS away FROM (SELECT seq, 3 + seq % 10 AS v, 10 + seq % "
        "31"
        " AS gap FROM {2}) AS habits) AS all_of_them",
        bench::kFirstId, today, numbers));
    database.query(fmt::format(
        "INSERT INTO profile (member_id, club_id, name, born_year, born_month, born_day) SELECT {0} + seq, 1,"
        " 'n', 1370, IF(seq % 350 = 0, {1}, 1 + ({1} + seq % 11) % 12), IF(seq % 350 = 0, {2}, 1 + seq % 29)"
        " FROM {3}",
        bench::kFirstId, date.month, date.day, numbers));
    database.query(
        fmt::format("INSERT INTO standing (member_id, club_id, points, tier, since_day, until_day) SELECT "
                    "{0} + seq, 1, 0,"
                    " 1, {1} - 300, IF(seq % 50 = 0, {1}, {1} + 1 + seq % 300) FROM {2}",
                    bench::kFirstId, today, numbers));
  }
}

// One of the rounds or passes: piece by piece until one says that it was the last.
struct Part {
  std::string_view name;
  std::function<bool(store::Connection&)> piece;
};

struct Shown {
  double seconds = 0, ratio = 0;
};

// Quiet redemptions, then others beside the part, then the rest of the part alone.
Shown show(bench::MoneyDatabase& database, bench::Noticing& cashier, const Part& part) {
  const double quiet = cashier.p99_ms();
  Shown shown;
  std::exception_ptr broken;
  std::thread night([&] {
    try {
      store::Connection connection(database.options());
      connection.open();
      shown.seconds = bench::seconds_of([&] {
        while (bench::politely(connection, part.piece)) {
        }
      });
    } catch (...) {
      broken = std::current_exception();
    }
  });
  const double meanwhile = cashier.p99_ms();
  night.join();
  if (broken) std::rethrow_exception(broken);
  shown.ratio = meanwhile / quiet;
  fmt::print("{}_seconds: {:.2f} s\n", part.name, shown.seconds);
  fmt::print("redeem_p99_quiet_before_{}: {:.3f} ms\n", part.name, quiet);
  fmt::print("redeem_p99_beside_{}: {:.3f} ms\n", part.name, meanwhile);
  std::fflush(stdout);
  return shown;
}

struct Given {
  std::uint64_t birthday = 0, away = 0, tiers = 0;
};

class Night {
 public:
  Night(std::shared_ptr<const handlers::Directory> directory, rules::Instant now)
      : directory_(std::move(directory)),
        club_(directory_->clubs().front()),
        now_(now),
        scores_(club_.id, handlers::day_of(club_, now)),
        segments_(club_, handlers::day_of(club_, now)) {}

  std::vector<Part> parts() {
    return {{"birthday", [this](auto& sql) { return give(sql, rules::Occasion::birthday, given_.birthday); }},
            {"away", [this](auto& sql) { return give(sql, rules::Occasion::away, given_.away); }},
            {"tiers", [this](auto& sql) { return look_at_tiers(sql); }},
            {"scores", [this](auto& sql) { return score(sql); }},
            {"segments", [this](auto& sql) { return count(sql); }}};
  }
  const Given& given() const { return given_; }
  std::uint64_t scored() const { return scores_.members(); }
  std::uint64_t counted() const { return segments_.members(); }
  double megabytes_max() const { return megabytes_max_; }

 private:
  bool give(store::Connection& connection, rules::Occasion on, std::uint64_t& given) {
    const handlers::OccasionRound round{&club_, on, handlers::day_of(club_, now_)};
    const auto set = store::give_occasion(connection, chance_, *directory_, round, kPromoLine, now_);
    given += set.members;
    return !measured(set.is_done);
  }
  bool look_at_tiers(store::Connection& connection) {
    const auto looked = store::look_at_tiers(connection, chance_, *directory_, club_, now_);
    given_.tiers += looked.members;
    return !measured(looked.is_done);
  }
  bool score(store::Connection& connection) {
    if (scores_.step(connection)) return !measured(false);
    measured(true);
    club_.programme.bounds_reckoned = scores_.save(connection, now_);
    segments_ = store::SegmentPass(club_, handlers::day_of(club_, now_));
    return false;
  }
  bool count(store::Connection& connection) {
    if (segments_.step(connection, now_, store::kSegmentPage)) {
      connection.commit();
      segments_.adopt();
      return !measured(false);
    }
    segments_.save(connection);
    return !measured(true);
  }
  bool measured(bool is_last) {
    if (is_last || ++pieces_ % 100 == 0)
      megabytes_max_ = std::max(megabytes_max_, bench::resident_mb(getpid()));
    return is_last;
  }

  std::shared_ptr<const handlers::Directory> directory_;
  handlers::Club club_;
  rules::Instant now_;
  store::SystemChance chance_;
  store::LrfmPass scores_;
  store::SegmentPass segments_;
  Given given_;
  std::uint64_t pieces_ = 0;
  double megabytes_max_ = 0;
};

std::uint64_t members_wanted(int argc, char** argv) {
  if (argc == 1) return kMillion;
  if (argc != 3 || std::string_view(argv[1]) != "--members")
    throw std::runtime_error("usage: nightly_bench [--members N]");
  return std::strtoull(argv[2], nullptr, 10);
}

void run(std::uint64_t members) {
  bench::MoneyDatabase database(1, "4G");
  store::save_club(*database.connection, nightly_club());
  database.connection->commit();
  database.directory = std::make_shared<const handlers::Directory>(store::load_clubs(*database.connection));
  database.connection->rollback();
  const handlers::Club& club = database.directory->clubs().front();
  const rules::Instant morning =
      templates::start_of_local_day(bench::now(), club.time_zone) + std::chrono::hours{10};
  database.seed(0, members);
  seed_customers(database, members, club, morning);
  bench::Noticing cashier(database, members, std::min(kRequests, members / (2 * kParts + 1)));
  Night night(database.directory, morning);
  const double before = bench::resident_mb(getpid());
  double seconds = 0, ratio = 0;
  for (const Part& part : night.parts()) {
    const Shown shown = show(database, cashier, part);
    seconds += shown.seconds;
    ratio = std::max(ratio, shown.ratio);
  }
  if (night.scored() != members || night.counted() != members)
    throw std::runtime_error(
        fmt::format("of {} members {} were scored and {} counted", members, night.scored(), night.counted()));
  const Given& given = night.given();
  const std::string named = members == kMillion ? "1m" : std::to_string(members);
  fmt::print("nightly_given_birthday: {} members\n", given.birthday);
  fmt::print("nightly_given_away: {} members\n", given.away);
  fmt::print("nightly_given_tiers: {} members\n", given.tiers);
  fmt::print("nightly_given: {} members\n", given.birthday + given.away + given.tiers);
  fmt::print("nightly_seconds_{}_members: {:.2f} s\n", named, seconds);
  fmt::print("nightly_rss_growth_mb: {:.0f} MB\n", night.megabytes_max() - before);
  fmt::print("redeem_p99_ratio_nightly: {:.2f} x\n", ratio);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t members = members_wanted(argc, argv);
  peyk::store::initialise_mysql_driver();
  run(members);
}
