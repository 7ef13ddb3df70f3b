// HTTP/1.1 server of peykd: the wires between tills, probes, scrapers and a table of handlers.
//
//   accept → (TLS handshake) → [read header → read body → route → handler … done → write] → again, or close
//
// What must stay true:
// - Everything runs on the thread of the io_context: no locks. A handler's `done` too.
// - One request of a connection at a time; pipelined ones wait in the socket.
// - Nobody holds a connection without working for it: a handshake must be done within read_timeout, a whole
//   request must come within read_timeout of its first
//   byte (slow senders are closed), an answer must be read within read_timeout, and a connection
//   that waits between requests is closed after idle_timeout.
// - At most connections_max are served. A few more are told 503 and closed, beyond those they are just
// closed.
// - A handler has answer_timeout to call `done`; then the client gets 503 with Retry-After and may send the
// same
//   request again (it is idempotent); what the handler does meanwhile is not undone.
//
// Rejected: one thread a connection (a thousand idle tills); Pistache, Crow (Beast is already here with
// Boost).
#pragma once

#include "config/toolchain/asio.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string_view>
#include <vector>

#include "gateway/http/message.hpp"
#include "gateway/options.hpp"

namespace peyk::gateway {

class Tls;

class HttpServer {
 public:
  // Called once for each answer given. `route` is the route's path, or "none" when no route was reached.
  using Observer = std::function<void(std::string_view route, int status, std::chrono::microseconds took)>;

  // Where options say TLS, nothing else is spoken. Throws std::runtime_error when its files are not as they
  // should be.
  HttpServer(boost::asio::io_context& io, HttpOptions options, std::vector<HttpRoute> routes,
             Observer observer = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds and listens; from then on requests are served while the io_context runs.
  // Throws boost::system::system_error when the address cannot be had.
  void start();

  // The port listened on: the system's choice when options said 0.
  std::uint16_t port() const { return port_; }

  // Stops listening and closes what is idle; requests being read or answered have `grace` to end; then all is
  // closed. Returns when no connection is left. Call once, before the destructor if the io_context still
  // runs.
  boost::asio::awaitable<void> stop(std::chrono::milliseconds grace);

 private:
  struct Connection;
  class AnswerSlot;

  boost::asio::awaitable<void> accept_all();
  boost::asio::awaitable<void> serve(Connection* connection);
  boost::asio::awaitable<bool> shake_hands(Connection* connection);
  boost::asio::awaitable<bool> serve_one(Connection* connection);
  boost::asio::awaitable<void> turn_away(Connection* connection);
  boost::asio::awaitable<HttpResponse> answer(Connection* connection, HttpRequest request);
  boost::asio::awaitable<bool> write(Connection* connection, HttpResponse response, bool keep_alive,
                                     bool head);
  boost::asio::awaitable<void> close_gently(Connection* connection);
  void admit(boost::asio::ip::tcp::socket socket);

  boost::asio::io_context& io_;
  const HttpOptions options_;
  const std::vector<HttpRoute> routes_;
  const Observer observer_;
  const std::unique_ptr<Tls> tls_;  // null: without
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer nobody_left_;  // cancelled when the last coroutine of a stopping server ends
  std::list<Connection> connections_;      // served, and those being turned away
  std::size_t served_ = 0;
  std::uint16_t port_ = 0;
  bool accepting_ = false;
  bool stopping_ = false;
};

}  // namespace peyk::gateway
