// The octets' way to a carrier, TCP alone or with TLS: one face for both, so that nothing else knows which.
//
//   outwards: resolve -> connect -> handshake -> read, write ... -> close      (an accepted one: handshake
//   on)
//
// What must stay true: at most one step, one read and one write run at a time; after close() each of them
// ends with an error, also when the peer is dead; the Wire outlives them. A step that hangs is bounded by
// whoever calls close().
//
// Thread rule: the network thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "config/toolchain/asio.hpp"

namespace peyk::gateway {

class Tls;

class Wire {
 public:
  using Error = boost::system::error_code;
  using Done = std::function<void(const Error&, std::size_t)>;

  virtual ~Wire() = default;

  virtual boost::asio::awaitable<Error> resolve(std::string host, std::uint16_t port) = 0;
  virtual boost::asio::awaitable<Error> connect() = 0;
  // Nothing to do without TLS.
  virtual boost::asio::awaitable<Error> handshake() = 0;

  virtual void read_some(boost::asio::mutable_buffer into, Done done) = 0;
  virtual void write(boost::asio::const_buffer all, Done done) = 0;
  virtual void close() = 0;

  // Why a step failed, in words for a log: more than the error where a certificate was refused.
  virtual std::string why(const Error& error) const { return error.message(); }
};

// Not connected. `tls`: a client's, or null for none; it outlives the Wire. `server_name` is what the
// server's certificate must name.
std::unique_ptr<Wire> make_wire(boost::asio::io_context& io, Tls* tls, std::string server_name);

// Around a socket that was accepted. `tls`: a server's, or null.
std::unique_ptr<Wire> make_wire(boost::asio::io_context& io, boost::asio::ip::tcp::socket accepted, Tls* tls);

}  // namespace peyk::gateway
