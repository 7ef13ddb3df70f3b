// TLS both ways, on real sockets: links that we open, and carriers that connect to us.
#include "gateway/tls.hpp"

#include <gtest/gtest.h>

#include "gateway/log.hpp"
#include "tests/kit/certificates.hpp"
#include "tests/kit/paths.hpp"
#include "tests/unit/gateway_gate.hpp"

namespace peyk::tests::gateway_tls_test {
namespace {

using namespace std::chrono_literals;
using gateway::Tls;
using gateway::TlsOptions;

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

boost::asio::awaitable<void> greet(gateway::Wire& wire, std::uint16_t port,
                                   std::optional<gateway::Wire::Error>& ended) {
  gateway::Wire::Error error = co_await wire.resolve("127.0.0.1", port);
  if (!error) error = co_await wire.connect();
  if (!error) error = co_await wire.handshake();
  ended = error;
}

// Connected, its handshake done as far as the client can know.
std::unique_ptr<gateway::Wire> tls_wire(Loop& loop, std::uint16_t port, Tls& client) {
  auto wire = gateway::make_wire(loop.io, &client, "localhost");
  std::optional<gateway::Wire::Error> ended;
  gateway::spawn(loop.io, greet(*wire, port, ended));
  EXPECT_TRUE(loop.until([&] { return ended.has_value(); }));
  EXPECT_FALSE(*ended) << wire->why(*ended);
  return wire;
}

CarrierOptions guest_over_tls(const Papers& papers) {
  CarrierOptions options = guest("gw");
  options.tls = papers.server_options;
  return options;
}

TEST(ListenerTls, takes_binds_and_requests_of_who_connects_with_tls) {
  Loop loop;
  const Papers papers;
  Gate gate(loop, {guest_over_tls(papers)});
  Tls client(papers.client_options, Tls::Side::client);
  Caller caller(loop, tls_wire(loop, gate.port(), client));
  ASSERT_EQ(caller.bind("gw", "gw-pw"), smpp::ESME_ROK);
  ASSERT_TRUE(caller.send(submit_sm("*7000#")));
  EXPECT_TRUE(loop.until([&] { return caller.responses.size() == 1; }));
  EXPECT_EQ(gate.requests.size(), 1u);
}

TEST(ListenerTls, demands_a_certificate_of_its_authority_where_it_names_one) {
  Loop loop;
  const Papers papers;
  CarrierOptions options = guest_over_tls(papers);
  options.tls.ca_file = papers.ca;
  Gate gate(loop, {options});
  const Certificate strangers{{"client", "", &papers.strange, 1}};
  TlsOptions nobody = papers.client_options, stranger = nobody, known = nobody;
  stranger.certificate_file = strangers.write_certificate(papers.dir.path() / "strangers.pem");
  stranger.key_file = strangers.write_key(papers.dir.path() / "strangers.key");
  known.certificate_file = papers.client_certificate;
  known.key_file = papers.client_key;
  for (const TlsOptions& refused : {nobody, stranger}) {
    Tls client(refused, Tls::Side::client);
    Caller caller(loop, tls_wire(loop, gate.port(), client));
    EXPECT_NE(caller.bind("gw", "gw-pw"), smpp::ESME_ROK);
    EXPECT_TRUE(loop.until([&] { return !caller.connection; }));
    EXPECT_EQ(gate.carrier("gw").bound(), 0u);
  }
  Tls client(known, Tls::Side::client);
  Caller caller(loop, tls_wire(loop, gate.port(), client));
  EXPECT_EQ(caller.bind("gw", "gw-pw"), smpp::ESME_ROK);
}

TEST(ListenerTls, waits_for_a_handshake_no_longer_than_for_a_bind_and_takes_no_octets_without_one) {
  Loop loop;
  const Papers papers;
  CarrierOptions options = guest_over_tls(papers);
  options.session_init_timeout = 2s;  // of a handshake, too
  std::string said;
  gateway::log::start(gateway::log::Level::info,
                      [&said](std::string_view line) { said += std::string(line) + "\n"; });
  Gate gate(loop, {options});
  const auto closed = [](Tcp::socket& socket) {
    char octets[4096];  // at most an alert of TLS
    boost::system::error_code error;
    socket.non_blocking(true);
    socket.read_some(boost::asio::buffer(octets), error);
    return error && error != boost::asio::error::would_block;
  };
  Tcp::socket silent = connected(loop, gate.port()), plain = connected(loop, gate.port());
  boost::asio::write(plain, boost::asio::buffer(bind_octets("gw")));
  EXPECT_TRUE(loop.until([&] { return closed(plain); }));
  EXPECT_TRUE(loop.until([&] { return closed(silent); }));
  EXPECT_EQ(gate.carrier("gw").bound(), 0u);
  EXPECT_TRUE(loop.until([&] { return said.find("not within session_init_timeout") != std::string::npos; }))
      << said;
  gateway::log::stop();
  Tls client(papers.client_options, Tls::Side::client);
  Caller caller(loop, tls_wire(loop, gate.port(), client));
  EXPECT_EQ(caller.bind("gw", "gw-pw"), smpp::ESME_ROK);
}

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
    loop.until([&] { return peer.handshakes_failed > 0 || gate.carrier("tls").bound() == 1; }, 20s);
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
}  // namespace peyk::tests::gateway_tls_test
