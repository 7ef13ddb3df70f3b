// Dead letters: found, counted, and sent anew once.
#include "store/mysql/clubs.hpp"
#include "store/mysql/dead_letters.hpp"

#include <gmock/gmock.h>

#include "store/mysql/outbox.hpp"
#include "store/mysql/receipts.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_dead_letters_test {
namespace {

using handlers::Lane;
using store::MessageId;
using store::ReplayVerdict;
using store::Settled;
using testing::ElementsAre;
using namespace std::chrono_literals;

class MysqlDeadLetters : public testing::Test {
 protected:
  MysqlDeadLetters() { store::save_club(database.connection, stored_club()); }

  void write(MessageId id, Lane lane = Lane::notice, std::uint8_t parts = 1,
             const std::string& text = "hello", const std::string& line = "30001234") {
    const store::QueuedText one{.id = id,
                                .club = 1,
                                .line = line,
                                .to = kShopper,
                                .lane = lane,
                                .parts = parts,
                                .text = text,
                                .created_at = kNoon,
                                .valid_until = kNoon + 1h};
    store::save_queued(database.connection, std::span(&one, 1));
    database.connection.commit();
  }
  void settle(const Settled& settled, rules::Instant at = kNoon) {
    store::save_settled(database.connection, std::span(&settled, 1), at);
    database.connection.commit();
  }
  void fail(MessageId id, const std::string& reason = "the carrier forbids it", rules::Instant at = kNoon) {
    settle({.id = id, .state = store::failed, .reason = reason}, at);
  }
  // As one who asks for everything, or as `terms` say.
  std::vector<ReplayVerdict> replay(std::vector<MessageId> ids, store::ReplayTerms terms = {}) {
    terms.lines = {"30001234"};
    terms.by = "sara";
    std::vector<ReplayVerdict> verdicts;
    for (const store::Replayed& one : store::replay_letters(database.connection, ids, terms, kLater))
      verdicts.push_back(one.verdict);
    database.connection.commit();
    return verdicts;
  }
  std::vector<store::QueuedText> load(std::vector<MessageId> ids) {
    auto texts = store::load_queued(database.connection, ids);
    database.connection.rollback();
    return texts;
  }
  std::vector<MessageId> letters(const store::LetterFilter& filter,
                                 const std::optional<store::LetterCursor>& after = {},
                                 std::uint32_t limit = 100) {
    std::vector<MessageId> ids;
    for (const auto& letter : store::load_dead_letters(database.connection, filter, after, limit))
      ids.push_back(letter.id);
    database.connection.rollback();
    return ids;
  }

  static constexpr rules::Instant kLater = kNoon + 24h;
  TestDatabase database{"dead_letters"};
};

TEST_F(MysqlDeadLetters, are_listed_latest_first_by_every_filter_and_page_by_page) {
  write(1);
  write(2, Lane::promo);
  write(3);
  write(4);
  write(5, Lane::notice, 1, "hello", "20001234");
  fail(1, "the carrier forbids it", kNoon + 3min);
  fail(2, "the carrier was too busy", kNoon + 2min);
  settle({.id = 3, .state = store::expired, .reason = "its time was over"}, kNoon + 1min);
  fail(5, "the carrier forbids it", kNoon + 3min);
  EXPECT_THAT(letters({}), ElementsAre(5, 1, 2, 3)) << "4 still waits";
  EXPECT_THAT(letters({.line = "20001234"}), ElementsAre(5));
  EXPECT_THAT(letters({.club = 1, .lane = Lane::promo}), ElementsAre(2));
  EXPECT_THAT(letters({.club = 2}), ElementsAre());
  EXPECT_THAT(letters({.state = store::expired}), ElementsAre(3));
  EXPECT_THAT(letters({.reason = "forbids"}), ElementsAre(5, 1));
  EXPECT_THAT(letters({.since = kNoon + 2min, .until = kNoon + 3min}), ElementsAre(2));
  const auto page = store::load_dead_letters(database.connection, {}, {}, 2);
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[1].club, "salt");
  EXPECT_THAT(letters({}, store::LetterCursor{page[1].died_at, page[1].id}), ElementsAre(2, 3));
  EXPECT_THAT(letters({}, store::LetterCursor{page[0].died_at, page[0].id}, 1), ElementsAre(1));

  const auto counts = store::count_dead_letters(database.connection, {});
  ASSERT_EQ(counts.size(), 3U);
  EXPECT_EQ(counts[0].reason, "the carrier forbids it");
  EXPECT_EQ(counts[0].count, 2U);
  EXPECT_EQ(store::count_dead_letters(database.connection, {.line = "20001234"}).size(), 1U);
}

TEST_F(MysqlDeadLetters, a_letter_is_replayed_once_however_often_that_is_asked_for) {
  write(1);
  write(2);
  fail(1);
  EXPECT_THAT(replay({1, 2, 77}),
              ElementsAre(ReplayVerdict::replayed, ReplayVerdict::not_dead, ReplayVerdict::no_such_message));
  EXPECT_THAT(replay({1}), ElementsAre(ReplayVerdict::not_dead));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox_replay"), 1);
  EXPECT_EQ(database.query("SELECT replay, replayed_by, state, reason, taken_up_at FROM outbox_replay"),
            "1\tsara\t4\tthe carrier forbids it\tNULL\n");
  const auto queued = load({1});
  ASSERT_EQ(queued.size(), 1U);
  EXPECT_EQ(queued[0].valid_until, kLater + 24h) << "as long as a notice is worth something";
  EXPECT_EQ(queued[0].attempts, 0);
  EXPECT_FALSE(queued[0].maybe_twice);
  // And once more, after it failed once more.
  fail(1, "again");
  EXPECT_THAT(replay({1}, {.valid_for = 90s}), ElementsAre(ReplayVerdict::replayed));
  EXPECT_EQ(load({1})[0].valid_until, kLater + 90s);
  EXPECT_EQ(database.query("SELECT replay, reason FROM outbox_replay WHERE replay > 1"), "2\tagain\n");
}

TEST_F(MysqlDeadLetters, what_is_only_asked_about_stays_dead) {
  write(1);
  fail(1);
  const std::vector<MessageId> ids{1};
  const auto answers = store::replay_letters(database.connection, ids, {.lines = {"30001234"}}, kLater);
  database.connection.rollback();
  EXPECT_EQ(answers[0].verdict, ReplayVerdict::replayed);
  EXPECT_EQ(database.query("SELECT state, reason FROM outbox"), "4\tthe carrier forbids it\n");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox_replay"), 0);
}

TEST_F(MysqlDeadLetters, parts_that_a_carrier_has_stay_and_those_that_failed_make_room) {
  write(1, Lane::notice, 4);
  settle({.id = 1,
          .state = store::submitted,
          .part_count = 4,
          .parts = {{1, "sim", "a"}, {2, "sim", "b"}, {3, "sim", "c"}, {4, "sim", "d"}}});
  const std::vector<store::Receipt> receipts{
      {.carrier = "sim",
       .id = "a",
       .phone = kShopper,
       .delivered = true,
       .word = "DELIVRD",
       .done_at = kNoon},
      {.carrier = "sim", .id = "b", .phone = kShopper, .word = "UNDELIV", .error = "027", .done_at = kNoon}};
  store::save_receipts(database.connection, receipts, kNoon + 1min);
  database.connection.commit();
  const auto dead = store::load_dead_letters(database.connection, {}, {}, 10);
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].word + " " + dead[0].error + " by " + dead[0].carrier, "UNDELIV 027 by sim");

  EXPECT_THAT(replay({1}), ElementsAre(ReplayVerdict::replayed));
  const auto queued = load({1});
  ASSERT_EQ(queued.size(), 1U);
  EXPECT_EQ(queued[0].sent,
            (std::vector<store::SentPart>{{1, "sim", "a"}, {3, "sim", "c"}, {4, "sim", "d"}}));
  EXPECT_EQ(database.query("SELECT replay, part, receipt_word, error FROM outbox_replay_part"),
            "1\t2\tUNDELIV\t027\n");
  // The second life ends well: by the new part's receipt, and those of the old ones, which came late.
  settle({.id = 1, .state = store::submitted, .part_count = 4, .parts = {{2, "sim", "e"}}});
  std::vector<store::Receipt> late;
  for (const char* id : {"c", "d", "e"})
    late.push_back({.carrier = "sim", .id = id, .phone = kShopper, .delivered = true, .word = "DELIVRD"});
  store::save_receipts(database.connection, late, kNoon + 2min);
  database.connection.commit();
  EXPECT_EQ(database.query("SELECT state, reason FROM outbox"), "3\t\n");
}

TEST_F(MysqlDeadLetters, one_of_unknown_outcome_may_come_twice_and_says_so) {
  write(1);
  settle({.id = 1, .state = store::unknown, .reason = "no answer", .parts = {{1, "sim", "", true}}});
  EXPECT_THAT(replay({1}), ElementsAre(ReplayVerdict::maybe_heard));
  EXPECT_THAT(replay({1}, {.even_unknown = true}), ElementsAre(ReplayVerdict::replayed));
  const auto queued = load({1});
  ASSERT_EQ(queued.size(), 1U);
  EXPECT_TRUE(queued[0].maybe_twice);
  EXPECT_EQ(queued[0].sent, (std::vector<store::SentPart>{{1, "sim", "", true}}))
      << "a receipt may still tell";
}

TEST_F(MysqlDeadLetters, a_text_with_a_code_goes_out_only_while_the_code_is_good) {
  database.query(
      "INSERT INTO member (member_id, club_id, phone, card, language, joined_at, referred_by, "
      "balance) VALUES (7, 1, " +
      std::to_string(kShopper) + ", 9000000000000007, 1, '2026-11-01', NULL, 70)");
  database.query(
      "INSERT INTO lot (lot_id, club_id, member_id, origin, issued, remaining,"
      " created_at, expires_at) VALUES (8, 1, 7, 1, 100, 70, '2026-11-01', '2126-11-01'), (9, 1, 7, 2, 5, 5,"
      " '2020-01-01', '2026-11-22 11:59')");
  database.query(
      "INSERT INTO code (code_id, club_id, number, reserved_number, member_id, lot_id, state, issued_at) "
      "VALUES (10, 1, 4417203, 4417203, 7, 8, 1, '2026-11-01'), (11, 1, 4417204, 4417204, 7,"
      " 9, 1, '2020-01-01'), (12, 1, 4417205, 4417205, 7, 8, 2, '2026-11-01')");
  write(1, Lane::notice, 1, "Code 4417203 is yours");
  write(2, Lane::notice, 1, "کد ۴۴۱۷۲۰۴");
  write(3, Lane::notice, 1, "Code 4417205 is yours");
  write(4, Lane::notice, 1, "Invoice 9999999 was paid");
  for (MessageId id = 1; id <= 4; ++id) fail(id);
  EXPECT_THAT(replay({1, 2, 3, 4}), ElementsAre(ReplayVerdict::replayed, ReplayVerdict::code_over,
                                                ReplayVerdict::code_over, ReplayVerdict::replayed));
  EXPECT_EQ(load({1})[0].valid_until, kLater + 24h);
  database.query(
      "INSERT INTO lot (lot_id, club_id, member_id, origin, issued, remaining, created_at, expires_at)"
      " VALUES (13, 1, 7, 1, 100, 100, '2026-11-01', '2026-11-22 13:00')");
  database.query(
      "INSERT INTO code (code_id, club_id, number, reserved_number, member_id, lot_id, state, issued_at) "
      "VALUES (14, 1, 4417206, 4417206, 7, 13, 1, '2026-11-01')");
  write(5, Lane::notice, 1, "Codes 4417203 and 4417206 are yours");
  fail(5);
  EXPECT_THAT(replay({5}), ElementsAre(ReplayVerdict::replayed));
  EXPECT_EQ(load({5})[0].valid_until, kLater + 1h) << "no longer than the first of them is good";
}

TEST_F(MysqlDeadLetters, an_advert_is_not_replayed_to_whoever_stopped_adverts_on_that_line) {
  database.query("INSERT INTO line_phone VALUES ('30001234', " + std::to_string(kShopper) + ", 1, NULL)");
  write(1, Lane::promo);
  write(2, Lane::notice);
  fail(1);
  fail(2);
  EXPECT_THAT(replay({1, 2}), ElementsAre(ReplayVerdict::stopped, ReplayVerdict::replayed));
}

TEST_F(MysqlDeadLetters, a_replay_is_taken_up_once_by_whoever_sends_for_its_line) {
  for (MessageId id = 1; id <= 3; ++id) {
    write(id);
    fail(id);
  }
  replay({1, 2, 3});
  const auto take_up = [this](const std::set<std::string>& lines) {
    std::vector<MessageId> ids;
    for (const auto& text : store::take_up_replays(database.connection, lines, kLater, 2))
      ids.push_back(text.id);
    database.connection.commit();
    return ids;
  };
  EXPECT_THAT(take_up({"20001234"}), ElementsAre());
  EXPECT_EQ(take_up({"20001234", "30001234"}).size(), 2U) << "at most so many at once";
  EXPECT_EQ(take_up({"30001234"}).size(), 1U);
  EXPECT_THAT(take_up({"30001234"}), ElementsAre());
}

TEST_F(MysqlDeadLetters, old_replays_are_forgotten_and_newer_ones_of_the_same_letter_are_not) {
  write(1);
  fail(1);
  replay({1});
  fail(1);
  database.query("UPDATE outbox_replay SET replayed_at = '2026-01-01'");
  replay({1});
  EXPECT_EQ(store::forget_replays(database.connection, kNoon, 100), 1U);
  EXPECT_EQ(store::forget_replays(database.connection, kNoon, 100), 0U);
  database.connection.commit();
  EXPECT_EQ(database.query("SELECT replay FROM outbox_replay"), "2\n");
}

}  // namespace
}  // namespace peyk::tests::mysql_dead_letters_test
