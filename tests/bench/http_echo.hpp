// The smallest HTTP service that an SMS gateway asks what to answer: it says "heard you" to every GET, over
// connections that stay open. On a thread of its own.
#pragma once

#include <cstdint>
#include <thread>

#include "config/toolchain/asio.hpp"

namespace peyk::bench {

class HttpEcho {
 public:
  HttpEcho();
  ~HttpEcho();
  HttpEcho(const HttpEcho&) = delete;
  HttpEcho& operator=(const HttpEcho&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace peyk::bench
