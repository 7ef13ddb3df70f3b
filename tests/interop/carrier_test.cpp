// The gateway before a carrier that is none of ours: node-smpp answers its bind and speaks for the phones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/kit/peer.hpp"
#include "tests/kit/stack.hpp"
#include "tests/kit/tshark.hpp"

namespace peyk::tests::carrier_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kGsm = 0, kUcs2 = 8;
constexpr const char* kMember = "989121234567";
// ussd_service_op (SMPP 3.4, 5.3.2.44)
constexpr int kBegin = 1, kMenu = 2, kEnd = 17, kInput = 18;

std::uint16_t port_of(Peer& carrier) {
  return carrier.await({{"event", "listening"}})["port"].get<std::uint16_t>();
}

json text_of(const std::string& phone, const std::string& words, int data_coding) {
  return {{"source_addr", phone},      {"source_addr_ton", 1},           {"source_addr_npi", 1},
          {"dest_addr_npi", 1},        {"destination_addr", "30001234"}, {"text", words},
          {"data_coding", data_coding}};
}

// Octets of its_session_info: the session, and the step with the end bit as its lowest.
json session_info(int session, int step) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  for (const int octet : {session, step << 1}) {
    hex += kDigits[octet >> 4];
    hex += kDigits[octet & 15];
  }
  return {{"hex", hex}};
}

class BeforeNodeSmpp : public testing::Test {
 protected:
  BeforeNodeSmpp()
      : carrier_(Peer::node_smpp_carrier("peyk", "secret")),
        tap_(port_of(*carrier_)),
        stack_({.carrier_port = tap_.port()}) {}

  Peer& carrier() { return *carrier_; }

  // A phone's text, acknowledged; the reply that it receives.
  std::string reply(const std::string& phone, const std::string& words, int data_coding,
                    std::vector<json>& parts) {
    carrier().send("deliver_sm", text_of(phone, words, data_coding));
    EXPECT_EQ(carrier().await_pdu("deliver_sm_resp")["command_status"], 0);
    return carrier().await_text("submit_sm", phone, parts);
  }

  json screen(const std::string& phone, int service_op, int session, int step, const std::string& words) {
    json fields = text_of(phone, words, kGsm);
    fields["destination_addr"] = "7000";
    fields["service_type"] = "USSD";
    fields["ussd_service_op"] = service_op;
    fields["its_session_info"] = session_info(session, step);
    carrier().send("deliver_sm", fields);
    EXPECT_EQ(carrier().await_pdu("deliver_sm_resp")["command_status"], 0);
    return carrier().await_pdu("submit_sm", {{"service_type", "USSD"}, {"destination_addr", phone}});
  }

  // What the gateway and node-smpp said to each other, before a third.
  void expect_well_formed() {
    const auto passed = tap_.passed();
    const Verdict verdict = judge(tap_.server_port(), passed);
    EXPECT_THAT(verdict.complaints, IsEmpty());
    EXPECT_EQ(verdict.pdus.size(), count_pdus(passed));
    EXPECT_THAT(unanswered(verdict.pdus), IsEmpty());
  }

  std::unique_ptr<Peer> carrier_;
  Wiretap tap_;
  Stack stack_;
};

TEST_F(BeforeNodeSmpp, texts_are_answered_and_receipts_are_believed) {
  const json bind = carrier().await_pdu("bind_transceiver");
  EXPECT_EQ(bind["interface_version"], 0x34);

  std::vector<json> parts;
  EXPECT_THAT(reply(kMember, "عضویت", kUcs2, parts), HasSubstr("خوش آمدید"));
  for (const json& part : parts) {
    EXPECT_EQ(part["source_addr"], "30001234");
    EXPECT_EQ(part["dest_addr_ton"], 1);
    EXPECT_EQ(part["dest_addr_npi"], 1);
    EXPECT_EQ(part["data_coding"], kUcs2);
    EXPECT_EQ(part["registered_delivery"], 1);
  }
  std::vector<json> again;
  EXPECT_THAT(reply(kMember, "JOIN", kGsm, again), HasSubstr("عضو"));
  EXPECT_EQ(stack_.query("SELECT phone FROM member"), std::string(kMember) + "\n");

  // The first reply arrived; of the second nothing is heard.
  for (const json& part : parts) {
    const std::string id = part["given_id"];
    json receipt =
        text_of(kMember,
                "id:" + id + " sub:001 dlvrd:001 submit date:2501010000 done date:2501010001 stat:DELIVRD" +
                    " err:000 text:",
                kGsm);
    receipt["esm_class"] = 0x04;
    receipt["receipted_message_id"] = id;
    receipt["message_state"] = 2;
    carrier().send("deliver_sm", receipt);
    EXPECT_EQ(carrier().await_pdu("deliver_sm_resp")["command_status"], 0);
  }
  constexpr const char* kStates = "SELECT state FROM outbox ORDER BY message_id";  // 2 submitted, 3 delivered
  EXPECT_TRUE(eventually(60s, [&] { return stack_.query(kStates) == "3\n2\n"; })) << stack_.query(kStates);

  carrier().send("enquire_link");
  EXPECT_EQ(carrier().await_pdu("enquire_link_resp")["command_status"], 0);
  EXPECT_TRUE(stack_.stop_gateway().ok()) << stack_.gateway_log();
  carrier().await_pdu("unbind");
  carrier().await({{"event", "closed"}});
  expect_well_formed();
}

TEST_F(BeforeNodeSmpp, a_dialog_goes_through_its_menu) {
  carrier().await_pdu("bind_transceiver");
  const json menu = screen(kMember, kBegin, 0x5A, 1, "*7000#");
  EXPECT_EQ(menu["ussd_service_op"], kMenu);
  EXPECT_EQ(menu["its_session_info"], session_info(0x5A, 1)["hex"]);
  EXPECT_THAT(menu["text"], HasSubstr("عضویت"));

  const json last = screen(kMember, kInput, 0x5A, 2, "1");
  EXPECT_EQ(last["ussd_service_op"], kEnd);
  EXPECT_EQ(last["its_session_info"].get<std::string>().substr(0, 2), "5a");
  EXPECT_EQ(std::stoi(last["its_session_info"].get<std::string>().substr(2), nullptr, 16) & 1, 1) << last;
  EXPECT_THAT(last["text"], HasSubstr("خوش آمدید"));
  EXPECT_EQ(stack_.query("SELECT COUNT(*) FROM member"), "1\n");

  // A step of a dialog that has ended begins nothing.
  EXPECT_EQ(screen(kMember, kInput, 0x5A, 3, "1")["ussd_service_op"], kEnd);
  // Nor does a code that nobody has.
  EXPECT_EQ(screen(kMember, kBegin, 0x5B, 1, "*7999#")["ussd_service_op"], kEnd);
  EXPECT_TRUE(stack_.stop_gateway().ok()) << stack_.gateway_log();
  carrier().await({{"event", "closed"}});
  expect_well_formed();
}

// The pauses themselves are a table, in unit/gateway_reconnect_test.cpp.
TEST(BeforeAnotherCarrier, a_refused_password_is_said_and_not_tried_again_soon) {
  const auto carrier = Peer::node_smpp_carrier("peyk", "another");
  Stack stack({.carrier_port = port_of(*carrier)});
  EXPECT_EQ(carrier->await_pdu("bind_transceiver")["password"], "secret");
  const auto said = [&stack](const char* event) {
    return eventually(60s, [&] { return stack.gateway_log().find(event) != std::string::npos; });
  };
  EXPECT_TRUE(said("carrier_bind_refused"));
  EXPECT_TRUE(said("carrier_credentials_refused"));
  EXPECT_THAT(stack.gateway_log(),
              testing::ContainsRegex("\"next_attempt_in_s\":\"?(4[89]|[5-9][0-9]|1[0-9][0-9])"));
  EXPECT_TRUE(stack.gateway().running());
  EXPECT_THAT(stack.gateway_log(), testing::Not(HasSubstr("carrier_bound")));
}

}  // namespace
}  // namespace peyk::tests::carrier_test
