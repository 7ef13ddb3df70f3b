// What must never hurt: octets, texts and purchases that nobody should send. A clear answer, no effect, no
// crash.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "tests/kit/stack.hpp"

namespace peyk::tests::bad_input_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

const std::string kMember = "989120000001";

Stack& stack() {
  static Stack one;
  return one;
}

void expect_alive() {
  stack().await_ready();
  EXPECT_TRUE(stack().gateway().running()) << stack().gateway_log();
  const auto after = stack().carrier().last_text_number();
  static int asked = 0;
  const std::string member =
      fmt::format("9891300{:05}", ++asked);  // another one each time: none is a redelivery
  ASSERT_TRUE(stack().carrier().mo(member, stack().line(), "HELP").ok);
  EXPECT_FALSE(stack().carrier().inbox(member, after, 60s).empty());
}

void send_raw(const std::string& hex) {
  ASSERT_TRUE(stack().carrier().ask({{"do", "fault"}, {"what", "send_raw"}, {"hex", hex}})["ok"].get<bool>());
}

// What peykd sent under that command and number; earlier answers may be in the record already.
json answer_from_peykd(const std::string& command, std::uint32_t sequence_number) {
  json found;
  eventually(60s, [&] {
    const json record = stack().carrier().ask({{"do", "record"}, {"last", 200}, {"command", command}});
    for (const json& pdu : record.value("pdus", json::array())) {
      if (pdu.value("from", "") == "esme" && pdu.value("sequence_number", 0U) == sequence_number) found = pdu;
    }
    return !found.is_null();
  });
  return found;
}

TEST(BadInput, an_unknown_command_gets_generic_nack_and_the_link_stays) {
  send_raw("000000100001ffff0000000000000777");
  const json nack = answer_from_peykd("generic_nack", 0x777);
  ASSERT_FALSE(nack.is_null());
  EXPECT_EQ(nack["command_status"], 3) << nack.dump();
  expect_alive();
}

// A deliver_sm to the line; `from` has 12 digits, `sm_length` is written as given.
std::string deliver_sm(const std::string& from, std::uint32_t sequence_number, int data_coding,
                       std::size_t sm_length, const std::string& text_hex) {
  std::string body =
      "00"
      "0101";
  for (char digit : from) body += fmt::format("{:02x}", static_cast<unsigned>(digit));
  body +=
      "00"
      "0001"
      "3330303031323334"
      "00"
      "000000"
      "0000"
      "0000";
  body += fmt::format("{:02x}00{:02x}", data_coding, sm_length) + text_hex;
  return fmt::format("{:08x}0000000500000000{:08x}", 16 + body.size() / 2, sequence_number) + body;
}

TEST(BadInput, a_body_cut_short_is_answered_in_its_own_response) {
  send_raw(deliver_sm(kMember, 0x778, 0, 30, "5959"));
  const json answer = answer_from_peykd("deliver_sm_resp", 0x778);
  ASSERT_FALSE(answer.is_null());
  EXPECT_EQ(answer["command_status"], 1) << answer.dump();  // ESME_RINVMSGLEN
  expect_alive();
}

TEST(BadInput, framing_that_cannot_be_followed_ends_the_link_and_it_comes_back) {
  for (const char* hex : {"00000001000000050000000000000001", "7fffffff000000050000000000000001",
                          "474554202f20485454502f312e310d0a0d0a"}) {
    send_raw(hex);
    expect_alive();
  }
}

TEST(BadInput, a_text_of_ten_kilobytes_is_one_unknown_text) {
  std::string text;
  while (text.size() < 10'000) text += "all work and no play ";
  const std::string stranger = "989120000777";
  ASSERT_TRUE(stack().carrier().mo(stranger, stack().line(), text).ok);
  EXPECT_EQ(stack().carrier().inbox(stranger, 0, 60s).size(), 1U);
  expect_alive();
}

TEST(BadInput, octets_that_are_no_text_are_acknowledged_and_answered_like_any_unknown_text) {
  // UCS-2 with a lone surrogate and an odd octet.
  send_raw(deliver_sm("989120000888", 0x779, 8, 9, "d80000410042dc0033"));
  EXPECT_EQ(stack().carrier().inbox("989120000888", 0, 60s).size(), 1U);
  expect_alive();
}

TEST(BadInput, a_sender_that_is_no_phone_gets_no_answer) {
  const auto after = stack().carrier().last_text_number();
  ASSERT_TRUE(stack().carrier().mo("BANK", stack().line(), "your balance").ok);
  expect_alive();
  EXPECT_TRUE(stack().carrier().inbox("BANK", after).empty());
}

TEST(BadInput, a_line_and_a_code_of_nobody_are_acknowledged) {
  EXPECT_TRUE(stack().carrier().mo(kMember, "50009999", "JOIN").ok);
  const sim::Screen screen = stack().carrier().dial(kMember, "*9999#");
  EXPECT_FALSE(screen.open);
  expect_alive();
}

TEST(BadInput, purchases_that_cannot_be_are_refused_with_the_reason_and_change_nothing) {
  ASSERT_TRUE(stack().carrier().mo(kMember, stack().line(), "JOIN").ok);
  const auto post = [](const std::string& body, const std::string& id) {
    return stack().till().post("/v1/purchases", id, std::time(nullptr), body);
  };
  int id = 0;
  for (const char* amount :
       {"0", "-5", "1.5", "1e3", "\"850000\"", "9223372036854775807", "99999999999999999999999", "null"}) {
    const auto answer = post(std::string(R"({"phone":"09120000001","invoice":"X","amount":)") + amount + "}",
                             "bad_" + std::to_string(++id));
    EXPECT_EQ(answer.status, 422) << amount << "\n" << answer.body;
    EXPECT_NE(answer.body.find("/amount"), std::string::npos) << answer.body;
  }
  for (const char* body :
       {"{", "[]", "{\"phone\":\"\xff\xfe\"}", R"({"phone":"nobody","invoice":"X","amount":5})",
        R"({"phone":"09120000001","invoice":"X","amount":5,"coupon":1})"}) {
    const auto answer = post(body, "bad_" + std::to_string(++id));
    EXPECT_TRUE(answer.status == 400 || answer.status == 422) << answer.status << " " << answer.body;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
  }
  EXPECT_EQ(post("", "bad_empty").status, 401) << "without a body it is the target that is signed";
  EXPECT_EQ(post(std::string(200'000, ' '), "bad_large").status, 413);
  const std::string good = sim::purchase_json("09120000001", 850'000, "X");
  EXPECT_EQ(stack().till().post("/v1/purchases", "old", std::time(nullptr) - 3600, good).status, 401);
  EXPECT_EQ(stack()
                .till()
                .post_with_signature("/v1/purchases", "forged", std::time(nullptr), good, "v1,AAAA")
                .status,
            401);
  EXPECT_EQ(stack().query("SELECT COUNT(*) FROM purchase"), "0\n");
  EXPECT_EQ(stack().query("SELECT COUNT(*) FROM ledger_entry"), "0\n");
  expect_alive();
}

}  // namespace
}  // namespace peyk::tests::bad_input_test
