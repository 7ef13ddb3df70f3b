#include "tests/bench/http_echo.hpp"

#include <boost/asio/read_until.hpp>

#include <string>
#include <utility>

namespace peyk::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nheard you";
constexpr std::size_t kRequestOctetsMax = 16'384;

asio::awaitable<void> serve(tcp::socket socket) {
  std::string request;
  try {
    socket.set_option(tcp::no_delay(true));
    for (;;) {
      auto into = asio::dynamic_buffer(request, kRequestOctetsMax);
      const std::size_t octets =
          co_await asio::async_read_until(socket, into, "\r\n\r\n", asio::use_awaitable);
      request.erase(0, octets);
      co_await asio::async_write(socket, asio::buffer(kAnswer), asio::use_awaitable);
    }
  } catch (const boost::system::system_error&) {
    // The gateway closed it.
  }
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    auto served = serve(std::move(socket));
    asio::co_spawn(acceptor.get_executor(), std::move(served), asio::detached);
  }
}

}  // namespace

HttpEcho::HttpEcho() : io_(1), acceptor_(io_, {asio::ip::address_v4::loopback(), 0}) {
  auto accepting = accept_all(acceptor_);
  asio::co_spawn(io_, std::move(accepting), asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

HttpEcho::~HttpEcho() {
  io_.stop();
  thread_.join();
}

}  // namespace peyk::bench
