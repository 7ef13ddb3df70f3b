// A club's night as a gateway does it: scores, then segments by the new bounds, once. And its morning, where
// one club's trouble is no other's.
#include "gateway/lrfm_keeper.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>

#include "gateway/morning_keeper.hpp"
#include "handlers/occasion.hpp"
#include "templates/dates.hpp"
#include "tests/kit/process.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::lrfm_keeper_test {
namespace {

using namespace std::chrono_literals;

const rules::Instant kFourInTheNight =
    templates::start_of_local_day(kNoon, "Asia/Tehran") + 24h * 3 + 4h;  // three days later

handlers::Club club_with_segments() {
  handlers::Club club = stored_club();
  club.programme.segments = {
      {.name = "regular", .when = {{.measure = rules::Measure::visits, .ranges = {{.from = 2}}}}},
      {.name = "scored", .when = {{.measure = rules::Measure::score_frequency, .ranges = {{.from = 3}}}}}};
  return club;
}

class LrfmKeeper : public testing::Test {
 protected:
  void buy(handlers::PhoneNumber phone, rules::Amount amount = 1'000'000) {
    const std::string invoice = "I-" + std::to_string(++invoices);
    shop.ask(purchase_of(phone, amount, invoice, invoice));
  }

  // A gateway that is up until its night is over; what its keeper posts runs here, as on the network thread.
  // It knows its clubs as they were in the evening. Some of its pieces may fail, as `failures` says.
  void night(const std::function<void()>& meanwhile = [] {}) {
    database.query("DELETE FROM night");
    store::SqlThread sql(database.options(), [this](const std::string& event, const std::string& why) {
      if (--failures < 0) ADD_FAILURE() << event << ": " << why;
    });
    gateway::LrfmKeeper keeper(sql, metrics,
                               {.clock = [] { return kFourInTheNight; },
                                .directory = [evening = directory()] { return evening; },
                                .post =
                                    [this](std::function<void()> work) {
                                      const std::lock_guard lock(mutex);
                                      posted.push_back(std::move(work));
                                    }});
    sql.start();
    EXPECT_TRUE(eventually(60s, [&] {
      run_posted();
      keeper.tick();
      meanwhile();
      return database.number(
                 "SELECT COUNT(*) FROM night JOIN insight USING (club_id) WHERE done_at IS NOT"
                 " NULL") == 1;
    }));
    sql.stop();
    run_posted();
  }

  void run_posted() {
    for (;;) {
      std::function<void()> one;
      {
        const std::lock_guard lock(mutex);
        if (posted.empty()) return;
        one = std::move(posted.front());
        posted.pop_front();
      }
      one();
    }
  }
  std::shared_ptr<const handlers::Directory> directory() {
    auto clubs = std::make_shared<const handlers::Directory>(store::load_clubs(database.connection));
    database.connection.rollback();
    return clubs;
  }
  // As the migration leaves it.
  void forget_behaviour() {
    database.query("DELETE FROM behaviour WHERE branch_no <> 0");
    database.query(
        "UPDATE behaviour SET visits = 0, first_day = 0, last_day = 0, spent = 0, gap_squares = 0, hours ="
        " ''");
  }
  std::string behaviour() {
    return database.query(
        "SELECT member_id, branch_no, purchases, visits, first_day, last_day, spent, gap_squares, HEX(hours)"
        " FROM behaviour ORDER BY member_id, branch_no");
  }
  std::string segments() {
    return database.query("SELECT name, members, entered FROM segment_day ORDER BY name");
  }

  TestDatabase database{"lrfm_keeper"};
  Shop shop{database, 1, 200, club_with_segments()};
  int invoices = 0;
  std::atomic<int> failures = 0;  // so many are expected
  std::mutex mutex;
  std::deque<std::function<void()>> posted;
  gateway::Metrics metrics;
};

TEST_F(LrfmKeeper, reckons_scores_then_counts_segments_by_them_and_ends_the_night) {
  buy(kOtherShopper);
  for (int visit = 0; visit < 3; ++visit) {
    buy(kShopper);
    shop.advance(24h);
  }
  night();
  EXPECT_EQ(segments(), "regular\t1\t1\nscored\t1\t1\n");
  EXPECT_EQ(database.query("SELECT members FROM lrfm_bounds"), "2\n");
  EXPECT_EQ(metrics.counter("peyk_lrfm_members_total").value(), 2);
  const std::uint64_t version = store::clubs_version(database.connection);
  night();
  EXPECT_EQ(segments(), "regular\t1\t0\nscored\t1\t0\n");
  EXPECT_EQ(store::clubs_version(database.connection), version) << "the bounds are what they were";
}

// The gateway loads the bounds some seconds later: it knows none.
TEST_F(LrfmKeeper, counts_the_top_fifth_by_the_bounds_of_this_very_night) {
  for (unsigned i = 0; i < 5; ++i) buy(kShopper + i, 1'000'000 * (i + 1));
  night();
  EXPECT_EQ(database.query("SELECT members FROM lrfm_bounds"), "5\n");
  EXPECT_EQ(database.query("SELECT top_members FROM insight"), "1\n");
}

TEST_F(LrfmKeeper, folds_who_bought_before_it_was_kept_once_whatever_fails_meanwhile) {
  // More than a piece takes: the second fails, when the first is committed.
  constexpr unsigned kMembers = 250;
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  for (unsigned i = 0; i < kMembers; ++i) {
    const std::string invoice = "F-" + std::to_string(i);
    requests.emplace_back(i, purchase_of(kShopper + i, 1'000'000, invoice, invoice));
  }
  shop.ask_all(std::move(requests));
  shop.advance(24h);
  buy(kShopper);
  const std::string kept = behaviour();
  forget_behaviour();
  ASSERT_NE(behaviour(), kept);
  database.query("CREATE TABLE trouble (left_over INT) ENGINE = MyISAM");  // no rollback takes it back
  database.query("INSERT INTO trouble VALUES (2)");
  database.query(
      "DELIMITER //\nCREATE TRIGGER trouble BEFORE INSERT ON behaviour FOR EACH ROW BEGIN"
      " IF NEW.member_id = " +
      std::to_string(database.number("SELECT MAX(member_id) FROM member")) +
      " AND (SELECT left_over FROM trouble) > 0 THEN UPDATE trouble SET left_over = left_over - 1;"
      " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no room'; END IF; END //");
  failures = 2;
  night();
  EXPECT_EQ(failures, 0) << "the piece failed as often as it was made to";
  EXPECT_EQ(behaviour(), kept);
  EXPECT_EQ(database.number("SELECT members FROM lrfm_bounds"), std::int64_t{kMembers});
  database.expect_clean_ledger();
}

// A purchase folds her while the piece that has found her waits for her row.
TEST_F(LrfmKeeper, folds_nobody_twice_whom_a_purchase_has_folded_meanwhile) {
  buy(kShopper);
  buy(kOtherShopper);
  forget_behaviour();
  shop.advance(24h);
  store::Connection till(database.options());
  till.open();
  {
    store::Rows rows =
        till.prepare("SELECT member_id FROM member WHERE phone = ? FOR UPDATE").add(kShopper).query();
    ASSERT_TRUE(rows.next());
  }
  const auto waiting = [this](int wanted) { return std::stoi(database.query(kLockWaits)) == wanted; };
  const auto answers = std::make_shared<Answers>(1);
  ASSERT_TRUE(shop.submit(0, purchase_of(kShopper, 1'000'000, "late", "late"), answers, 0));
  ASSERT_TRUE(eventually(60s, [&] { return waiting(1); }));
  bool both_wait = false;
  night([&] {
    if (both_wait || !waiting(2)) return;
    both_wait = true;
    till.rollback();  // the purchase is first: it asked first
  });
  answers->wait();
  EXPECT_TRUE(both_wait);
  EXPECT_EQ(
      database.query("SELECT phone, branch_no, purchases, visits, spent FROM behaviour JOIN member USING"
                     " (member_id) ORDER BY phone, branch_no"),
      "989120000101\t0\t2\t2\t2000000\n989120000101\t12\t2\t2\t2000000\n"
      "989120000102\t0\t1\t1\t1000000\n989120000102\t12\t1\t1\t1000000\n");
}

constexpr rules::Instant kMorningOfBoth = kNoon + 24h;

// Two clubs, a member in each, whose birthday it is and whose tier ends today.
class Mornings : public LrfmKeeper {
 protected:
  Mornings() {
    handlers::Club club = stored_club();
    rules::Offer cake;
    cake.name = "cake";
    cake.on = rules::Occasion::birthday;
    cake.then = {{.kind = rules::EffectKind::credit, .value = 50'000}};
    club.programme.offers = {cake};
    club.programme.tiers = {.by = rules::TierMeasure::spend, .tiers = {{"gold", "Gold", 2'000'000}}};
    store::save_club(database.connection, club);
    club.slug = "pepper";
    club.line = "30005678";
    club.ussd_root = "*7001";
    club.till_keys.clear();
    store::save_club(database.connection, club);
    const auto born = templates::local_jalali_date(kMorningOfBoth, club.time_zone);
    database.query(
        "INSERT INTO member (member_id, club_id, phone, card, language, joined_at, balance) SELECT"
        " IF(slug = 'salt', 101, 102), club_id, 989120000101, 9000000000000010 + club_id, 1, '2026-01-01', 0"
        " FROM club");
    database.query(
        "INSERT INTO profile (member_id, club_id, born_year, born_month, born_day) SELECT member_id, club_id,"
        " 1370, " +
        std::to_string(born.month) + ", " + std::to_string(born.day) + " FROM member");
    database.query(
        "INSERT INTO standing (member_id, club_id, points, tier, since_day, until_day) SELECT member_id,"
        " club_id, 0, 1, 0, 1 FROM member");
    sql.start();
  }
  ~Mornings() override {
    sql.stop();
    run_posted();
  }
  // What is written of the first club's into this table fails.
  void trouble(const std::string& table) {
    database.query("CREATE TRIGGER trouble BEFORE INSERT ON " + table +
                   " FOR EACH ROW SET NEW.member_id = IF(NEW.club_id = 1, (SELECT 1 UNION SELECT 2),"
                   " NEW.member_id)");
  }
  void no_trouble() { database.query("DROP TRIGGER trouble"); }
  // So much time goes by from one look to the next.
  bool until(const std::string& query, const std::string& wanted, std::chrono::minutes pause = 0min) {
    return eventually(60s, [&] {
      beat += pause;
      run_posted();
      keeper.tick();
      return database.query(query) == wanted;
    });
  }

  std::atomic<int> failed = 0;
  gateway::MorningKeeper::Clock::time_point beat{24h};
  store::SqlThread sql{database.options(), [this](const std::string&, const std::string&) { ++failed; }};
  gateway::MorningKeeper keeper{sql,
                                metrics,
                                {.clock = [] { return kMorningOfBoth; },
                                 .directory = [this] { return directory(); },
                                 .post =
                                     [this](std::function<void()> work) {
                                       const std::lock_guard lock(mutex);
                                       posted.push_back(std::move(work));
                                     }},
                                {},
                                [this] { return beat; }};
};

TEST_F(Mornings, give_the_other_clubs_theirs_while_one_fails_and_its_own_when_it_is_well) {
  const std::string given = "SELECT member_id, value FROM offer_grant ORDER BY member_id";
  trouble("offer_grant");
  EXPECT_TRUE(until(given, "102\t50000\n"));
  EXPECT_GE(failed, 1);
  no_trouble();
  EXPECT_TRUE(until(given, "101\t50000\n102\t50000\n", 10min)) << "once each";
}

TEST_F(Mornings, look_at_the_tiers_of_the_others_while_a_club_fails_and_at_its_own_a_minute_later) {
  const std::string fallen = "SELECT member_id FROM standing WHERE tier = 0 ORDER BY member_id";
  trouble("standing");
  EXPECT_TRUE(until(fallen, "102\n"));
  EXPECT_GE(failed, 1);
  no_trouble();
  EXPECT_TRUE(until(fallen, "101\n102\n", 1min));
}

// A month after two have bought.
class AskedBack : public LrfmKeeper {
 protected:
  AskedBack() {
    handlers::Club club = stored_club();
    rules::Offer back;
    back.name = "come-back";
    back.on = rules::Occasion::away;
    back.when = {{.measure = rules::Measure::days_away, .ranges = {{.from = 30}}}};
    back.then = {{.kind = rules::EffectKind::credit, .value = 30'000}};
    club.programme.offers = {back};
    store::save_club(database.connection, club);
    database.connection.commit();
    buy(kShopper);
    buy(kOtherShopper);
    database.query("DELETE FROM outbox");
    sql.start();
  }
  ~AskedBack() override {
    sql.stop();
    run_posted();
  }
  // So many seconds later.
  bool until_given(std::size_t texts) {
    return eventually(20s, [&] {
      beat += 10s;
      run_posted();
      keeper.tick();
      return pushed == texts && database.number("SELECT COUNT(*) FROM outbox WHERE state = 1 AND lane = 3") ==
                                    static_cast<std::int64_t>(texts);
    });
  }
  double waiting(const char* why) { return metrics.gauge("peyk_occasions_waiting", {{"for", why}}).value(); }

  gateway::RoomToGive room{.waits_for = "link"};
  std::size_t pushed = 0;
  gateway::MorningKeeper::Clock::time_point beat{24h};
  store::SqlThread sql{database.options(), [](const std::string& event, const std::string& why) {
                         ADD_FAILURE() << event << ": " << why;
                       }};
  gateway::MorningKeeper keeper{sql,
                                metrics,
                                {.clock = [] { return kNoon + 24h * 31; },
                                 .directory = [this] { return directory(); },
                                 .post =
                                     [this](std::function<void()> work) {
                                       const std::lock_guard lock(mutex);
                                       posted.push_back(std::move(work));
                                     }},
                                {.promo_line = "20001234",
                                 .promo_room = [this](const handlers::Club&) { return room; },
                                 .push =
                                     [this](const std::vector<store::QueuedText>& texts) {
                                       EXPECT_LE(texts.size(), room.texts);
                                       pushed += texts.size();
                                       room.texts -= static_cast<std::uint32_t>(texts.size());
                                       if (room.texts == 0) room.waits_for = "queue";
                                     }},
                                [this] { return beat; }};
};

TEST_F(AskedBack, are_given_nothing_before_their_line_can_tell_them_of_it) {
  keeper.tick();
  EXPECT_EQ(waiting("link"), 1) << "so the operator sees why";
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM occasion_round"), 0);
  room = {.texts = 1};
  EXPECT_TRUE(until_given(1)) << "as many as it has room for";
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM offer_grant"), 1);
  EXPECT_EQ(waiting("queue"), 1);
  EXPECT_EQ(waiting("link"), 0);
  room = {.texts = 100};
  EXPECT_TRUE(until_given(2)) << "and the others once the line gets round to them";
  EXPECT_EQ(database.number("SELECT COUNT(DISTINCT member_id) FROM offer_grant"), 2);
}

}  // namespace
}  // namespace peyk::tests::lrfm_keeper_test
