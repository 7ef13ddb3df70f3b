// Traps 2, 4 and 5 through the running gateway: receipts that come too early, that nobody can read, and texts
// that look like one.
#include <gmock/gmock.h>

#include "tests/chaos/carrier_words.hpp"

namespace peyk::tests::traps_receipts_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

Stack& stack() {
  static Stack one;
  return one;
}

void withhold_receipts(bool on) {
  fault(stack(), {{"what", "withhold_receipts"}, {"on", on}});
}

// A deliver_sm from a phone to the line, in the carrier's own words.
void deliver(const std::string& from, int esm_class, const std::string& text, std::uint32_t sequence_number) {
  send_raw(stack(), deliver_sm_hex(from, esm_class, text, sequence_number));
}

bool is_acknowledged(std::uint32_t sequence_number) {
  return answer_to(stack(), sequence_number) == 0;
}

// Of the last message to that phone, when it is `wanted` within 20 s; else what it is.
std::string state_of(Stack& where, const std::string& phone, const std::string& wanted) {
  std::string is;
  eventually(60s, [&] {
    is = where.query("SELECT state FROM outbox WHERE phone = " + phone + " ORDER BY message_id DESC LIMIT 1");
    return is == wanted;
  });
  return is;
}

std::string state_of(const std::string& phone, const std::string& wanted) {
  return state_of(stack(), phone, wanted);
}

// A member's first text, answered; its receipt is on its way.
void join(Stack& where, const std::string& phone) {
  ASSERT_TRUE(where.carrier().mo(phone, Stack::line(), "JOIN").ok);
  ASSERT_FALSE(where.carrier().inbox(phone, 0, 60s).empty()) << where.gateway_log();
}
void join(const std::string& phone) {
  join(stack(), phone);
}

TEST(Trap02, a_receipt_before_its_response_marks_the_message_once_that_has_come) {
  fault(stack(), {{"what", "early_receipts"}, {"n", 1}});
  join("989120000201");
  EXPECT_EQ(state_of("989120000201", "3\n"), "3\n") << "in one segment";
  fault(stack(), {{"what", "early_receipts"}, {"n", 1}, {"ms", 700}});
  join("989120000202");
  EXPECT_EQ(state_of("989120000202", "3\n"), "3\n") << "long before";
  EXPECT_EQ(stack().query("SELECT COUNT(*) FROM receipt_parked"), "0\n");
  EXPECT_EQ(stack().query("SELECT COUNT(*) FROM outbox_part WHERE state <> 3"), "0\n");
}

TEST(Trap02, a_receipt_on_the_receiver_bind_before_its_response_on_the_transmitter_marks_the_message_once) {
  Stack pair({.carrier_yaml = "    bind_mode: pair\n"});
  std::string phone = "989120000211";
  for (const int ms : {300, 700}) {
    SCOPED_TRACE(ms);
    fault(pair, {{"what", "early_receipts"}, {"n", 1}, {"ms", ms}});
    join(pair, phone);
    EXPECT_EQ(state_of(pair, phone, "3\n"), "3\n") << pair.gateway_log();
    const json receipt = record_of(pair, "deliver_sm").back(),
               response = record_of(pair, "submit_sm_resp").back();
    EXPECT_NE(receipt["link"], response["link"]);
    EXPECT_LE(receipt["at_us"].get<std::int64_t>(), response["at_us"].get<std::int64_t>());
    phone.back() += 1;
  }
  EXPECT_EQ(pair.query("SELECT COUNT(*) FROM receipt_parked"), "0\n");
  EXPECT_EQ(pair.query("SELECT COUNT(*) FROM outbox_part WHERE state <> 3"), "0\n");
}

// Of a carrier that marks its receipts with nothing but their words.
TEST(Trap05, a_text_shaped_like_a_receipt_is_one_only_from_the_phone_that_the_message_went_to) {
  Stack plain({.carrier_yaml = "    receipts_without_esm_class: true\n"});
  const std::string member = "989120000511", other = "989120000512";
  fault(plain, {{"what", "withhold_receipts"}, {"on", true}});
  for (const std::string& phone : {member, other}) {
    join(plain, phone);
    EXPECT_EQ(state_of(plain, phone, "2\n"), "2\n");
  }
  const std::string id =
      one(plain,
          "SELECT carrier_message_id FROM outbox_part p JOIN outbox o ON o.message_id = p.message_id WHERE"
          " o.phone = " +
              member);
  const auto answered = [&plain](const std::string& phone, const std::string& text, std::uint32_t number) {
    const auto after = plain.carrier().last_text_number();
    send_raw(plain, deliver_sm_hex(phone, 0, text, number));
    EXPECT_EQ(answer_to(plain, number), 0);
    return !plain.carrier().inbox(phone, after, 60s).empty();
  };
  EXPECT_TRUE(answered(other, receipt_words(id, "UNDELIV"), 0x51101)) << "another's message: a text";
  EXPECT_TRUE(answered(member, receipt_words("nobody" + id), 0x51102)) << "no message at all: a text";
  const std::string first =
      "SELECT state FROM outbox WHERE phone = " + member + " ORDER BY message_id LIMIT 1";
  EXPECT_EQ(one(plain, first), "2");
  const auto after = plain.carrier().last_text_number();
  send_raw(plain, deliver_sm_hex(member, 0, receipt_words(id, "UNDELIV"), 0x51103));
  EXPECT_EQ(answer_to(plain, 0x51103), 0);
  EXPECT_TRUE(eventually(60s, [&] { return one(plain, first) == "4"; }));
  EXPECT_TRUE(answered(other, "HELP", 0x51104));  // by then the other would have been answered too
  EXPECT_TRUE(plain.carrier().inbox(member, after).empty()) << "a receipt is not answered";
}

// And which may come before the response, or under an id that says little.
TEST(Trap02, a_receipt_with_nothing_but_its_words_waits_for_the_response_before_it_is_taken_for_a_text) {
  Stack plain({.carrier_yaml = "    receipts_without_esm_class: true\n"});
  const json set = plain.carrier().ask(
      {{"do", "profile"}, {"set", {{"receipts", {{"esm_class", 0}, {"content", "text"}}}}}});
  ASSERT_TRUE(set["ok"].get<bool>()) << set.dump();
  const std::string early = "989120000221", short_id = "989120000222";
  fault(plain, {{"what", "early_receipts"}, {"n", 1}, {"ms", 700}});
  join(plain, early);
  EXPECT_EQ(state_of(plain, early, "3\n"), "3\n") << plain.gateway_log();

  fault(plain, {{"what", "withhold_receipts"}, {"on", true}});
  join(plain, short_id);
  EXPECT_EQ(state_of(plain, short_id, "2\n"), "2\n");
  plain.query("DELETE FROM carrier_id_habit");
  const std::string of_it =
      "outbox_part p JOIN outbox o ON o.message_id = p.message_id AND p.part = 1 AND o.phone = " + short_id;
  plain.query("UPDATE " + of_it + " SET p.carrier_message_id = '0000012A', p.id_key = '12a'");
  send_raw(plain, deliver_sm_hex(short_id, 0, receipt_words("298"), 0x22201));
  EXPECT_EQ(answer_to(plain, 0x22201), 0);
  EXPECT_EQ(one(plain, "SELECT p.state FROM " + of_it), "3") << plain.gateway_log();
  for (const std::string& phone : {early, short_id})
    EXPECT_EQ(plain.carrier().inbox(phone).size(), 1U) << "a receipt is not answered";
}

TEST(Trap05, a_members_text_shaped_like_a_receipt_is_a_text) {
  const std::string member = "989120000501";
  withhold_receipts(true);
  join(member);
  EXPECT_EQ(state_of(member, "2\n"), "2\n");
  const std::string of_hers =
      "FROM outbox_part p JOIN outbox o ON o.message_id = p.message_id WHERE o.phone = " + member;
  std::string id = stack().query("SELECT carrier_message_id " + of_hers);
  id.pop_back();
  const std::string typed = "id:" + id +
                            " sub:001 dlvrd:001 submit date:2611211947 done date:2611212003 "
                            "stat:UNDELIV err:027 text:";
  const auto after = stack().carrier().last_text_number();
  deliver(member, 0, typed, 0x50001);
  EXPECT_TRUE(is_acknowledged(0x50001));
  EXPECT_FALSE(stack().carrier().inbox(member, after, 60s).empty()) << "she is answered";
  EXPECT_EQ(stack().query("SELECT p.state " + of_hers + " ORDER BY o.message_id LIMIT 1"), "2\n");

  // The same words from the carrier are one.
  const std::string message = stack().query("SELECT MIN(message_id) FROM outbox WHERE phone = " + member);
  deliver(member, 4, typed, 0x50002);
  EXPECT_TRUE(is_acknowledged(0x50002));
  EXPECT_TRUE(eventually(
      60s, [&] { return stack().query("SELECT state FROM outbox WHERE message_id = " + message) == "4\n"; }));
  const Finished traced = stack().peykctl({"trace", "message", message.substr(0, message.size() - 1)});
  EXPECT_TRUE(traced.status.ok());
  EXPECT_THAT(traced.output, HasSubstr("error 027: phone off or out of reach"));
  EXPECT_THAT(traced.output, testing::Not(HasSubstr(member)));
  withhold_receipts(false);
}

TEST(Trap04, what_cannot_be_read_is_acknowledged_and_kept_for_a_person) {
  deliver("989120000401", 4, "no receipt at all", 0x40001);
  EXPECT_TRUE(is_acknowledged(0x40001));
  const Finished shown = stack().peykctl({"show", "receipts"});
  EXPECT_THAT(shown.output, HasSubstr("unreadable"));
  EXPECT_THAT(shown.output, HasSubstr(hex_of("no receipt at all")));
  EXPECT_TRUE(stack().carrier().inbox("989120000401").empty());
}

}  // namespace
}  // namespace peyk::tests::traps_receipts_test
