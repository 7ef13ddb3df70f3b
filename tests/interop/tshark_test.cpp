// All that peykd and peyk-sim say to each other in a club's day, read by Wireshark's dissector.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/kit/simulator.hpp"
#include "tests/kit/stack.hpp"
#include "tests/kit/tshark.hpp"

namespace peyk::tests::tshark_test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::SizeIs;

constexpr const char* kMember = "989121234567";

TEST(Tshark, finds_nothing_wrong_in_what_the_gateway_and_the_simulator_say) {
  Simulator simulator({"--enquire-link-ms", "300"});
  Wiretap tap(simulator.smpp_port());
  sim::ControlClient& network = simulator.control();
  Stack stack({.carrier_port = tap.port()});
  ASSERT_TRUE(network.ask({{"do", "await_bound"}, {"wait_ms", 40'000}})["ok"].get<bool>());

  EXPECT_TRUE(network.mo(kMember, Stack::line(), "عضویت").ok);
  EXPECT_TRUE(network.mo(kMember, Stack::line(), "HELP {1}").ok);
  std::string long_text;
  for (int i = 0; i < 60; ++i) long_text += "چرا ";
  EXPECT_TRUE(network.mo(kMember, Stack::line(), long_text).ok);
  network.ask({{"do", "fault"}, {"what", "throttle"}});
  EXPECT_EQ(stack.buy(kMember, 850'000, "A-1", "msg_1").status, 200);
  const sim::Screen menu = network.dial(kMember, "*7000#");
  EXPECT_TRUE(menu.open) << menu.error;
  EXPECT_TRUE(network.press(menu.session, "0").ok);
  // Three replies and the purchase's text, with their receipts; and nothing is left open when the gateway
  // goes.
  const auto recorded = [&network](const char* command) {
    return network.ask({{"do", "record"}, {"last", 1000}, {"command", command}})["pdus"].size();
  };
  EXPECT_TRUE(eventually(60s, [&] {
    const json stats = network.ask({{"do", "stats"}});
    return stats["mt"].get<int>() >= 4 && stats["receipts"] == stats["mt_parts"] &&
           recorded("deliver_sm_resp") == recorded("deliver_sm") && recorded("enquire_link_resp") > 0;
  })) << network.ask({{"do", "stats"}});
  EXPECT_TRUE(stack.stop_gateway().ok()) << stack.gateway_log();

  const auto passed = tap.passed();
  const Verdict verdict = judge(tap.server_port(), passed);
  EXPECT_THAT(verdict.complaints, IsEmpty());
  EXPECT_EQ(verdict.pdus.size(), count_pdus(passed));
  EXPECT_THAT(unanswered(verdict.pdus), IsEmpty());
  std::set<std::uint32_t> commands;
  for (const DissectedPdu& pdu : verdict.pdus) commands.insert(pdu.command_id);
  EXPECT_THAT(commands, IsSupersetOf({0x00000004U, 0x00000005U, 0x00000006U, 0x00000009U, 0x00000015U,
                                      0x80000004U, 0x80000005U, 0x80000006U, 0x80000009U, 0x80000015U}));
}

// One conversation of the client's octets.
std::vector<Passed> said(const std::string& octets) {
  return {{.conversation = 1, .to_server = true, .at_us = 1'700'000'000'000'000, .octets = octets}};
}

TEST(Tshark, finds_what_is_wrong) {
  const std::string enquire_link = "\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x07"s;
  const Verdict good = judge(2775, said(enquire_link));
  EXPECT_THAT(good.complaints, IsEmpty());
  ASSERT_THAT(good.pdus, SizeIs(1));
  EXPECT_EQ(good.pdus[0].command_id, 0x15U);
  EXPECT_EQ(good.pdus[0].sequence_number, 7U);
  EXPECT_THAT(unanswered(good.pdus), ElementsAre(HasSubstr("sequence number 7")));
  EXPECT_EQ(count_pdus(said(enquire_link + enquire_link)), 2U);

  // A submit_sm that ends within its addresses.
  const std::string cut = "\0\0\0\x14\0\0\0\x04\0\0\0\0\0\0\0\x08\0\x01\x01\x39"s;
  EXPECT_THAT(judge(2775, said(cut)).complaints, ElementsAre(HasSubstr("Malformed")));
}

}  // namespace
}  // namespace peyk::tests::tshark_test
