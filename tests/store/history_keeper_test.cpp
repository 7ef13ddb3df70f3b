// What is over goes to the history look by look, also behind a look that failed.
#include "gateway/history_keeper.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "gateway/clock.hpp"
#include "store/mysql/outbox.hpp"
#include "tests/store/mysql_fixture.hpp"
#include "tests/unit/gateway_carrier_peer.hpp"

namespace peyk::tests::history_keeper_test {
namespace {

using namespace std::chrono_literals;
using store::MessageId;

class HistoryKeeperTest : public testing::Test {
 protected:
  HistoryKeeperTest() { sql.start(); }
  ~HistoryKeeperTest() override { sql.stop(); }

  void expire(MessageId id, handlers::Lane lane, std::chrono::hours ago) {
    const rules::Instant then = gateway::wall_clock() - ago;
    queue_text(database.connection, {.id = id, .lane = lane, .now = then});
    const store::Settled settled{.id = id, .state = store::expired, .reason = "too late"};
    store::save_settled(database.connection, {&settled, 1}, then);
    database.connection.commit();
  }
  bool tick_until(std::function<bool()> done) {
    return loop.until([this, done = std::move(done)] {
      keeper.tick();
      return done();
    });
  }

  TestDatabase database{"history_keeper"};
  Loop loop;
  std::atomic<int> failures = 0;
  store::SqlThread sql{database.options(), [this](const std::string& event, const std::string&) {
                         if (event == "sql_failed") ++failures;
                       }};
  gateway::HistoryKeeper keeper{
      sql, {}, [this](std::function<void()> work) { boost::asio::post(loop.io, std::move(work)); }};
};

TEST_F(HistoryKeeperTest, moves_what_is_over_of_all_lanes_also_after_a_look_that_failed) {
  for (MessageId id = 1; id <= 3; ++id) expire(id, handlers::Lane::notice, 48h);
  expire(4, handlers::Lane::reply, 48h);
  expire(5, handlers::Lane::promo, 1h);
  database.query("RENAME TABLE outbox_history TO away");
  EXPECT_TRUE(tick_until([this] { return failures > 2; }));
  database.query("RENAME TABLE away TO outbox_history");
  EXPECT_TRUE(tick_until([this] { return database.query("SELECT COUNT(*) FROM outbox_history") == "4\n"; }));
  EXPECT_EQ(database.query("SELECT message_id FROM outbox"), "5\n");
}

}  // namespace
}  // namespace peyk::tests::history_keeper_test
