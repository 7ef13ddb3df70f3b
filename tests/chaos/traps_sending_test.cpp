// Texts on their way out of a running gateway, and a carrier that throttles, forgets to answer, or goes away.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/chaos/carrier_words.hpp"
#include "tests/kit/stack.hpp"

namespace peyk::tests::traps_sending_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* kPhone = "989120000001";

// A text of three parts that was decided to be said, in a lane; found in the outbox once Redis has forgotten.
void say_long(Stack& stack, int id, int lane, const std::string& phone = kPhone,
              const std::string& valid_for = "1 HOUR") {
  stack.query(
      "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at, "
      "valid_until) VALUES (" +
      std::to_string(id) + ", 1, '" + Stack::line() + "', " + phone + ", " + std::to_string(lane) +
      ", 3, REPEAT('س', 150), 1, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL " + valid_for + ")");
  stack.redis().command({"FLUSHALL"});
}

int parts_taken(Stack& stack) {
  return stack.carrier().ask({{"do", "stats"}})["mt_parts"].get<int>();
}

void expect_taken_once(Stack& stack, int id) {
  EXPECT_EQ(stack.carrier().inbox(kPhone, 0, 60s).size(), 1U) << stack.gateway_log();
  const std::string message = " WHERE message_id = " + std::to_string(id);
  EXPECT_TRUE(eventually(60s, [&] { return one(stack, "SELECT state FROM outbox" + message) == "3"; }))
      << one(stack, "SELECT state, reason FROM outbox" + message);
  EXPECT_EQ(parts_taken(stack), 3);
  EXPECT_EQ(one(stack, "SELECT COUNT(*) FROM outbox_part" + message + " AND state = 3"), "3");
}

TEST(Trap13, throttled_at_part_2_of_3_the_text_arrives_once_by_response_or_by_nack) {
  for (const char* what : {"respond", "nack"}) {
    SCOPED_TRACE(what);
    Stack stack;
    fault(stack, {{"what", what}, {"status", 0x58}, {"part", 2}, {"n", 2}});
    say_long(stack, 900, 0);
    expect_taken_once(stack, 900);
  }
}

TEST(Trap13, throttled_at_part_2_of_3_the_text_arrives_once_across_a_reconnect_and_a_kill) {
  for (const bool kill : {false, true}) {
    SCOPED_TRACE(kill);
    Stack stack;
    fault(stack, {{"what", "respond"}, {"status", 0x58}, {"part", 2}, {"for_ms", 600'000}});
    say_long(stack, 900, 0);
    ASSERT_TRUE(eventually(60s, [&] { return one(stack, "SELECT COUNT(*) FROM outbox_part") == "2"; }));
    EXPECT_EQ(one(stack, "SELECT state FROM outbox WHERE message_id = 900"), "1");
    if (kill) stack.kill_gateway();
    fault(stack, {{"what", "clear"}});
    fault(stack, {{"what", "drop_links"}});
    if (kill) stack.start_gateway();
    expect_taken_once(stack, 900);
  }
}

TEST(Trap12, responses_held_back_for_longer_than_a_lease_lead_to_no_second_submit) {
  constexpr int kTexts = 1500;  // more than the window
  Stack stack;
  fault(stack, {{"what", "hold_responses"}, {"for_ms", 18'000}});
  const json burst = stack.carrier().ask({{"do", "mo_burst"},
                                          {"to", stack.line()},
                                          {"text", "HELP"},
                                          {"n", kTexts},
                                          {"first_phone", kPhone},
                                          {"open", kTexts},
                                          {"timeout_ms", 120'000}},
                                         150s);
  ASSERT_TRUE(burst["ok"].get<bool>()) << burst.dump();
  EXPECT_EQ(burst["replied"], kTexts);
  EXPECT_LT(burst["resp_us"]["p99"].get<std::int64_t>(), 18'000'000) << "acknowledged though nothing leaves";
  EXPECT_TRUE(
      eventually(60s, [&] { return one(stack, "SELECT COUNT(*) FROM outbox WHERE state = 1") == "0"; }));
  EXPECT_EQ(stack.carrier().ask({{"do", "stats"}})["mt"].get<int>(), kTexts);
  EXPECT_EQ(one(stack, "SELECT COUNT(*) FROM outbox WHERE maybe_twice = 1 OR state > 3"), "0");
}

TEST(OutcomeUnknown, is_sent_again_and_says_so_unless_it_is_advertising) {
  Stack stack;
  const std::string urgent = kPhone, promo = "989120000002";
  fault(stack, {{"what", "lose_responses"}, {"part", 2}, {"n", 2}});
  say_long(stack, 901, 0, urgent);
  say_long(stack, 902, 3, promo);
  ASSERT_EQ(stack.carrier().inbox(urgent, 0, 60s).size(), 1U);
  ASSERT_EQ(stack.carrier().inbox(promo, 0, 60s).size(), 1U);
  fault(stack, {{"what", "drop_links"}});
  EXPECT_TRUE(
      eventually(60s, [&] { return one(stack, "SELECT state FROM outbox WHERE message_id = 902") == "6"; }));
  EXPECT_TRUE(eventually(
      60s, [&] { return one(stack, "SELECT state > 1 FROM outbox WHERE message_id = 901") == "1"; }));
  EXPECT_EQ(parts_taken(stack), 3 + 3 + 1) << "the unanswered part only, and not the promo's";
  EXPECT_EQ(one(stack, "SELECT maybe_twice FROM outbox WHERE message_id = 901"), "1");
  EXPECT_EQ(one(stack, "SELECT maybe_twice FROM outbox WHERE message_id = 902"), "0");
  EXPECT_NE(one(stack, "SELECT reason FROM outbox WHERE message_id = 902"), "");
}

TEST(Validity, a_text_whose_time_is_over_is_not_sent_after_an_outage) {
  Stack stack;
  fault(stack, {{"what", "stop_listening"}});
  fault(stack, {{"what", "drop_links"}});
  say_long(stack, 903, 0, kPhone, "2 SECOND");
  say_long(stack, 904, 0, "989120000002");
  EXPECT_TRUE(eventually(60s, [&] {
    return one(stack, "SELECT valid_until < UTC_TIMESTAMP(6) FROM outbox WHERE message_id = 903") == "1";
  }));
  fault(stack, {{"what", "start_listening"}});
  EXPECT_EQ(stack.carrier().inbox("989120000002", 0, 60s).size(), 1U);
  EXPECT_TRUE(
      eventually(60s, [&] { return one(stack, "SELECT state FROM outbox WHERE message_id = 903") == "5"; }));
  EXPECT_TRUE(stack.carrier().inbox(kPhone).empty());
  EXPECT_NE(one(stack, "SELECT reason FROM outbox WHERE message_id = 903"), "");
}

TEST(AlternateCarrier, sends_while_the_lines_own_is_away_and_no_longer) {
  Simulator other;
  Stack stack({.alternate_port = other.smpp_port()});
  fault(stack, {{"what", "stop_listening"}});
  fault(stack, {{"what", "drop_links"}});
  say_long(stack, 905, 0);
  EXPECT_EQ(other.control().inbox(kPhone, 0, 60s).size(), 1U) << stack.gateway_log();
  EXPECT_TRUE(eventually(
      60s, [&] { return one(stack, "SELECT COUNT(*) FROM outbox_part WHERE carrier = 'other'") == "3"; }));
  fault(stack, {{"what", "start_listening"}});
  stack.await_ready();
  ASSERT_TRUE(stack.carrier().mo("989120000002", stack.line(), "HELP").ok);
  EXPECT_EQ(stack.carrier().inbox("989120000002", 0, 60s).size(), 1U);
  EXPECT_TRUE(stack.carrier().inbox(kPhone).empty());
}

}  // namespace
}  // namespace peyk::tests::traps_sending_test
