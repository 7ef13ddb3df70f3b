// Carriers that connect to us (accept, outbind), and TLS both ways, on real sockets.
#include "gateway/listener.hpp"

#include <gtest/gtest.h>

#include "gateway/carriers.hpp"
#include "gateway/log.hpp"
#include "smpp/mirror.hpp"
#include "tests/kit/certificates.hpp"
#include "tests/kit/paths.hpp"
#include "tests/unit/gateway_carrier_peer.hpp"

namespace peyk::tests {
namespace {

using namespace std::chrono_literals;
using gateway::CarrierOptions;
using gateway::CarrierRequest;
using gateway::ConnectionMode;
using gateway::Tls;
using gateway::TlsOptions;

CarrierOptions guest(std::string name) {
  CarrierOptions options;
  options.name = name;
  options.connection = ConnectionMode::accept;
  options.host = "127.0.0.1";
  options.port = 0;
  options.allow = {"127.0.0.0/8"};
  options.system_id = name;
  options.password = name + "-pw";
  return options;
}

smpp::SubmitSm submit_sm(std::string text = "hello") {
  return {.source_addr = "30001234", .destination_addr = "989120000101", .short_message = std::move(text)};
}

// peykd's side: carriers that listen, and what they heard.
struct Gate {
  Gate(Loop& loop_of_test, std::vector<CarrierOptions> options)
      : loop(loop_of_test), carriers(loop.io, options, hooks()) {
    carriers.start();
  }
  ~Gate() {
    bool ended = false;
    gateway::spawn(loop.io, end(ended));
    EXPECT_TRUE(loop.until([&] { return ended; }));
  }
  boost::asio::awaitable<void> end(bool& ended) {
    co_await carriers.stop(200ms);
    ended = true;
  }
  gateway::LinkHooks hooks() {
    return {.request =
                [this](CarrierRequest request) {
                  request.link->respond(request.generation, request.pdu, smpp::ESME_ROK);
                  requests.push_back(std::move(request));
                },
            .response = [this](std::uint64_t tag, const smpp::Pdu& pdu) { responses.emplace_back(tag, pdu); },
            .unknown = [this](std::uint64_t) { ++unknown; },
            .state = [](gateway::CarrierLink&, bool) {}};
  }
  std::uint16_t port() { return carriers.listeners().at(0)->port(); }
  gateway::Carrier& carrier(const std::string& name) { return *carriers.find(name); }

  Loop& loop;
  std::vector<CarrierRequest> requests;
  std::vector<std::pair<std::uint64_t, smpp::Pdu>> responses;
  int unknown = 0;
  gateway::Carriers carriers;
};

// Somebody who connects, in either role.
struct Caller final : gateway::ConnectionOwner {
  Caller(Loop& loop_of_test, std::uint16_t port, smpp::Role role = smpp::Role::esme,
         std::uint8_t version = 0x34)
      : loop(loop_of_test) {
    boost::asio::ip::tcp::socket socket(loop.io);
    socket.connect({boost::asio::ip::address_v4::loopback(), port});
    smpp::SessionOptions options;
    options.role = role;
    options.interface_version = version;
    options.either_way = true;
    connection = std::make_unique<gateway::SmppConnection>(
        loop.io, gateway::make_wire(loop.io, std::move(socket), nullptr), options);
    connection->start(*this);
  }
  ~Caller() override {
    if (connection) connection->close();
    EXPECT_TRUE(loop.until([&] { return !connection; }));
  }
  smpp::Session& session() { return connection->session(); }
  // The answer to a bind.
  std::uint32_t bind(const std::string& system_id, const std::string& password,
                     smpp::BindKind kind = smpp::BindKind::transceiver) {
    session().bind(kind, {.system_id = system_id, .password = password}, peer_now());
    connection->flush();
    EXPECT_TRUE(loop.until([&] { return status || !connection; }));
    return status.value_or(~0u);
  }
  bool send(const smpp::Body& body) {
    const bool sent = session().request(body, 1, peer_now()).has_value();
    connection->flush();
    return sent;
  }
  void on_event(gateway::SmppConnection& its, smpp::Event& event) override {
    if (std::holds_alternative<smpp::Bound>(event)) status = smpp::ESME_ROK;
    if (const auto* refused = std::get_if<smpp::BindRefused>(&event)) status = refused->command_status;
    if (auto* response = std::get_if<smpp::Response>(&event)) responses.push_back(response->pdu);
    if (const auto* asked = std::get_if<smpp::BindRequested>(&event)) {
      bind_asked = asked->bind;
      its.session().accept_bind(peer_now());
      status = smpp::ESME_ROK;
    }
    if (auto* request = std::get_if<smpp::Request>(&event)) {
      smpp::Body body;
      if (request->pdu.command_id == smpp::CommandId::deliver_sm) body = smpp::DeliverSmResp{};
      if (request->pdu.command_id == smpp::CommandId::submit_sm) body = smpp::SubmitSmResp{.message_id = "7"};
      its.session().respond(request->pdu.sequence_number, request->pdu.command_id, 0, body, peer_now());
      requests.push_back(std::move(request->pdu));
    }
  }
  void on_ended(gateway::SmppConnection&) override { connection.reset(); }

  Loop& loop;
  std::unique_ptr<gateway::SmppConnection> connection;
  std::optional<std::uint32_t> status;
  std::optional<smpp::Bind> bind_asked;
  std::vector<smpp::Pdu> responses, requests;
};

TEST(Listener, lets_in_whom_it_knows_and_tells_others_why_not) {
  Loop loop;
  auto far = guest("far");
  far.allow = {"192.0.2.0/24"};
  Gate gate(loop, {guest("near"), far});
  struct Row {
    std::string system_id, password;
    std::uint32_t status;
  };
  for (const Row& row : {Row{"near", "near-pw", smpp::ESME_ROK},
                         {"near", "near-pw", smpp::ESME_RALYBND},  // its one session is taken by the first
                         {"near", "near-px", smpp::ESME_RINVPASWD},
                         {"near", "", smpp::ESME_RINVPASWD},
                         {"nobody", "near-pw", smpp::ESME_RINVSYSID},
                         {"", "", smpp::ESME_RINVSYSID},
                         {"far", "far-pw", smpp::ESME_RBINDFAIL}}) {
    static std::vector<std::unique_ptr<Caller>> kept;
    auto caller = std::make_unique<Caller>(loop, gate.port());
    EXPECT_EQ(caller->bind(row.system_id, row.password), row.status) << row.system_id;
    if (row.status == smpp::ESME_ROK) {
      kept.push_back(std::move(caller));
    } else {
      EXPECT_TRUE(loop.until([&] { return !caller->connection; })) << "one bind a connection";
    }
    if (row.system_id == "far") kept.clear();
  }
}

TEST(Listener, tells_carriers_on_one_port_apart_by_their_system_id) {
  Loop loop;
  auto two = guest("b");
  two.sessions = 2;
  Gate gate(loop, {guest("a"), two});
  EXPECT_EQ(gate.carriers.listeners().size(), 1u);
  Caller a(loop, gate.port()), b1(loop, gate.port()), b2(loop, gate.port());
  EXPECT_EQ(b1.bind("b", "b-pw"), smpp::ESME_ROK);
  EXPECT_EQ(a.bind("a", "a-pw"), smpp::ESME_ROK);
  EXPECT_EQ(b2.bind("b", "b-pw"), smpp::ESME_ROK);
  EXPECT_EQ(gate.carrier("a").bound(), 1u);
  EXPECT_EQ(gate.carrier("b").bound(), 2u);
  EXPECT_EQ(gate.carrier("b").describe(), "2 of 2 bound");
}

TEST(Listener, is_the_message_centre_of_who_bound_to_it) {
  Loop loop;
  Gate gate(loop, {guest("gw")});
  Caller caller(loop, gate.port());
  ASSERT_EQ(caller.bind("gw", "gw-pw"), smpp::ESME_ROK);
  ASSERT_TRUE(caller.send(submit_sm("*7000#")));
  ASSERT_TRUE(loop.until([&] { return caller.responses.size() == 1; }));
  const auto& heard = std::get<smpp::DeliverSm>(gate.requests.at(0).pdu.body);
  EXPECT_EQ(heard, smpp::as_deliver_sm(submit_sm("*7000#")));
  EXPECT_EQ(caller.responses[0].command_id, smpp::CommandId::submit_sm_resp);
  EXPECT_FALSE(std::get<smpp::SubmitSmResp>(caller.responses[0].body).message_id.empty());

  ASSERT_TRUE(gate.carrier("gw").submit(submit_sm("menu"), 9));
  ASSERT_TRUE(loop.until([&] { return gate.responses.size() == 1; }));
  EXPECT_EQ(std::get<smpp::DeliverSm>(caller.requests.at(0).body), smpp::as_deliver_sm(submit_sm("menu")));
  EXPECT_EQ(gate.responses[0].first, 9u);
  EXPECT_TRUE(std::holds_alternative<smpp::SubmitSmResp>(gate.responses[0].second.body));
}

TEST(Listener, mirrors_a_peer_that_bound_and_delivers) {
  Loop loop;
  Gate gate(loop, {guest("gw")});
  // Octets by hand: our own session would not deliver as an esme.
  boost::asio::ip::tcp::socket peer(loop.io);
  peer.connect({boost::asio::ip::address_v4::loopback(), gate.port()});
  std::string octets;
  const smpp::Bind bind{.system_id = "gw", .password = "gw-pw"};
  smpp::encode(smpp::CommandId::bind_transceiver, 0, 1, bind, octets);
  boost::asio::write(peer, boost::asio::buffer(octets));
  ASSERT_TRUE(loop.until([&] { return gate.carrier("gw").bound() == 1; }));
  octets.clear();
  smpp::encode(smpp::CommandId::deliver_sm, 0, 2, smpp::as_deliver_sm(submit_sm("*7000#")), octets);
  boost::asio::write(peer, boost::asio::buffer(octets));
  EXPECT_TRUE(loop.until([&] { return gate.requests.size() == 1; }));
  ASSERT_TRUE(gate.carrier("gw").submit(submit_sm("menu"), 9));
  std::string heard;
  std::vector<smpp::CommandId> ids;
  ASSERT_TRUE(loop.until([&] {
    char buffer[4096];
    if (peer.available() == 0) return false;
    heard.append(buffer, peer.read_some(boost::asio::buffer(buffer)));
    smpp::Framer framer(smpp::kFrameOctetsMax);
    std::string_view rest = heard, frame;
    ids.clear();
    while (framer.next(rest, frame) == smpp::Framer::Cut::frame)
      ids.push_back(smpp::decode(frame)->command_id);
    return ids.size() == 3;
  }));
  EXPECT_EQ(ids, (std::vector{smpp::CommandId::bind_transceiver_resp, smpp::CommandId::deliver_sm_resp,
                              smpp::CommandId::submit_sm}));
}

TEST(Listener, binds_on_the_connection_of_who_says_outbind_rightly) {
  Loop loop;
  auto options = guest("mc");
  options.connection = ConnectionMode::outbind;
  Gate gate(loop, {options});
  Caller caller(loop, gate.port(), smpp::Role::mc);
  caller.session().outbind({.system_id = "mc", .password = "mc-pw"}, peer_now());
  caller.connection->flush();
  ASSERT_TRUE(loop.until([&] { return gate.carrier("mc").bound() == 1; }));
  EXPECT_EQ(caller.bind_asked.value().system_id, "mc");
  ASSERT_TRUE(gate.carrier("mc").submit(submit_sm(), 9));
  ASSERT_TRUE(loop.until([&] { return gate.responses.size() == 1; }));
  EXPECT_TRUE(std::holds_alternative<smpp::SubmitSm>(caller.requests.at(0).body)) << "we are the esme";

  Caller wrong(loop, gate.port(), smpp::Role::mc);
  wrong.session().outbind({.system_id = "mc", .password = "guess"}, peer_now());
  wrong.connection->flush();
  EXPECT_TRUE(loop.until([&] { return !wrong.connection; }));
  EXPECT_FALSE(wrong.bind_asked);
}

TEST(Listener, ends_an_outbind_that_cannot_be_followed_by_a_bind_of_its_kind_and_says_so) {
  for (const gateway::BindMode mode : {gateway::BindMode::transmitter, gateway::BindMode::pair}) {
    std::string log;
    gateway::log::start(gateway::log::Level::error, [&log](std::string_view line) { log += line; });
    {
      Loop loop;
      auto options = guest("mc");
      options.connection = ConnectionMode::outbind;
      options.bind_mode = mode;
      Gate gate(loop, {options});
      Caller caller(loop, gate.port(), smpp::Role::mc);
      caller.session().outbind({.system_id = "mc", .password = "mc-pw"}, peer_now());
      caller.connection->flush();
      EXPECT_TRUE(loop.until([&] { return !caller.connection; }, 5s)) << "not silence until its time is over";
      EXPECT_FALSE(caller.bind_asked);
    }
    gateway::log::stop();
    EXPECT_NE(log.find("carrier_bind_impossible"), std::string::npos) << log;
  }
}

TEST(Listener, does_not_wait_long_or_for_many_that_do_not_bind) {
  Loop loop;
  auto options = guest("gw");
  options.session_init_timeout = 300ms;
  Gate gate(loop, {options});
  std::vector<std::unique_ptr<Caller>> idle;
  for (int i = 0; i < 12; ++i) idle.push_back(std::make_unique<Caller>(loop, gate.port()));
  const auto open = [&] {
    return std::ranges::count_if(idle, [](const auto& one) { return one->connection != nullptr; });
  };
  EXPECT_TRUE(loop.until([&] { return open() == 10; })) << "waiting_per_address_max";
  EXPECT_TRUE(loop.until([&] { return open() == 0; })) << "session_init_timeout";
  Caller late(loop, gate.port());
  EXPECT_EQ(late.bind("gw", "gw-pw"), smpp::ESME_ROK);
}

TEST(Listener, refuses_carriers_on_one_port_that_disagree) {
  Loop loop;
  auto other = guest("b");
  other.connection = ConnectionMode::outbind;
  EXPECT_THROW(gateway::Carriers(loop.io, {guest("a"), other}, {}), std::runtime_error);
}

// An authority, and a server's and a client's certificate of it.
struct Papers {
  explicit Papers(Certificate::Wish server = {})
      : server_({server.name, server.address, &authority, server.days}) {
    ca = authority.write_certificate(dir.path() / "ca.pem");
    strange_ca = strange.write_certificate(dir.path() / "strange.pem");
    server_options.enabled = client_options.enabled = true;
    server_options.certificate_file = server_.write_certificate(dir.path() / "server.pem");
    server_options.key_file = server_.write_key(dir.path() / "server.key");
    client_options.ca_file = ca;
    client_options.server_name = "localhost";
    client_certificate = client_.write_certificate(dir.path() / "client.pem");
    client_key = client_.write_key(dir.path() / "client.key");
  }
  TempDir dir;
  Certificate authority{{}}, strange{{.name = "strange"}};
  Certificate server_, client_{{"client", "", &authority, 1}};
  std::string ca, strange_ca, client_certificate, client_key;
  TlsOptions server_options, client_options;
};

struct Outcome {
  bool bound = false;
  std::string log;
  std::string server_said;
};

// What comes of a link with these papers.
Outcome connect(const Papers& papers) {
  Outcome outcome;
  gateway::log::start(gateway::log::Level::info,
                      [&outcome](std::string_view line) { outcome.log += std::string(line) + "\n"; });
  {
    Loop loop;
    Tls server(papers.server_options, Tls::Side::server);
    CarrierPeer peer(loop.io, &server);
    CarrierOptions options;
    options.name = "tls";
    options.host = "127.0.0.1";
    options.port = peer.port();
    options.system_id = "peyk";
    options.reconnect_min = options.reconnect_max = 10s;
    options.tls = papers.client_options;
    Gate gate(loop, {options});
    loop.until([&] {
      return gate.carrier("tls").bound() == 1 || outcome.log.find("failed") != std::string::npos ||
             outcome.log.find("link_down") != std::string::npos;
    });
    loop.until([&] { return peer.handshakes_failed > 0 || gate.carrier("tls").bound() == 1; }, 1s);
    outcome.bound = gate.carrier("tls").bound() == 1;
    outcome.server_said = peer.handshake_error;
  }
  gateway::log::stop();
  return outcome;
}

TEST(Tls, the_right_certificate_works_by_name_and_by_address) {
  Papers papers({"localhost", "127.0.0.1", nullptr, 1});
  EXPECT_TRUE(connect(papers).bound);
  papers.client_options.server_name.clear();  // then it is the host, 127.0.0.1
  EXPECT_TRUE(connect(papers).bound);
}

TEST(Tls, a_certificate_of_another_authority_or_name_or_time_is_refused_and_the_log_says_why) {
  struct Row {
    Certificate::Wish server;
    bool strange;
    std::string why;
  };
  for (const Row& row : {Row{{}, true, "unable to get local issuer certificate"},
                         {{"elsewhere.example", "", nullptr, 1}, false, "hostname mismatch"},
                         {{"localhost", "", nullptr, -1}, false, "certificate has expired"}}) {
    Papers papers(row.server);
    if (row.strange) papers.client_options.ca_file = papers.strange_ca;
    const Outcome outcome = connect(papers);
    EXPECT_FALSE(outcome.bound) << row.why;
    EXPECT_NE(outcome.log.find("carrier_handshake_failed"), std::string::npos) << outcome.log;
    EXPECT_NE(outcome.log.find(row.why), std::string::npos) << outcome.log;
  }
}

TEST(Tls, a_server_that_asks_for_a_clients_certificate_gets_it_or_refuses) {
  Papers papers;
  papers.server_options.ca_file = papers.ca;
  const Outcome without = connect(papers);
  EXPECT_FALSE(without.bound);
  EXPECT_NE(without.server_said.find("did not return a certificate"), std::string::npos)
      << without.server_said;
  papers.client_options.certificate_file = papers.client_certificate;
  papers.client_options.key_file = papers.client_key;
  EXPECT_TRUE(connect(papers).bound);
}

TEST(Tls, files_that_cannot_be_used_are_named_by_carrier_and_key) {
  Papers papers;
  CarrierOptions calls, listens = guest("listens");
  calls.name = "calls";
  calls.tls = papers.client_options;
  listens.tls = papers.server_options;
  EXPECT_TRUE(gateway::tls_problems({calls, listens}).empty());
  calls.tls.ca_file = "/nonexistent/ca.pem";
  listens.tls.key_file = papers.client_key;
  EXPECT_EQ(gateway::tls_problems({calls, listens}),
            (std::vector<std::string>{
                "carrier \"calls\": tls_ca_file /nonexistent/ca.pem: No such file or directory",
                "carrier \"listens\": tls_key_file " + papers.client_key + ": key values mismatch"}));
  calls.tls.enabled = false;
  listens.tls = papers.server_options;
  EXPECT_TRUE(gateway::tls_problems({calls, listens}).empty()) << "what is not used is not read";
  TlsOptions missing = papers.client_options;
  missing.ca_file = "/nonexistent/ca.pem";
  EXPECT_THROW(Tls(missing, Tls::Side::client), std::runtime_error);
  TlsOptions mixed = papers.server_options;
  mixed.key_file = papers.client_key;
  EXPECT_THROW(Tls(mixed, Tls::Side::server), std::runtime_error);
  EXPECT_THROW(Tls(papers.client_options, Tls::Side::server), std::runtime_error);
}

}  // namespace
}  // namespace peyk::tests
