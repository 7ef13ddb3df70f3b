// A club's night that fails: tried again for a while, then put off, and no other club waits for it.
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>

#include "gateway/lrfm_keeper.hpp"
#include "templates/dates.hpp"
#include "tests/kit/process.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::lrfm_keeper_trouble_test {
namespace {

using namespace std::chrono_literals;

const rules::Instant kFourOClock = templates::start_of_local_day(kNoon, "Asia/Tehran") + 24h * 3 + 4h;

handlers::Club club_with_a_segment() {
  handlers::Club club = stored_club();
  club.programme.segments = {
      {.name = "buyers", .when = {{.measure = rules::Measure::visits, .ranges = {{.from = 1}}}}}};
  return club;
}

class NightInTrouble : public testing::Test {
 protected:
  NightInTrouble() {
    shop.ask(purchase_of(kShopper, 1'000'000, "A-1", "A-1"));
    // Whoever is in a segment for the first time cannot be written down.
    database.query(
        "CREATE TRIGGER no_room BEFORE INSERT ON segment_mask FOR EACH ROW SIGNAL SQLSTATE '45000' SET"
        " MESSAGE_TEXT = 'no room'");
  }

  // A gateway that is up until then; what its keeper posts runs here, as on the network thread.
  void up(gateway::NightRetries retries, const std::function<bool()>& until) {
    store::SqlThread sql(database.options(), [](const std::string&, const std::string&) {});
    gateway::LrfmKeeper keeper(
        sql, metrics,
        {.clock = [this] { return kFourOClock + std::chrono::hours{hours}; },
         .directory = [known = directory()] { return known; },
         .post = [this](std::function<void()> work) { boost::asio::post(network, std::move(work)); }},
        retries);
    sql.start();
    EXPECT_TRUE(eventually(60s, [&] {
      run_posted();
      keeper.tick();
      return until();
    }));
    sql.stop();
    run_posted();
  }

  std::shared_ptr<const handlers::Directory> directory() {
    auto clubs = std::make_shared<const handlers::Directory>(store::load_clubs(database.connection));
    database.connection.rollback();
    return clubs;
  }
  double failures() { return metrics.counter("peyk_night_failures_total").value(); }
  bool is_done(const std::string& slug) {
    return database.number(
               "SELECT COUNT(*) FROM night JOIN club USING (club_id) WHERE done_at IS NOT NULL AND slug = '" +
               slug + "'") == 1;
  }
  bool is_any_due(std::chrono::minutes later) {
    const auto night = store::next_night(database.connection, *directory(), 7, kFourOClock + later);
    database.connection.rollback();
    return night.has_value();
  }

  TestDatabase database{"night_trouble"};
  Shop shop{database, 1, 200, club_with_a_segment()};
  std::atomic<int> hours = 0;
  boost::asio::io_context network;
  gateway::Metrics metrics;

 private:
  void run_posted() {
    network.restart();
    network.poll();
  }
};

TEST_F(NightInTrouble, is_put_off_for_all_gateways_while_other_clubs_have_theirs) {
  handlers::Club other = stored_club();
  other.slug = other.keyword = "pepper";
  other.ussd_root.clear();
  other.till_keys.clear();
  store::save_club(database.connection, other);
  database.connection.commit();
  up({.first = 1ms, .tries_max = 3, .put_off = 60min}, [&] { return is_done("pepper"); });
  EXPECT_EQ(failures(), 3) << "each is counted, and there are no more than so many";
  EXPECT_FALSE(is_done("salt"));
  EXPECT_FALSE(is_any_due(59min));
  EXPECT_TRUE(is_any_due(60min));
  database.query("DROP TRIGGER no_room");
  hours = 1;
  up({}, [&] { return is_done("salt"); });
  EXPECT_EQ(failures(), 3);
  EXPECT_EQ(database.query("SELECT name, members, entered FROM segment_day"), "buyers\t1\t1\n");
}

TEST_F(NightInTrouble, goes_on_where_it_was_once_the_trouble_is_over) {
  bool is_over = false;
  up({.first = 1ms, .tries_max = 30}, [&] {
    if (!is_over && failures() >= 2) {
      is_over = true;
      database.query("DROP TRIGGER no_room");
    }
    return is_done("salt");
  });
  EXPECT_GE(failures(), 2);
  EXPECT_EQ(database.query("SELECT name, members, entered FROM segment_day"), "buyers\t1\t1\n");
}

}  // namespace
}  // namespace peyk::tests::lrfm_keeper_trouble_test
