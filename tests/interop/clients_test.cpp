// SMPP stacks of others as customers of peyk-sim. Each test is held with both of them: Net::SMPP (Perl, 2001
// to 2011) and node-smpp.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <ostream>

#include "tests/kit/peer.hpp"
#include "tests/kit/simulator.hpp"

namespace peyk::tests::clients_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kLine = "30001234";
constexpr const char* kPhone = "989121234567";
constexpr int kGsm = 0, kUcs2 = 8;
constexpr std::uint32_t ESME_RINVBNDSTS = 0x04, ESME_RINVPASWD = 0x0E, ESME_RINVSYSID = 0x0F,
                        ESME_RTHROTTLED = 0x58;

struct Kind {
  std::string name;
  std::function<std::unique_ptr<Peer>()> start;
  std::function<json(const std::string&)> payload;  // the octets of a message_payload in its own words
  friend std::ostream& operator<<(std::ostream& out, const Kind& kind) { return out << kind.name; }
};

class Customer : public testing::TestWithParam<Kind> {
 protected:
  // Gone at the end of the test, with its connection.
  std::unique_ptr<Peer> connected() {
    auto peer = GetParam().start();
    peer->tell({{"do", "connect"}, {"port", simulator_.smpp_port()}});
    peer->await({{"event", "connected"}});
    return peer;
  }

  std::unique_ptr<Peer> bound() {
    auto peer = connected();
    peer->send("bind_transceiver",
               {{"system_id", "peyk"}, {"password", "secret"}, {"interface_version", 0x34}});
    EXPECT_EQ(peer->await_pdu("bind_transceiver_resp")["command_status"], 0);
    return peer;
  }

  json text(const std::string& words, int data_coding) {
    return {
        {"source_addr", kLine}, {"destination_addr", kPhone}, {"dest_addr_ton", 1},      {"dest_addr_npi", 1},
        {"text", words},        {"data_coding", data_coding}, {"registered_delivery", 0}};
  }

  sim::ControlClient& network() { return simulator_.control(); }
  json stats() { return network().ask({{"do", "stats"}}); }

 private:
  Simulator simulator_{{"--enquire-link-ms", "300"}};
};

TEST_P(Customer, is_bound_with_the_right_password_only) {
  struct Try {
    const char *system_id, *password;
    std::uint32_t status;
  };
  for (const Try& one : {Try{"peyk", "wrong", ESME_RINVPASWD}, Try{"nobody", "secret", ESME_RINVSYSID}}) {
    auto refused = connected();
    refused->send("bind_transceiver", {{"system_id", one.system_id}, {"password", one.password}});
    EXPECT_EQ(refused->await_pdu("bind_transceiver_resp")["command_status"], one.status) << one.system_id;
    EXPECT_EQ(stats()["bound"], 0);
  }
  auto peer = connected();
  peer->send("bind_transceiver",
             {{"system_id", "peyk"}, {"password", "secret"}, {"interface_version", 0x34}});
  const json answer = peer->await_pdu("bind_transceiver_resp");
  EXPECT_EQ(answer["command_status"], 0);
  EXPECT_EQ(answer["sc_interface_version"], 0x34) << answer;
  EXPECT_EQ(stats()["bound"], 1);
}

TEST_P(Customer, sends_texts_of_both_alphabets_and_hears_their_receipts) {
  auto peer = bound();
  struct Example {
    std::string words;
    int data_coding;
  };
  std::uint64_t last = 0;
  for (const Example& one : {Example{"Credit: 42,500 @ Nan-o-Namak {until} [12 Azar] 5€ ~ ^ \\ |", kGsm},
                             Example{"اعتبار شما ۴۲٬۵۰۰ تومان است؛ کد: 4417203 😀", kUcs2}}) {
    json fields = text(one.words, one.data_coding);
    fields["registered_delivery"] = 1;
    peer->send("submit_sm", fields);
    const json answer = peer->await_pdu("submit_sm_resp");
    ASSERT_EQ(answer["command_status"], 0);
    const auto texts = network().inbox(kPhone, last, 60s);
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_EQ(texts[0].text, one.words);
    EXPECT_EQ(texts[0].from, kLine);
    last = texts[0].n;

    const std::string id = answer["message_id"];
    const json receipt = peer->await_pdu("deliver_sm", {{"receipted_message_id", id}});
    EXPECT_EQ(receipt["esm_class"], 0x04);
    EXPECT_EQ(receipt["source_addr"], kPhone);
    EXPECT_EQ(receipt["destination_addr"], kLine);
    EXPECT_EQ(receipt["message_state"], 2);
    EXPECT_THAT(receipt["text"], HasSubstr("id:" + id + " sub:001 dlvrd:001 submit date:"));
    EXPECT_THAT(receipt["text"], HasSubstr("stat:DELIVRD err:000"));
  }
  // And none for who did not ask: by the time the next receipt is here, one for the first would be.
  peer->send("submit_sm", text("no receipt", kGsm));
  const std::string silent = peer->await_pdu("submit_sm_resp")["message_id"];
  json fields = text("receipt", kGsm);
  fields["registered_delivery"] = 1;
  peer->send("submit_sm", fields);
  peer->await_pdu("deliver_sm", {{"receipted_message_id", peer->await_pdu("submit_sm_resp")["message_id"]}});
  EXPECT_FALSE(peer->has({{"receipted_message_id", silent}}));
}

TEST_P(Customer, sends_a_long_text_in_parts) {
  auto peer = bound();
  const std::vector<std::string> parts = {
      "به باشگاه نان و نمک خوش آمدید. ",
      "با هر خرید پنج درصد اعتبار می‌گیرید. ", "لغو11"};
  // The last part first: a network keeps no order.
  for (std::size_t i = parts.size(); i-- > 0;) {
    json fields = text(parts[i], kUcs2);
    fields["udh"] = "0500032A030" + std::to_string(i + 1);
    peer->send("submit_sm", fields);
    EXPECT_EQ(peer->await_pdu("submit_sm_resp")["command_status"], 0);
    EXPECT_EQ(network().inbox(kPhone).size(), i == 0 ? 1U : 0U);
  }
  const auto texts = network().inbox(kPhone);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_EQ(texts[0].text, parts[0] + parts[1] + parts[2]);
  EXPECT_EQ(texts[0].parts, 3U);
}

TEST_P(Customer, receives_short_and_long_texts_of_phones) {
  auto peer = bound();
  std::string long_persian, long_latin;
  for (int i = 0; i < 20; ++i) {
    long_persian += "سلام " + std::to_string(i) + "، ";
    long_latin += "bread & salt {" + std::to_string(i) + "} ";
  }
  struct Example {
    std::string words;
    int data_coding;
    std::size_t parts;
  };
  for (const Example& one : {Example{"JOIN {1}", kGsm, 1}, Example{"عضویت", kUcs2, 1},
                             Example{long_persian, kUcs2, 3}, Example{long_latin, kGsm, 3}}) {
    const sim::MoAnswer answer = network().mo(kPhone, kLine, one.words);
    EXPECT_TRUE(answer.ok) << answer.error;
    std::vector<json> parts;
    EXPECT_EQ(peer->await_text("deliver_sm", kLine, parts), one.words);
    EXPECT_EQ(parts.size(), one.parts);
    for (const json& part : parts) {
      EXPECT_EQ(part["source_addr"], kPhone);
      EXPECT_EQ(part["data_coding"], one.data_coding);
      EXPECT_EQ(part["esm_class"], one.parts == 1 ? 0 : 0x40);
    }
  }
}

TEST_P(Customer, asks_and_is_asked_whether_the_link_lives_and_says_goodbye) {
  auto peer = bound();
  peer->send("enquire_link");
  EXPECT_EQ(peer->await_pdu("enquire_link_resp")["command_status"], 0);
  for (int i = 0; i < 3; ++i) peer->await_pdu("enquire_link");
  EXPECT_EQ(stats()["bound"], 1);
  peer->send("unbind");
  EXPECT_EQ(peer->await_pdu("unbind_resp")["command_status"], 0);
  peer->await({{"event", "closed"}});
  EXPECT_EQ(stats()["bound"], 0);
}

TEST_P(Customer, sends_over_one_bind_and_hears_over_another) {
  auto transmitter = connected(), receiver = connected();
  const json account = {{"system_id", "peyk"}, {"password", "secret"}, {"interface_version", 0x34}};
  transmitter->send("bind_transmitter", account);
  EXPECT_EQ(transmitter->await_pdu("bind_transmitter_resp")["command_status"], 0);
  receiver->send("bind_receiver", account);
  EXPECT_EQ(receiver->await_pdu("bind_receiver_resp")["command_status"], 0);
  json fields = text("sent by one", kGsm);
  fields["registered_delivery"] = 1;
  transmitter->send("submit_sm", fields);
  const std::string id = transmitter->await_pdu("submit_sm_resp")["message_id"];
  receiver->await_pdu("deliver_sm", {{"receipted_message_id", id}});
  EXPECT_TRUE(network().mo(kPhone, kLine, "heard by the other").ok);
  EXPECT_EQ(receiver->await_pdu("deliver_sm", {{"text", "heard by the other"}})["source_addr"], kPhone);
  EXPECT_FALSE(transmitter->has({{"command", "deliver_sm"}}));
  // Each may only what it is bound for.
  receiver->send("submit_sm", text("wrong way", kGsm));
  EXPECT_EQ(receiver->await_pdu("submit_sm_resp")["command_status"], ESME_RINVBNDSTS);
}

TEST_P(Customer, sends_by_data_sm_and_asks_by_query_sm_what_became_of_it) {
  auto peer = bound();
  json fields = text("", kGsm);
  fields.erase("text");
  fields["message_payload"] = GetParam().payload("in a payload");
  peer->send("data_sm", fields);
  const json taken = peer->await_pdu("data_sm_resp");
  ASSERT_EQ(taken["command_status"], 0) << taken;
  const auto texts = network().inbox(kPhone, 0, 60s);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_EQ(texts[0].text, "in a payload");
  peer->send("query_sm", {{"message_id", taken["message_id"]}, {"source_addr", kLine}});
  const json state = peer->await_pdu("query_sm_resp");
  EXPECT_EQ(state["command_status"], 0) << state;
  EXPECT_EQ(state["message_state"], 2) << state;
  peer->send("query_sm", {{"message_id", "99999999"}, {"source_addr", kLine}});
  EXPECT_NE(peer->await_pdu("query_sm_resp")["command_status"], 0);
}

TEST_P(Customer, is_told_what_it_did_wrong) {
  auto early = connected();
  early->send("submit_sm", text("not yet", kGsm));
  EXPECT_EQ(early->await_pdu("submit_sm_resp")["command_status"], ESME_RINVBNDSTS);

  auto peer = bound();
  network().ask({{"do", "fault"}, {"what", "throttle"}});
  peer->send("submit_sm", text("too fast", kGsm));
  EXPECT_EQ(peer->await_pdu("submit_sm_resp")["command_status"], ESME_RTHROTTLED);
  peer->send("submit_sm", text("slower", kGsm));
  EXPECT_EQ(peer->await_pdu("submit_sm_resp")["command_status"], 0);
  const auto texts = network().inbox(kPhone);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_EQ(texts[0].text, "slower");
}

json as_it_is(const std::string& octets) {
  return octets;
}

json as_hex(const std::string& octets) {
  std::string hex;
  for (const char octet : octets) hex += fmt::format("{:02x}", static_cast<unsigned char>(octet));
  return {{"hex", hex}};
}

INSTANTIATE_TEST_SUITE_P(Others, Customer,
                         testing::Values(Kind{"net_smpp", Peer::net_smpp, as_it_is},
                                         Kind{"node_smpp", Peer::node_smpp, as_hex}),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace peyk::tests::clients_test
