// What a gateway knows of screens reaches the texts that wait in their place, even if MySQL refuses it at
// first; and what is due in bulk is woken as its lane has room.
#include "gateway/scheduled_texts.hpp"

#include <gmock/gmock.h>

#include <atomic>

#include "gateway/clock.hpp"
#include "gateway/spawn.hpp"
#include "store/mysql/outbox.hpp"
#include "templates/dates.hpp"
#include "tests/store/mysql_fixture.hpp"
#include "tests/unit/gateway_carrier_peer.hpp"

namespace peyk::tests::scheduled_texts_test {
namespace {

using namespace std::chrono_literals;
using store::MessageId;
using testing::ElementsAre;

class ScheduledTextsTest : public testing::Test {
 protected:
  ScheduledTextsTest() {
    sql.start();
    for (MessageId id : {1, 2, 3})
      queue_text(database.connection,
                 {.id = id, .now = gateway::wall_clock(), .send_at = gateway::wall_clock() + 1h});
    gateway::spawn(loop.io, run());
  }
  ~ScheduledTextsTest() override {
    texts.stop();
    EXPECT_TRUE(loop.until([this] { return ended; }));
    sql.stop();
  }
  boost::asio::awaitable<void> run() {
    co_await texts.run();
    ended = true;
  }
  std::string states() {
    return database.query("SELECT GROUP_CONCAT(state ORDER BY message_id) FROM outbox");
  }

  TestDatabase database{"scheduled_texts"};
  Loop loop;
  std::atomic<int> failures = 0;
  store::SqlThread sql{database.options(), [this](const std::string& event, const std::string&) {
                         if (event == "sql_failed") ++failures;
                       }};
  gateway::Metrics metrics;
  std::vector<MessageId> pushed;
  std::uint32_t room = 2;  // of notices
  std::shared_ptr<const handlers::Directory> directory = std::make_shared<const handlers::Directory>();
  bool ended = false;
  gateway::ScheduledTexts texts{
      loop.io,
      sql,
      metrics,
      {"30001234"},
      {.post = [this](std::function<void()> work) { boost::asio::post(loop.io, std::move(work)); },
       .push =
           [this](std::vector<store::QueuedText> some) {
             for (const store::QueuedText& text : some) {
               pushed.push_back(text.id);
               if (text.lane == handlers::Lane::notice && room > 0) --room;
             }
           },
       .directory = [this] { return directory; },
       .room =
           [this](const std::string& line, handlers::Lane lane) {
             EXPECT_EQ(line, "30001234");
             return lane == handlers::Lane::notice ? room : 1'000'000U;
           }}};
};

TEST_F(ScheduledTextsTest, whose_screen_was_shown_are_cancelled_and_whose_was_not_are_sent) {
  texts.shown(1);
  texts.not_shown(2);
  EXPECT_TRUE(loop.until([this] { return states() == "8,1,7\n"; })) << states();
  EXPECT_TRUE(loop.until([this] { return !pushed.empty(); }));
  EXPECT_THAT(pushed, ElementsAre(2));
}

TEST_F(ScheduledTextsTest, that_are_due_in_bulk_come_as_their_lane_has_room_and_what_is_urgent_at_once) {
  const rules::Instant now = gateway::wall_clock();
  for (MessageId id = 11; id <= 15; ++id)
    queue_text(database.connection, {.id = id,
                                     .lane = handlers::Lane::notice,
                                     .now = now,
                                     .send_at = now - 1min + std::chrono::seconds{id}});
  queue_text(database.connection, {.id = 20, .lane = handlers::Lane::urgent, .now = now, .send_at = now});
  EXPECT_TRUE(loop.until([this] { return pushed.size() >= 3; }));
  EXPECT_THAT(pushed, testing::UnorderedElementsAre(11, 12, 20));
  queue_text(database.connection, {.id = 21, .lane = handlers::Lane::urgent, .now = now, .send_at = now});
  EXPECT_TRUE(loop.until([this] { return pushed.size() >= 4; }));
  EXPECT_EQ(pushed.back(), 21U) << "two looks later the others still wait";
  room = 10;
  EXPECT_TRUE(loop.until([this] { return pushed.size() >= 7; }));
  EXPECT_THAT(pushed, testing::UnorderedElementsAre(11, 12, 20, 21, 13, 14, 15));
}

// Somewhere it is evening now.
handlers::Club club_in_the_evening(rules::Instant now) {
  handlers::Club club;
  club.id = 1;
  for (int hours = -14; hours <= 12; ++hours) {
    club.time_zone = "Etc/GMT" + std::string(hours < 0 ? "" : "+") + std::to_string(hours);
    const auto past = now - templates::start_of_local_day(now, club.time_zone);
    if (past >= 21h && past < 23h) return club;
  }
  ADD_FAILURE() << "there is no such zone";
  return club;
}

TEST_F(ScheduledTextsTest, that_found_no_room_by_day_wait_for_the_morning) {
  const rules::Instant now = gateway::wall_clock();
  const handlers::Club club = club_in_the_evening(now);
  const rules::Instant day = templates::start_of_local_day(now, club.time_zone);
  directory = std::make_shared<const handlers::Directory>(std::vector<handlers::Club>{club});
  const auto save = [&](MessageId id, handlers::Lane lane, rules::Instant send_at, handlers::ClubId of = 1) {
    queue_text(database.connection, {.id = id, .lane = lane, .club = of, .now = now, .send_at = send_at});
  };
  room = 100;
  save(11, handlers::Lane::notice, day + 15h);
  save(12, handlers::Lane::urgent, day + 15h);
  save(13, handlers::Lane::notice, day + 20h + 30min);  // the club's own wish, whatever it is
  save(14, handlers::Lane::notice, day + 15h, 99);      // of a club that is gone
  EXPECT_TRUE(loop.until([this] { return pushed.size() >= 3; }));
  EXPECT_THAT(pushed, testing::UnorderedElementsAre(12, 13, 14));
  EXPECT_TRUE(loop.until([this] {
    return database.query(
               "SELECT s.message_id FROM outbox_schedule s JOIN outbox o USING (message_id) WHERE"
               " o.state = 7 AND o.send_at = s.send_at AND s.send_at > UTC_TIMESTAMP() + INTERVAL 10"
               " HOUR") == "11\n";
  })) << database.query("SELECT message_id, send_at FROM outbox_schedule");
}

TEST_F(ScheduledTextsTest, that_are_over_before_they_may_leave_end_where_they_are_and_take_no_room) {
  const rules::Instant now = gateway::wall_clock();
  const handlers::Club club = club_in_the_evening(now);
  const rules::Instant day = templates::start_of_local_day(now, club.time_zone);
  directory = std::make_shared<const handlers::Directory>(std::vector<handlers::Club>{club});
  const auto save = [&](MessageId id, handlers::Lane lane, rules::Instant send_at, std::chrono::hours valid) {
    queue_text(database.connection, {.id = id, .lane = lane, .now = now, .send_at = send_at, .valid = valid});
  };
  room = 1;
  save(11, handlers::Lane::notice, day + 10h, 0h);
  save(12, handlers::Lane::notice, day + 10h + 1s, 3h);  // not until the morning
  save(13, handlers::Lane::notice, day - 14h - 1s, 3h);  // put off once before
  save(14, handlers::Lane::notice, day + 10h + 2s, 24h);
  save(15, handlers::Lane::urgent, now, 0h);
  save(16, handlers::Lane::notice, day + 20h + 30min, 3h);  // may leave at night
  EXPECT_TRUE(loop.until([this] { return !pushed.empty(); }));
  EXPECT_TRUE(loop.until([this] {
    return database.query("SELECT message_id, state FROM outbox WHERE message_id > 10 ORDER BY message_id") ==
           "11\t5\n12\t5\n13\t5\n14\t7\n15\t5\n16\t1\n";
  })) << states();
  EXPECT_THAT(pushed, ElementsAre(16));
  EXPECT_EQ(database.query("SELECT message_id FROM outbox_schedule WHERE message_id > 10"), "14\n");
  EXPECT_EQ(database.query("SELECT DISTINCT reason, settled_at > created_at FROM outbox WHERE state = 5"),
            "its time was over before it could be sent\t1\n");
  EXPECT_EQ(metrics.counter("peyk_outbound_settled_total", {{"line", "30001234"}, {"as", "expired"}}).value(),
            4);
}

TEST_F(ScheduledTextsTest, are_told_again_of_their_screens_when_they_could_not_be_told_at_first) {
  database.query("RENAME TABLE outbox_schedule TO away");
  const int before = failures;
  texts.shown(1);
  texts.not_shown(2);
  EXPECT_TRUE(loop.until([&] { return failures > before + 1; }));
  EXPECT_EQ(states(), "7,7,7\n");
  database.query("RENAME TABLE away TO outbox_schedule");
  EXPECT_TRUE(loop.until([this] { return states() == "8,1,7\n"; })) << states();
  EXPECT_TRUE(loop.until([this] { return !pushed.empty(); }));
  EXPECT_THAT(pushed, ElementsAre(2));
  EXPECT_LT(failures, 20) << "it was tried again now and then, not all the time";
}

}  // namespace
}  // namespace peyk::tests::scheduled_texts_test
