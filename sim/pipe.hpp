// One TCP connection of the simulator, with TLS or without: reads into a callback, writes what is gathered in
// batches, ends cleanly.
//
// What must stay true: at most one read and one write run at a time; on_ended is called once, last of all,
// when neither runs, and may destroy the pipe. TCP_NODELAY is on: an answer must never wait for an
// acknowledgement. One thread, the io_context's.
#pragma once

#include "config/toolchain/asio.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace peyk::sim {

class Pipe {
 public:
  // `tls`: a server's, which outlives the pipe; null: none.
  explicit Pipe(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls = nullptr);
  ~Pipe();

  std::function<void(std::string_view)> on_octets;
  std::function<void()> on_writable;  // everything given to write() is with the system
  std::function<void()> on_ended;

  void start();
  bool writing() const { return writing_; }
  // Octets that wait behind the ones being written.
  std::string& waiting() { return waiting_; }
  // Once the handshake is done, where there is one.
  void flush();
  // The peer's octets stay where they are, and its own buffers fill; true again reads on.
  void set_reading(bool on);
  void close_after_writing();
  void close_now();

 private:
  void read();
  void on_read(const boost::system::error_code& error, std::size_t octets);
  void on_written(const boost::system::error_code& error);
  void end_if_idle();

  struct Tls;

  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<Tls> tls_;
  std::array<char, 65536> input_;
  std::string in_flight_, waiting_;
  bool wants_octets_ = true;
  bool shaking_hands_ = false, reading_ = false, writing_ = false, closing_ = false, ended_ = false;
};

}  // namespace peyk::sim
