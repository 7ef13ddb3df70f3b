// Several gateways on one queue: they share what waits and hold it back for nobody, whatever Redis forgets.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/kit/stack.hpp"

namespace peyk::tests {
namespace {

using namespace std::chrono_literals;

// `count` short texts to as many phones, decided and not yet in any lane.
void decide_texts(Stack& stack, int first_id, int count) {
  std::string sql =
      "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at, "
      "valid_until) VALUES ";
  for (int i = 0; i < count; ++i) {
    const std::string id = std::to_string(first_id + i);
    sql += (i == 0 ? "(" : ",(") + id + ", 1, '" + Stack::line() + "', 98912" + std::to_string(1000000 + i) +
           ", " + std::to_string(i % 4) + ", 1, 'text " + id +
           "', 1, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)";
  }
  stack.query(sql);
}

int texts_taken(Stack& stack) {
  return stack.carrier().ask({{"do", "stats"}})["mt"].get<int>();
}

int waiting(Stack& stack) {
  return std::stoi(stack.query("SELECT COUNT(*) FROM outbox WHERE state = 1"));
}

TEST(Queue, a_redis_that_forgets_again_and_again_doubles_nothing_that_two_gateways_have_on_the_wire) {
  constexpr int kTexts = 800, kFlushes = 5;
  Stack stack({.window = 60, .gateways = 2, .receipts = false});
  // Answers that take longer than it takes to read the outbox and grant anew.
  ASSERT_TRUE(stack.carrier()
                  .ask({{"do", "profile"}, {"set", {{"responses", {{"latency_ms", 200}, {"jitter_ms", 4'000}}}}}})["ok"]
                  .get<bool>());
  decide_texts(stack, 1'000, kTexts);
  for (int flush = 0; flush < kFlushes; ++flush) {
    stack.redis().command({"FLUSHALL"});
    const int enough = texts_taken(stack) + kTexts / (2 * kFlushes);
    ASSERT_TRUE(eventually(40s, [&] { return texts_taken(stack) >= enough; })) << stack.gateway_log();
  }
  EXPECT_TRUE(eventually(60s, [&] { return waiting(stack) == 0; })) << stack.gateway_log();
  EXPECT_EQ(texts_taken(stack), kTexts);
  EXPECT_EQ(stack.query("SELECT COUNT(*) FROM outbox WHERE state <> 2 OR maybe_twice = 1"), "0\n");
}

}  // namespace
}  // namespace peyk::tests
