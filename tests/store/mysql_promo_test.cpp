// Promotional texts at the moment of sending: STOP, quiet hours and caps, over what was really sent, whoever
// sends at the same time.
#include <gmock/gmock.h>

#include <thread>

#include "store/mysql/outbox.hpp"
#include "store/mysql/promo.hpp"
#include "store/mysql/schedule.hpp"
#include "store/mysql/tables.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_promo_test {
namespace {

using namespace std::chrono_literals;
using handlers::Lane;
using handlers::PromoPolicy;
using store::MessageId;
using store::QueuedText;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kPromoLine = "20001234";

handlers::Directory directory() {
  handlers::Club club = stored_club();
  club.id = 1;
  return handlers::Directory({club});
}

class MysqlPromo : public testing::Test {
 protected:
  void save(MessageId id, handlers::PhoneNumber to = kShopper, Lane lane = Lane::promo,
            rules::Instant valid_until = kNoon + 240h) {
    const QueuedText text{.id = id,
                          .club = 1,
                          .line = kPromoLine,
                          .to = to,
                          .lane = lane,
                          .text = "half price",
                          .created_at = kNoon,
                          .valid_until = valid_until};
    store::save_queued(database.connection, std::span(&text, 1));
    database.connection.commit();
  }
  // What a gateway that was granted these may send.
  std::vector<MessageId> may_leave(const std::vector<MessageId>& ids, rules::Instant now = kNoon) {
    auto left = ask(database.connection, ids, now);
    database.connection.commit();
    return left;
  }
  std::vector<MessageId> ask(store::Connection& connection, const std::vector<MessageId>& ids,
                             rules::Instant now = kNoon) {
    auto texts = store::load_queued(connection, ids);
    store::keep_what_may_leave(connection, texts, begun, policy, clubs, now);
    std::vector<MessageId> left;
    for (const QueuedText& text : texts) left.push_back(text.id);
    return left;
  }
  void settle(MessageId id, store::MessageState state) {
    const store::Settled settled{.id = id, .state = state, .reason = "so it was"};
    store::save_settled(database.connection, std::span(&settled, 1), kNoon);
    database.connection.commit();
  }
  void stop_on(const std::string& line, int stopped = 1) {
    database.query("REPLACE INTO line_phone (line, phone, promo_stopped) VALUES ('" + line + "', " +
                   std::to_string(kShopper) + ", " + std::to_string(stopped) + ")");
  }
  std::string outcome_of(MessageId id) {
    std::string line =
        database.query("SELECT state, reason FROM outbox WHERE message_id = " + std::to_string(id));
    line.pop_back();
    return line;
  }

  TestDatabase database{"promo"};
  const handlers::Directory clubs = directory();
  PromoPolicy policy{.line_may = true};
  std::set<MessageId> begun;
};

TEST_F(MysqlPromo, who_stopped_after_it_was_queued_does_not_get_it_but_gets_everything_else) {
  for (MessageId id = 1; id <= 3; ++id) save(id);
  save(4, kShopper, Lane::notice);
  save(5, kOtherShopper);
  EXPECT_THAT(may_leave({1}), ElementsAre(1));
  stop_on(kPromoLine);
  EXPECT_THAT(may_leave({2, 4, 5}), testing::UnorderedElementsAre(4, 5));
  EXPECT_EQ(outcome_of(2), "8\tshe does not want promotional texts: STOP");
  stop_on(kPromoLine, 0);
  EXPECT_THAT(may_leave({3}), ElementsAre(3));
  stop_on("30001234");
  EXPECT_THAT(may_leave({1}), IsEmpty()) << "said to the club's own line";
}

TEST_F(MysqlPromo, what_somebody_may_have_sent_is_not_judged_any_more) {
  save(1);
  stop_on(kPromoLine);
  begun = {1};
  EXPECT_THAT(may_leave({1}), ElementsAre(1)) << "whoever has it now says that nobody knows";
  begun = {};
  EXPECT_THAT(may_leave({1}), IsEmpty());
}

TEST_F(MysqlPromo, leaves_from_no_service_line) {
  policy.line_may = false;
  save(1);
  save(2, kShopper, Lane::notice);
  EXPECT_THAT(may_leave({1, 2}), ElementsAre(2));
  EXPECT_EQ(outcome_of(1), "8\ta promotional text on a service line");
}

TEST_F(MysqlPromo, waits_for_the_end_of_the_quiet_hours_and_leaves_then) {
  policy.quiet_from_minute = 15 * 60;  // noon here is 15:30 in Tehran
  policy.quiet_until_minute = 17 * 60;
  const rules::Instant end = kNoon + 90min;
  save(1);
  save(2, kOtherShopper, Lane::promo, end);
  EXPECT_THAT(may_leave({1, 2}), IsEmpty());
  EXPECT_EQ(outcome_of(1), "7\t");
  EXPECT_EQ(outcome_of(2), "5\tits time is over before the quiet hours are");
  const std::vector<store::LineToWake> lines{{kPromoLine}};
  EXPECT_THAT(store::wake_due(database.connection, lines, end - 1s, 10).texts, IsEmpty());
  EXPECT_THAT(store::wake_due(database.connection, lines, end, 10).texts, SizeIs(1));
  database.connection.commit();
  EXPECT_THAT(may_leave({1}, end), ElementsAre(1));
}

TEST_F(MysqlPromo, a_cap_counts_what_was_sent_within_a_day_and_within_a_week) {
  policy.per_day_max = 2;
  policy.per_week_max = 3;
  for (MessageId id = 1; id <= 9; ++id) save(id);
  EXPECT_THAT(may_leave({1, 2, 3}), SizeIs(2)) << "one after the other, also within one set";
  EXPECT_EQ(outcome_of(3), "8\tshe has had as many promotional texts within a day as may be");
  EXPECT_THAT(may_leave({1, 2}), SizeIs(2)) << "granted anew, they do not count against themselves";
  settle(1, store::submitted);
  settle(2, store::failed);
  EXPECT_THAT(may_leave({4}, kNoon + 1h), ElementsAre(4)) << "the second one came to nothing";
  EXPECT_THAT(may_leave({5}, kNoon + 2h), IsEmpty());
  EXPECT_THAT(may_leave({6}, kNoon + 24h), ElementsAre(6));
  EXPECT_THAT(may_leave({7}, kNoon + 50h), IsEmpty());
  EXPECT_EQ(outcome_of(7), "8\tshe has had as many promotional texts within a week as may be");
  EXPECT_THAT(may_leave({8}, kNoon + 24h * 7), ElementsAre(8));
  store::forget_old_promos(database.connection, kNoon + 24h * 30, 100);
  database.connection.commit();
  EXPECT_EQ(database.query("SELECT COUNT(*) FROM promo_sent"), "0\n");
}

TEST_F(MysqlPromo, four_that_send_at_once_never_exceed_a_cap_nor_fall_short_of_it) {
  constexpr MessageId kTexts = 400, kPhones = 20;
  policy.per_day_max = 3;
  std::vector<QueuedText> texts;
  for (MessageId id = 1; id <= kTexts; ++id) {
    texts.push_back({.id = id,
                     .club = 1,
                     .line = kPromoLine,
                     .to = kShopper + id % kPhones,
                     .lane = Lane::promo,
                     .text = "half price",
                     .created_at = kNoon,
                     .valid_until = kNoon + 24h});
  }
  store::save_queued(database.connection, texts);
  database.connection.commit();
  std::array<std::vector<MessageId>, 4> left;
  const auto send = [this](MessageId first, std::vector<MessageId>& mine) {
    store::Connection connection(database.options());
    connection.open();
    for (MessageId at = first; at <= kTexts;) {
      std::vector<MessageId> set;
      for (MessageId id = at; id <= kTexts && set.size() < 10; id += 4) set.push_back(id);
      try {
        const auto some = ask(connection, set);
        connection.commit();
        mine.insert(mine.end(), some.begin(), some.end());
        at = set.back() + 4;
      } catch (const store::SqlError& e) {
        if (e.kind() != store::SqlError::Kind::conflict) throw;
        connection.rollback();
      }
    }
  };
  std::vector<std::thread> threads;
  for (MessageId n = 0; n < 4; ++n) threads.emplace_back([&send, &left, n] { send(n + 1, left[n]); });
  for (std::thread& thread : threads) thread.join();
  std::map<MessageId, int> times;
  for (const auto& mine : left) {
    for (const MessageId id : mine) ++times[id % kPhones];
  }
  EXPECT_EQ(times.size(), kPhones);
  for (const auto& [phone, count] : times) EXPECT_EQ(count, 3) << "phone " << phone;
}

TEST_F(MysqlPromo, a_place_that_another_process_has_taken_and_not_committed_is_waited_for) {
  policy.per_day_max = 1;
  save(1);
  save(2);
  save(3);
  store::Connection other(database.options());
  other.open();
  EXPECT_THAT(ask(other, {1}), ElementsAre(1));
  std::vector<MessageId> mine{99};
  std::thread second([&] { mine = may_leave({2}); });
  EXPECT_TRUE(eventually(60s, [&] { return database.query(kLockWaits) == "1\n"; }));
  other.commit();
  second.join();
  EXPECT_THAT(mine, IsEmpty());
  EXPECT_EQ(outcome_of(2).substr(0, 1), "8");
}

// Each gateway saves what it was told, whatever it had read of the phone before.
TEST(MysqlLinePhone, keeps_what_two_gateways_heard_at_once) {
  TestDatabase database("line_phone");
  const handlers::LinePhoneKey key{"30001234", kShopper};
  const auto save = [&](const handlers::Effect& effect) {
    store::save_effects(database.connection, {&effect, 1}, handlers::Facts{});
    database.connection.commit();
  };
  save(handlers::SetPromo{key, true});
  save(handlers::NoteHelp{key, kNoon});  // by one who had read it before
  const char* const row = "SELECT promo_stopped, help_sent_at FROM line_phone";
  EXPECT_EQ(database.query(row), "1\t2026-11-21 12:00:00.000000\n");
  save(handlers::SetPromo{key, false});
  EXPECT_EQ(database.query(row), "0\t2026-11-21 12:00:00.000000\n");
}

}  // namespace
}  // namespace peyk::tests::mysql_promo_test
