// The server over loopback: routes, keep-alive, limits, slow and rude clients, an orderly stop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/http/server.hpp"

#include <atomic>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "gateway/http/operations.hpp"
#include "tests/unit/gateway_http_client.hpp"

namespace peyk::tests::gateway_http_server_test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using gateway::HttpContext;
using gateway::HttpDone;
using gateway::HttpOptions;
using gateway::HttpRequest;
using gateway::HttpResponse;
using gateway::HttpRoute;
using gateway::HttpServer;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

const std::string kGet = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

std::string post(const std::string& path, const std::string& body, const std::string& headers = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// A server on its own thread. Handlers: /healthz, /readyz, /metrics; POST /echo; POST /late keeps its `done`
// until release(); POST /lost drops it; POST /broken throws; POST /twice answers twice.
class Server {
 public:
  explicit Server(HttpOptions options = {}) : server_(io_, local(options), routes(), observer()) {
    server_.start();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Server() {
    if (thread_.joinable()) stop(0ms);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const { return server_.port(); }

  void stop(std::chrono::milliseconds grace) {
    begin_stop(grace);
    thread_.join();  // run() returns when nothing is left to do: no connection, timer or coroutine
  }

  void begin_stop(std::chrono::milliseconds grace) {
    asio::post(io_, [this, grace] {
      auto stopping = server_.stop(grace);
      asio::co_spawn(io_, std::move(stopping), asio::detached);
    });
  }
  void await_end() { thread_.join(); }

  // Waits for a request to /late, then answers it.
  void release() {
    late_here_.get_future().wait();
    asio::post(io_, [this] { late_(gateway::json_response(200, "\"late\"")); });
  }
  void await_late() { late_here_.get_future().wait(); }

  std::string observed() {
    std::promise<std::string> copy;
    auto future = copy.get_future();
    asio::post(io_, [this, &copy] { copy.set_value(observed_); });
    return future.get();
  }

  std::atomic<bool> ready = true;

 private:
  static HttpOptions local(HttpOptions options) {
    options.port = 0;
    return options;
  }

  std::vector<HttpRoute> routes() {
    auto all = gateway::operation_routes(
        [this] {
          return std::vector<gateway::ReadyPart>{{"mysql", true, ""}, {"carriers", ready, "1 of 2 bound"}};
        },
        [] { return std::string("peyk_link_up 1\n"); });
    all.push_back({"POST", "/echo", [](HttpRequest request, HttpContext, HttpDone done) {
                     HttpResponse response = gateway::json_response(201, request.body);
                     response.headers.add("X-Query", request.query);
                     done(std::move(response));
                   }});
    all.push_back({"POST", "/late", [this](HttpRequest, HttpContext, HttpDone done) {
                     late_ = std::move(done);
                     late_here_.set_value();
                   }});
    all.push_back({"POST", "/lost", [](HttpRequest, HttpContext, const HttpDone&) {}});
    all.push_back({"POST", "/broken", [](HttpRequest, HttpContext, const HttpDone&) {
                     throw std::runtime_error("secret reason");
                   }});
    all.push_back({"POST", "/twice", [](HttpRequest, HttpContext, const HttpDone& done) {
                     done(gateway::json_response(200, "1"));
                     done(gateway::json_response(200, "2"));
                   }});
    return all;
  }

  HttpServer::Observer observer() {
    return [this](std::string_view route, int status, std::chrono::microseconds) {
      observed_.append(route).append(" ").append(std::to_string(status)).append("\n");
    };
  }

  asio::io_context io_{1};
  HttpDone late_;
  std::promise<void> late_here_;
  std::string observed_;
  HttpServer server_;
  std::thread thread_;
};

TEST(HttpServer, answers_probes_and_scrapers) {
  Server server;
  RawClient client(server.port());
  const RawResponse health = client.ask(kGet);
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(nlohmann::json::parse(health.body)["status"], "ok");
  EXPECT_THAT(health.head, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(health.head, ContainsRegex("Date: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20.* GMT\r\n"));
  const RawResponse metrics = client.ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(metrics.body, "peyk_link_up 1\n");
  EXPECT_THAT(metrics.head, HasSubstr("text/plain; version=0.0.4"));
}

TEST(HttpServer, says_which_part_is_not_ready) {
  Server server;
  RawClient client(server.port());
  const std::string ask = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_EQ(client.ask(ask).status, 200);
  server.ready = false;
  const RawResponse response = client.ask(ask);
  EXPECT_EQ(response.status, 503);
  const auto body = nlohmann::json::parse(response.body);
  EXPECT_EQ(body["parts"]["mysql"]["ready"], true);
  EXPECT_EQ(body["parts"]["carriers"]["ready"], false);
  EXPECT_EQ(body["parts"]["carriers"]["detail"], "1 of 2 bound");
}

TEST(HttpServer, keeps_a_connection_for_many_requests_also_pipelined_ones) {
  Server server;
  RawClient client(server.port());
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(client.ask(post("/echo?n=1", std::to_string(i))).body, std::to_string(i));
  EXPECT_TRUE(
      client.send(post("/echo", "1") + post("/echo", "2") + post("/broken", "") + post("/echo", "3")));
  EXPECT_EQ(client.read()->body, "1");
  EXPECT_EQ(client.read()->body, "2");
  EXPECT_EQ(client.read()->status, 500);
  EXPECT_EQ(client.read()->body, "3");
}

TEST(HttpServer, closes_when_asked_to) {
  Server server;
  RawClient client(server.port());
  const RawResponse response = client.ask("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.head, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.closed());
  RawClient old(server.port());
  EXPECT_EQ(old.ask("GET /healthz HTTP/1.0\r\n\r\n").status, 200);
  EXPECT_TRUE(old.closed()) << "HTTP/1.0 keeps nothing alive unless asked";
}

TEST(HttpServer, gives_handlers_path_query_and_chunked_bodies) {
  Server server;
  RawClient client(server.port());
  EXPECT_THAT(client.ask(post("/echo?a=1&b=2", "x")).head, HasSubstr("X-Query: a=1&b=2\r\n"));
  EXPECT_EQ(client
                .ask("POST http://peyk/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
                .body,
            "abcde");
}

TEST(HttpServer, answers_head_without_a_body) {
  Server server;
  RawClient client(server.port());
  client.send("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto response = client.read(true);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_THAT(response->head, Not(HasSubstr("Content-Length: 0\r\n")));
  EXPECT_EQ(client.ask(kGet).status, 200) << "the connection is still in step";
}

TEST(HttpServer, tells_unknown_paths_from_wrong_methods) {
  Server server;
  RawClient client(server.port());
  const RawResponse nothing = client.ask("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(nothing.status, 404);
  EXPECT_THAT(nothing.head, HasSubstr("application/problem+json"));
  EXPECT_EQ(nlohmann::json::parse(nothing.body)["type"], "urn:peyk:problem:not-found");
  const RawResponse wrong = client.ask(post("/healthz", ""));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_THAT(wrong.head, HasSubstr("Allow: GET, HEAD\r\n"));
  EXPECT_THAT(client.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").head, HasSubstr("Allow: POST\r\n"));
  EXPECT_EQ(server.observed(), "none 404\nnone 405\nnone 405\n");
}

TEST(HttpServer, survives_a_handler_that_throws_and_keeps_its_reason_to_itself) {
  Server server;
  RawClient client(server.port());
  const RawResponse response = client.ask(post("/broken", "{}"));
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, Not(HasSubstr("secret reason")));
  EXPECT_EQ(client.ask(kGet).status, 200);
}

TEST(HttpServer, answers_503_for_a_handler_that_does_not_and_ignores_what_comes_after) {
  Server server({.answer_timeout = 50ms});
  RawClient client(server.port());
  const RawResponse lost = client.ask(post("/lost", ""));
  EXPECT_EQ(lost.status, 503);
  EXPECT_THAT(lost.head, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_EQ(client.ask(post("/late", "")).status, 503);
  server.release();
  EXPECT_EQ(client.ask(kGet).status, 200) << "the late answer is not given to another request";
  EXPECT_EQ(client.ask(post("/twice", "")).body, "1");
  EXPECT_EQ(client.ask(kGet).status, 200);
}

TEST(HttpServer, outlives_a_client_that_leaves_before_its_answer) {
  Server server;
  {
    RawClient client(server.port());
    client.send(post("/late", ""));
    server.await_late();
  }
  RawClient other(server.port());
  EXPECT_EQ(other.ask(kGet).status, 200);
}

TEST(HttpServer, refuses_what_is_not_http) {
  Server server;
  for (const char* wrong :
       {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
        "GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"
        "\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n"}) {
    RawClient client(server.port());
    const RawResponse response = client.ask(wrong);
    EXPECT_TRUE(response.status == 400 || response.status == 505) << wrong << response.status;
    EXPECT_TRUE(client.closed()) << wrong;
  }
}

TEST(HttpServer, refuses_headers_that_are_too_large) {
  Server server({.header_bytes_max = 2000});
  RawClient client(server.port());
  EXPECT_EQ(
      client.ask("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: " + std::string(1000, 'x') + "\r\n\r\n").status,
      200);
  EXPECT_EQ(
      client.ask("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Big: " + std::string(3000, 'x') + "\r\n\r\n").status,
      431);
  EXPECT_TRUE(client.closed());
  RawClient many(server.port());
  std::string fields;
  for (int i = 0; i < 100'000; ++i) fields += "a: b\r\n";
  EXPECT_EQ(many.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n" + fields).status, 431)
      << "told although more was sent";
  RawClient target(server.port());
  EXPECT_EQ(target.ask("GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\n\r\n").status, 431);
}

TEST(HttpServer, refuses_bodies_that_are_too_large_before_and_while_they_come) {
  Server server({.body_bytes_max = 1000});
  RawClient fits(server.port());
  EXPECT_EQ(fits.ask(post("/echo", std::string(1000, 'x'))).status, 201);
  RawClient declared(server.port());
  EXPECT_EQ(declared.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n").status,
            413);
  EXPECT_TRUE(declared.closed());
  RawClient sent(server.port());
  EXPECT_EQ(sent.ask(post("/echo", std::string(500'000, 'x'))).status, 413) << "told although all was sent";
  RawClient chunked(server.port());
  std::string chunks = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20; ++i) chunks += "64\r\n" + std::string(100, 'x') + "\r\n";
  EXPECT_EQ(chunked.ask(chunks).status, 413);
}

TEST(HttpServer, says_continue_to_those_who_wait_for_it) {
  Server server({.body_bytes_max = 1000});
  RawClient client(server.port());
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ";
  EXPECT_EQ(client.ask(head + "3\r\n\r\n").status, 100);
  EXPECT_EQ(client.ask("abc").body, "abc");
  EXPECT_EQ(client.ask(head + "2000\r\n\r\n").status, 413);
}

TEST(HttpServer, closes_slow_senders_in_time_however_busy_they_look) {
  Server server({.read_timeout = 200ms, .idle_timeout = 60s});
  const auto start = std::chrono::steady_clock::now();
  RawClient silent(server.port()), half(server.port()), loris(server.port());
  half.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  std::size_t drops = 0;
  std::thread dripping([&loris, &drops] {
    loris.send("GET /healthz HTTP/1.1\r\n");
    while (!loris.closes_within(5ms) && loris.send("X-A: b\r\n") && drops < 2000) ++drops;
  });
  EXPECT_TRUE(silent.closed());
  EXPECT_TRUE(half.closed());
  dripping.join();
  EXPECT_LT(drops, 2000U) << "the server took them all";
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(HttpServer, hands_on_no_request_that_has_not_come_whole) {
  Server server({.read_timeout = 1s, .idle_timeout = 60s});
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\n";
  RawClient short_body(server.port()), short_chunk(server.port()), no_last_chunk(server.port());
  short_body.send(head + "Content-Length: 10\r\n\r\nabcdefghi");
  short_chunk.send(head + "Transfer-Encoding: chunked\r\n\r\n10\r\nabc");
  no_last_chunk.send(head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  {
    RawClient leaves(server.port());
    leaves.send(head + "Content-Length: 10\r\n\r\nabc");
  }
  RawClient loris(server.port());
  loris.send(head + "Content-Length: 10000\r\n\r\n");
  int octets = 0;
  while (!loris.closes_within(5ms) && loris.send("x") && octets < 2000) ++octets;
  EXPECT_LT(octets, 2000) << "the server took them all";
  EXPECT_TRUE(short_body.closed());
  EXPECT_TRUE(short_chunk.closed());
  EXPECT_TRUE(no_last_chunk.closed());
  EXPECT_EQ(RawClient(server.port()).ask(post("/echo", "whole")).status, 201);
  EXPECT_EQ(server.observed(), "/echo 201\n");
}

TEST(HttpServer, closes_those_who_do_not_read_their_answers) {
  Server server({.read_timeout = 1s});
  RawClient deaf(server.port());
  const std::string request = post("/echo", std::string(60'000, 'x'));
  int sent = 0;
  while (sent < 2000 && deaf.send(request)) ++sent;
  EXPECT_LT(sent, 2000) << "the server took them all";
  EXPECT_EQ(RawClient(server.port()).ask(kGet).status, 200);
}

TEST(HttpServer, closes_connections_that_idle) {
  Server server({.read_timeout = 60s, .idle_timeout = 1s});
  RawClient client(server.port());
  EXPECT_EQ(client.ask(kGet).status, 200);
  EXPECT_TRUE(client.closed());
}

TEST(HttpServer, serves_as_many_connections_as_allowed_and_tells_the_next) {
  Server server({.connections_max = 20});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    EXPECT_EQ(clients.back()->ask(kGet).status, 200);
  }
  RawClient one_more(server.port());
  const RawResponse response = one_more.ask(kGet);
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.head, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_TRUE(one_more.closed());
  for (auto& client : clients) EXPECT_EQ(client->ask(kGet).status, 200) << "those inside are not disturbed";
  clients.pop_back();
  int status = 503;  // until the server has seen that one left
  for (int tries = 0; status == 503 && tries < 1000; ++tries)
    status = RawClient(server.port()).ask(kGet).status;
  EXPECT_EQ(status, 200);
}

TEST(HttpServer, withstands_more_connections_at_once_than_it_serves) {
  Server server({.connections_max = 300});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 400; ++i) clients.push_back(std::make_unique<RawClient>(server.port()));
  for (auto& client : clients) client->send(kGet);
  int served = 0;
  for (auto& client : clients) {
    const auto response = client->read();
    if (response && response->status == 200) ++served;
  }
  EXPECT_EQ(served, 300);
  clients.clear();
  int status = 503;
  for (int tries = 0; status != 200 && tries < 1000; ++tries)
    status = RawClient(server.port()).ask(kGet).status;
  EXPECT_EQ(status, 200);
}

std::size_t resident_octets() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(HttpServer, holds_no_more_of_a_flood_than_its_limits_and_serves_the_others) {
  constexpr std::size_t kFlooders = 60, kOctetsEach = 4U << 20U;
  Server server({.body_bytes_max = 65'536, .header_bytes_max = 16'384});
  RawClient other(server.port());
  EXPECT_EQ(other.ask(kGet).status, 200);
  const std::size_t before = resident_octets();
  std::string fields, body = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n";
  std::string chunks = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  fields = "GET /healthz HTTP/1.1\r\nHost: x\r\n";
  while (fields.size() < kOctetsEach) fields += "X-Field: " + std::string(990, 'x') + "\r\n";
  body.resize(kOctetsEach, 'x');
  while (chunks.size() < kOctetsEach) chunks += "3e8\r\n" + std::string(1000, 'x') + "\r\n";
  const std::size_t after_texts = resident_octets();
  std::vector<std::unique_ptr<RawClient>> flooders;
  for (std::size_t i = 0; i < kFlooders; ++i) {
    flooders.push_back(std::make_unique<RawClient>(server.port()));
    const std::string& flood = i % 3 == 0 ? fields : i % 3 == 1 ? body : chunks;
    flooders.back()->send(flood);
    const auto told = flooders.back()->read();
    if (!told) continue;  // closed before it could listen
    EXPECT_EQ(told->status, i % 3 == 0 ? 431 : 413);
  }
  EXPECT_LT(resident_octets(), after_texts + (64U << 20U))
      << "of " << kFlooders * kOctetsEach << " sent, " << before;
  EXPECT_EQ(other.ask(kGet).status, 200);
  EXPECT_EQ(RawClient(server.port()).ask(kGet).status, 200);
}

TEST(HttpServer, stops_after_the_request_under_way_and_takes_no_more) {
  Server server;
  RawClient busy(server.port()), idle(server.port());
  EXPECT_EQ(idle.ask(kGet).status, 200);
  busy.send(post("/late", ""));
  server.begin_stop(60s);
  EXPECT_TRUE(idle.closed());
  EXPECT_THROW(RawClient(server.port()).ask(kGet), std::runtime_error);
  server.release();
  const auto response = busy.read();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "\"late\"");
  EXPECT_THAT(response->head, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(busy.closed());
  server.await_end();
}

TEST(HttpServer, does_not_wait_longer_than_the_grace) {
  Server server;
  RawClient busy(server.port());
  busy.send(post("/late", ""));
  server.await_late();
  const auto start = std::chrono::steady_clock::now();
  server.stop(100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  EXPECT_TRUE(busy.closed());
}

TEST(HttpServer, says_so_when_the_port_is_taken) {
  Server server;
  asio::io_context io;
  HttpOptions options;
  options.port = server.port();
  HttpServer second(io, options, {});
  EXPECT_THROW(second.start(), boost::system::system_error);
}

}  // namespace
}  // namespace peyk::tests::gateway_http_server_test
