// The deliverer at work, against a club's system on loopback that is well, slow, dead or says odd things.
#include "gateway/webhook_sender.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "gateway/clock.hpp"
#include "gateway/http/webhook_signature.hpp"
#include "store/mysql/event_lists.hpp"
#include "tests/kit/process.hpp"
#include "tests/kit/receiver.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::webhook_sender_test {
namespace {

using namespace std::chrono_literals;
using handlers::EventType;
using handlers::Webhook;
using nlohmann::json;
using store::EventState;
using Reply = Receiver::Reply;

const std::string kSecret(32, 's');
constexpr auto kSoon = 60s;  // a busy machine

class WebhookSender : public testing::Test {
 protected:
  WebhookSender() {
    store::save_club(database.connection, stored_club());
    database.query(
        "INSERT INTO member (member_id, club_id, phone, card, language, joined_at, balance) VALUES"
        " (10, 1, 989120000101, 9000000000000010, 1, '2026-11-01', 0),"
        " (11, 1, NULL, 9000000000000011, 1, '2026-11-01', 0)");
  }

  void listen(const std::vector<Webhook>& webhooks) {
    store::save_webhooks(database.connection, 1, webhooks, gateway::wall_clock());
    database.connection.commit();
  }
  static Webhook hook(const std::string& name, const std::string& url) {
    return {.name = name, .url = url, .secret = kSecret};
  }
  void happen(handlers::MemberId member, std::uint64_t about) {
    const handlers::WebhookEvent event{.club = 1,
                                       .type = EventType::credit_granted,
                                       .member = member,
                                       .about = about,
                                       .at = gateway::wall_clock(),
                                       .data = "{\"lot\":\"" + std::to_string(about) + "\"}"};
    store::save_events(database.connection, {&event, 1}, store::load_listeners(database.connection));
    database.connection.commit();
  }
  std::unique_ptr<gateway::WebhookSender> sender(std::chrono::milliseconds timeout = 15s) {
    auto one = std::make_unique<gateway::WebhookSender>(
        database.options(),
        gateway::WebhookOptions{.timeout = timeout, .allow = {"127.0.0.0/8"}, .plain_http = true}, metrics,
        [this] { return now(); });
    one->start();
    return one;
  }
  // The senders' clock.
  rules::Instant now() const { return gateway::wall_clock() + std::chrono::hours{hours_ahead}; }
  bool eventually_number(const std::string& sql, std::int64_t wanted) {
    return eventually(kSoon, [&] { return database.number(sql) == wanted; });
  }
  static std::string lot_of(const Receiver::Got& got) { return json::parse(got.body)["data"]["lot"]; }

  TestDatabase database{"webhook_sender"};
  gateway::Metrics metrics;
  std::atomic<int> hours_ahead{0};
};

TEST_F(WebhookSender, tells_what_happened_signed_with_the_member_it_happened_to) {
  Receiver receiver;
  listen({hook("crm", receiver.url())});
  happen(10, 1);
  happen(11, 2);
  const auto running = sender();
  ASSERT_TRUE(receiver.await(2, kSoon));
  for (const auto& got : receiver.got()) {
    const json body = json::parse(got.body);
    const std::string id = got.header("webhook-id"), at = got.header("webhook-timestamp"),
                      signature = got.header("webhook-signature");
    EXPECT_EQ(gateway::verify_webhook({id, at, signature}, got.body, std::vector{kSecret},
                                      std::chrono::floor<std::chrono::seconds>(gateway::wall_clock()), 60s),
              gateway::WebhookVerdict::good);
    EXPECT_EQ(body["type"], "credit.granted");
    const bool has_left = body["data"]["member"]["id"] == "11";
    EXPECT_EQ(body["data"]["member"]["phone"], has_left ? json() : json("+989120000101"));
    EXPECT_EQ(id, has_left ? "evt_2" : "evt_1");
  }
  EXPECT_TRUE(eventually_number("SELECT COUNT(*) FROM webhook_event WHERE state = 2 AND attempts = 1", 2));
  EXPECT_TRUE(eventually(kSoon, [&] { return database.number("SELECT COUNT(*) FROM webhook_queue") == 0; }));
  EXPECT_EQ(
      metrics.counter("peyk_webhook_attempts_total", {{"endpoint", "salt/crm"}, {"outcome", "delivered"}})
          .value(),
      2);
}

TEST_F(WebhookSender, keeps_each_members_order_whatever_fails_in_between) {
  std::map<std::string, int> tries;
  Receiver receiver([&tries](const Receiver::Got& got) {
    const bool first_time = ++tries[got.header("webhook-id")] == 1;
    return Reply{.status = first_time && lot_of(got) == "1" ? 500 : 200};
  });
  listen({hook("crm", receiver.url())});
  for (std::uint64_t about = 1; about <= 3; ++about) happen(10, about);
  happen(11, 4);
  const auto running = sender();
  ASSERT_TRUE(receiver.await(2, kSoon));
  ASSERT_TRUE(eventually_number("SELECT COUNT(*) FROM webhook_event WHERE state = 2", 1));
  EXPECT_TRUE(eventually_number(
      "SELECT COUNT(*) FROM webhook_event WHERE event_id = 1 AND outcome = 'answered 500' AND attempts = 1",
      1));
  // Five seconds later it is tried again: now.
  database.query("UPDATE webhook_queue SET next_at = '2026-01-01'");
  ASSERT_TRUE(receiver.await(5, kSoon));
  std::vector<std::string> of_first, ids;
  for (const auto& got : receiver.got()) {
    if (lot_of(got) != "4") of_first.push_back(lot_of(got));
    if (lot_of(got) == "1") ids.push_back(got.header("webhook-id"));
  }
  EXPECT_THAT(of_first, testing::ElementsAre("1", "1", "2", "3"));
  EXPECT_THAT(ids, testing::ElementsAre("evt_1", "evt_1")) << "the same at each attempt";
}

TEST_F(WebhookSender, lets_no_slow_or_dead_endpoint_hold_up_another) {
  Receiver silent([](const Receiver::Got&) { return Reply{.how = Receiver::How::silence}; });
  Receiver well;
  listen({hook("silent", silent.url()), hook("well", well.url()),
          hook("dead", "http://127.0.0.1:" + std::to_string(free_port()) + "/"),
          hook("nobody", "http://nobody.invalid/")});
  for (std::uint64_t about = 1; about <= 40; ++about) {
    const handlers::WebhookEvent event{.club = 1,
                                       .type = EventType::credit_granted,
                                       .member = 1000 + about,
                                       .about = about,
                                       .at = gateway::wall_clock(),
                                       .data = "{\"lot\":\"1\"}"};
    store::save_events(database.connection, {&event, 1}, store::load_listeners(database.connection));
  }
  database.connection.commit();
  const auto running = sender(30s);
  EXPECT_TRUE(well.await(40, kSoon));
  EXPECT_LE(silent.most_at_once(), 8U);
  EXPECT_LE(silent.got().size(), 8U) << "it has not answered one of them";
}

TEST_F(WebhookSender, calls_an_endpoint_that_is_gone_no_more_until_somebody_says_so) {
  std::atomic<int> status = 410;
  Receiver receiver([&status](const Receiver::Got&) { return Reply{.status = status}; });
  listen({hook("crm", receiver.url())});
  happen(10, 1);
  const auto running = sender();
  ASSERT_TRUE(receiver.await(1, kSoon));
  ASSERT_TRUE(eventually_number("SELECT COUNT(*) FROM webhook_endpoint WHERE disabled_at IS NOT NULL", 1));
  EXPECT_EQ(database.query("SELECT disabled_why FROM webhook_endpoint"), "answered 410\n");
  EXPECT_EQ(database.number("SELECT state FROM webhook_event"), 1) << "it waits";
  database.query("UPDATE webhook_queue SET next_at = '2026-01-01'");
  EXPECT_FALSE(receiver.await(2, 1500ms));
  status = 200;
  EXPECT_TRUE(store::enable_endpoint(database.connection, 1, "crm", gateway::wall_clock()));
  database.connection.commit();
  EXPECT_TRUE(receiver.await(2, kSoon));
  EXPECT_TRUE(eventually_number("SELECT state FROM webhook_event", 2));
}

TEST_F(WebhookSender, takes_no_late_answer_of_where_an_endpoint_was_for_one_of_where_it_is) {
  Receiver old([](const Receiver::Got&) { return Reply{.status = 410, .after = 1500ms}; });
  Receiver fresh;
  listen({hook("crm", old.url())});
  happen(10, 1);
  const auto running = sender(5s);
  ASSERT_TRUE(old.await(1, kSoon));
  listen({hook("crm", fresh.url())});
  ASSERT_TRUE(fresh.await(1, kSoon)) << "told at once, where it is now";
  EXPECT_TRUE(eventually_number("SELECT state FROM webhook_event", 2));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM webhook_endpoint WHERE disabled_at IS NOT NULL"), 0);
  EXPECT_EQ(old.got().size(), 1U);
}

TEST_F(WebhookSender, waits_as_long_as_it_is_asked_to) {
  Receiver receiver(
      [](const Receiver::Got&) { return Reply{.status = 429, .headers = "Retry-After: 600\r\n"}; });
  listen({hook("crm", receiver.url())});
  happen(10, 1);
  const auto running = sender();
  ASSERT_TRUE(receiver.await(1, kSoon));
  EXPECT_TRUE(
      eventually_number("SELECT COUNT(*) FROM webhook_queue WHERE claim = 0 AND next_at >"
                        " UTC_TIMESTAMP(6) + INTERVAL 9 MINUTE",
                        1));
  database.query("UPDATE webhook_queue SET next_at = '2026-01-01'");
  happen(11, 2);
  EXPECT_FALSE(receiver.await(2, 1500ms)) << "nor is it told of anything else meanwhile";
}

TEST_F(WebhookSender, gives_an_event_up_after_the_last_attempt_and_goes_on_with_the_next) {
  Receiver receiver([](const Receiver::Got& got) { return Reply{.status = lot_of(got) == "1" ? 302 : 204}; });
  listen({hook("crm", receiver.url())});
  happen(10, 1);
  happen(10, 2);
  database.query("UPDATE webhook_event SET attempts = 9 WHERE event_id = 1");
  const auto running = sender();
  ASSERT_TRUE(receiver.await(2, kSoon));
  EXPECT_TRUE(eventually_number("SELECT COUNT(*) FROM webhook_event WHERE state = 2", 1));
  EXPECT_EQ(database.query("SELECT state, attempts, outcome FROM webhook_event WHERE event_id = 1"),
            "3\t10\tanswered 302\n");
  EXPECT_EQ(metrics.counter("peyk_webhook_given_up_total", {{"endpoint", "salt/crm"}}).value(), 1);
}

TEST_F(WebhookSender, disables_an_endpoint_that_takes_nothing_for_three_days_and_tells_the_managers_once) {
  Receiver receiver([](const Receiver::Got&) { return Reply{.status = 500}; });
  listen({hook("crm", receiver.url())});
  happen(10, 1);
  happen(11, 2);
  const auto one = sender(), other = sender();
  int attempts = 0;
  for (const int wait_hours : {0, 1, 1, 1, 3, 6, 11, 16, 22, 27}) {
    EXPECT_EQ(database.number("SELECT COUNT(*) FROM webhook_endpoint WHERE disabled_at IS NOT NULL"), 0);
    hours_ahead += wait_hours;
    ASSERT_TRUE(eventually_number("SELECT MIN(attempts) FROM webhook_event", ++attempts)) << attempts;
  }
  EXPECT_TRUE(eventually_number("SELECT COUNT(*) FROM webhook_endpoint WHERE disabled_at IS NOT NULL", 1));
  EXPECT_EQ(database.query("SELECT disabled_why FROM webhook_endpoint"),
            "nothing taken for three days, at last: answered 500\n");
  EXPECT_EQ(database.query("SELECT COUNT(*), MAX(phone) FROM outbox"),
            "1\t" + std::to_string(kTajrishCashier) + "\n");
  EXPECT_THAT(database.query("SELECT text FROM outbox"),
              testing::HasSubstr("Bread and Salt: your system crm"));
  EXPECT_TRUE(eventually(kSoon, [this] {
    return metrics.gauge("peyk_webhook_disabled", {{"endpoint", "salt/crm"}}).value() == 1;
  }));

  // Called again, it has another three days.
  EXPECT_TRUE(store::enable_endpoint(database.connection, 1, "crm", now()));
  database.connection.commit();
  const std::size_t told = receiver.got().size();
  happen(10, 3);
  ASSERT_TRUE(receiver.await(told + 1, kSoon));
  ASSERT_TRUE(eventually_number("SELECT attempts FROM webhook_event WHERE about = 3", 1));
  database.query("UPDATE webhook_event SET attempts = 9 WHERE about = 3");
  hours_ahead += 1;
  EXPECT_TRUE(eventually_number("SELECT state FROM webhook_event WHERE about = 3", 3));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM webhook_endpoint WHERE disabled_at IS NOT NULL"), 0);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox"), 1);
}

TEST_F(WebhookSender, goes_on_with_an_endpoint_that_takes_some_events_and_never_others) {
  Receiver receiver([](const Receiver::Got& got) { return Reply{.status = lot_of(got) == "1" ? 500 : 200}; });
  listen({hook("crm", receiver.url())});
  database.query("UPDATE webhook_endpoint SET good_at = '2026-01-01'");
  happen(11, 2);
  {
    const auto running = sender();
    ASSERT_TRUE(eventually_number("SELECT state FROM webhook_event WHERE about = 2", 2));
  }
  happen(10, 1);
  database.query("UPDATE webhook_event SET attempts = 9 WHERE about = 1");
  const auto running = sender();
  ASSERT_TRUE(eventually_number("SELECT state FROM webhook_event WHERE about = 1", 3));
  happen(11, 3);  // settled after whatever would disable it
  ASSERT_TRUE(eventually_number("SELECT state FROM webhook_event WHERE about = 3", 2));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM webhook_endpoint WHERE disabled_at IS NOT NULL"), 0);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox"), 0);
}

TEST_F(WebhookSender, tells_again_under_the_same_name_what_a_dead_process_had_taken) {
  Receiver receiver;
  listen({hook("crm", receiver.url())});
  happen(10, 1);
  // One that died with it, a moment ago.
  const auto now = gateway::wall_clock();
  ASSERT_EQ(store::claim_events(database.connection, {{1, 5}}, 99, now, now + 5s).size(), 1U);
  database.connection.commit();
  const auto running = sender();
  EXPECT_FALSE(receiver.await(1, 500ms)) << "it may still be at it";
  EXPECT_TRUE(receiver.await(1, kSoon));
  EXPECT_EQ(receiver.got().front().header("webhook-id"), "evt_1");
}

TEST_F(WebhookSender, shares_the_work_with_another_and_tells_each_event_once) {
  Receiver receiver;
  listen({hook("crm", receiver.url())});
  for (std::uint64_t about = 1; about <= 60; ++about) happen(10 + about % 2, about);
  const auto one = sender(), other = sender();
  ASSERT_TRUE(receiver.await(60, 60s));
  ASSERT_TRUE(eventually_number("SELECT COUNT(*) FROM webhook_event WHERE state = 2", 60));
  std::map<std::string, std::vector<int>> lots;
  for (const auto& got : receiver.got())
    lots[json::parse(got.body)["data"]["member"]["id"]].push_back(std::stoi(lot_of(got)));
  EXPECT_EQ(receiver.got().size(), 60U);
  for (const auto& [member, of_member] : lots) EXPECT_TRUE(std::ranges::is_sorted(of_member)) << member;
}

}  // namespace
}  // namespace peyk::tests::webhook_sender_test
