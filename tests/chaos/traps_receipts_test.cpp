// Traps 2, 4 and 5 through the running gateway: receipts that come too early, that nobody can read, and texts
// that look like one.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/kit/stack.hpp"

namespace peyk::tests {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

Stack& stack() {
  static Stack one;
  return one;
}

void fault(const json& members) {
  json request{{"do", "fault"}};
  request.update(members);
  ASSERT_TRUE(stack().carrier().ask(request)["ok"].get<bool>());
}

std::string hex_of(std::string_view octets) {
  std::string hex;
  for (const char c : octets) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

// A deliver_sm from a phone to the line, in the carrier's own words.
void deliver(const std::string& from, int esm_class, const std::string& text, std::uint32_t sequence_number) {
  const std::string body =
      "00"
      "0101" +
      hex_of(from) +
      "00"
      "0001" +
      hex_of(stack().line()) + "00" + fmt::format("{:02x}", esm_class) +
      "0000"
      "0000"
      "0000"
      "0000" +
      fmt::format("{:02x}", text.size()) + hex_of(text);
  fault({{"what", "send_raw"},
         {"hex", fmt::format("{:08x}0000000500000000{:08x}", 16 + body.size() / 2, sequence_number) + body}});
}

bool is_acknowledged(std::uint32_t sequence_number) {
  return eventually(20s, [sequence_number] {
    const json record =
        stack().carrier().ask({{"do", "record"}, {"last", 300}, {"command", "deliver_sm_resp"}});
    for (const json& pdu : record.value("pdus", json::array())) {
      if (pdu.value("from", "") == "esme" && pdu.value("sequence_number", 0U) == sequence_number)
        return pdu.value("command_status", 1) == 0;
    }
    return false;
  });
}

// Of the last message to that phone, when it is `wanted` within 20 s; else what it is.
std::string state_of(const std::string& phone, const std::string& wanted) {
  std::string is;
  eventually(20s, [&] {
    is = stack().query("SELECT state FROM outbox WHERE phone = " + phone +
                       " ORDER BY message_id DESC LIMIT 1");
    return is == wanted;
  });
  return is;
}

// A member's first text, answered; its receipt is on its way.
void join(const std::string& phone) {
  ASSERT_TRUE(stack().carrier().mo(phone, stack().line(), "JOIN").ok);
  ASSERT_FALSE(stack().carrier().inbox(phone, 0, 20s).empty()) << stack().gateway_log();
}

TEST(Trap02, a_receipt_before_its_response_marks_the_message_once_that_has_come) {
  fault({{"what", "early_receipts"}, {"n", 1}});
  join("989120000201");
  EXPECT_EQ(state_of("989120000201", "3\n"), "3\n") << "in one segment";
  fault({{"what", "early_receipts"}, {"n", 1}, {"ms", 700}});
  join("989120000202");
  EXPECT_EQ(state_of("989120000202", "3\n"), "3\n") << "long before";
  EXPECT_EQ(stack().query("SELECT COUNT(*) FROM receipt_parked"), "0\n");
  EXPECT_EQ(stack().query("SELECT COUNT(*) FROM outbox_part WHERE state <> 3"), "0\n");
}

TEST(Trap05, a_members_text_shaped_like_a_receipt_is_a_text) {
  const std::string member = "989120000501";
  fault({{"what", "withhold_receipts"}, {"on", true}});
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
  EXPECT_FALSE(stack().carrier().inbox(member, after, 20s).empty()) << "she is answered";
  EXPECT_EQ(stack().query("SELECT p.state " + of_hers + " ORDER BY o.message_id LIMIT 1"), "2\n");

  // The same words from the carrier are one.
  const std::string message = stack().query("SELECT MIN(message_id) FROM outbox WHERE phone = " + member);
  deliver(member, 4, typed, 0x50002);
  EXPECT_TRUE(is_acknowledged(0x50002));
  EXPECT_TRUE(eventually(
      20s, [&] { return stack().query("SELECT state FROM outbox WHERE message_id = " + message) == "4\n"; }));
  const Finished traced = stack().peykctl({"trace", "message", message.substr(0, message.size() - 1)});
  EXPECT_TRUE(traced.status.ok());
  EXPECT_THAT(traced.output, HasSubstr("error 027: phone off or out of reach"));
  EXPECT_THAT(traced.output, testing::Not(HasSubstr(member)));
  fault({{"what", "withhold_receipts"}, {"on", false}});
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
}  // namespace peyk::tests
