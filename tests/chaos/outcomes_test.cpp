// What becomes of messages after the carrier had them, in the running gateway: unknown outcomes that a
// receipt or a question settles, and a database that takes some outcomes and not others.
#include <gmock/gmock.h>

#include "store/part_reference.hpp"
#include "tests/chaos/carrier_words.hpp"

namespace peyk::tests::outcomes_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kPhone = "989120000001";
constexpr const char* kOther = "989120000002";

// user_message_reference of a message of one part.
std::string reference_tlv(int message) {
  return fmt::format("02040002{:04x}", store::part_reference(static_cast<std::uint64_t>(message), 1));
}

int taken_by_carrier(Stack& stack) {
  return stack.carrier().ask({{"do", "stats"}})["mt_parts"].get<int>();
}

// Until the gateway has done all that it does every second, some three times.
void await_housekeeping(Stack& stack) {
  const std::string nobodys = "nobodys";
  send_raw(stack, deliver_sm_hex("989120000099", 4, receipt_words(nobodys), 0x99099));
  EXPECT_EQ(answer_to(stack, 0x99099), 0);
  EXPECT_TRUE(eventually(60s, [&] {  // tried again after three seconds, just before a look
    return one(stack,
               "SELECT next_try_at > parked_at + INTERVAL 4 SECOND FROM receipt_parked"
               " WHERE carrier_message_id = '" +
                   nobodys + "'") == "1";
  })) << stack.gateway_log();
}

void end_validity(Stack& stack, int message) {
  stack.query(fmt::format(
      "UPDATE outbox SET valid_until = UTC_TIMESTAMP(6) - INTERVAL 1 DAY WHERE message_id = {}", message));
}

TEST(OutcomeUnknown, is_settled_by_a_receipt_that_names_the_reference_and_spares_the_second_attempt) {
  // Time for the receipt to come before the second attempt, on a slow machine too.
  Stack stack({.carrier_yaml = "    response_timeout: 8s\n"});
  fault(stack, {{"what", "withhold_receipts"}, {"on", true}});
  fault(stack, {{"what", "lose_responses"}, {"n", 1}});
  say(stack, 910, kPhone);
  ASSERT_EQ(stack.carrier().inbox(kPhone, 0, 60s).size(), 1U);
  send_raw(stack, deliver_sm_hex(kPhone, 4, receipt_words("neverheard1"), 0x91001, reference_tlv(910)));
  EXPECT_EQ(answer_to(stack, 0x91001), 0);
  EXPECT_TRUE(becomes(stack, 910, "3")) << state_of(stack, 910) << stack.gateway_log();
  EXPECT_EQ(taken_by_carrier(stack), 1) << "it was not sent a second time";
  EXPECT_EQ(stack.metric(R"(peyk_outbound_unknown_total{carrier="sim",then="sent_again"})"), 1);
  EXPECT_THAT(stack.gateway_log(), HasSubstr("outcome_unknown"));
  const Finished traced = stack.peykctl({"trace", "message", "910"});
  EXPECT_THAT(traced.output, HasSubstr("neverheard1"));
  EXPECT_EQ(one(stack, "SELECT COUNT(*) FROM receipt_parked"), "0");
}

TEST(OutcomeUnknown, of_advertising_is_settled_by_a_receipt_that_comes_later) {
  Stack stack({.carrier_yaml = "    response_timeout: 1s\n"});
  fault(stack, {{"what", "withhold_receipts"}, {"on", true}});
  fault(stack, {{"what", "lose_responses"}, {"n", 2}});
  say(stack, 911, kPhone, 3);
  say(stack, 912, kOther, 3);
  ASSERT_TRUE(becomes(stack, 911, "6"));
  ASSERT_TRUE(becomes(stack, 912, "6"));
  EXPECT_EQ(stack.metric(R"(peyk_outbound_unknown_total{carrier="sim",then="left"})"), 2);
  send_raw(stack, deliver_sm_hex(kPhone, 4, receipt_words("later1"), 0x91101, reference_tlv(911)));
  send_raw(stack, deliver_sm_hex(kOther, 4, receipt_words("later2"), 0x91102, reference_tlv(911)));
  EXPECT_EQ(answer_to(stack, 0x91102), 0);
  EXPECT_TRUE(becomes(stack, 911, "3"));
  EXPECT_EQ(state_of(stack, 912), "6") << "another's reference proves nothing";
  EXPECT_EQ(taken_by_carrier(stack), 2);
}

TEST(OutcomeUnknown, and_sent_again_is_told_by_peykctl) {
  // Long enough for the second attempt to be answered, or there would be a third.
  Stack stack({.carrier_yaml = "    response_timeout: 5s\n"});
  fault(stack, {{"what", "lose_responses"}, {"n", 1}});
  say(stack, 913, kPhone);
  EXPECT_TRUE(becomes(stack, 913, "3"));
  EXPECT_EQ(taken_by_carrier(stack), 2);
  EXPECT_THAT(stack.peykctl({"trace", "message", "913"}).output, HasSubstr("maybe twice"));
}

TEST(QuerySm, settles_what_no_receipt_told_of_once_its_time_is_over) {
  Stack stack({.carrier_yaml = "    query_sm: true\n"});
  fault(stack, {{"what", "withhold_receipts"}, {"on", true}});
  say(stack, 920, kPhone);
  ASSERT_TRUE(becomes(stack, 920, "2"));
  EXPECT_TRUE(record_of(stack, "query_sm").empty()) << "its time is not over";
  end_validity(stack, 920);
  EXPECT_TRUE(becomes(stack, 920, "3", 30s)) << stack.gateway_log();
  const json asked = record_of(stack, "query_sm");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_THAT(asked[0]["hex"].get<std::string>(),
              HasSubstr(hex_of(one(stack, "SELECT carrier_message_id FROM outbox_part"))));
}

TEST(QuerySm, is_not_sent_to_a_carrier_that_does_not_know_it) {
  Stack stack;
  fault(stack, {{"what", "withhold_receipts"}, {"on", true}});
  say(stack, 921, kPhone);
  ASSERT_TRUE(becomes(stack, 921, "2"));
  end_validity(stack, 921);
  say(stack, 922, kOther);
  ASSERT_TRUE(becomes(stack, 922, "2"));
  EXPECT_EQ(one(stack, "SELECT COUNT(*) FROM outbox_part WHERE asked_at IS NOT NULL"), "0");
  EXPECT_TRUE(record_of(stack, "query_sm").empty());
}

TEST(QuerySm, waits_while_half_of_the_window_is_busy_and_is_not_lost_with_the_process) {
  Stack stack({.window = 2, .carrier_yaml = "    query_sm: true\n"});
  fault(stack, {{"what", "withhold_receipts"}, {"on", true}});
  say(stack, 930, kPhone);
  ASSERT_TRUE(becomes(stack, 930, "2"));
  fault(stack, {{"what", "hold_responses"}, {"n", 100}});
  say(stack, 932, kOther);
  ASSERT_EQ(stack.carrier().inbox(kOther, 0, 60s).size(), 1U);
  end_validity(stack, 930);
  await_housekeeping(stack);
  EXPECT_TRUE(record_of(stack, "query_sm").empty());
  EXPECT_EQ(one(stack, "SELECT COUNT(*) FROM outbox_part WHERE asked_at IS NOT NULL"), "0");
  EXPECT_EQ(state_of(stack, 932), "1") << "still unanswered";
  stack.kill_gateway();
  fault(stack, {{"what", "clear"}});
  stack.start_gateway();
  EXPECT_TRUE(becomes(stack, 930, "3")) << stack.gateway_log();
  EXPECT_EQ(record_of(stack, "query_sm").size(), 1U);
}

// The database refuses rows of one kind, as after a fault of ours it might.
void refuse(Stack& stack, const std::string& table, const std::string& when) {
  stack.query("DELIMITER //\nCREATE TRIGGER refused BEFORE INSERT ON " + table + " FOR EACH ROW IF " + when +
              " THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused by the test'; END IF//\n");
}

TEST(ReceiptNotSaved, comes_again_and_harms_no_other_of_its_set) {
  Stack stack;
  refuse(stack, "receipt_parked", "NEW.carrier_message_id = 'poison05'");
  std::string all;
  for (std::uint32_t i = 0; i < 9; ++i) {
    const std::string id = i == 5 ? "poison05" : fmt::format("healthy{}", i);
    all += deliver_sm_hex(kPhone, 4, receipt_words(id), 0x94000 + i);
  }
  send_raw(stack, all);
  for (std::uint32_t i = 0; i < 9; ++i) EXPECT_EQ(answer_to(stack, 0x94000 + i), i == 5 ? 0x64 : 0) << i;
  EXPECT_EQ(one(stack, "SELECT COUNT(*) FROM receipt_parked"), "8");
  EXPECT_THAT(stack.gateway_log(), HasSubstr("receipt_not_saved"));
  stack.query("DROP TRIGGER refused");
  send_raw(stack, deliver_sm_hex(kPhone, 4, receipt_words("poison05"), 0x94100));
  EXPECT_EQ(answer_to(stack, 0x94100), 0);
  EXPECT_EQ(one(stack, "SELECT COUNT(*) FROM receipt_parked"), "9");
}

TEST(OutcomeNotSaved, is_tried_again_is_not_sent_again_and_harms_no_other_of_its_set) {
  Stack stack;
  refuse(stack, "outbox_part", "NEW.message_id = 941");
  fault(stack, {{"what", "hold_responses"}, {"n", 100}});
  for (const int id : {940, 941, 942}) say(stack, id, fmt::format("98912000{:04}", id));
  ASSERT_TRUE(eventually(60s, [&] { return taken_by_carrier(stack) == 3; }));
  fault(stack, {{"what", "clear"}});  // all three are answered at once
  EXPECT_TRUE(becomes(stack, 940, "3"));
  EXPECT_TRUE(becomes(stack, 942, "3"));
  EXPECT_TRUE(eventually(60s, [&] {
    return stack.gateway_log().find("outcome_not_saved") != std::string::npos;
  })) << stack.gateway_log();
  EXPECT_EQ(state_of(stack, 941), "1");
  stack.redis().command({"FLUSHALL"});  // not even when its lane has forgotten that it was leased
  say(stack, 943, "989120000943");
  EXPECT_TRUE(becomes(stack, 943, "3"));
  stack.query("DROP TRIGGER refused");
  EXPECT_TRUE(becomes(stack, 941, "3", 30s)) << stack.gateway_log();
  EXPECT_EQ(taken_by_carrier(stack), 4) << "each once";
}

}  // namespace
}  // namespace peyk::tests::outcomes_test
