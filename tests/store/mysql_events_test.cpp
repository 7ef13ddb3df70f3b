// Events on a real database: saved with what they tell of, in order, taken by one at a time, and back when he
// dies.
#include "store/mysql/events.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "store/mysql/event_lists.hpp"
#include "store/mysql/expiry.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_events_test {
namespace {

using namespace std::chrono_literals;
using namespace store;
using handlers::EventType;
using handlers::Webhook;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kCrm = "https://crm.example/";

class MysqlEvents : public testing::Test {
 protected:
  explicit MysqlEvents(const std::string& name = "events") : database(name), shop(database, 2) {}

  void listen(const std::vector<Webhook>& webhooks = {{.name = "crm", .url = kCrm}}) {
    save_webhooks(database.connection, 1, webhooks, kNoon);
    database.connection.commit();
    shop.listen(load_listeners(database.connection));
    database.connection.rollback();
  }
  std::string types() { return database.query("SELECT type FROM webhook_event ORDER BY event_id"); }
  std::string code(int nth = 0) {
    return database.query("SELECT number FROM code ORDER BY code_id LIMIT " + std::to_string(nth) + ", 1")
        .substr(0, 7);
  }
  static handlers::WebhookEvent event(handlers::MemberId member, std::uint64_t about) {
    return {.club = 1,
            .type = EventType::credit_granted,
            .member = member,
            .about = about,
            .at = kNoon,
            .data = "{}"};
  }
  void save(const std::vector<handlers::WebhookEvent>& events) {
    save_events(database.connection, events, load_listeners(database.connection));
    database.connection.commit();
  }
  // What is due to whoever asks.
  std::vector<ClaimedEvent> claim(std::uint64_t by, rules::Instant now = kNoon, std::uint32_t room = 100) {
    auto claimed = claim_events(database.connection, {{1, room}}, by, now, now + 30s);
    database.connection.commit();
    std::ranges::sort(claimed, {}, &ClaimedEvent::id);
    return claimed;
  }
  void settle(const ClaimedEvent& event, EventState state, rules::Instant now = kNoon,
              std::chrono::seconds again = 5s) {
    const SettledEvent settled{.id = event.id,
                               .endpoint = event.endpoint,
                               .member = event.member,
                               .claim = event.claim,
                               .state = state,
                               .next_at = now + again,
                               .outcome = state == EventState::delivered ? "" : "answered 500",
                               .attempts = event.attempts};
    settle_events(database.connection, {&settled, 1}, now);
    database.connection.commit();
  }
  static std::vector<std::uint64_t> about(const std::vector<ClaimedEvent>& events) {
    std::vector<std::uint64_t> ids;
    for (const auto& one : events) ids.push_back(one.id);
    return ids;
  }

  TestDatabase database;
  Shop shop;
};

TEST_F(MysqlEvents, are_saved_with_the_effects_of_a_text_and_of_a_purchase) {
  listen();
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(text_from(kVanakCashier, code() + " 850000 4321", "1"));
  shop.ask(text_from(kVanakCashier, "VOID " + code() + " 4321", "2"));
  EXPECT_EQ(types(), "1\n2\n3\n4\n");
  EXPECT_EQ(database.number("SELECT COUNT(DISTINCT member_id) FROM webhook_event"), 1);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM webhook_queue"), 1);
  const auto first = find_event(database.connection, 1, 1U);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->phone, kShopper);
  EXPECT_EQ(first->endpoint, "crm");
  EXPECT_EQ(first->state, EventState::waiting);
  EXPECT_FALSE(find_event(database.connection, 1, 2U)) << "another club's";
}

TEST_F(MysqlEvents, of_what_did_not_happen_there_are_none) {
  listen();
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  const std::string before = types();
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));            // the same again
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "2"));            // the same invoice
  shop.ask(text_from(kVanakCashier, code() + " 850000 1111", "1"));  // a wrong PIN
  shop.ask(text_from(kVanakCashier, code() + " 10 4321", "2"));      // too small an invoice
  EXPECT_EQ(types(), before);
}

// Whatever asked for one of these tables would fail.
TEST_F(MysqlEvents, cost_a_club_without_endpoints_no_statement) {
  database.query("RENAME TABLE webhook_event TO gone_1, webhook_queue TO gone_2, webhook_endpoint TO gone_3");
  EXPECT_EQ(shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1")).verdict, Result::Verdict::done);
  shop.listen({{2, {{.endpoint = 9, .events = handlers::kAllEventTypes}}}});
  EXPECT_EQ(shop.ask(purchase_of(kShopper, 4'000'000, "A-2", "2")).verdict, Result::Verdict::done)
      << "another club's endpoint is no business of this one";
  shop.listen({{1, {{.endpoint = 9, .events = handlers::bit_of(EventType::message_failed)}}}});
  EXPECT_EQ(shop.ask(purchase_of(kShopper, 4'000'000, "A-3", "3")).verdict, Result::Verdict::done)
      << "nor is one that wants to know of other things";
}

TEST_F(MysqlEvents, are_saved_for_each_endpoint_that_wants_them) {
  listen(
      {{.name = "crm", .url = "https://crm.example/", .events = handlers::bit_of(EventType::member_joined)},
       {.name = "pos", .url = "https://pos.example/"},
       {.name = "off", .url = "https://off.example/", .enabled = false}});
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  EXPECT_EQ(database.query("SELECT w.name, e.type FROM webhook_event e JOIN webhook_endpoint w USING "
                           "(endpoint_id) ORDER BY e.type, w.name"),
            "crm\t1\npos\t1\npos\t2\n");
}

TEST_F(MysqlEvents, tell_of_credit_that_the_sweep_ended_once) {
  listen();
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  SystemChance chance;
  for (int round = 0; round < 2; ++round) {
    expire_due(database.connection, chance, kNoon + 24h * 40, 100);
    database.connection.commit();
  }
  EXPECT_EQ(types(), "1\n2\n5\n");
}

TEST_F(MysqlEvents, tell_of_a_text_that_failed_once_and_only_if_it_was_a_members) {
  listen();
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  queue_text(database.connection, {.id = 900'001, .to = kShopper});
  queue_text(database.connection, {.id = 900'002, .to = kVanakCashier});
  queue_text(database.connection, {.id = 900'003, .to = kShopper});
  database.query("UPDATE outbox SET state = 8 WHERE message_id = 900003");
  for (int round = 0; round < 2; ++round) {
    const Settled settled[] = {{.id = 900'001, .state = failed, .reason = "the carrier forbids it"},
                               {.id = 900'002, .state = failed, .reason = "the carrier forbids it"},
                               {.id = 900'003, .state = expired, .reason = "too late"}};
    save_settled(database.connection, settled, kNoon);
    database.connection.commit();
  }
  EXPECT_EQ(database.query("SELECT about, data FROM webhook_event WHERE type = 6"),
            "900001\t{\"message\":\"900001\",\"reason\":\"the carrier forbids it\"}\n");
}

TEST_F(MysqlEvents, of_a_member_come_one_after_the_other_and_those_of_others_beside_them) {
  listen();
  save({event(10, 1), event(10, 2)});
  save({event(11, 3)});
  const auto first = claim(77);
  EXPECT_THAT(about(first), ElementsAre(1, 3));
  EXPECT_THAT(claim(78), IsEmpty()) << "both are taken";
  settle(first[0], EventState::delivered);
  const auto second = claim(77);
  EXPECT_THAT(about(second), ElementsAre(2));
  settle(second[0], EventState::delivered);
  settle(first[1], EventState::waiting);
  save({event(11, 4)});
  EXPECT_THAT(claim(77), IsEmpty()) << "the one before it is tried again first";
  const auto third = claim(77, kNoon + 5s);
  EXPECT_THAT(about(third), ElementsAre(3));
  EXPECT_EQ(third[0].attempts, 1U);
  settle(third[0], EventState::failed, kNoon + 5s);
  EXPECT_THAT(about(claim(77, kNoon + 5s)), ElementsAre(4)) << "it was given up: the next goes on";
}

TEST_F(MysqlEvents, leave_the_queue_with_the_last_and_come_back_with_the_next) {
  listen();
  save({event(10, 1)});
  settle(claim(77).at(0), EventState::delivered);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM webhook_queue"), 0);
  save({event(10, 2)});
  EXPECT_THAT(about(claim(77)), ElementsAre(2));
}

TEST_F(MysqlEvents, of_a_claim_whose_time_is_over_go_to_the_next_and_the_late_one_harms_nothing) {
  listen();
  save({event(10, 1), event(10, 2)});
  const auto dead = claim(77);
  const auto heir = claim(78, kNoon + 30s);
  EXPECT_THAT(about(heir), ElementsAre(1)) << "under the same number";
  settle(dead[0], EventState::failed, kNoon + 31s);
  EXPECT_EQ(database.number("SELECT state FROM webhook_event WHERE event_id = 1"), 1);
  EXPECT_THAT(claim(79, kNoon + 31s), IsEmpty()) << "the heir has it";
  settle(dead[0], EventState::delivered, kNoon + 32s);
  EXPECT_EQ(database.number("SELECT state FROM webhook_event WHERE event_id = 1"), 2)
      << "that it was told is so";
  settle(heir[0], EventState::delivered, kNoon + 33s);
  EXPECT_THAT(about(claim(79, kNoon + 33s)), ElementsAre(2));
}

TEST_F(MysqlEvents, are_taken_by_endpoint_no_more_than_it_has_room_for) {
  listen();
  std::vector<handlers::WebhookEvent> many;
  for (std::uint64_t i = 1; i <= 20; ++i) many.push_back(event(i, i));
  save(many);
  EXPECT_EQ(claim(77, kNoon, 3).size(), 3U);
  EXPECT_EQ(claim(77, kNoon, 0).size(), 0U);
  EXPECT_EQ(claim_events(database.connection, {{2, 9}}, 77, kNoon, kNoon + 30s).size(), 0U) << "another's";
  EXPECT_EQ(claim(77, kNoon, 100).size(), 17U);
}

TEST_F(MysqlEvents, are_one_however_often_the_same_row_tells_of_itself) {
  listen();
  save({event(10, 1), event(10, 1)});
  save({event(10, 1)});
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM webhook_event"), 1);
}

TEST_F(MysqlEvents, are_told_again_when_somebody_wants_it_before_those_that_wait) {
  listen();
  save({event(10, 1), event(10, 2)});
  settle(claim(77).at(0), EventState::failed);
  const EventId one[] = {1, 12345};
  EXPECT_EQ(replay_events(database.connection, one, 2U, kNoon), 0U) << "another club's";
  EXPECT_EQ(replay_events(database.connection, one, 1U, kNoon), 1U);
  database.connection.commit();
  const auto again = claim(77);
  EXPECT_THAT(about(again), ElementsAre(1));
  EXPECT_EQ(again[0].attempts, 0U);
}

TEST_F(MysqlEvents, told_again_wait_for_the_one_of_hers_that_is_on_the_wire) {
  listen();
  save({event(10, 1), event(10, 2)});
  settle(claim(77).at(0), EventState::failed);
  const auto on_the_wire = claim(77);
  ASSERT_THAT(about(on_the_wire), ElementsAre(2));
  const EventId first[] = {1};
  EXPECT_EQ(replay_events(database.connection, first, 1U, kNoon), 1U);
  database.connection.commit();
  EXPECT_THAT(claim(78), IsEmpty()) << "one at a time";
  settle(on_the_wire[0], EventState::delivered);
  EXPECT_THAT(about(claim(78)), ElementsAre(1));
}

TEST_F(MysqlEvents, told_again_go_out_at_once_whatever_waits_for_its_next_attempt) {
  listen();
  save({event(10, 1), event(10, 2)});
  settle(claim(77).at(0), EventState::failed);
  const auto on_the_wire = claim(77);
  const EventId first[] = {1};
  const auto replay = [&] {
    EXPECT_EQ(replay_events(database.connection, first, 1U, kNoon), 1U);
    database.connection.commit();
  };
  replay();
  settle(on_the_wire.at(0), EventState::waiting, kNoon, 24h);
  const auto again = claim(78);
  ASSERT_THAT(about(again), ElementsAre(1)) << "the wait is of the other";
  settle(again[0], EventState::waiting, kNoon, 24h);
  EXPECT_THAT(claim(78), IsEmpty());
  replay();
  EXPECT_THAT(about(claim(78)), ElementsAre(1)) << "its own wait was of before";
}

TEST_F(MysqlEvents, begun_anew_while_they_are_on_the_wire_do_not_fail_by_what_was_before) {
  listen();
  save({event(10, 1)});
  database.query("UPDATE webhook_event SET attempts = 9");
  const auto last = claim(77);
  const EventId same[] = {1};
  EXPECT_EQ(replay_events(database.connection, same, 1U, kNoon), 1U);
  database.connection.commit();
  settle(last.at(0), EventState::failed);
  const auto again = claim(78);
  ASSERT_THAT(about(again), ElementsAre(1));
  EXPECT_EQ(again[0].attempts, 0U);
}

TEST_F(MysqlEvents, that_wait_are_due_together_however_many_they_are) {
  listen();
  database.query(
      "INSERT INTO webhook_queue (endpoint_id, member_id, next_at, claim) SELECT 1, seq, '2026-12-01',"
      " IF(seq = 7, 5, 0) FROM seq_1_to_2500");
  EXPECT_TRUE(enable_endpoint(database.connection, 1, "crm", kNoon));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM webhook_queue WHERE next_at = '2026-11-21 12:00:00'"), 2499)
      << "but for the one that is on the wire";
}

TEST_F(MysqlEvents, wait_while_their_endpoint_is_gone_and_are_due_when_it_is_back) {
  listen();
  save({event(10, 1)});
  settle(claim(77).at(0), EventState::waiting, kNoon, 24h);
  disable_endpoint(database.connection, 1, kCrm, "answered 410", kNoon);
  EXPECT_TRUE(load_listeners(database.connection).empty());
  EXPECT_FALSE(load_endpoints(database.connection).at(0).listens());
  EXPECT_FALSE(enable_endpoint(database.connection, 1, "other", kNoon));
  EXPECT_TRUE(enable_endpoint(database.connection, 1, "crm", kNoon + 1s));
  database.connection.commit();
  EXPECT_THAT(about(claim(77, kNoon + 1s)), ElementsAre(1));
  disable_endpoint(database.connection, 1, kCrm, "answered 410", kNoon);
  listen();
  EXPECT_FALSE(load_endpoints(database.connection).at(0).listens()) << "the same file says nothing new";
  listen({{.name = "crm", .url = "https://new.example/"}});
  EXPECT_TRUE(load_endpoints(database.connection).at(0).listens()) << "it has moved";
  disable_endpoint(database.connection, 1, kCrm, "answered 410", kNoon);
  EXPECT_TRUE(load_endpoints(database.connection).at(0).listens()) << "where it was says nothing of it";
}

TEST_F(MysqlEvents, are_counted_listed_and_forgotten_in_time) {
  listen();
  save({event(10, 1), event(10, 2), event(11, 3)});
  settle(claim(77).at(0), EventState::delivered);
  const auto waiting = count_waiting(database.connection, 100);
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].count, 2U);
  EXPECT_EQ(waiting[0].oldest, kNoon);
  EXPECT_EQ(count_waiting(database.connection, 1).at(0).count, 1U) << "so many or more";
  const auto page = load_events(database.connection, {.club = 1}, 2);
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[0].id, 3U) << "the latest first";
  EXPECT_EQ(load_events(database.connection, {.club = 1, .before = page[1].id}, 9).size(), 1U);
  EXPECT_EQ(load_events(database.connection, {.club = 2}, 9).size(), 0U);
  EXPECT_EQ(load_events(database.connection, {.endpoint = "crm", .state = EventState::delivered}, 9).size(),
            1U);
  EXPECT_EQ(load_events(database.connection, {.type = EventType::code_voided}, 9).size(), 0U);
  EXPECT_EQ(forget_events(database.connection, kNoon, 100).rows, 0U) << "not a microsecond early";
  const auto forgotten = forget_events(database.connection, kNoon + 1us, 2);
  EXPECT_EQ(forgotten.rows, 2U);
  EXPECT_EQ(forgotten.waiting, 1U);
  forget_events(database.connection, kNoon + 1us, 2);
  database.connection.commit();
  EXPECT_THAT(claim(77, kNoon + 60s), IsEmpty());
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM webhook_queue"), 0) << "whose turn finds nothing leaves";
}

// Counted by the database: rows that a page touches, not how long it takes.
TEST_F(MysqlEvents, are_found_among_very_many_by_the_rows_that_a_page_shows) {
  listen({{.name = "crm", .url = kCrm}, {.name = "pos", .url = "https://pos.example/"}});
  database.query(
      "INSERT INTO webhook_event (endpoint_id, club_id, member_id, type, about, at, data, state)"
      " SELECT IF(seq = 3, 2, 1), 1, seq, IF(seq = 5, 4, 2), seq, '2026-11-21', '{}', IF(seq = 7, 3, IF(seq "
      "> "
      "15000, 1, 2)) FROM seq_1_to_20000");
  database.query(
      "INSERT INTO webhook_queue (endpoint_id, member_id, next_at) VALUES (1, 20000, '2026-11-21 12:00:00')");
  const auto read_so_far = [this] {
    store::Rows rows = database.connection
                           .prepare(
                               "SELECT CAST(SUM(VARIABLE_VALUE) AS UNSIGNED) FROM"
                               " information_schema.SESSION_STATUS WHERE VARIABLE_NAME LIKE 'HANDLER_READ%'")
                           .query();
    return rows.next() ? rows.u64() : 0;
  };
  const auto touched = [&read_so_far](const auto& look) {
    const std::uint64_t before = read_so_far();
    look();
    return read_so_far() - before;
  };
  const std::pair<EventFilter, std::vector<EventId>> pages[] = {
      {{.club = 1}, {20000, 19999}},
      {{.club = 1, .before = 100}, {99, 98}},
      {{.club = 1, .state = EventState::failed}, {7}},
      {{.club = 1, .type = EventType::code_voided}, {5}},
      {{.club = 1, .endpoint = "pos"}, {3}},
      {{.club = 1, .endpoint = "crm", .state = EventState::waiting, .before = 17000}, {16999, 16998}},
      {{.club = 1, .endpoint = "crm", .type = EventType::credit_granted}, {20000, 19999}},
      {{.state = EventState::delivered}, {15000, 14999}},
      {{.club = 2, .state = EventState::failed}, {}}};
  for (const auto& [filter, wanted] : pages) {
    std::vector<EventId> ids;
    const std::uint64_t rows = touched([&, &filter = filter] {
      for (const KeptEvent& one : load_events(database.connection, filter, 2)) ids.push_back(one.id);
    });
    EXPECT_EQ(ids, wanted);
    EXPECT_LT(rows, 200U) << filter.endpoint << " before " << filter.before;
  }
  EXPECT_LT(touched([&] { EXPECT_EQ(count_waiting(database.connection, 10).at(0).count, 10U); }), 100U);
}

// Many members, many events each, written by the shop's workers' way while two deliverers take and settle.
TEST_F(MysqlEvents, are_taken_by_two_deliverers_each_once_and_in_order_while_more_come) {
  constexpr std::uint64_t kMembers = 12, kRounds = 15;
  listen();
  const handlers::Listeners listeners = load_listeners(database.connection);
  database.connection.rollback();
  std::mutex mutex;
  std::map<handlers::MemberId, std::vector<EventId>> told;
  std::atomic<std::uint64_t> count = 0;
  const auto retried = [](Connection& connection, auto&& work) {
    for (int tries = 0; tries < 50; ++tries) {
      try {
        work();
        connection.commit();
        return;
      } catch (const SqlError& e) {
        if (e.kind() != SqlError::Kind::conflict) throw;
        connection.rollback();
      }
    }
    ADD_FAILURE() << "conflicts without end";
  };
  const auto deliver = [&](std::uint64_t name) {
    Connection connection(database.options());
    connection.open();
    const auto until = std::chrono::steady_clock::now() + 60s;
    for (std::uint64_t n = 0; count < kMembers * kRounds && std::chrono::steady_clock::now() < until; ++n) {
      std::vector<ClaimedEvent> claimed;
      retried(connection, [&] {
        claimed = claim_events(connection, {{1, 5}}, name * 1'000'000 + n, kNoon, kNoon + 600s);
      });
      std::vector<SettledEvent> settled;
      for (const auto& one : claimed) {
        const std::lock_guard lock(mutex);
        told[one.member].push_back(one.id);
        settled.push_back({.id = one.id,
                           .endpoint = one.endpoint,
                           .member = one.member,
                           .claim = one.claim,
                           .state = EventState::delivered});
      }
      retried(connection, [&] { settle_events(connection, settled, kNoon); });
      count += claimed.size();
    }
  };
  const auto write = [&](std::uint64_t half) {
    Connection connection(database.options());
    connection.open();
    for (std::uint64_t round = 0; round < kRounds; ++round) {
      std::vector<handlers::WebhookEvent> events;
      for (std::uint64_t member = 1 + half; member <= kMembers; member += 2)
        events.push_back(event(member, round * 100 + member));
      retried(connection, [&] { save_events(connection, events, listeners); });
    }
  };
  {
    std::vector<std::jthread> threads;
    for (const std::uint64_t name : {1, 2}) threads.emplace_back(deliver, name);
    for (const std::uint64_t half : {0, 1}) threads.emplace_back(write, half);
  }
  ASSERT_EQ(told.size(), kMembers);
  for (const auto& [member, ids] : told) {
    EXPECT_EQ(ids.size(), kRounds) << "each once, of member " << member;
    EXPECT_TRUE(std::ranges::is_sorted(ids)) << "in order, of member " << member;
  }
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM webhook_queue"), 0);
}

}  // namespace
}  // namespace peyk::tests::mysql_events_test
