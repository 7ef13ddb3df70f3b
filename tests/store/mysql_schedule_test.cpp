// Texts that wait in the outbox for their moment: each is woken once, by whoever looks, and none is lost with
// whoever dies.
#include <gmock/gmock.h>

#include <thread>

#include "store/mysql/backlog.hpp"
#include "store/mysql/outbox.hpp"
#include "store/mysql/schedule.hpp"
#include "store/mysql/webhooks.hpp"
#include "tests/kit/process.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_schedule_test {
namespace {

using namespace std::chrono_literals;
using store::MessageId;
using store::QueuedText;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const std::vector<store::LineToWake> kLines{{"20001234"}, {"30001234"}};

class MysqlSchedule : public testing::Test {
 protected:
  void save(const TextToQueue& text) { queue_text(database.connection, text); }
  store::Woken wake(rules::Instant now, std::uint32_t limit = 100) {
    store::Woken woken = store::wake_due(database.connection, kLines, now, limit);
    database.connection.commit();
    return woken;
  }
  static std::vector<MessageId> ids(const std::vector<QueuedText>& texts) {
    std::vector<MessageId> ids;
    for (const QueuedText& text : texts) ids.push_back(text.id);
    return ids;
  }
  std::vector<MessageId> waiting_for_redis() {
    auto found = ids(store::load_backlog(database.connection, "30001234", handlers::Lane::reply, 0, 100));
    database.connection.rollback();
    return found;
  }

  TestDatabase database{"schedule"};
};

TEST_F(MysqlSchedule, a_text_waits_for_its_moment_and_is_woken_once) {
  save({.id = 1, .send_at = kNoon + 2h});
  save({.id = 2, .send_at = kNoon + 1h});
  save({.id = 3});
  EXPECT_THAT(waiting_for_redis(), ElementsAre(3));
  const store::Woken early = wake(kNoon);
  EXPECT_THAT(early.texts, IsEmpty());
  EXPECT_EQ(early.next_due, kNoon + 1h);
  const store::Woken due = wake(kNoon + 1h);
  ASSERT_THAT(ids(due.texts), ElementsAre(2));
  EXPECT_EQ(due.next_due, kNoon + 2h);
  EXPECT_EQ(due.texts[0].text, "hello");
  EXPECT_EQ(due.texts[0].due_since(), kNoon + 1h) << "its age counts from its moment, not from its writing";
  EXPECT_THAT(wake(kNoon + 1h).texts, IsEmpty());
  EXPECT_THAT(waiting_for_redis(), ElementsAre(2, 3));
  EXPECT_THAT(ids(wake(kNoon + 3h).texts), ElementsAre(1));
  EXPECT_EQ(wake(kNoon + 3h).next_due, rules::Instant{}) << "nothing is left";
  EXPECT_EQ(database.query("SELECT COUNT(*) FROM outbox_schedule"), "0\n");
}

TEST_F(MysqlSchedule, the_longest_due_come_first_so_many_at_once_and_only_of_the_lines_that_were_asked_for) {
  for (MessageId id = 1; id <= 5; ++id) save({.id = id, .send_at = kNoon + std::chrono::seconds{10 - id}});
  save({.id = 9, .line = "99999", .send_at = kNoon});
  save({.id = 10, .line = "20001234", .send_at = kNoon});
  const store::Woken first = wake(kNoon + 1h, 2);
  EXPECT_THAT(ids(first.texts), UnorderedElementsAre(10, 4, 5));
  EXPECT_TRUE(first.has_more);
  EXPECT_THAT(ids(wake(kNoon + 1h, 2).texts), UnorderedElementsAre(2, 3));
  const store::Woken last = wake(kNoon + 1h, 2);
  EXPECT_THAT(ids(last.texts), ElementsAre(1));
  EXPECT_FALSE(last.has_more);
  EXPECT_EQ(database.query("SELECT state FROM outbox WHERE message_id = 9"), "7\n");
}

TEST_F(MysqlSchedule, of_each_lane_so_many_are_woken_as_it_has_room_for_and_the_others_wait_in_their_order) {
  using handlers::Lane;
  for (MessageId id = 1; id <= 5; ++id)
    save({.id = id, .lane = Lane::notice, .send_at = kNoon + std::chrono::seconds{10 - id}});
  save({.id = 11, .lane = Lane::urgent, .send_at = kNoon + 20s});
  save({.id = 12, .lane = Lane::promo, .send_at = kNoon});
  save({.id = 13, .lane = Lane::reply, .send_at = kNoon + 2h});
  const auto look = [this](std::uint32_t notices, std::uint32_t promos, std::uint32_t limit = 100) {
    std::vector<store::LineToWake> lines{{"30001234"}};
    lines[0].room[2] = notices;
    lines[0].room[3] = promos;
    store::Woken woken = store::wake_due(database.connection, lines, kNoon + 1h, limit);
    database.connection.commit();
    return woken;
  };
  store::Woken woken = look(2, 0);
  EXPECT_THAT(ids(woken.texts), ElementsAre(11, 4, 5)) << "what is urgent is found behind many that wait";
  EXPECT_FALSE(woken.has_more) << "there is no haste for what has no room";
  EXPECT_EQ(woken.next_due, kNoon + 2h) << "what is due already is no reason to look sooner";
  EXPECT_THAT(ids(look(0, 0).texts), IsEmpty());
  woken = look(50, 1, 2);
  EXPECT_THAT(ids(woken.texts), ElementsAre(2, 3, 12));
  EXPECT_TRUE(woken.has_more);
  EXPECT_THAT(ids(look(50, 1, 2).texts), ElementsAre(1));
  EXPECT_EQ(database.query("SELECT message_id, lane FROM outbox_schedule"), "13\t1\n");
}

TEST_F(MysqlSchedule,
       two_that_look_at_once_wake_different_texts_and_what_one_dies_with_is_woken_by_the_other) {
  for (MessageId id = 1; id <= 4; ++id) save({.id = id, .send_at = kNoon});
  {
    store::Connection dying(database.options());
    dying.open();
    EXPECT_THAT(ids(store::wake_due(dying, kLines, kNoon, 2).texts), UnorderedElementsAre(1, 2));
    EXPECT_THAT(ids(wake(kNoon).texts), UnorderedElementsAre(3, 4));
  }
  // The server may hear a little later that the connection is gone.
  std::vector<MessageId> woken;
  EXPECT_TRUE(eventually(60s, [&] { return !(woken = ids(wake(kNoon).texts)).empty(); }));
  EXPECT_THAT(woken, UnorderedElementsAre(1, 2));
}

TEST_F(MysqlSchedule, of_a_thousand_due_texts_each_goes_to_one_of_four_that_wake_them) {
  constexpr MessageId kTexts = 1000;
  std::vector<QueuedText> texts;
  for (MessageId id = 1; id <= kTexts; ++id) {
    texts.push_back({.id = id,
                     .club = 1,
                     .line = "30001234",
                     .to = kShopper,
                     .text = "later",
                     .created_at = kNoon,
                     .valid_until = kNoon + 24h,
                     .send_at = kNoon});
  }
  store::save_queued(database.connection, texts);
  database.connection.commit();
  std::array<std::vector<MessageId>, 4> woken;
  const auto wake_all = [this](std::vector<MessageId>& mine) {
    store::Connection connection(database.options());
    connection.open();
    for (int idle = 0; idle < 3;) {
      try {
        const auto page = ids(store::wake_due(connection, kLines, kNoon, 20).texts);
        connection.commit();
        mine.insert(mine.end(), page.begin(), page.end());
        idle = page.empty() ? idle + 1 : 0;
      } catch (const store::SqlError& e) {
        if (e.kind() != store::SqlError::Kind::conflict) throw;
        connection.rollback();
      }
    }
  };
  std::vector<std::thread> threads;
  for (auto& mine : woken) threads.emplace_back([&wake_all, &mine] { wake_all(mine); });
  for (std::thread& thread : threads) thread.join();
  std::map<MessageId, int> times;
  for (const auto& mine : woken) {
    for (const MessageId id : mine) ++times[id];
  }
  EXPECT_EQ(times.size(), kTexts);
  for (const auto& [id, count] : times) ASSERT_EQ(count, 1) << "text " << id;
}

TEST_F(MysqlSchedule, a_text_is_woken_or_cancelled_before_its_moment_but_not_both) {
  for (MessageId id = 1; id <= 3; ++id) save({.id = id, .send_at = kNoon + 1h});
  save({.id = 4});
  const std::vector<MessageId> shown{1, 4}, not_shown{2, 1};
  store::cancel_scheduled(database.connection, shown, "its screen was shown", kNoon);
  const auto texts = store::wake(database.connection, not_shown);
  database.connection.commit();
  EXPECT_THAT(ids(texts), ElementsAre(2));
  EXPECT_EQ(database.query("SELECT state, reason FROM outbox ORDER BY message_id"),
            "8\tits screen was shown\n1\t\n7\t\n1\t\n");
  EXPECT_THAT(ids(wake(kNoon + 2h).texts), ElementsAre(3));
  store::cancel_scheduled(database.connection, not_shown, "too late", kNoon);
  database.connection.commit();
  EXPECT_EQ(database.query("SELECT COUNT(*) FROM outbox WHERE state = 1"), "3\n");
}

TEST_F(MysqlSchedule, what_is_over_when_it_is_woken_ends_and_who_wants_to_know_is_told) {
  Shop shop(database, 1);
  store::save_webhooks(database.connection, 1, {{.name = "crm", .url = "https://crm.example/"}}, kNoon);
  database.connection.commit();
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  for (MessageId id = 900'001; id <= 900'003; ++id) save({.id = id, .send_at = kNoon});
  store::wake_due(database.connection, kLines, kNoon, 2);
  const std::vector<MessageId> over{900'001, 900'002, 900'003};
  store::expire_woken(database.connection, over, "too late", kNoon + 1h);
  database.connection.commit();
  EXPECT_EQ(database.query("SELECT state, reason FROM outbox WHERE message_id > 900000 ORDER BY message_id"),
            "5\ttoo late\n5\ttoo late\n7\t\n");
  EXPECT_EQ(database.query("SELECT message_id FROM outbox_schedule WHERE message_id > 900000"), "900003\n");
  EXPECT_EQ(database.query("SELECT about FROM webhook_event WHERE type = 6 ORDER BY about"),
            "900001\n900002\n");
}

TEST_F(MysqlSchedule, what_is_scheduled_is_counted_by_line) {
  save({.id = 1, .send_at = kNoon + 2h});
  save({.id = 2, .send_at = kNoon + 1h});
  save({.id = 3, .line = "20001234", .send_at = kNoon + 3h});
  save({.id = 4});
  const auto lines = store::count_scheduled(database.connection);
  database.connection.rollback();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines.at("30001234").texts, 2U);
  EXPECT_EQ(lines.at("30001234").next_due, kNoon + 1h);
  EXPECT_EQ(lines.at("20001234").texts, 1U);
}

}  // namespace
}  // namespace peyk::tests::mysql_schedule_test
