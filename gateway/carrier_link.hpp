// One connection to a carrier: a socket around smpp::Session.
//
//   connect -> bind -> read, write, tick -> [lost] -> wait with backoff and jitter -> connect again
//
// The session says what to do; this shell does it. Everything that is written in one turn of the loop leaves
// in one write. Each connection has a generation: an answer that comes after its connection has gone is
// dropped, because the carrier will send that request again.
//
// What must stay true: the reader never waits for what becomes of a request; wrong credentials are tried
// again only after reconnect_max, so that a carrier does not lock the account; every submit that was accepted
// comes back once, as a response or as unknown.
//
// Thread rule: the network thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "config/toolchain/asio.hpp"
#include "gateway/options.hpp"
#include "smpp/session.hpp"

namespace peyk::gateway {

class CarrierLink;

// A request of the carrier's, and where its answer goes.
struct CarrierRequest {
  CarrierLink* link = nullptr;
  std::uint64_t generation = 0;
  smpp::Pdu pdu;
};

struct LinkHooks {
  std::function<void(CarrierRequest)> request;
  std::function<void(std::uint64_t tag, const smpp::Pdu& response)> response;
  std::function<void(std::uint64_t tag)> unknown;  // sent, and no answer: it may have been taken
  std::function<void(CarrierLink&, bool up)> state;
};

class CarrierLink {
 public:
  // `options` and what the hooks refer to outlive this.
  CarrierLink(boost::asio::io_context& io, const CarrierOptions& options, std::uint32_t index,
              LinkHooks hooks);
  CarrierLink(const CarrierLink&) = delete;
  CarrierLink& operator=(const CarrierLink&) = delete;

  void start();
  // Says goodbye to the carrier and ends; returns when nothing of this link runs any more.
  boost::asio::awaitable<void> stop(std::chrono::milliseconds grace);

  bool is_bound() const { return session_ && session_->is_bound() && !session_->is_closing(); }
  // submit_sm that may leave now.
  std::uint32_t room() const;
  bool can_send() const { return options_.bind_mode != BindMode::receiver; }

  // False: not now (no bind, window full); nothing was sent.
  bool submit(const smpp::Body& message, std::uint64_t tag);
  // Answers a request of this link's generation; for another one it does nothing and says so.
  bool respond(std::uint64_t generation, const smpp::Pdu& request, std::uint32_t command_status);

  std::uint64_t generation() const { return generation_; }
  // When octets last came over that connection; the beginning of time for one long gone.
  smpp::Time last_received(std::uint64_t generation) const;
  const CarrierOptions& options() const { return options_; }
  std::uint32_t index() const { return index_; }

 private:
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<bool> connect();
  boost::asio::awaitable<void> read();
  boost::asio::awaitable<void> write_all();
  boost::asio::awaitable<void> watch_clock(std::uint64_t generation);
  boost::asio::awaitable<void> pause(std::chrono::milliseconds wait);
  void bind();
  void drain();
  void handle(smpp::Event& event);
  void flush();
  void close_socket();
  std::chrono::milliseconds next_pause();

  boost::asio::io_context& io_;
  const CarrierOptions& options_;
  const std::uint32_t index_;
  const LinkHooks hooks_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer pause_timer_, clock_timer_;
  std::optional<smpp::Session> session_;
  std::uint64_t generation_ = 0;
  std::map<std::uint64_t, smpp::Time> last_received_;  // by generation, the latest few
  std::string writing_;
  bool flush_scheduled_ = false, write_running_ = false;
  bool running_ = false, stopping_ = false;
  bool refused_credentials_ = false;
  int coroutines_ = 0;  // that still refer to this
  std::chrono::milliseconds backoff_{0};
  std::minstd_rand jitter_;
};

}  // namespace peyk::gateway
