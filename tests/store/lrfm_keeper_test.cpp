// A club's night as a gateway does it: scores, then segments by the new bounds, once.
#include "gateway/lrfm_keeper.hpp"

#include <deque>
#include <functional>
#include <mutex>

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
  void buy(handlers::PhoneNumber phone) {
    const std::string invoice = "I-" + std::to_string(++invoices);
    shop.ask(purchase_of(phone, 1'000'000, invoice, invoice));
  }

  // A gateway that is up until its night is over; what its keeper posts runs here, as on the network thread.
  void night() {
    database.query("DELETE FROM night");
    store::SqlThread sql(database.options(), [](const std::string& event, const std::string& why) {
      ADD_FAILURE() << event << ": " << why;
    });
    gateway::LrfmKeeper keeper(sql, metrics,
                               {.clock = [] { return kFourInTheNight; },
                                .directory = [this] { return directory(); },
                                .post =
                                    [this](std::function<void()> work) {
                                      const std::lock_guard lock(mutex);
                                      posted.push_back(std::move(work));
                                    }});
    sql.start();
    EXPECT_TRUE(eventually(20s, [&] {
      run_posted();
      keeper.tick();
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
  std::string segments() {
    return database.query("SELECT name, members, entered FROM segment_day ORDER BY name");
  }

  TestDatabase database{"lrfm_keeper"};
  Shop shop{database, 1, 200, club_with_segments()};
  int invoices = 0;
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

}  // namespace
}  // namespace peyk::tests::lrfm_keeper_test
