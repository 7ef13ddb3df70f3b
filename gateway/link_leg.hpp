// One connection of a carrier link and its coming back: a transceiver, or the transmitter or the receiver of
// a pair.
//
//   we connect:   dial -> bind -> bound -> [ended] -> wait as Reconnect says -> dial ...
//   they connect: the listener brings a connection that is bound, or on which we bind (outbind)
//
// Each connection has a generation: an answer that comes after its connection has gone is dropped, because
// the carrier will send that request again.
//
// Thread rule: the network thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "gateway/options.hpp"
#include "gateway/reconnect.hpp"
#include "gateway/signal.hpp"
#include "gateway/smpp_connection.hpp"

namespace peyk::gateway {

enum class LegState : std::uint8_t {
  down,        // nobody is connected; we wait for our next attempt, or for the carrier
  connecting,  // resolve, connect, handshake
  binding,     // connected; the bind is not answered
  bound,
  refused,  // wrong credentials: no attempt for long; somebody has to look
};
std::string_view words(LegState state);

class LinkLeg;

struct LegHooks {
  std::function<void(LinkLeg&, smpp::Event&)> event;  // Request, Response, RequestFailed, Alert
  std::function<void(LinkLeg&)> changed;              // state()
  std::function<void(LinkLeg&)> attempt;              // another one, after the first
  std::function<void(LinkLeg&, std::uint32_t command_status)> bind_refused;
};

using MakeWire = std::function<std::unique_ptr<Wire>()>;

class LinkLeg final : public ConnectionOwner {
 public:
  // `options` and what the hooks refer to outlive this. `generations` counts connections, over all legs of a
  // link.
  LinkLeg(boost::asio::io_context& io, const CarrierOptions& options, smpp::BindKind kind,
          std::uint32_t session, MakeWire make_wire, std::uint64_t& generations, LegHooks hooks);

  void start();  // connect mode: keeps a connection from now on
  void begin_stop(std::chrono::steady_clock::time_point deadline);
  bool stopped() const { return !running_ && !connection_; }

  // accept: a bound connection; outbind: one that is to be bound. Only when is_free().
  void adopt(std::unique_ptr<SmppConnection> connection);
  bool is_free() const { return !connection_ && !stopping_; }

  LegState state() const { return state_; }
  bool is_bound() const {
    return state_ == LegState::bound && connection_->session().is_bound() &&
           !connection_->session().is_closing();
  }
  smpp::BindKind kind() const { return kind_; }
  std::uint32_t session() const { return session_index_; }
  std::uint64_t generation() const { return generation_; }
  // Null: there is none.
  SmppConnection* connection() { return connection_.get(); }
  const SmppConnection* connection() const { return connection_.get(); }
  // The command_status of the last bind that was refused, until one is accepted; 0: none.
  std::uint32_t refusal() const { return refusal_; }

  void on_event(SmppConnection& connection, smpp::Event& event) override;
  void on_ended(SmppConnection& connection) override;

 private:
  boost::asio::awaitable<void> keep();
  boost::asio::awaitable<std::unique_ptr<Wire>> dial();
  void take(std::unique_ptr<SmppConnection> connection);
  void bind();
  void ask_to_bind();
  void bound(const smpp::Bound& bound);
  void refused(std::uint32_t command_status);
  std::chrono::milliseconds pause_after_end();
  void enter(LegState state);

  boost::asio::io_context& io_;
  const CarrierOptions& options_;
  const smpp::BindKind kind_;
  const std::uint32_t session_index_;
  const MakeWire make_wire_;
  std::uint64_t& generations_;
  const LegHooks hooks_;
  Reconnect reconnect_;
  Reconnect::End how_ended_ = Reconnect::End::unreachable;
  std::minstd_rand chance_{std::random_device{}()};
  std::unique_ptr<Wire> dialling_;
  std::unique_ptr<SmppConnection> connection_;
  std::uint64_t generation_ = 0;
  std::uint32_t refusal_ = 0;
  LegState state_ = LegState::down;
  Signal stop_signal_, ended_;
  boost::asio::steady_timer limit_;
  bool running_ = false, stopping_ = false;
};

// What a session with this carrier is made with, at our end.
smpp::SessionOptions session_options(const CarrierOptions& options, smpp::Role role);

}  // namespace peyk::gateway
