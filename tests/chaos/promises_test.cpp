// The promises of the first day, each broken on purpose as hard as a test can: processes killed, servers
// away, the same thing said twice or by many at once. Real MariaDB, real Redis, real SMPP.
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <thread>

#include "tests/chaos/crowd.hpp"

namespace peyk::tests::promises_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// The code of the only live lot of a phone.
std::string code_of(Stack& stack, const std::string& member) {
  std::string code =
      stack.query("SELECT c.number FROM code c JOIN member m USING (member_id) WHERE m.phone = " + member +
                  " ORDER BY c.code_id DESC LIMIT 1");
  while (!code.empty() && code.back() == '\n') code.pop_back();
  return code;
}

TEST(Promises, a_text_is_acknowledged_only_after_its_effect_and_reply_are_committed) {
  Stack stack;
  ASSERT_TRUE(stack.carrier().mo(phone(1), stack.line(), "JOIN").ok);
  stack.mysql().kill();
  std::atomic<bool> acknowledged{false};
  std::thread member([&] {
    sim::ControlClient own = stack.new_carrier_client();
    acknowledged = own.mo(phone(2), stack.line(), "JOIN").ok;
  });
  // The carrier has sent it, and sends it again, and still nobody says yes.
  EXPECT_TRUE(eventually(60s, [&] {
    return stack.carrier().ask({{"do", "stats"}})["redelivered"].get<int>() >= 1;
  }));
  EXPECT_FALSE(acknowledged);
  stack.mysql().start();
  member.join();
  EXPECT_TRUE(acknowledged);
  EXPECT_EQ(count(stack, "SELECT COUNT(*) FROM member WHERE phone = " + phone(2)), 1);
  EXPECT_EQ(count(stack, "SELECT COUNT(*) FROM outbox WHERE phone = " + phone(2)), 1);
}

TEST(Promises, an_acknowledgement_waits_for_the_database_to_write) {
  Stack stack;
  std::thread lock([&stack] { stack.query("FLUSH TABLES WITH READ LOCK; SELECT SLEEP(6)"); });
  EXPECT_TRUE(eventually(60s, [&] {
    return stack.query(
               "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'") !=
           "0\n";
  }));
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_TRUE(stack.carrier().mo(phone(1), stack.line(), "JOIN").ok);
  EXPECT_GT(std::chrono::steady_clock::now() - asked, 1s) << "acknowledged while nothing could be written";
  lock.join();
  EXPECT_EQ(stack.carrier().inbox(phone(1), 0, 60s).size(), 1U);
}

TEST(Promises, who_types_again_is_answered_again) {
  Stack stack;
  for (int times = 0; times < 2; ++times) ASSERT_TRUE(stack.carrier().mo(phone(1), stack.line(), "HELP").ok);
  EXPECT_TRUE(eventually(60s, [&] { return stack.carrier().inbox(phone(1)).size() == 2; }));
  // Also over the next link, when this one lived on after the acknowledgement: the carrier had heard it.
  ASSERT_TRUE(stack.carrier().mo(phone(2), stack.line(), "HELP").ok);
  EXPECT_FALSE(eventually(1100ms, [] { return false; }));  // "lived on" means a second
  ASSERT_TRUE(stack.carrier().mo(phone(4), stack.line(), "HELP").ok);
  stack.carrier().ask({{"do", "fault"}, {"what", "drop_links"}});
  stack.await_ready();
  ASSERT_TRUE(stack.carrier().mo(phone(2), stack.line(), "HELP").ok);
  EXPECT_TRUE(eventually(60s, [&] { return stack.carrier().inbox(phone(2)).size() == 2; }));
}

TEST(Promises, the_same_deliver_sm_twice_has_one_effect_and_one_answer) {
  Stack stack;
  const json twice = stack.carrier().ask(
      {{"do", "mo"}, {"from", phone(1)}, {"to", stack.line()}, {"text", "JOIN"}, {"redeliver", "at_once"}});
  EXPECT_EQ(twice["command_status"], 0) << twice.dump();
  EXPECT_EQ(count(stack, "SELECT COUNT(*) FROM member"), 1);
  ASSERT_EQ(stack.carrier().inbox(phone(1), 0, 60s).size(), 1U);

  // Not acknowledged as far as the carrier knows: the link went down. It comes again over the next one.
  ASSERT_EQ(stack.buy(phone(1), 850'000, "A-1", "msg_1").status, 200);
  const std::string code = code_of(stack, phone(1));
  const std::string order = code + " 850000 4321";
  ASSERT_TRUE(stack.carrier().mo("989121112233", stack.line(), order).ok);
  stack.carrier().ask({{"do", "fault"}, {"what", "drop_links"}});
  stack.await_ready();
  ASSERT_TRUE(stack.carrier().mo("989121112233", stack.line(), order).ok);
  EXPECT_EQ(count(stack, "SELECT COUNT(*) FROM redemption"), 1);
  EXPECT_EQ(stack.ledger_problems(), "");
}

TEST(Promises, one_code_taken_by_two_cashiers_over_and_over_at_the_same_moment_is_taken_once) {
  Stack stack({.mysql_workers = 4});
  ASSERT_TRUE(stack.carrier().mo(phone(1), stack.line(), "JOIN").ok);
  ASSERT_EQ(stack.buy(phone(1), 4'000'000, "A-1", "msg_1").status, 200);
  const std::string code = code_of(stack, phone(1));
  std::vector<std::thread> tills;
  for (int i = 0; i < 8; ++i) {
    tills.emplace_back([&stack, &code, i] {
      sim::ControlClient own = stack.new_carrier_client();
      const bool first = i % 2 == 0;
      for (int round = 0; round < 8; ++round) {
        // Different invoice amounts: different orders, not repeats of one.
        const std::string amount = std::to_string(850'000 + 10'000 * i + 1'000 * round);
        own.mo(first ? "989121112233" : "989121112244", stack.line(),
               code + " " + amount + (first ? " 4321" : " 9876"));
      }
    });
  }
  for (std::thread& till : tills) till.join();
  EXPECT_EQ(count(stack, "SELECT COUNT(*) FROM redemption"), 1);
  EXPECT_EQ(count(stack, "SELECT SUM(used) FROM redemption"), 200'000);
  EXPECT_EQ(stack.ledger_problems(), "");
}

TEST(Promises, kill_9_at_random_moments_under_load_loses_no_acknowledged_text_and_doubles_no_credit) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 chance(seed);
  Stack stack;
  Crowd crowd(stack);
  for (int round = 0; round < 4; ++round) {
    EXPECT_TRUE(crowd.await_more(5 + chance() % 20));
    stack.kill_gateway();
    stack.start_gateway_unready();
  }
  stack.await_ready();
  crowd.stop();
  EXPECT_GT(crowd.joined(), 20U);
  crowd.expect_all_whole();
}

TEST(Promises, flushall_in_redis_loses_no_message) {
  Stack stack({.line_rate = 40});
  std::set<int> joined;
  for (int n = 0; n < 120; ++n) {
    ASSERT_TRUE(stack.carrier().mo(phone(n), stack.line(), "JOIN").ok);
    joined.insert(n);
    if (n == 60 || n == 119) stack.redis().command({"FLUSHALL"});
  }
  for (int n : joined) EXPECT_FALSE(stack.carrier().inbox(phone(n), 0, 60s).empty()) << phone(n);
}

TEST(Promises, redis_away_only_delays) {
  Stack stack;
  stack.redis().kill();
  for (int n = 0; n < 20; ++n) ASSERT_TRUE(stack.carrier().mo(phone(n), stack.line(), "JOIN").ok) << phone(n);
  EXPECT_TRUE(stack.carrier().inbox(phone(0)).empty());
  stack.redis().start();
  for (int n = 0; n < 20; ++n) EXPECT_EQ(stack.carrier().inbox(phone(n), 0, 60s).size(), 1U) << phone(n);
  // Nothing was piled up meanwhile: what comes now is answered at once.
  ASSERT_TRUE(stack.carrier().mo(phone(100), stack.line(), "JOIN").ok);
  EXPECT_EQ(stack.carrier().inbox(phone(100), 0, 60s).size(), 1U);
}

TEST(Promises, the_database_or_the_carrier_away_for_ten_seconds_only_delays) {
  Stack stack;
  std::atomic<bool> ending{false};
  std::atomic<int> last{-1};
  std::set<int> joined;
  std::thread people([&] {
    sim::ControlClient own = stack.new_carrier_client();
    for (int n = 0; !ending; ++n) {
      EXPECT_TRUE(own.mo(phone(n), stack.line(), "JOIN").ok) << phone(n);  // late, not refused
      joined.insert(n);
      last = n;
    }
  });
  const auto goes_on = [&] {
    const int before = last;
    EXPECT_TRUE(eventually(60s, [&] { return last > before + 10; })) << "nobody joins any more";
  };
  goes_on();
  const auto ten_seconds = [] { EXPECT_FALSE(eventually(10s, [] { return false; })); };
  stack.mysql().kill();
  ten_seconds();
  stack.mysql().start();
  goes_on();
  stack.carrier().ask({{"do", "fault"}, {"what", "stop_listening"}});
  stack.carrier().ask({{"do", "fault"}, {"what", "drop_links"}});
  ten_seconds();
  stack.carrier().ask({{"do", "fault"}, {"what", "start_listening"}});
  stack.await_ready();
  goes_on();
  ending = true;
  people.join();
  expect_whole(stack, joined, {});
}

TEST(Promises, a_stop_in_order_answers_what_is_under_way_and_ends_with_0) {
  Stack stack;
  ASSERT_TRUE(stack.carrier().mo(phone(1), stack.line(), "JOIN").ok);
  const ExitStatus status = stack.stop_gateway();
  EXPECT_TRUE(status.ok()) << status.code << " " << status.signal << "\n" << stack.gateway_log();
  // What was committed and had no time to leave leaves at the next start.
  stack.start_gateway();
  EXPECT_EQ(stack.carrier().inbox(phone(1), 0, 60s).size(), 1U);
}

}  // namespace
}  // namespace peyk::tests::promises_test
