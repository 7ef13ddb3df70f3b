// The simulator as others meet it: over TCP, through its control port. An ESME that answers everything and
// replies to each text with the same text stands at the other end.
#include "sim/server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <variant>

#include "sim/control_client.hpp"
#include "sim/load_client.hpp"
#include "smpp/session.hpp"
#include "smpp/ussd.hpp"
#include "tests/kit/process.hpp"

namespace peyk::tests::sim_server_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using sim::ControlClient;

sim::Options options_of_test() {
  sim::Options options;
  options.smpp_port = 0;
  options.control_port = 0;
  options.accounts = {{.system_id = "peyk", .password = "secret"}};
  return options;
}

// The server on a thread of its own, for as long as it lives.
class Running {
 public:
  Running() : server_(io_, options_of_test()) {
    server_.start();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Running() {
    io_.stop();
    thread_.join();
  }
  std::uint16_t smpp_port() const { return server_.smpp_port(); }
  ControlClient client() const { return ControlClient("127.0.0.1", server_.control_port(), 60s); }

 private:
  boost::asio::io_context io_{1};
  sim::Server server_;
  std::thread thread_;
};

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return fd;
  ::close(fd);
  return -1;
}

class EchoEsme {
 public:
  explicit EchoEsme(std::uint16_t port) : fd_(connect_to(port)) {
    thread_ = std::thread([this] { run(); });
  }
  ~EchoEsme() {
    stop_ = true;
    thread_.join();
    ::close(fd_);
  }
  bool lost() const { return lost_; }

 private:
  void run() {
    smpp::SessionOptions options;
    options.window = 1000;
    smpp::Session session(options);
    session.connected(now());
    smpp::Bind bind;
    bind.system_id = "peyk";
    bind.password = "secret";
    session.bind(smpp::BindKind::transceiver, bind, now());
    char buffer[65536];
    while (!stop_ && !lost_) {
      write(session.output());
      pollfd entry{fd_, POLLIN, 0};
      if (::poll(&entry, 1, 10) <= 0) continue;
      const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) {
        lost_ = true;
        break;
      }
      session.feed({buffer, static_cast<std::size_t>(n)}, now());
      smpp::Event event;
      while (session.next_event(event)) {
        if (auto* request = std::get_if<smpp::Request>(&event)) answer(session, request->pdu);
      }
    }
  }

  void write(std::string& octets) {
    if (!octets.empty() && ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL) < 0) lost_ = true;
    octets.clear();
  }

  static smpp::Time now() { return std::chrono::steady_clock::now(); }

  static void answer(smpp::Session& session, const smpp::Pdu& pdu) {
    session.respond(pdu.sequence_number, pdu.command_id, 0, smpp::DeliverSmResp{}, now());
    const auto* deliver_sm = std::get_if<smpp::DeliverSm>(&pdu.body);
    if (deliver_sm == nullptr || (deliver_sm->esm_class & smpp::esm_class::type_mask) != 0) return;
    smpp::SubmitSm reply;
    reply.source_addr = deliver_sm->destination_addr;
    reply.destination_addr = deliver_sm->source_addr;
    reply.data_coding = deliver_sm->data_coding;
    reply.esm_class = deliver_sm->esm_class;
    reply.short_message = deliver_sm->short_message;
    const auto& profile = smpp::ussd_profiles::spec_like;
    if (const auto step = smpp::read_ussd(*deliver_sm, profile)) {
      if (step->event == smpp::UssdEvent::abort) return;
      smpp::write_ussd(reply, profile, step->session, step->sequence,
                       step->event == smpp::UssdEvent::begin ? smpp::UssdReply::continue_dialogue
                                                             : smpp::UssdReply::end_dialogue);
    }
    session.request(reply, 1, now());
  }

  int fd_;
  std::atomic<bool> stop_ = false, lost_ = false;
  std::thread thread_;
};

json await_bound(ControlClient& client, int receivers = 1) {
  return client.ask({{"do", "await_bound"}, {"receivers", receivers}, {"wait_ms", 30'000}});
}

class TheSimulator : public testing::Test {
 protected:
  Running running_;
  ControlClient client_ = running_.client();
};

TEST_F(TheSimulator, carriesATextThereAndTheReplyBack) {
  EchoEsme esme(running_.smpp_port());
  ASSERT_TRUE(await_bound(client_).value("ok", false));
  ControlClient listener = running_.client();
  listener.listen();
  std::string text;
  for (int i = 0; i < 40; ++i) text += "اعتبار ";
  const sim::MoAnswer answer = client_.mo("989121234567", "30001234", text);
  EXPECT_TRUE(answer.ok);
  EXPECT_GT(answer.us, 0);
  const auto texts = client_.inbox("989121234567", 0, 60s);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_EQ(texts[0].text, text);
  EXPECT_EQ(texts[0].from, "30001234");
  EXPECT_EQ(texts[0].parts, 5U);
  EXPECT_TRUE(client_.inbox("989121234567", texts[0].n).empty());
  const auto heard = listener.next_text(60s);
  ASSERT_TRUE(heard.has_value());
  EXPECT_EQ(heard->text, text);
  EXPECT_EQ(client_.last_text_number(), texts[0].n);
}

TEST_F(TheSimulator, playsADialog) {
  EchoEsme esme(running_.smpp_port());
  await_bound(client_);
  const sim::Screen menu = client_.dial("989121234567", "*7000*2#");
  EXPECT_TRUE(menu.ok && menu.open) << menu.error;
  EXPECT_EQ(menu.screen, "*7000*2#");
  const sim::Screen end = client_.press(menu.session, "1");
  EXPECT_TRUE(end.ok && !end.open) << end.error;
  EXPECT_EQ(end.screen, "1");
  EXPECT_FALSE(client_.press(menu.session, "2").ok);
}

TEST_F(TheSimulator, measuresABurst) {
  EchoEsme esme(running_.smpp_port());
  await_bound(client_);
  const json result = client_.ask({{"do", "mo_burst"},
                                   {"n", 500},
                                   {"phones", 100},
                                   {"open", 20},
                                   {"to", "30001234"},
                                   {"text", "text {n}"}});
  EXPECT_TRUE(result.value("ok", false)) << result.dump();
  EXPECT_EQ(result.at("replied"), 500);
  EXPECT_EQ(result.at("statuses").at("0"), 500);
  EXPECT_GT(result.at("rate").get<double>(), 0);
  EXPECT_LE(result.at("reply_us").at("p50"), result.at("reply_us").at("p99"));
  const json stats = client_.ask({{"do", "stats"}});
  EXPECT_EQ(stats.at("mt"), 500);
  EXPECT_LE(stats.at("sources").at("30001234").at("max_in_any_second"), 500);
  const json record = client_.ask({{"do", "record"}, {"last", 1000}, {"command", "deliver_sm_resp"}});
  EXPECT_GT(record.at("pdus").size(), 200U);  // of the last 1000 PDUs about a quarter
  EXPECT_EQ(record.at("pdus").at(0).at("from"), "esme");
}

TEST_F(TheSimulator, dropsLinksAndStopsListeningAndStartsAgain) {
  EchoEsme esme(running_.smpp_port());
  await_bound(client_);
  EXPECT_TRUE(client_.ask({{"do", "fault"}, {"what", "stop_listening"}}).value("ok", false));
  EXPECT_TRUE(client_.ask({{"do", "fault"}, {"what", "drop_links"}}).value("ok", false));
  EXPECT_TRUE(eventually(60s, [&] { return esme.lost(); }));
  EXPECT_EQ(connect_to(running_.smpp_port()), -1);
  EXPECT_TRUE(client_.ask({{"do", "fault"}, {"what", "start_listening"}}).value("ok", false));
  EchoEsme again(running_.smpp_port());
  EXPECT_TRUE(await_bound(client_).value("ok", false));
}

TEST_F(TheSimulator, saysWhatIsWrongWithAQuestion) {
  const auto error = [&](const json& question) { return client_.ask(question).value("error", ""); };
  EXPECT_EQ(error({{"do", "dance"}}), "no such word: dance");
  EXPECT_EQ(error({{"do", "mo"}, {"from", "1"}}), "missing: to");
  EXPECT_EQ(error({{"do", "mo"}, {"from", 1}, {"to", "2"}, {"text", "x"}}), "of the wrong kind: from");
  EXPECT_NE(error({{"do", "fault"}, {"what", "magic"}}), "");
  EXPECT_NE(error({{"do", "fault"}, {"what", "send_raw"}, {"hex", "0g"}}), "");
  EXPECT_NE(error({{"do", "press"}, {"session", 99}, {"keys", "1"}}), "");
  EXPECT_NE(error({{"do", "mo"}, {"from", "1"}, {"to", "2"}, {"text", std::string(60'000, 'x')}}), "");
  EXPECT_EQ(client_.ask({{"do", "hang_up"}, {"session", 99}, {"id", 7}}).at("id"), 7);
}

TEST_F(TheSimulator, isMeasuredByALoadOverTheWire) {
  boost::asio::io_context io(1);
  sim::LoadClient load(io, {.sessions = 2, .window = 10, .count = 300, .receipts = true});
  const sim::EsmeLoadResult result = load.run("127.0.0.1", running_.smpp_port());
  EXPECT_EQ(result.answered, 300U);
  EXPECT_EQ(result.receipts, 300U);
  EXPECT_EQ(result.lost, 0U);
  EXPECT_LE(result.response.at(0.5), result.response.at(0.999));
  const json told = json::parse(sim::report_json(result));
  EXPECT_EQ(told.at("statuses").at("0"), 300);
  EXPECT_NE(sim::report(result).find("p99.9"), std::string::npos);
  EXPECT_EQ(client_.ask({{"do", "stats"}}).at("violations"), 0);
  EXPECT_TRUE(client_.ask({{"do", "verdict"}}).value("ok", false));
}

TEST_F(TheSimulator, changesItsProfileAndItsPhonesWhileItRuns) {
  EXPECT_EQ(client_.ask({{"do", "profile"}}).at("name"), "plain");
  EXPECT_EQ(
      client_
          .ask({{"do", "profile"}, {"set", {{"name", "other"}, {"ids", {{"response", {{"form", "hex"}}}}}}}})
          .at("name"),
      "other");
  const json wrong = client_.ask({{"do", "profile"}, {"set", {{"nmae", "x"}}}});
  EXPECT_FALSE(wrong.value("ok", true));
  EXPECT_NE(wrong.at("error").get<std::string>().find("nmae: unknown key"), std::string::npos);
  EXPECT_FALSE(client_.ask({{"do", "profile"}, {"file", "/nowhere.yaml"}}).value("ok", true));
  EXPECT_EQ(client_.ask({{"do", "profile"}}).at("name"), "other");
  EXPECT_TRUE(client_.ask({{"do", "phone"}, {"phone", "98912"}, {"state", "off"}}).value("ok", false));
  EXPECT_FALSE(client_.ask({{"do", "phone"}, {"phone", "98912"}, {"state", "asleep"}}).value("ok", true));
  EXPECT_TRUE(client_.ask({{"do", "fault"}, {"what", "nack"}, {"probability", 0.5}}).value("ok", false));
  EXPECT_FALSE(client_.ask({{"do", "fault"}, {"what", "nack"}, {"probability", 2}}).value("ok", true));
}

TEST_F(TheSimulator, tellsWhatTheEsmeDidWrong) {
  const int fd = connect_to(running_.smpp_port());
  ASSERT_GE(fd, 0);
  const char early[] = "\0\0\0\x10\0\0\0\x06\0\0\0\0\0\0\0\x05";  // an unbind before any bind
  ASSERT_EQ(::send(fd, early, 16, MSG_NOSIGNAL), 16);
  EXPECT_TRUE(eventually(60s, [&] { return client_.ask({{"do", "stats"}}).at("violations") == 1; }));
  const json verdict = client_.ask({{"do", "verdict"}});
  EXPECT_FALSE(verdict.value("ok", true));
  EXPECT_EQ(verdict.at("violations").at(0).at("rule"), "wrong_state");
  EXPECT_EQ(verdict.at("violations").at(0).at("first").at(0).at("what"), "unbind in OPEN");
  EXPECT_TRUE(client_.ask({{"do", "reset_stats"}}).value("ok", false));
  EXPECT_TRUE(client_.ask({{"do", "verdict"}}).value("ok", false));
  ::close(fd);
}

TEST_F(TheSimulator, readsSoSlowlyThatTheEsmesBuffersFill) {
  EXPECT_TRUE(
      client_.ask({{"do", "fault"}, {"what", "slow_reading"}, {"octets_per_second", 1}}).value("ok", false));
  const int fd = connect_to(running_.smpp_port());
  ASSERT_GE(fd, 0);
  smpp::Session session(smpp::SessionOptions{});
  session.connected(std::chrono::steady_clock::now());
  session.bind(smpp::BindKind::transmitter, {.system_id = "peyk", .password = "secret"},
               std::chrono::steady_clock::now());
  std::string octets = session.output();
  ASSERT_GT(::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL), 0);
  char answer[256];
  ASSERT_GT(::recv(fd, answer, sizeof answer, 0), 0);
  smpp::SubmitSm submit_sm;
  submit_sm.destination_addr = "98912";
  octets.clear();
  smpp::encode(smpp::CommandId::submit_sm, 0, 2, submit_sm, octets);
  ASSERT_GT(::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL), 0);
  EXPECT_TRUE(eventually(60s, [&] { return client_.ask({{"do", "stats"}}).at("submit_sm") == 1; }));
  std::string more;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    smpp::encode(smpp::CommandId::enquire_link, 0, 3 + i, smpp::EnquireLink{}, more);
  }
  bool full = false;
  for (int i = 0; i < 200 && !full; ++i) {
    pollfd entry{fd, POLLOUT, 0};
    full = ::poll(&entry, 1, 500) == 0;
    if (full) break;
    ASSERT_GT(::send(fd, more.data(), more.size(), MSG_NOSIGNAL | MSG_DONTWAIT), 0);
  }
  EXPECT_TRUE(full);
  EXPECT_TRUE(client_.ask({{"do", "stats"}}).value("ok", false));
  ::close(fd);
}

TEST_F(TheSimulator, answersWhatIsNoJsonAndClosesOnALineWithoutEnd) {
  ControlClient other = running_.client();
  const int fd = other.native_handle();
  ASSERT_EQ(::send(fd, "what?\n", 6, MSG_NOSIGNAL), 6);
  char answer[256];
  EXPECT_TRUE(eventually(60s, [&] { return ::recv(fd, answer, sizeof answer, MSG_DONTWAIT) > 0; }));
  EXPECT_THROW(other.ask({{"do", "mo"}, {"text", std::string(70'000, 'x')}}), sim::ControlBroken);
  EXPECT_TRUE(client_.ask({{"do", "stats"}}).value("ok", false));
}

}  // namespace
}  // namespace peyk::tests::sim_server_test
