// One attempt to tell a club's system, against one that listens on loopback and behaves as systems do.
#include "gateway/webhook_caller.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "config/toolchain/asio_ssl.hpp"
#include "tests/kit/certificates.hpp"
#include "tests/kit/paths.hpp"
#include "tests/kit/process.hpp"
#include "tests/kit/receiver.hpp"

namespace peyk::tests::gateway_webhook_caller_test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using gateway::WebhookAnswer;
using testing::HasSubstr;
using How = Receiver::How;
using Reply = Receiver::Reply;

gateway::WebhookOptions local() {
  return {.timeout = 20s, .allow = {"127.0.0.0/8"}, .plain_http = true};
}

WebhookAnswer call(const std::string& url, const gateway::WebhookOptions& options = local()) {
  asio::io_context io;
  gateway::WebhookCaller caller(io, options);
  WebhookAnswer answer;
  auto calling = [](gateway::WebhookCaller* with, std::string where,
                    WebhookAnswer* into) -> asio::awaitable<void> {
    gateway::WebhookCall one{.url = config::parse_url(where).value(),
                             .id = "evt_1",
                             .timestamp = "1795337131",
                             .signature = "v1,abc",
                             .body = "{\"type\":\"code.redeemed\"}"};
    *into = co_await with->call(std::move(one));
  };
  auto running = calling(&caller, url, &answer);
  asio::co_spawn(io, std::move(running), asio::detached);
  io.run();
  return answer;
}

TEST(WebhookCaller, posts_the_body_with_the_headers_that_sign_it) {
  Receiver receiver;
  EXPECT_EQ(call(receiver.url("/hook?club=salt")).status, 200);
  ASSERT_EQ(receiver.got().size(), 1U);
  const auto got = receiver.got().front();
  EXPECT_EQ(got.target, "/hook?club=salt");
  EXPECT_EQ(got.body, "{\"type\":\"code.redeemed\"}");
  EXPECT_EQ(got.header("webhook-id"), "evt_1");
  EXPECT_EQ(got.header("webhook-timestamp"), "1795337131");
  EXPECT_EQ(got.header("webhook-signature"), "v1,abc");
  EXPECT_EQ(got.header("content-type"), "application/json");
  EXPECT_EQ(got.header("host"), "127.0.0.1:" + std::to_string(receiver.port()));
}

TEST(WebhookCaller, tells_the_status_and_how_long_to_wait_and_follows_no_redirect) {
  Receiver elsewhere;
  Receiver receiver([&](const Receiver::Got& got) {
    if (got.target == "/moved")
      return Reply{.status = 307, .headers = "Location: " + elsewhere.url() + "\r\n"};
    return Reply{.status = 429, .headers = "Retry-After: 17\r\n"};
  });
  EXPECT_EQ(call(receiver.url("/moved")).status, 307);
  EXPECT_TRUE(elsewhere.got().empty());
  const WebhookAnswer busy = call(receiver.url("/busy"));
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(busy.retry_after, 17s);
}

TEST(WebhookCaller, takes_an_answer_whatever_page_stands_under_it) {
  Receiver receiver([](const Receiver::Got& got) {
    return Reply{.status = got.target == "/gone" ? 410 : 200, .body = std::string(100'000, 'x')};
  });
  EXPECT_EQ(call(receiver.url("/hook")).status, 200);
  EXPECT_EQ(call(receiver.url("/gone")).status, 410);
}

TEST(WebhookCaller, ends_within_its_time_whatever_the_other_side_does) {
  gateway::WebhookOptions hasty = local();
  hasty.timeout = 1s;
  for (const How how : {How::silence, How::hang_up, How::half}) {
    Receiver receiver([how](const Receiver::Got&) { return Reply{.how = how}; });
    const auto began = std::chrono::steady_clock::now();
    const WebhookAnswer answer = call(receiver.url(), hasty);
    EXPECT_EQ(answer.status, 0);
    EXPECT_NE(answer.trouble, "");
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
  }
  const WebhookAnswer nobody = call("http://127.0.0.1:" + std::to_string(free_port()) + "/");
  EXPECT_EQ(nobody.status, 0);
  EXPECT_THAT(nobody.trouble, HasSubstr("connecting"));
}

TEST(WebhookCaller, refuses_an_endless_head) {
  Receiver head(
      [](const Receiver::Got&) { return Reply{.headers = "X-Long: " + std::string(100'000, 'x') + "\r\n"}; });
  EXPECT_EQ(call(head.url()).status, 0);
}

TEST(WebhookCaller, calls_only_public_addresses_unless_it_is_told) {
  Receiver receiver;
  gateway::WebhookOptions strict = local();
  strict.allow.clear();
  for (const std::string host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0"}) {
    const WebhookAnswer answer = call("http://" + host + ":" + std::to_string(receiver.port()) + "/", strict);
    EXPECT_EQ(answer.status, 0) << host;
    EXPECT_THAT(answer.trouble, HasSubstr("not called unless webhooks.allow has it")) << host;
  }
  strict.allow = {"10.0.0.0/8"};
  EXPECT_EQ(call(receiver.url(), strict).status, 0);
  EXPECT_TRUE(receiver.got().empty());
  gateway::WebhookOptions https_only = local();
  https_only.plain_http = false;
  EXPECT_THAT(call(receiver.url(), https_only).trouble, HasSubstr("webhooks.plain_http"));
  EXPECT_TRUE(receiver.got().empty());
}

TEST(WebhookCaller, says_so_when_a_name_is_nobodys) {
  EXPECT_THAT(call("http://nobody.invalid/").trouble, HasSubstr("looking up nobody.invalid"));
}

// Takes one connection, and answers 204 over TLS if the other side accepts its certificate.
class TlsReceiver {
 public:
  explicit TlsReceiver(const Certificate::Wish& wish) : certificate_(wish) {
    context_.use_certificate_chain_file(certificate_.write_certificate(dir_.path() / "c.pem"));
    context_.use_private_key_file(certificate_.write_key(dir_.path() / "k.pem"), asio::ssl::context::pem);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsReceiver() { thread_.join(); }
  std::string url(const std::string& host) const {
    return "https://" + host + ":" + std::to_string(acceptor_.local_endpoint().port()) + "/";
  }

 private:
  void serve() {
    boost::system::error_code error;
    asio::ssl::stream<asio::ip::tcp::socket> stream(acceptor_.accept(error), context_);
    stream.handshake(asio::ssl::stream_base::server, error);
    if (error) return;
    std::array<char, 4096> request{};
    stream.read_some(asio::buffer(request), error);
    asio::write(stream, asio::buffer(std::string_view("HTTP/1.1 204 Taken\r\n\r\n")), error);
    stream.shutdown(error);
  }

  TempDir dir_;
  asio::io_context io_;
  Certificate certificate_;
  asio::ssl::context context_{asio::ssl::context::tls_server};
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::thread thread_;
};

TEST(WebhookCaller, checks_the_certificate_and_the_name_in_it) {
  TempDir dir;
  const Certificate authority({.name = "peyk tests"});
  gateway::WebhookOptions options = local();
  options.plain_http = false;
  options.ca_file = authority.write_certificate(dir.path() / "ca.pem");
  const Certificate::Wish good{.name = "localhost", .address = "127.0.0.1", .issuer = &authority};
  {
    TlsReceiver receiver(good);
    const WebhookAnswer answer = call(receiver.url("localhost"), options);
    EXPECT_EQ(answer.status, 204) << answer.trouble;
  }
  {
    TlsReceiver receiver(good);
    EXPECT_EQ(call(receiver.url("127.0.0.1"), options).status, 204);
  }
  const std::pair<const char*, Certificate::Wish> bad[] = {
      {"another's name", {.name = "other.example", .issuer = &authority}},
      {"it has ended", {.name = "localhost", .issuer = &authority, .days = -1}},
      {"signed by itself", {.name = "localhost"}}};
  for (const auto& [why, wish] : bad) {
    TlsReceiver receiver(wish);
    const WebhookAnswer answer = call(receiver.url("localhost"), options);
    EXPECT_EQ(answer.status, 0) << why;
    EXPECT_THAT(answer.trouble, HasSubstr("certificate is refused")) << why;
  }
}

}  // namespace
}  // namespace peyk::tests::gateway_webhook_caller_test
