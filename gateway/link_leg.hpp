// One connection of a carrier link and its coming back: a transceiver, or the transmitter or the receiver of
// a pair.
//
//   we connect:   [the carrier may be called now] -> dial -> bind -> bound -> [ended] -> wait -> dial ...
//   they connect: the listener brings a connection that is bound, or on which we bind (outbind); after a bind
//                 that came to nothing there is no place for another outbind until the wait is over
//
// A carrier that says in an answer that we are not bound (ESME_RINVBNDSTS and its like) has lost our session
// on a connection that lives: nothing more is asked on it, what was asked is waited for, and then it is
// unbound and comes back like any other.
//
// Each connection has a generation: an answer that comes after its connection has gone is dropped, because
// the carrier will send that request again.
//
// Thread rule: the network thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "gateway/carrier_attempts.hpp"
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
  // `options` and what the hooks refer to outlive this. `attempts` are those of the whole carrier,
  // `generations` counts connections, over all legs of a link.
  LinkLeg(boost::asio::io_context& io, const CarrierOptions& options, smpp::BindKind kind,
          std::uint32_t session, MakeWire make_wire, CarrierAttempts& attempts, std::uint64_t& generations,
          LegHooks hooks);

  void start();  // connect mode: keeps a connection from now on
  void begin_stop(std::chrono::steady_clock::time_point deadline);
  bool stopped() const { return !running_ && !connection_; }

  // accept: a bound connection; outbind: one that is to be bound, and closed when it cannot be as kind().
  // Only when is_free().
  void adopt(std::unique_ptr<SmppConnection> connection);
  // The carrier takes us for not bound: unbinds once what is in flight is answered, and binds anew.
  void bind_again();
  bool is_free() const;

  LegState state() const { return state_; }
  bool is_bound() const {
    return state_ == LegState::bound && connection_->session().is_bound() &&
           !connection_->session().is_closing();
  }
  // Bound, and not about to be bound anew.
  bool may_ask() const { return is_bound() && !binds_again_; }
  smpp::BindKind kind() const { return kind_; }
  std::uint32_t session() const { return session_index_; }
  std::uint64_t generation() const { return generation_; }
  // Null: there is none.
  SmppConnection* connection() { return connection_.get(); }
  const SmppConnection* connection() const { return connection_.get(); }
  // The command_status of the last bind that was refused, until one is accepted; 0: none.
  std::uint32_t refusal() const { return refusal_; }
  // Of ours, in a row, that have not become a connection that stays.
  std::uint32_t attempts_in_vain() const;
  // Over all its connections so far.
  smpp::SessionCounts counts() const;

  void on_event(SmppConnection& connection, smpp::Event& event) override;
  void on_ended(SmppConnection& connection) override;

 private:
  boost::asio::awaitable<void> keep();
  boost::asio::awaitable<std::unique_ptr<Wire>> dial();
  void begin_attempt();
  void after_outbind();
  void take(std::unique_ptr<SmppConnection> connection);
  boost::asio::awaitable<void> turn();
  void bind();
  void ask_to_bind();
  void unbind_when_idle();
  void bound(const smpp::Bound& bound);
  void refused(std::uint32_t command_status);
  std::chrono::milliseconds pause_after_end();
  void enter(LegState state);

  boost::asio::io_context& io_;
  const CarrierOptions& options_;
  const smpp::BindKind kind_;
  const std::uint32_t session_index_;
  const MakeWire make_wire_;
  CarrierAttempts& attempts_;
  std::uint64_t& generations_;
  const LegHooks hooks_;
  Reconnect reconnect_;
  // Of the attempt under way, or the connection that came of it.
  std::optional<smpp::Time> begun_;
  Reconnect::End how_ended_ = Reconnect::End::unreachable;
  bool was_bound_ = false, credentials_refused_ = false, binds_again_ = false;
  std::minstd_rand chance_{std::random_device{}()};
  std::unique_ptr<Wire> dialling_;
  std::unique_ptr<SmppConnection> connection_;
  std::uint64_t generation_ = 0;
  std::uint32_t refusal_ = 0;
  smpp::Time no_outbind_until_ = smpp::Time::min();
  smpp::SessionCounts past_counts_;  // of connections that are gone
  LegState state_ = LegState::down;
  Signal stop_signal_, ended_;
  boost::asio::steady_timer limit_;
  bool running_ = false, stopping_ = false;
};

// What a session with this carrier is made with, at our end.
smpp::SessionOptions session_options(const CarrierOptions& options, smpp::Role role);

}  // namespace peyk::gateway
