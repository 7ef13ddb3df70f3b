// Texts that wait in MySQL for their moment, with real gateways: sent once, whoever dies.
#include "tests/chaos/carrier_words.hpp"

namespace peyk::tests::scheduled_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPhone = "989120000001";
constexpr const char* kOther = "989120000002";

void schedule(Stack& stack, int id, const std::string& phone, const std::string& in) {
  stack.query(fmt::format(
      "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at, "
      "valid_until,"
      " send_at) VALUES ({0}, 1, '{1}', {2}, 0, 1, 'later', 7, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL "
      "1"
      " HOUR, UTC_TIMESTAMP(6) + INTERVAL {3});"
      "INSERT INTO outbox_schedule (line, lane, send_at, message_id) SELECT line, lane, send_at, message_id "
      "FROM"
      " outbox WHERE message_id = {0}",
      id, Stack::line(), phone, in));
}

// Whatever is scheduled is due now.
void bring_forward(Stack& stack) {
  stack.query(
      "UPDATE outbox SET send_at = UTC_TIMESTAMP(6) WHERE state = 7;"
      "UPDATE outbox_schedule SET send_at = UTC_TIMESTAMP(6)");
}

TEST(Scheduled, a_text_leaves_at_its_moment_and_once_though_two_gateways_look) {
  Stack stack({.gateways = 2});
  schedule(stack, 901, kPhone, "2 SECOND");
  schedule(stack, 902, kOther, "1 HOUR");
  EXPECT_TRUE(becomes(stack, 901, "2"));
  EXPECT_EQ(one(stack, "SELECT settled_at >= send_at FROM outbox WHERE message_id = 901"), "1");
  EXPECT_LT(std::stod(one(stack,
                          "SELECT TIMESTAMPDIFF(MICROSECOND, send_at, settled_at) / 1000000 FROM outbox "
                          "WHERE message_id = 901")),
            15.0);
  EXPECT_EQ(state_of(stack, 902), "7");
  EXPECT_EQ(stack.carrier().inbox(kPhone).size(), 1U);
  EXPECT_TRUE(stack.carrier().inbox(kOther).empty());
}

TEST(Scheduled, a_change_that_was_told_on_a_screen_is_told_by_text_though_the_process_died_before_it_knew) {
  Stack stack;
  sim::Screen screen = stack.carrier().dial(kOther, "*7000#");
  ASSERT_TRUE(screen.ok && screen.open) << screen.error;
  ASSERT_TRUE(stack.carrier().press(screen.session, "1").ok);
  EXPECT_TRUE(eventually(60s, [&] { return one(stack, "SELECT state FROM outbox") == "8"; }))
      << "her screen was shown, so its text is not wanted";
  screen = stack.carrier().dial(kPhone, "*7000#");
  ASSERT_TRUE(screen.ok && screen.open) << screen.error;
  fault(stack, {{"what", "lose_responses"}, {"n", 1}});
  ASSERT_TRUE(stack.carrier().press(screen.session, "1").ok);
  stack.kill_gateway();
  EXPECT_EQ(one(stack, "SELECT COUNT(*) FROM outbox WHERE state = 7"), "1");
  bring_forward(stack);
  stack.start_gateway();
  EXPECT_EQ(stack.carrier().inbox(kPhone, 0, 60s).size(), 1U);
  EXPECT_TRUE(stack.carrier().inbox(kOther).empty());
}

TEST(Promo, of_several_to_one_phone_only_the_capped_number_leaves_and_none_after_stop_whoever_sends) {
  Stack stack({.gateways = 2, .line_yaml = "    promo_per_day_max: 1\n"});
  ASSERT_TRUE(stack.carrier().mo(kOther, stack.line(), "STOP").ok);
  ASSERT_EQ(stack.carrier().inbox(kOther, 0, 60s).size(), 1U) << "the answer to her STOP";
  constexpr int kPromo = 3;
  for (int id = 911; id <= 914; ++id) say(stack, id, kPhone, kPromo);
  say(stack, 915, kOther, kPromo);
  EXPECT_TRUE(eventually(
      60s, [&] { return one(stack, "SELECT COUNT(*) FROM outbox WHERE state IN (1, 7)") == "0"; }));
  EXPECT_EQ(stack.carrier().inbox(kPhone).size(), 1U);
  EXPECT_EQ(one(stack, "SELECT COUNT(*) FROM outbox WHERE message_id BETWEEN 911 AND 914 AND state = 8"),
            "3");
  EXPECT_EQ(state_of(stack, 915), "8");
  EXPECT_EQ(stack.carrier().inbox(kOther).size(), 1U);
}

}  // namespace
}  // namespace peyk::tests::scheduled_test
