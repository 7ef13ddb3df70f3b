// Scores' bounds on a real database: of all who bought, page by page, one gateway at a night.
#include <gmock/gmock.h>

#include "handlers/measures.hpp"
#include "store/mysql/lrfm.hpp"
#include "store/mysql/nights.hpp"
#include "templates/dates.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_lrfm_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;

const rules::Instant kNight = templates::start_of_local_day(kNoon, "Asia/Tehran") + 27h;

class MysqlLrfm : public testing::Test {
 protected:
  MysqlLrfm() { load(); }

  void load() {
    directory.emplace(store::load_clubs(database.connection));
    database.connection.rollback();
  }
  const Club& club() const { return directory->clubs().front(); }

  rules::LrfmBounds reckon(std::uint32_t page) {
    store::LrfmPass pass(club().id, day_of(club(), kNight));
    while (pass.step(database.connection, page)) database.connection.commit();
    EXPECT_EQ(pass.expected(database.connection), pass.members());
    const auto bounds = pass.save(database.connection, kNight);
    database.connection.commit();
    return bounds;
  }

  // Ten members: the n-th buys n times, a day apart.
  void buy() {
    for (int day = 1; day <= 10; ++day) {
      for (int n = day; n <= 10; ++n) {
        const std::string invoice = std::to_string(day) + "-" + std::to_string(n);
        shop.ask(purchase_of(kShopper + static_cast<PhoneNumber>(n), 1'000'000, invoice, invoice));
      }
      shop.advance(24h);
    }
  }

  TestDatabase database{"lrfm"};
  Shop shop{database, 1};
  std::optional<Directory> directory;
};

TEST_F(MysqlLrfm, are_the_same_however_small_the_pages_and_every_gateway_loads_them) {
  buy();
  const std::uint64_t version = store::clubs_version(database.connection);
  const std::string rows = database.query("SELECT * FROM behaviour ORDER BY member_id, branch_no");
  const auto bounds = reckon(3);
  EXPECT_EQ(bounds.visits, (rules::Bounds{3, 5, 7, 9}));
  EXPECT_EQ(bounds.spent, (rules::Bounds{2'000'001, 4'000'001, 6'000'001, 8'000'001}));
  const std::uint64_t reckoned = store::clubs_version(database.connection);
  EXPECT_GT(reckoned, version);
  EXPECT_EQ(reckon(5), bounds);
  EXPECT_EQ(reckon(5'000), bounds);
  EXPECT_EQ(store::clubs_version(database.connection), reckoned) << "nothing new to load";
  load();
  EXPECT_EQ(club().programme.bounds_reckoned, bounds);
  ASSERT_TRUE(club().programme.places);
  EXPECT_EQ(rules::top_percent(10'000'000, *club().programme.places), 10);
  EXPECT_EQ(rules::top_percent(9'000'000, *club().programme.places), 20);
  EXPECT_EQ(rules::top_percent(1'000'000, *club().programme.places), 100);
  EXPECT_EQ(database.query("SELECT members FROM lrfm_bounds"), "10\n");
  EXPECT_EQ(database.query("SELECT * FROM behaviour ORDER BY member_id, branch_no"), rows)
      << "nothing of a member is written";
}

TEST_F(MysqlLrfm, of_a_club_in_which_nobody_bought_are_nothing) {
  EXPECT_EQ(reckon(100), rules::LrfmBounds{});
}

TEST_F(MysqlLrfm, are_reckoned_while_a_member_is_locked) {
  buy();
  store::Connection till(database.options());
  till.open();
  {
    store::Rows rows = till.prepare("SELECT member_id FROM member FOR UPDATE").query();
    while (rows.next()) {
    }
  }
  till.execute("UPDATE behaviour SET spent = spent + 1");
  EXPECT_EQ(reckon(4).visits, (rules::Bounds{3, 5, 7, 9}));
  till.rollback();
}

TEST_F(MysqlLrfm, a_night_is_one_gateways_until_it_is_done_or_silent_for_too_long) {
  const auto next = [this](std::uint64_t claim, rules::Instant now) {
    auto night = store::next_night(database.connection, *directory, claim, now);
    database.connection.commit();
    return night;
  };
  EXPECT_FALSE(next(1, kNight - 1s)) << "not yet three";
  const auto night = next(1, kNight);
  ASSERT_TRUE(night);
  EXPECT_EQ(night->club, club().id);
  EXPECT_FALSE(next(2, kNight + 1min)) << "somebody is at it";
  EXPECT_TRUE(store::keep_night(database.connection, *night, kNight + 4min));
  EXPECT_TRUE(store::keep_night(database.connection, *night, kNight + 4min)) << "at the same instant";
  database.connection.commit();
  EXPECT_FALSE(next(2, kNight + 6min)) << "it was heard of since";
  const auto taken = next(2, kNight + 9min);
  ASSERT_TRUE(taken) << "it is silent";
  EXPECT_FALSE(store::keep_night(database.connection, *night, kNight + 10min)) << "who is late leaves off";
  store::end_night(database.connection, *night, kNight + 10min);
  EXPECT_TRUE(store::keep_night(database.connection, *taken, kNight + 10min)) << "and ends nothing";
  store::end_night(database.connection, *taken, kNight + 11min);
  database.connection.commit();
  EXPECT_FALSE(next(3, kNight + 1h)) << "done";
  EXPECT_TRUE(next(3, kNight + 24h)) << "the next";
}

}  // namespace
}  // namespace peyk::tests::mysql_lrfm_test
