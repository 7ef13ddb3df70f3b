// Dead letters of running gateways: sent anew by peykctl, which knows nothing of the gateways.
#include <gtest/gtest.h>

#include "tests/kit/stack.hpp"

namespace peyk::tests::letters_test {
namespace {

using namespace std::chrono_literals;

// A dead letter of so many parts, as it would stand in the outbox.
void bury(Stack& stack, int id, const std::string& phone, const std::string& text, int parts) {
  stack.query(
      "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, reason, created_at,"
      " valid_until, settled_at) VALUES (" +
      std::to_string(id) + ", 1, '" + Stack::line() + "', " + phone + ", 2, " + std::to_string(parts) +
      ", '" + text +
      "', 4, 'refused', UTC_TIMESTAMP(6) - INTERVAL 2 DAY, UTC_TIMESTAMP(6) - INTERVAL 1 DAY,"
      " UTC_TIMESTAMP(6) - INTERVAL 1 DAY)");
}

TEST(Letters, are_sent_anew_through_a_redis_that_is_down_and_only_what_did_not_arrive_of_a_long_one) {
  Stack stack({.gateways = 2, .receipts = false});
  bury(stack, 1'000, "989121230001", "one", 1);
  bury(stack, 1'001, "989121230002", std::string(200, 'a'), 2);
  stack.query(
      "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, state) VALUES"
      " (1001, 1, 'sim', 'x', 3), (1001, 2, 'sim', 'y', 4)");
  stack.redis().stop();
  const Finished replayed = stack.peykctl({"letters", "replay", "--since", "2d"});
  ASSERT_TRUE(replayed.status.ok()) << replayed.output;
  EXPECT_NE(replayed.output.find("2 replayed"), std::string::npos) << replayed.output;
  // Taken up while Redis is down, by one of the two.
  ASSERT_TRUE(eventually(60s, [&] {
    return stack.query("SELECT COUNT(*) FROM outbox_replay WHERE taken_up_at IS NULL") == "0\n";
  }));
  stack.redis().start();
  ASSERT_TRUE(eventually(60s, [&] {
    return stack.query("SELECT COUNT(*) FROM outbox WHERE state = 1") == "0\n";
  })) << stack.gateway_log();
  EXPECT_EQ(stack.query("SELECT message_id, state, maybe_twice FROM outbox ORDER BY message_id"),
            "1000\t2\t0\n1001\t2\t0\n");
  EXPECT_EQ(stack.query("SELECT part, carrier_message_id IN ('x', 'y'), state FROM outbox_part WHERE "
                        "message_id = 1001 ORDER BY part"),
            "1\t1\t3\n2\t0\t2\n")
      << "the part that had arrived stays, the other left anew";
  EXPECT_EQ(stack.carrier().inbox("989121230001", 0, 60s).size(), 1U);

  // And with Redis there: within seconds, not with the next reading of the outbox.
  bury(stack, 1'002, "989121230003", "three", 1);
  ASSERT_TRUE(stack.peykctl({"letters", "replay", "1002"}).status.ok());
  EXPECT_EQ(stack.carrier().inbox("989121230003", 0, 20s).size(), 1U) << stack.gateway_log();
}

}  // namespace
}  // namespace peyk::tests::letters_test
