// What is known of a text that is sent in parts, saved while it waits and read by whoever goes on with it.
#include <set>

#include "store/mysql/backlog.hpp"
#include "store/mysql/outbox.hpp"
#include "store/mysql/unheard.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_outbox_test {
namespace {

using store::MessageId;
using store::QueuedText;
using store::SentPart;
using store::Settled;

class MysqlOutbox : public testing::Test {
 protected:
  MysqlOutbox() {
    std::vector<QueuedText> texts;
    for (MessageId id = 1; id <= 3; ++id) {
      texts.push_back({.id = id,
                       .club = 1,
                       .line = "30001234",
                       .to = kShopper,
                       .parts = 3,
                       .text = "long",
                       .created_at = kNoon,
                       .valid_until = kNoon + std::chrono::hours{1}});
    }
    store::save_queued(database.connection, texts);
    database.connection.commit();
  }

  void settle(std::vector<Settled> settled) {
    store::save_settled(database.connection, settled, kNoon);
    database.connection.commit();
  }
  QueuedText load(MessageId id) {
    auto texts = store::load_queued(database.connection, std::vector<MessageId>{id});
    database.connection.rollback();
    return texts.empty() ? QueuedText{} : texts.front();
  }

  TestDatabase database{"outbox"};
};

TEST_F(MysqlOutbox, a_text_that_waits_remembers_which_parts_were_sent) {
  settle({{.id = 1, .parts = {{1, "sim", "a"}}, .attempts = 2},
          {.id = 2, .parts = {{2, "sim", "", true}}, .maybe_twice = true}});
  settle({{.id = 1, .parts = {{3, "other", "c"}}, .attempts = 2}});
  const QueuedText first = load(1);
  EXPECT_EQ(first.sent, (std::vector<SentPart>{{1, "sim", "a"}, {3, "other", "c"}}));
  EXPECT_EQ(first.attempts, 2);
  EXPECT_FALSE(first.maybe_twice);
  const QueuedText second = load(2);
  EXPECT_EQ(second.sent, (std::vector<SentPart>{{2, "sim", "", true}}));
  EXPECT_TRUE(second.maybe_twice);
  EXPECT_TRUE(load(3).sent.empty());
  // The whole line, as after Redis lost its memory.
  const auto all = store::load_backlog(database.connection, "30001234", handlers::Lane::reply, 0, 10);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].sent, first.sent);
  EXPECT_TRUE(all[2].sent.empty());
}

TEST_F(MysqlOutbox, the_backlog_is_read_lane_by_lane_and_page_by_page) {
  const auto ids = [this](handlers::Lane lane, MessageId after, std::uint32_t limit) {
    std::vector<MessageId> found;
    for (const QueuedText& text : store::load_backlog(database.connection, "30001234", lane, after, limit))
      found.push_back(text.id);
    return found;
  };
  database.query("UPDATE outbox SET lane = 3 WHERE message_id = 2");
  EXPECT_EQ(ids(handlers::Lane::reply, 0, 10), (std::vector<MessageId>{1, 3}));
  EXPECT_EQ(ids(handlers::Lane::reply, 0, 1), (std::vector<MessageId>{1}));
  EXPECT_EQ(ids(handlers::Lane::reply, 1, 10), (std::vector<MessageId>{3}));
  EXPECT_EQ(ids(handlers::Lane::promo, 0, 10), (std::vector<MessageId>{2}));
  settle(
      {{.id = 2, .state = store::submitted, .parts = {{1, "sim", "a"}, {2, "sim", "b"}, {3, "sim", "c"}}}});
  EXPECT_TRUE(ids(handlers::Lane::promo, 0, 10).empty());
  EXPECT_TRUE(ids(handlers::Lane::urgent, 0, 10).empty());
}

TEST_F(MysqlOutbox, what_was_once_said_to_come_twice_stays_so_and_what_is_settled_stays_settled) {
  settle({{.id = 1, .attempts = 1, .maybe_twice = true}});
  settle({{.id = 1, .attempts = 2}});
  EXPECT_TRUE(load(1).maybe_twice);
  EXPECT_EQ(load(1).attempts, 2);
  settle({{.id = 1, .state = store::submitted, .parts = {{1, "sim", "a"}}}});
  settle({{.id = 1, .state = store::unknown, .reason = "too late"}, {.id = 1, .attempts = 9}});
  EXPECT_EQ(database.query("SELECT state, reason, attempts FROM outbox WHERE message_id = 1"), "2\t\t2\n");
}

TEST_F(MysqlOutbox, a_part_of_unknown_outcome_becomes_known_when_it_is_taken_the_second_time) {
  settle({{.id = 1, .parts = {{1, "sim", "", true}}, .maybe_twice = true}});
  settle({{.id = 1, .state = store::submitted, .parts = {{1, "sim", "b"}}}});
  EXPECT_EQ(database.query("SELECT carrier_message_id, state FROM outbox_part"), "b\t2\n");
  settle({{.id = 2, .state = store::unknown, .reason = "nobody knows", .parts = {{1, "sim", "", true}}}});
  EXPECT_EQ(database.query("SELECT state, reason FROM outbox WHERE message_id = 2"), "6\tnobody knows\n");
  EXPECT_EQ(load(2).id, 0U) << "not sent again";
}

TEST_F(MysqlOutbox, parts_without_a_receipt_are_given_out_until_they_were_asked_about) {
  settle({{.id = 1, .state = store::submitted, .parts = {{1, "sim", "a"}, {2, "other", "b"}, {3, "sim", ""}}},
          {.id = 2, .state = store::submitted, .parts = {{1, "sim", "c"}}}});
  const auto find = [this](rules::Instant over_before) {
    auto unheard = store::load_unheard(database.connection, "30001234", {"sim"}, 0, over_before);
    database.connection.commit();
    return unheard.parts;
  };
  EXPECT_TRUE(find(kNoon).empty()) << "their receipts may still come";
  database.query("UPDATE outbox_part SET state = 3 WHERE message_id = 2");
  database.query(
      "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, state) VALUES"
      " (1, 4, 'sim', REPEAT('x', 65), 2)");  // longer than a query_sm can name
  const auto asked = find(kNoon + std::chrono::hours{2});
  ASSERT_EQ(asked.size(), 1U) << "with an id, of a carrier that can be asked, and without a receipt";
  EXPECT_EQ(asked[0].carrier_message_id, "a");
  EXPECT_EQ(asked[0].phone, kShopper);
  EXPECT_EQ(find(kNoon + std::chrono::hours{2}).size(), 1U) << "it may not have been asked";
  store::save_asked(database.connection, asked, kNoon);
  database.connection.commit();
  EXPECT_TRUE(find(kNoon + std::chrono::hours{2}).empty());
  EXPECT_EQ(database.query("SELECT part, carrier_message_id FROM outbox_part WHERE asked_at IS NOT NULL"),
            "1\ta\n");
}

TEST_F(MysqlOutbox, what_no_receipt_spoke_of_is_found_in_pages_whatever_lanes_it_left_by) {
  constexpr MessageId kTexts = 2 * store::kUnheardPage + 50;
  std::vector<QueuedText> texts;
  std::vector<Settled> sent;
  std::set<MessageId> ids;
  for (MessageId id = 1'001; id <= 1'000 + kTexts; ++id) {
    texts.push_back({.id = id,
                     .club = 1,
                     .line = "30001234",
                     .to = kShopper,
                     .lane = static_cast<handlers::Lane>(id % 5 == 0 ? 3 : id % 3),
                     .parts = 1,
                     .text = "hello",
                     .created_at = kNoon,
                     .valid_until = kNoon + std::chrono::hours{1}});
    sent.push_back(
        {.id = id, .state = store::submitted, .part_count = 1, .parts = {{1, "sim", std::to_string(id)}}});
    ids.insert(id);
  }
  store::save_queued(database.connection, texts);
  settle(sent);
  MessageId after = 0;
  std::size_t pages = 0;
  do {
    const store::Unheard page =
        store::load_unheard(database.connection, "30001234", {"sim"}, after, kNoon + std::chrono::hours{2});
    database.connection.commit();
    EXPECT_LE(page.parts.size(), store::kUnheardPage);
    for (const store::UnheardPart& part : page.parts)
      EXPECT_EQ(ids.erase(part.message), 1U) << part.message << " twice";
    after = page.next;
  } while (after != 0 && ++pages < 10);
  EXPECT_EQ(pages, 2U) << "and the last, which was not full";
  EXPECT_TRUE(ids.empty());
}

// What follows one another is settled and read as a range; what in its midst is another's is not touched.
TEST_F(MysqlOutbox, a_long_row_of_texts_is_settled_and_read_but_for_those_in_its_midst_that_are_not_of_it) {
  constexpr MessageId kFirst = 1000, kLast = 1299, kGap = 1100, kFailed = 1150, kCancelled = 1200;
  std::vector<QueuedText> texts;
  for (MessageId id = kFirst; id <= kLast; ++id) {
    texts.push_back({.id = id,
                     .club = 1,
                     .line = "30001234",
                     .to = kShopper,
                     .text = "short",
                     .created_at = kNoon,
                     .valid_until = kNoon + std::chrono::hours{1}});
  }
  store::save_queued(database.connection, texts);
  database.connection.commit();
  settle({{.id = kFailed, .state = store::failed, .reason = "no such phone"}});
  database.query("UPDATE outbox SET state = 8, reason = 'by an operator' WHERE message_id = " +
                 std::to_string(kCancelled));
  std::vector<MessageId> ids;
  std::vector<Settled> settled;
  for (MessageId id = kLast; id >= kFirst; --id) {
    if (id == kGap) continue;
    ids.push_back(id);
    settled.push_back({.id = id, .state = store::submitted, .parts = {{1, "sim", std::to_string(id)}}});
  }
  std::vector<QueuedText> waiting = store::load_queued(database.connection, ids);
  database.connection.rollback();
  EXPECT_EQ(waiting.size(), 297U) << "not the one that was not asked for, failed or was cancelled";
  settle(std::move(settled));
  const auto in_state = [this](int state) {
    return database.number("SELECT COUNT(*) FROM outbox WHERE message_id >= 1000 AND state = " +
                           std::to_string(state));
  };
  EXPECT_EQ(in_state(store::queued), 1) << "in the gap";
  EXPECT_EQ(in_state(store::failed), 1) << "it stays what it was";
  EXPECT_EQ(in_state(store::submitted), 298) << "what was cancelled while it left was sent";
  EXPECT_EQ(
      database.number("SELECT COUNT(*) FROM outbox WHERE state = 2 AND settled_at = '2026-11-21 12:00:00'"),
      298);
}

}  // namespace
}  // namespace peyk::tests::mysql_outbox_test
