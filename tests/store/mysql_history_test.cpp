// What is over leaves the outbox, whole and in sets; days that are past are dropped; nothing that moves is
// touched.
#include "store/mysql/clubs.hpp"
#include "store/mysql/history.hpp"

#include <gmock/gmock.h>

#include "store/mysql/dead_letters.hpp"
#include "store/mysql/lookup.hpp"
#include "store/mysql/outbox.hpp"
#include "store/mysql/receipts.hpp"
#include "store/mysql/trace.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_history_test {
namespace {

using store::MessageId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;
using std::chrono::days;

class MysqlHistory : public testing::Test {
 protected:
  MysqlHistory() { store::save_club(database.connection, stored_club()); }

  void write(MessageId id, std::uint8_t parts = 1, handlers::Lane lane = handlers::Lane::notice) {
    const store::QueuedText one{.id = id,
                                .club = 1,
                                .line = "30001234",
                                .to = kShopper,
                                .lane = lane,
                                .parts = parts,
                                .text = "hello",
                                .created_at = kNoon,
                                .valid_until = kNoon + 1h};
    store::save_queued(database.connection, std::span(&one, 1));
    database.connection.commit();
  }
  void settle(const store::Settled& settled, rules::Instant at = kNoon) {
    store::save_settled(database.connection, std::span(&settled, 1), at);
    database.connection.commit();
  }
  void submit(MessageId id, std::vector<store::SentPart> parts, rules::Instant at = kNoon) {
    const std::size_t count = parts.size();
    settle({.id = id, .state = store::submitted, .part_count = count, .parts = std::move(parts)}, at);
  }
  void receive(const std::string& id, bool delivered, rules::Instant at = kNoon + 1min) {
    const store::Receipt receipt{.carrier = "sim",
                                 .id = id,
                                 .phone = kShopper,
                                 .delivered = delivered,
                                 .word = delivered ? "DELIVRD" : "UNDELIV",
                                 .error = delivered ? "" : "027",
                                 .done_at = at};
    store::save_receipts(database.connection, std::span(&receipt, 1), at);
    database.connection.commit();
  }
  // One round of somebody who begins; how many messages moved.
  std::uint64_t tidy(rules::Instant now, const store::HistoryTerms& terms = {}) {
    store::HistoryPlace place;
    return tidy(place, now, terms);
  }
  // One round of somebody who has been at it.
  std::uint64_t tidy(store::HistoryPlace& place, rules::Instant now, const store::HistoryTerms& terms = {}) {
    std::uint64_t all = 0;
    for (bool done = false; !done;) {
      const std::int64_t before = rows_read();
      const store::HistoryMoved moved = store::move_settled(database.connection, place, terms, now);
      database.connection.commit();
      if (moved.messages == 0) {
        EXPECT_LE(rows_read() - before, store::kHistoryPage + kAnswersOfAPage);
      }
      all += moved.messages;
      done = moved.round_done;
    }
    return all;
  }
  // Steps along an index that this connection has made.
  std::int64_t rows_read() {
    store::Rows rows = database.connection
                           .prepare(
                               "SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM information_schema.SESSION_STATUS"
                               " WHERE VARIABLE_NAME = 'HANDLER_READ_NEXT'")
                           .query();
    rows.next();
    return rows.i64();
  }
  std::int64_t rows_read_by(store::HistoryPlace& place, rules::Instant now) {
    const std::int64_t before = rows_read();
    tidy(place, now);
    return rows_read() - before;
  }
  // Settled by somebody whose block of ids begins there.
  void settle_many(MessageId first, MessageId count, rules::Instant at) {
    std::vector<store::QueuedText> texts;
    std::vector<store::Settled> all;
    for (MessageId id = first; id < first + count; ++id) {
      texts.push_back({.id = id,
                       .club = 1,
                       .line = "30001234",
                       .to = kShopper,
                       .lane = handlers::Lane::notice,
                       .parts = 1,
                       .text = "hello",
                       .created_at = kNoon,
                       .valid_until = kNoon + 1h});
      all.push_back({.id = id, .state = store::expired, .reason = "too late"});
    }
    store::save_queued(database.connection, texts);
    store::save_settled(database.connection, all, at);
    database.connection.commit();
  }
  std::string ids_in(const std::string& table) {
    return database.query("SELECT COALESCE(GROUP_CONCAT(message_id ORDER BY message_id), '') FROM " + table);
  }

  static constexpr std::int64_t kAnswersOfAPage = 20;  // what is read beside its rows
  TestDatabase database{"history"};
};

TEST_F(MysqlHistory, has_every_column_of_the_outbox) {
  for (const std::string table : {"outbox", "outbox_part"}) {
    EXPECT_EQ(database.query(
                  "SELECT COLUMN_NAME FROM information_schema.COLUMNS o WHERE TABLE_SCHEMA = DATABASE()"
                  " AND TABLE_NAME = '" +
                  table +
                  "' AND NOT EXISTS (SELECT 1 FROM"
                  " information_schema.COLUMNS h WHERE h.TABLE_SCHEMA = DATABASE() AND h.TABLE_NAME = '" +
                  table +
                  "_history' AND h.COLUMN_NAME = o.COLUMN_NAME AND h.COLUMN_TYPE ="
                  " o.COLUMN_TYPE)"),
              "")
        << "add it to " << table << "_history too";
  }
}

TEST_F(MysqlHistory, what_is_over_for_long_enough_moves_and_what_is_not_stays) {
  for (MessageId id = 1; id <= 6; ++id) write(id);
  submit(1, {{1, "sim", "a"}});
  receive("a", true);
  submit(2, {{1, "sim", "b"}});
  settle({.id = 3, .state = store::failed, .reason = "refused"});
  settle({.id = 4, .state = store::expired, .reason = "too late"});
  settle({.id = 5, .state = store::unknown, .reason = "no answer", .parts = {{1, "sim", "", true}}});
  EXPECT_EQ(tidy(kNoon + 24h), 0U) << "not yet";
  EXPECT_EQ(tidy(kNoon + 25h), 3U);
  EXPECT_EQ(ids_in("outbox"), "2,5,6\n") << "a receipt may still tell of 2 and 5, and 6 waits";
  EXPECT_EQ(ids_in("outbox_history"), "1,3,4\n");
  EXPECT_EQ(ids_in("outbox_part_history"), "1\n");
  EXPECT_EQ(ids_in("outbox_part"), "2,5\n");
  EXPECT_EQ(tidy(kNoon + 25h, {.no_receipts = {"30001234"}}), 1U)
      << "where no receipt is asked for, none is awaited";
  EXPECT_EQ(tidy(kNoon + 7 * 24h + 1s), 1U);
  EXPECT_EQ(ids_in("outbox"), "6\n");
  EXPECT_EQ(tidy(kNoon + 1000h), 0U) << "what waits is never moved";
}

TEST_F(MysqlHistory, adverts_stay_as_long_as_a_weeks_are_counted) {
  for (const handlers::Lane lane : {handlers::Lane::promo, handlers::Lane::notice}) {
    const MessageId first = lane == handlers::Lane::promo ? 1 : 11;
    for (MessageId id = first; id < first + 3; ++id) write(id, 1, lane);
    submit(first, {{1, "sim", std::to_string(first)}});
    receive(std::to_string(first), true);
    settle({.id = first + 1, .state = store::failed, .reason = "refused"});
    settle({.id = first + 2, .state = store::expired, .reason = "too late"});
  }
  EXPECT_EQ(tidy(kNoon + 25h), 3U);
  EXPECT_EQ(ids_in("outbox"), "1,2,3\n");
  const store::HistoryTerms no_receipts{.no_receipts = {"30001234"}};
  EXPECT_EQ(tidy(kNoon + 7 * 24h - 1s, no_receipts), 0U) << "with receipts or without";
  EXPECT_EQ(tidy(kNoon + 7 * 24h + 2min, no_receipts), 3U);
  EXPECT_EQ(ids_in("outbox_history"), "1,2,3,11,12,13\n");
}

TEST_F(MysqlHistory, a_receipt_that_comes_after_days_finds_its_part) {
  write(1, 2);
  submit(1, {{1, "sim", "a"}, {2, "sim", "b"}});
  receive("a", true);
  tidy(kNoon + 72h);
  receive("b", true, kNoon + 73h);
  EXPECT_EQ(database.query("SELECT state FROM outbox"), "3\n");
  EXPECT_EQ(tidy(kNoon + 73h), 1U);
  // A text that failed by one part waits for the receipt of its other.
  write(2, 2);
  submit(2, {{1, "sim", "c"}, {2, "sim", "d"}});
  receive("c", false);
  EXPECT_EQ(tidy(kNoon + 72h), 0U);
  receive("d", true, kNoon + 72h);
  EXPECT_EQ(tidy(kNoon + 72h), 1U);
  EXPECT_EQ(database.query("SELECT part, state FROM outbox_part_history WHERE message_id = 2 ORDER BY part"),
            "1\t4\n2\t3\n");
}

TEST_F(MysqlHistory, pages_of_many_move_wherever_one_begins) {
  constexpr MessageId kTexts = 1'300;
  for (MessageId id = 1; id <= kTexts; ++id) {
    write(id);
    settle({.id = id, .state = store::expired, .reason = "too late"}, id % 3 == 0 ? kNoon + 48h : kNoon);
  }
  EXPECT_EQ(tidy(kNoon + 25h), kTexts - kTexts / 3);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox"), static_cast<std::int64_t>(kTexts / 3));
}

// Each process takes its ids from blocks of its own: one with an old block gives low ids to what is new.
TEST_F(MysqlHistory, what_is_old_moves_from_behind_whole_pages_of_what_is_young) {
  constexpr MessageId kYoung = 2 * store::kHistoryPage + 100, kOld = store::kHistoryPage + 7;
  settle_many(1, kYoung, kNoon + 24h);
  settle_many(20'001, kOld, kNoon);
  settle_many(40'001, kYoung, kNoon + 24h);
  settle_many(60'001, 3, kNoon);
  EXPECT_EQ(tidy(kNoon + 25h), kOld + 3);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox"), static_cast<std::int64_t>(2 * kYoung));
}

TEST_F(MysqlHistory, what_is_young_is_read_once_and_again_when_it_comes_of_age) {
  constexpr std::int64_t kYoung = 3 * store::kHistoryPage + 100;
  store::HistoryPlace place;
  settle_many(1, kYoung, kNoon);
  settle_many(20'001, kYoung, kNoon + 12h);
  EXPECT_GT(rows_read_by(place, kNoon + 13h), kYoung);
  EXPECT_LT(rows_read_by(place, kNoon + 13h + 30s), 100);
  EXPECT_LT(rows_read_by(place, kNoon + 24h), 100);
  settle_many(30'001, 2, kNoon + 13h);
  settle_many(10'001, 2, kNoon + 13h);  // lower ids than what was read last
  EXPECT_LT(rows_read_by(place, kNoon + 24h + 1s), 100);
  EXPECT_EQ(tidy(place, kNoon + 24h + 11min), static_cast<std::uint64_t>(kYoung))
      << "ten minutes later at most";
  EXPECT_LT(rows_read_by(place, kNoon + 24h + 12min), 100);
  EXPECT_EQ(tidy(place, kNoon + 37h + 24h), static_cast<std::uint64_t>(kYoung + 4));
  EXPECT_EQ(ids_in("outbox"), "\n");
}

TEST_F(MysqlHistory, what_somebody_else_had_locked_is_looked_at_again_soon) {
  settle_many(1, 2, kNoon);
  store::HistoryPlace place;
  {
    store::Connection other(database.options());
    other.open();
    other.prepare("SELECT message_id FROM outbox WHERE message_id = 1 FOR UPDATE").query();
    EXPECT_EQ(tidy(place, kNoon + 25h), 1U);
    other.rollback();
  }
  EXPECT_EQ(tidy(place, kNoon + 25h + 11min), 1U);
}

TEST_F(MysqlHistory, people_find_what_has_moved_as_they_found_it_before) {
  write(1);
  write(2);
  write(3);
  submit(1, {{1, "sim", "a"}});
  receive("a", false);
  settle({.id = 2, .state = store::expired, .reason = "too late"}, kNoon + 1min);
  const auto letters = [this](const store::LetterFilter& filter,
                              std::optional<store::LetterCursor> after = {}) {
    std::vector<MessageId> ids;
    for (const auto& letter : store::load_dead_letters(database.connection, filter, after, 10))
      ids.push_back(letter.id);
    return ids;
  };
  EXPECT_THAT(letters({}), ElementsAre(2, 1));
  ASSERT_TRUE(store::keep_partitions(database.connection, days{30}, kNoon));
  ASSERT_EQ(tidy(kNoon + 25h), 2U);
  settle({.id = 3, .state = store::failed, .reason = "refused"}, kNoon + 26h);
  EXPECT_THAT(letters({}), ElementsAre(3, 2, 1));
  EXPECT_THAT(letters({.since = kNoon + 1min}), ElementsAre(3, 2));
  EXPECT_THAT(letters({}, store::LetterCursor{kNoon + 1min, 2}), ElementsAre(1));
  EXPECT_EQ(store::load_dead_letters(database.connection, {.state = store::failed}, {}, 10)[1].error, "027");
  EXPECT_EQ(store::count_dead_letters(database.connection, {}).size(), 3U);
  EXPECT_EQ(store::count_dead_letters(database.connection, {.since = kNoon + 2min}).size(), 1U);
  const auto traced = store::trace_message(database.connection, 1);
  ASSERT_TRUE(traced);
  ASSERT_EQ(traced->parts.size(), 1U);
  EXPECT_EQ(traced->parts[0].word, "UNDELIV");
  EXPECT_EQ(store::trace_phone(database.connection, kShopper, 2).back().id, 2U);

  const std::vector<MessageId> ids{1, 2, 77};
  const auto replayed = store::replay_letters(database.connection, ids, {.lines = {"30001234"}}, kNoon + 30h);
  database.connection.commit();
  EXPECT_EQ(replayed[0].verdict, store::ReplayVerdict::replayed);
  EXPECT_EQ(replayed[1].verdict, store::ReplayVerdict::replayed);
  EXPECT_EQ(replayed[2].verdict, store::ReplayVerdict::no_such_message);
  EXPECT_EQ(ids_in("outbox"), "1,2,3\n");
  EXPECT_EQ(ids_in("outbox_history"), "\n");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox_replay_part WHERE message_id = 1"), 1);
}

TEST_F(MysqlHistory, days_that_are_past_are_dropped_and_days_to_come_have_their_partitions) {
  ASSERT_TRUE(store::keep_partitions(database.connection, days{30}, kNoon));
  const auto count = [this](const std::string& table) {
    return database.number(
        "SELECT COUNT(*) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE() AND"
        " TABLE_NAME = '" +
        table + "'");
  };
  const std::int64_t at_first = store::kPartitionsAhead.count() + 1;
  EXPECT_EQ(count("outbox_history"), at_first);
  EXPECT_EQ(count("outbox_part_history"), at_first);
  for (MessageId id = 1; id <= 3; ++id) {
    write(id);
    submit(id, {{1, "sim", std::to_string(id)}}, kNoon + days{id});
    receive(std::to_string(id), true, kNoon + days{id} + 1s);
  }
  ASSERT_EQ(tidy(kNoon + days{5}), 3U);
  ASSERT_TRUE(store::keep_partitions(database.connection, days{30}, kNoon + days{32}));
  EXPECT_EQ(ids_in("outbox_history"), "2,3\n");
  EXPECT_EQ(ids_in("outbox_part_history"), "2,3\n");
  // After a pause of months the days in between are made up for.
  ASSERT_TRUE(store::keep_partitions(database.connection, days{30}, kNoon + days{200}));
  EXPECT_EQ(ids_in("outbox_history"), "\n");
  write(9);
  settle({.id = 9, .state = store::expired, .reason = "too late"}, kNoon + days{199});
  ASSERT_EQ(tidy(kNoon + days{201}), 1U);
  EXPECT_EQ(ids_in("outbox_history"), "9\n");
  EXPECT_TRUE(store::keep_partitions(database.connection, days{30}, kNoon + days{200}))
      << "again: nothing to do";
  EXPECT_EQ(ids_in("outbox_history"), "9\n");
}

TEST_F(MysqlHistory, several_gateways_take_turns_and_pass_over_each_others_sets) {
  for (MessageId id = 1; id <= 2; ++id) {
    write(id);
    settle({.id = id, .state = store::expired, .reason = "too late"});
  }
  store::Connection other(database.options());
  other.open();
  other.prepare("SELECT message_id FROM outbox WHERE message_id = 1 FOR UPDATE").query();
  EXPECT_EQ(tidy(kNoon + 25h), 1U);
  EXPECT_EQ(ids_in("outbox"), "1\n");
  other.rollback();
  EXPECT_EQ(tidy(kNoon + 25h), 1U);
  other.prepare("SELECT GET_LOCK(CONCAT('peyk_history_', LEFT(SHA2(DATABASE(), 256), 32)), 0)")
      .query()
      .next();
  EXPECT_FALSE(store::keep_partitions(database.connection, days{30}, kNoon));
}

TEST_F(MysqlHistory, what_the_way_out_asks_for_is_read_by_index_and_never_from_the_history) {
  for (const std::string hot :
       {"SELECT message_id FROM outbox WHERE state = 1 AND line = '3' AND message_id > 0 ORDER BY message_id "
        "LIMIT 9",
        "SELECT message_id, text FROM outbox WHERE state = 1 AND message_id IN (1, 2, 3)",
        "SELECT p.message_id, o.phone FROM outbox_part p JOIN outbox o ON o.message_id = p.message_id WHERE"
        " p.submitted_at >= '2026-11-21' AND (p.carrier, p.id_key) IN (('sim', 'a'), ('sim', 'b'))",
        "SELECT message_id FROM outbox WHERE state = 3 AND line = '3' AND message_id > 0 ORDER BY message_id "
        "LIMIT 9"}) {
    const std::string plan = database.query("EXPLAIN FORMAT=JSON " + hot);
    EXPECT_THAT(plan, Not(HasSubstr("_history"))) << hot;
    EXPECT_THAT(plan, Not(HasSubstr("\"access_type\": \"ALL\""))) << hot << plan;
  }
  ASSERT_TRUE(store::keep_partitions(database.connection, days{30}, kNoon));
  const std::string plan = database.query(
      "EXPLAIN PARTITIONS SELECT message_id FROM outbox_history WHERE state = 4 AND settled_on >= "
      "DATE('2026-11-24"
      " 00:00:00.000000') AND settled_on < DATE('2026-11-25 00:00:00.000000')");
  EXPECT_THAT(plan, HasSubstr("before_20261125")) << plan;
  EXPECT_THAT(plan, Not(HasSubstr("before_20261126"))) << plan;
}

}  // namespace
}  // namespace peyk::tests::mysql_history_test
