// The octets of one HTTP connection, over TCP alone or with TLS: one stream for both, so that the server's
// coroutines need not know which. For server.cpp alone: it brings Beast with it.
//
//   handshake → async_read_some, async_write_some (what Beast asks of a stream) … → say_goodbye → close
//
// Every step ends when the time of the last expires_after() is over; the socket is closed then. The handshake
// and say_goodbye are nothing without TLS.
#pragma once

#include <optional>
#include <utility>

#include "config/toolchain/asio_ssl.hpp"
#include "config/toolchain/beast_stream.hpp"
#include "gateway/tls.hpp"

namespace peyk::gateway {

class HttpStream {
 public:
  using Tcp = boost::beast::tcp_stream;
  using Error = boost::system::error_code;
  using executor_type = Tcp::executor_type;

  HttpStream(boost::asio::ip::tcp::socket socket, Tls* tls) : tcp_(std::move(socket)) {
    if (tls != nullptr) tls_.emplace(tcp_, tls->context());
  }

  executor_type get_executor() { return tcp_.get_executor(); }
  Tcp& tcp() { return tcp_; }
  template <typename Duration>
  void expires_after(Duration time) {
    tcp_.expires_after(time);
  }
  void close() { tcp_.close(); }

  boost::asio::awaitable<Error> handshake() {
    Error error;
    if (tls_) {
      co_await tls_->async_handshake(boost::asio::ssl::stream_base::server,
                                     boost::asio::redirect_error(boost::asio::use_awaitable, error));
    }
    co_return error;
  }

  // Whether the other end answers does not matter: we are leaving.
  boost::asio::awaitable<void> say_goodbye() {
    Error ignored;
    if (tls_) co_await tls_->async_shutdown(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& into, Token&& token) {
    auto begin = [this](auto handler, const Buffers& buffers) {
      if (tls_) return tls_->async_read_some(buffers, std::move(handler));
      tcp_.async_read_some(buffers, std::move(handler));
    };
    return boost::asio::async_initiate<Token, void(Error, std::size_t)>(std::move(begin), token, into);
  }

  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& from, Token&& token) {
    auto begin = [this](auto handler, const Buffers& buffers) {
      if (tls_) return tls_->async_write_some(buffers, std::move(handler));
      tcp_.async_write_some(buffers, std::move(handler));
    };
    return boost::asio::async_initiate<Token, void(Error, std::size_t)>(std::move(begin), token, from);
  }

 private:
  Tcp tcp_;
  std::optional<boost::asio::ssl::stream<Tcp&>> tls_;
};

}  // namespace peyk::gateway
