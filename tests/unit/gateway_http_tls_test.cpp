// The server over TLS, asked by curl, which knows nothing of us.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/http/server.hpp"

#include <thread>

#include "gateway/tls.hpp"
#include "tests/kit/certificates.hpp"
#include "tests/kit/paths.hpp"
#include "tests/kit/process.hpp"
#include "tests/unit/gateway_http_client.hpp"

namespace peyk::tests::gateway_http_tls_test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using gateway::HttpOptions;
using gateway::HttpServer;
using testing::HasSubstr;

class TlsListener : public testing::Test {
 protected:
  void SetUp() override {
    options_.port = 0;
    options_.tls = {.enabled = true,
                    .certificate_file = certificate_.write_certificate(dir_.path() / "till.pem"),
                    .key_file = certificate_.write_key(dir_.path() / "till.key")};
    ca_ = authority_.write_certificate(dir_.path() / "ca.pem");
  }
  ~TlsListener() override {
    if (!server_) return;
    asio::post(io_, [this] {
      auto stopping = server_->stop(1s);
      asio::co_spawn(io_, std::move(stopping), asio::detached);
    });
    thread_.join();
  }

  void start() {
    std::vector<gateway::HttpRoute> routes;
    routes.push_back(
        {"POST", "/echo", [](gateway::HttpRequest request, gateway::HttpContext, gateway::HttpDone done) {
           done(gateway::json_response(201, request.body));
         }});
    server_.emplace(io_, options_, std::move(routes));
    server_->start();
    thread_ = std::thread([this] { io_.run(); });
  }

  // What curl prints of the answers' statuses and bodies.
  Finished curl(std::vector<std::string> more, std::size_t times = 1) {
    std::vector<std::string> argv{"curl",
                                  "--silent",
                                  "--show-error",
                                  "--max-time",
                                  "50",
                                  "--noproxy",
                                  "*",
                                  "--resolve",
                                  "localhost:" + std::to_string(server_->port()) + ":127.0.0.1",
                                  "--write-out",
                                  " %{http_code} over %{http_version} by connection %{num_connects}\n"};
    argv.insert(argv.end(), more.begin(), more.end());
    for (std::size_t i = 0; i < times; ++i)
      argv.push_back("https://localhost:" + std::to_string(server_->port()) + "/echo");
    return run_process({.argv = argv}, 60s);
  }

  TempDir dir_;
  Certificate authority_{{}}, certificate_{{"localhost", "127.0.0.1", &authority_, 1}};
  HttpOptions options_;
  std::string ca_;
  asio::io_context io_{1};
  std::optional<HttpServer> server_;
  std::thread thread_;
};

TEST_F(TlsListener, is_understood_by_curl_over_one_connection) {
  start();
  const Finished answer = curl({"--cacert", ca_, "--data", "42"}, 3);
  EXPECT_TRUE(answer.status.ok()) << answer.output;
  EXPECT_EQ(
      answer.output,
      "42 201 over 1.1 by connection 1\n42 201 over 1.1 by connection 0\n42 201 over 1.1 by connection 0\n");
}

TEST_F(TlsListener, takes_bodies_up_to_the_limit_and_tells_of_larger_ones) {
  options_.body_bytes_max = 60'000;
  start();
  const Finished fits = curl({"--cacert", ca_, "--data", std::string(60'000, 'x')});
  EXPECT_THAT(fits.output, HasSubstr("xxx 201 over"));
  const Finished larger = curl({"--cacert", ca_, "--data", std::string(120'000, 'x')});
  EXPECT_THAT(larger.output, HasSubstr("urn:peyk:problem:body-too-large"));
}

TEST_F(TlsListener, shows_a_certificate_that_a_stranger_s_authority_does_not_vouch_for) {
  start();
  EXPECT_FALSE(curl({"--data", "42"}).status.ok());
}

TEST_F(TlsListener, speaks_1_2_and_1_3_and_nothing_older) {
  start();
  EXPECT_TRUE(curl({"--cacert", ca_, "--data", "1", "--tlsv1.2", "--tls-max", "1.2"}).status.ok());
  EXPECT_TRUE(curl({"--cacert", ca_, "--data", "1", "--tlsv1.3"}).status.ok());
  EXPECT_FALSE(
      curl({"--cacert", ca_, "--data", "1", "--tlsv1.0", "--tls-max", "1.1", "--ciphers", "ALL:@SECLEVEL=0"})
          .status.ok());
}

TEST_F(TlsListener, closes_who_speaks_plainly_or_says_nothing_and_serves_the_others) {
  options_.read_timeout = 2s;  // of a handshake, too
  start();
  RawClient plain(server_->port()), silent(server_->port());
  plain.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n42");
  const auto response = plain.read();
  EXPECT_FALSE(response) << response->body;
  EXPECT_TRUE(silent.closed());
  EXPECT_TRUE(curl({"--cacert", ca_, "--data", "42"}).status.ok());
}

TEST_F(TlsListener, tells_who_is_one_too_many) {
  options_.connections_max = 1;
  start();
  RawClient inside(server_->port());
  const Finished answer = curl({"--cacert", ca_, "--data", "42"});
  EXPECT_THAT(answer.output, HasSubstr("urn:peyk:problem:busy"));
}

TEST_F(TlsListener, does_not_start_with_files_that_do_not_fit) {
  options_.tls.key_file = options_.tls.certificate_file;
  EXPECT_THROW(start(), std::runtime_error);
  EXPECT_EQ(gateway::tls_problems(options_).size(), 1U);
  EXPECT_THAT(gateway::tls_problems(options_).front(), HasSubstr("http: tls_key_file"));
  options_.tls.enabled = false;
  EXPECT_TRUE(gateway::tls_problems(options_).empty()) << "what is not used is not read";
}

}  // namespace
}  // namespace peyk::tests::gateway_http_tls_test
