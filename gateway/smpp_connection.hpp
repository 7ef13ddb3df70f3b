// One connection, alive from its first octet to its last: a Wire around a smpp::Session.
//
//   read -> session.feed -> events to the owner -> session.output() -> one write a turn of the loop
//
// What must stay true:
// - the reader never waits for what becomes of a request;
// - while a write runs, what is said meanwhile gathers for the next one; what a turn of the loop says leaves
//   in one write;
// - when the session ends, what it still wanted to say is written, for kLastWords at most, and the wire
// closed;
// - a wire that breaks ends the session: each of its requests comes back as an event, then Closed;
// - ended() is the last call, once, from the loop and not from inside another: the owner may destroy us
// there,
//   and not before.
//
// Thread rule: the network thread.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "config/toolchain/asio.hpp"
#include "gateway/wire.hpp"
#include "smpp/session.hpp"

namespace peyk::gateway {

class SmppConnection;

class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void on_event(SmppConnection& connection, smpp::Event& event) = 0;
  virtual void on_ended(SmppConnection& connection) = 0;
};

class SmppConnection {
 public:
  // `wire` is connected. Nothing happens before start().
  SmppConnection(boost::asio::io_context& io, std::unique_ptr<Wire> wire, smpp::SessionOptions options);
  SmppConnection(const SmppConnection&) = delete;
  SmppConnection& operator=(const SmppConnection&) = delete;

  // `owner` outlives this, or hands it on with change_owner().
  void start(ConnectionOwner& owner);
  void change_owner(ConnectionOwner& owner) { owner_ = &owner; }

  smpp::Session& session() { return session_; }
  const smpp::Session& session() const { return session_; }
  // After the session was told to say something outside of an event.
  void flush();
  // At once; what is unwritten is lost.
  void close();

  // When octets last came.
  smpp::Time last_received() const { return last_received_; }
  // Why the wire broke; empty when it did not.
  const std::string& broken_because() const { return broken_because_; }

 private:
  void read();
  void on_read(const Wire::Error& error, std::size_t octets);
  void write();
  void on_written(const Wire::Error& error);
  void watch_clock();
  void drain();
  void broken(const Wire::Error& error);
  void close_when_said();
  void end_if_idle();

  boost::asio::io_context& io_;
  std::unique_ptr<Wire> wire_;
  smpp::Session session_;
  ConnectionOwner* owner_ = nullptr;
  boost::asio::steady_timer clock_;
  std::array<char, 64 * 1024> input_;
  std::string writing_;
  std::string broken_because_;
  smpp::Time last_received_ = smpp::Time::min();
  smpp::Time last_words_until_ = smpp::Time::max();
  int operations_ = 0;  // that will still call us
  bool in_turn_ = false, flush_posted_ = false, write_runs_ = false, closed_ = false, ended_ = false;
};

}  // namespace peyk::gateway
