#include "gateway/http/server.hpp"

#include <algorithm>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/http/http_stream.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/log.hpp"
#include "gateway/tls.hpp"

namespace peyk::gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t kTurnAwayMax = 64;        // connections beyond connections_max that are told 503
constexpr std::size_t kReadChunk = 4096;        // octets
constexpr std::size_t kDiscardMax = 1U << 20U;  // octets read and thrown away behind a refused request
constexpr std::chrono::seconds kDiscardTime{2};
constexpr std::chrono::milliseconds kAcceptPause{100};  // after a failed accept: out of descriptors, mostly
constexpr std::size_t kLoggedPathMax = 200;
constexpr std::string_view kNoRoute = "none";

// The time as RFC 9110, 5.6.7 writes it.
std::string http_date(std::time_t now) {
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

// What a client is told about a request that could not be read, or nothing if nobody is there to be told.
std::optional<HttpResponse> refusal(error_code ec) {
  if (ec == http::error::end_of_stream || ec == http::error::partial_message) return std::nullopt;
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
    return problem_response({431, "headers-too-large", "The header fields are too large", "", {}});
  }
  if (ec == http::error::body_limit) {
    return problem_response({413, "body-too-large", "The body is too large", "", {}});
  }
  if (ec.category() != http::make_error_code(http::error::bad_method).category()) return std::nullopt;
  return problem_response(
      {400, "bad-request", "The request is not HTTP/1.1 as it should be", ec.message(), {}});
}

// Rules of RFC 9112 that Beast leaves to us. nullopt: nothing is wrong.
std::optional<HttpResponse> refusal(const http::request<http::string_body>& message) {
  std::string_view wrong;
  if (message.version() != 10 && message.version() != 11) {
    return problem_response({505, "http-version", "Only HTTP/1.0 and HTTP/1.1 are spoken here", "", {}});
  }
  if (message.version() == 11 && message.count(http::field::host) != 1) wrong = "One Host header is needed.";
  if (message.count(http::field::transfer_encoding) != 0 && message.count(http::field::content_length) != 0) {
    wrong = "Transfer-Encoding and Content-Length exclude each other.";
  }
  if (wrong.empty()) return std::nullopt;
  return problem_response(
      {400, "bad-request", "The request is not HTTP/1.1 as it should be", std::string(wrong), {}});
}

// "http://host/path" → "/path" (RFC 9112, 3.2.2).
std::string_view origin_form(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const std::size_t slash = target.find('/', scheme + 3);
  return slash == std::string_view::npos ? "/" : target.substr(slash);
}

HttpRequest request_of(http::request<http::string_body>&& message, std::string remote) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  const std::string_view target = origin_form({message.target().data(), message.target().size()});
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  for (const auto& field : message) {
    request.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  request.body = std::move(message.body());
  request.remote = std::move(remote);
  return request;
}

HttpResponse too_late() {
  return problem_response({503,
                           "busy",
                           "No answer in time",
                           "The request may still be carried out. Send the same request again.",
                           {}},
                          1);
}

void call(const HttpRoute& route, HttpRequest request, const HttpDone& done) {
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  std::string what = "not a std::exception";
  try {
    return route.handler(std::move(request), HttpContext{now}, done);
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
  }
  log::error("http_handler_threw", {{"route", route.path}, {"error", what}});
  done(problem_response({500, "internal-error", "Something broke on our side", "", {}}));
}

}  // namespace

struct HttpServer::Connection {
  Connection(asio::ip::tcp::socket socket, Tls* tls, const HttpOptions& options)
      : stream(std::move(socket), tls),
        buffer(options.header_bytes_max + kReadChunk),
        answered(stream.get_executor()) {}

  HttpStream stream;
  beast::flat_buffer buffer;  // its limit bounds what a sender can make us hold beside one body
  asio::steady_timer answered;
  std::optional<HttpResponse> response;
  std::string remote;
  bool idle = true;   // nothing is lost if it is closed now
  bool fresh = true;  // no request yet
};

// Where one request's answer is put. `done` may outlive the request and the connection: then it does nothing.
class HttpServer::AnswerSlot {
 public:
  explicit AnswerSlot(Connection* connection) : waiting_(std::make_shared<Connection*>(connection)) {}
  ~AnswerSlot() { *waiting_ = nullptr; }
  AnswerSlot(const AnswerSlot&) = delete;
  AnswerSlot& operator=(const AnswerSlot&) = delete;

  HttpDone done() const {
    return [waiting = waiting_](HttpResponse response) {
      Connection* connection = std::exchange(*waiting, nullptr);
      if (connection == nullptr) return;
      connection->response = std::move(response);
      connection->answered.cancel();
    };
  }

 private:
  std::shared_ptr<Connection*> waiting_;
};

HttpServer::HttpServer(asio::io_context& io, HttpOptions options, std::vector<HttpRoute> routes,
                       Observer observer)
    : io_(io),
      options_(std::move(options)),
      routes_(std::move(routes)),
      observer_(std::move(observer)),
      tls_(options_.tls.enabled ? std::make_unique<Tls>(options_.tls, Tls::Side::server) : nullptr),
      acceptor_(io),
      nobody_left_(io) {}

HttpServer::~HttpServer() = default;

void HttpServer::start() {
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(options_.address), options_.port);
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(asio::socket_base::reuse_address(true));
  acceptor_.bind(endpoint);
  acceptor_.listen();
  port_ = acceptor_.local_endpoint().port();
  accepting_ = true;
  auto accepting = accept_all();
  auto ended = [this](std::exception_ptr error) {
    accepting_ = false;
    nobody_left_.cancel();
    if (error) std::rethrow_exception(error);  // out of io_context::run(): better ended than deaf
  };
  asio::co_spawn(io_, std::move(accepting), std::move(ended));
}

asio::awaitable<void> HttpServer::accept_all() {
  while (acceptor_.is_open()) {
    error_code ec;
    auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, ec));
    if (!ec) {
      admit(std::move(socket));
    } else if (ec != asio::error::operation_aborted) {
      log::warn("http_accept_failed", {{"error", ec.message()}});
      asio::steady_timer pause(io_, kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    }
  }
}

void HttpServer::admit(asio::ip::tcp::socket socket) {
  error_code ec;
  const auto remote = socket.remote_endpoint(ec);
  const bool full = served_ >= options_.connections_max;
  const std::size_t turned_away = connections_.size() - served_;
  if (ec || stopping_ || (full && turned_away >= kTurnAwayMax)) return;
  socket.set_option(asio::ip::tcp::no_delay(true), ec);
  const auto place = connections_.emplace(connections_.end(), std::move(socket), tls_.get(), options_);
  place->remote = remote.address().to_string() + ":" + std::to_string(remote.port());
  served_ += full ? 0 : 1;
  auto serving = full ? turn_away(&*place) : serve(&*place);
  auto ended = [this, place, full](std::exception_ptr error) {
    if (error) log::error("http_connection_broken", {{"remote", place->remote}});
    connections_.erase(place);
    served_ -= full ? 0 : 1;
    if (stopping_ && connections_.empty()) nobody_left_.cancel();
  };
  asio::co_spawn(io_, std::move(serving), std::move(ended));
}

asio::awaitable<void> HttpServer::serve(Connection* connection) {
  bool more = co_await shake_hands(connection);
  while (more) more = co_await serve_one(connection);
  connection->idle = true;
  connection->stream.expires_after(kDiscardTime);
  co_await connection->stream.say_goodbye();
  connection->stream.close();
}

asio::awaitable<bool> HttpServer::shake_hands(Connection* connection) {
  connection->stream.expires_after(options_.read_timeout);
  const error_code ec = co_await connection->stream.handshake();
  if (ec) log::debug("http_handshake_failed", {{"remote", connection->remote}, {"error", ec.message()}});
  co_return !ec;
}

// Reads one request, answers it. False: the connection is to be closed.
asio::awaitable<bool> HttpServer::serve_one(Connection* connection) {
  HttpStream& stream = connection->stream;
  error_code ec;
  if (connection->buffer.size() == 0) {
    connection->idle = true;
    const bool fresh = std::exchange(connection->fresh, false);
    stream.expires_after(fresh ? options_.read_timeout : options_.idle_timeout);
    const std::size_t got = co_await stream.async_read_some(connection->buffer.prepare(kReadChunk),
                                                            asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return false;
    connection->buffer.commit(got);
  }
  connection->idle = false;

  http::request_parser<http::string_body> parser;
  parser.header_limit(options_.header_bytes_max);
  parser.body_limit(options_.body_bytes_max);
  stream.expires_after(options_.read_timeout);
  co_await http::async_read_header(stream, connection->buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, ec));
  std::optional<HttpResponse> refused = ec ? refusal(ec) : refusal(parser.get());
  if (!ec && !refused) {
    if (beast::iequals(parser.get()[http::field::expect], "100-continue") && !parser.is_done()) {
      static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await asio::async_write(stream, asio::buffer(go_on), asio::redirect_error(asio::use_awaitable, ec));
    }
    co_await http::async_read(stream, connection->buffer, parser,
                              asio::redirect_error(asio::use_awaitable, ec));
    if (ec) refused = refusal(ec);
  }
  if (refused) {
    if (observer_) observer_(kNoRoute, refused->status, {});
    co_await write(connection, std::move(*refused), false, false);
    co_await close_gently(connection);
  }
  if (ec || refused) co_return false;

  const bool keep_alive = parser.get().keep_alive();
  HttpRequest request = request_of(parser.release(), connection->remote);
  const bool head = request.method == "HEAD";
  HttpResponse response = co_await answer(connection, std::move(request));
  co_return co_await write(connection, std::move(response), keep_alive, head);
}

// Finds the route, lets the handler answer, waits no longer than answer_timeout.
asio::awaitable<HttpResponse> HttpServer::answer(Connection* connection, HttpRequest request) {
  const auto start = steady_clock::now();
  const std::string method = request.method, path = request.path.substr(0, kLoggedPathMax);
  HttpResponse response;
  const HttpRoute* route = find_route(routes_, request, response);
  if (route != nullptr) {
    connection->response.reset();
    connection->answered.expires_after(options_.answer_timeout);
    const AnswerSlot slot(connection);
    call(*route, std::move(request), slot.done());
    if (!connection->response) {
      error_code cancelled;
      co_await connection->answered.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    response = connection->response ? std::move(*connection->response) : too_late();
  }
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start);
  if (observer_)
    observer_(route == nullptr ? kNoRoute : std::string_view(route->path), response.status, took);
  log::debug("http_answered", {{"method", method},
                               {"path", path},
                               {"status", response.status},
                               {"took_us", took.count()},
                               {"remote", connection->remote}});
  co_return response;
}

asio::awaitable<bool> HttpServer::write(Connection* connection, HttpResponse response, bool keep_alive,
                                        bool head) {
  if (stopping_) keep_alive = false;
  http::response<http::string_body> message{static_cast<http::status>(response.status), 11};
  message.set(http::field::date, http_date(std::time(nullptr)));
  if (!response.content_type.empty()) message.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers.all()) message.insert(name, value);
  message.keep_alive(keep_alive);
  message.content_length(response.body.size());
  if (!head) message.body() = std::move(response.body);
  connection->stream.expires_after(options_.read_timeout);
  error_code ec;
  co_await http::async_write(connection->stream, message, asio::redirect_error(asio::use_awaitable, ec));
  co_return !ec && keep_alive;
}

// One connection too many: an answer, without reading the question.
asio::awaitable<void> HttpServer::turn_away(Connection* connection) {
  const bool heard = co_await shake_hands(connection);
  if (!heard) co_return;
  HttpResponse response = problem_response({503, "busy", "Too many connections", "Come again.", {}}, 1);
  if (observer_) observer_(kNoRoute, response.status, {});
  const bool more = co_await write(connection, std::move(response), false, false);
  if (!more) co_await close_gently(connection);
}

// Closing with octets unread would send a reset that can overtake the answer: read them first, within bounds.
asio::awaitable<void> HttpServer::close_gently(Connection* connection) {
  connection->idle = true;
  error_code ec;
  connection->stream.expires_after(kDiscardTime);
  co_await connection->stream.say_goodbye();
  connection->stream.tcp().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ec);
  char discarded[kReadChunk];
  for (std::size_t total = 0; !ec && total < kDiscardMax && !stopping_;) {
    total += co_await connection->stream.tcp().async_read_some(asio::buffer(discarded),
                                                               asio::redirect_error(asio::use_awaitable, ec));
  }
  connection->stream.close();
}

asio::awaitable<void> HttpServer::stop(std::chrono::milliseconds grace) {
  stopping_ = true;
  error_code ec;
  acceptor_.close(ec);
  for (Connection& connection : connections_) {
    if (connection.idle) connection.stream.close();
  }
  const auto deadline = steady_clock::now() + grace;
  while (!connections_.empty() && steady_clock::now() < deadline) {
    nobody_left_.expires_at(deadline);
    co_await nobody_left_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
  for (Connection& connection : connections_) {
    connection.stream.close();
    connection.answered.cancel();
  }
  while (!connections_.empty() || accepting_) {
    nobody_left_.expires_at(steady_clock::time_point::max());
    co_await nobody_left_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
}

}  // namespace peyk::gateway
