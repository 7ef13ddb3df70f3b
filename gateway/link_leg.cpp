#include "gateway/link_leg.hpp"

#include <algorithm>
#include <array>

#include "gateway/log.hpp"
#include "gateway/spawn.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::uint32_t kUnsteadyAfter = 5;  // short connections in a row that are worth an alarm

smpp::Time now() {
  return std::chrono::steady_clock::now();
}

ReconnectOptions reconnect_options(const CarrierOptions& options) {
  return {.min = options.reconnect_min, .max = options.reconnect_max};
}

std::string_view words(smpp::BindKind kind) {
  constexpr std::array<std::string_view, 3> kWords{"receiver", "transmitter", "transceiver"};
  return kWords[static_cast<std::size_t>(kind)];
}

}  // namespace

std::string_view words(LegState state) {
  constexpr std::array<std::string_view, 5> kWords{"down", "connecting", "binding", "bound", "refused"};
  return kWords[static_cast<std::size_t>(state)];
}

smpp::SessionOptions session_options(const CarrierOptions& options, smpp::Role role) {
  smpp::SessionOptions session;
  session.role = role;
  session.system_id = options.system_id;
  session.interface_version = options.interface_version;
  session.window = options.window;
  session.timers.session_init = options.session_init_timeout;
  session.timers.enquire_link_interval = options.enquire_link_interval;
  session.timers.enquire_link_answer = options.enquire_link_timeout;
  session.timers.inactivity = std::chrono::milliseconds{0};  // the enquire_link finds a dead peer sooner
  session.timers.response = options.response_timeout;
  session.either_way = true;
  // Many a carrier does not say its version. Who configured what only TLVs can carry knows that it takes
  // them.
  session.peer_takes_tlvs = options.ussd || !options.submit_tlvs.empty() ||
                            options.long_texts == LongTexts::sar || options.long_texts == LongTexts::payload;
  return session;
}

LinkLeg::LinkLeg(asio::io_context& io, const CarrierOptions& options, smpp::BindKind kind,
                 std::uint32_t session, MakeWire make_wire, CarrierAttempts& attempts,
                 std::uint64_t& generations, LegHooks hooks)
    : io_(io),
      options_(options),
      kind_(kind),
      session_index_(session),
      make_wire_(std::move(make_wire)),
      attempts_(attempts),
      generations_(generations),
      hooks_(std::move(hooks)),
      reconnect_(reconnect_options(options)),
      stop_signal_(io),
      ended_(io),
      limit_(io) {}

void LinkLeg::start() {
  running_ = true;
  spawn(io_, keep());
}

// Returns when the carrier may be called, or we are stopping.
asio::awaitable<void> LinkLeg::turn() {
  while (!stopping_) {
    const auto wait = attempts_.until_permitted(now());
    if (wait.count() == 0) co_return;
    co_await stop_signal_.wait(wait);
  }
}

asio::awaitable<void> LinkLeg::keep() {
  for (bool first = true; !stopping_; first = false) {
    co_await turn();
    if (stopping_) break;
    if (!first) hooks_.attempt(*this);
    begin_attempt();
    enter(LegState::connecting);
    std::unique_ptr<Wire> wire = co_await dial();
    if (wire && !stopping_) {
      const auto options = session_options(options_, smpp::Role::esme);
      take(std::make_unique<SmppConnection>(io_, std::move(wire), options));
      bind();
      while (connection_) co_await ended_.wait(std::chrono::hours(1));
    }
    if (stopping_) break;
    enter(credentials_refused_ ? LegState::refused : LegState::down);
    const auto until = now() + pause_after_end();
    while (!stopping_ && now() < until) {
      const auto left = std::chrono::ceil<std::chrono::microseconds>(until - now());
      co_await stop_signal_.wait(left);
    }
  }
  running_ = false;
}

void LinkLeg::begin_attempt() {
  begun_ = now();
  was_bound_ = false;
  how_ended_ = Reconnect::End::unreachable;
  credentials_refused_ = false;
  attempts_.begin(*begun_);
}

// Null: it did not work, and the log says why.
asio::awaitable<std::unique_ptr<Wire>> LinkLeg::dial() {
  dialling_ = make_wire_();
  limit_.expires_after(options_.session_init_timeout);
  limit_.async_wait([this](const Wire::Error& cancelled) {
    if (!cancelled && dialling_) dialling_->close();
  });
  std::string_view step = "resolve";
  Wire::Error error = co_await dialling_->resolve(options_.host, options_.port);
  if (!error) {
    step = "connect";
    error = co_await dialling_->connect();
  }
  if (!error) {
    step = "handshake";
    error = co_await dialling_->handshake();
  }
  // Cancelled or not, the timer's handler finds no dialling_ after this.
  limit_.cancel();
  std::unique_ptr<Wire> wire = std::move(dialling_);
  if (!error) co_return wire;
  wire->close();
  const bool late = error == asio::error::operation_aborted;
  const std::string why = late ? "not within session_init_timeout" : wire->why(error);
  if (!stopping_) {
    log::warn(step == "handshake" ? "carrier_handshake_failed" : "carrier_unreachable",
              {{"carrier", options_.name}, {"session", session_index_}, {"step", step}, {"why", why}});
  }
  co_return nullptr;
}

void LinkLeg::take(std::unique_ptr<SmppConnection> connection) {
  connection_ = std::move(connection);
  generation_ = ++generations_;
  binds_again_ = false;
}

void LinkLeg::bind() {
  enter(LegState::binding);
  connection_->start(*this);
  ask_to_bind();
}

void LinkLeg::adopt(std::unique_ptr<SmppConnection> connection) {
  connection->change_owner(*this);
  take(std::move(connection));
  if (connection_->session().is_bound()) {
    log::info("carrier_bound", {{"carrier", options_.name}, {"session", session_index_}});
    enter(LegState::bound);
    return;
  }
  begin_attempt();
  enter(LegState::binding);
  ask_to_bind();
}

bool LinkLeg::is_free() const {
  if (connection_ || stopping_) return false;
  if (options_.connection != ConnectionMode::outbind) return true;
  return now() >= no_outbind_until_ && attempts_.until_permitted(now()).count() == 0;
}

void LinkLeg::ask_to_bind() {
  const bool asked = connection_->session().bind(kind_,
                                                 {.system_id = options_.system_id,
                                                  .password = options_.password,
                                                  .system_type = options_.system_type,
                                                  .interface_version = options_.interface_version},
                                                 now());
  if (asked) return connection_->flush();
  // Not as a transmitter after an outbind (SMPP 3.4, 2.2.2), and not with a name that is too long to write.
  log::error("carrier_bind_impossible",
             {{"carrier", options_.name}, {"session", session_index_}, {"as", words(kind_)}});
  connection_->close();
}

void LinkLeg::bind_again() {
  if (!may_ask()) return;
  binds_again_ = true;
  log::warn("carrier_binds_again",
            {{"carrier", options_.name}, {"session", session_index_}, {"as", words(kind_)}});
  hooks_.changed(*this);  // it takes nothing more
  unbind_when_idle();
}

// What has been asked is worth its answer: without it, it would be sent twice.
void LinkLeg::unbind_when_idle() {
  if (!binds_again_ || !is_bound() || connection_->session().in_flight() > 0) return;
  connection_->session().unbind(now());
  connection_->flush();
}

void LinkLeg::on_event(SmppConnection&, smpp::Event& event) {
  if (const auto* accepted = std::get_if<smpp::Bound>(&event)) return bound(*accepted);
  if (const auto* answer = std::get_if<smpp::BindRefused>(&event)) return refused(answer->command_status);
  if (const auto* closed = std::get_if<smpp::Closed>(&event)) {
    log::info("carrier_session_closed", {{"carrier", options_.name},
                                         {"session", session_index_},
                                         {"why", smpp::words(closed->reason)},
                                         {"wire", connection_->broken_because()}});
    return enter(LegState::down);
  }
  hooks_.event(*this, event);
  unbind_when_idle();
}

void LinkLeg::bound(const smpp::Bound& bound) {
  if (begun_) {
    attempts_.let_in(*begun_, now());
    reconnect_.bound(now());
    was_bound_ = true;
  }
  how_ended_ = Reconnect::End::lost;
  refusal_ = 0;
  log::info("carrier_bound", {{"carrier", options_.name},
                              {"session", session_index_},
                              {"as", words(kind_)},
                              {"peer", bound.system_id},
                              {"version", connection_->session().peer_interface_version()}});
  enter(LegState::bound);
}

void LinkLeg::refused(std::uint32_t command_status) {
  refusal_ = command_status;
  credentials_refused_ = smpp::bind_refusal_is_lasting(command_status);
  how_ended_ = command_status == smpp::ESME_RALYBND ? Reconnect::End::already_bound : Reconnect::End::lost;
  log::error("carrier_bind_refused", {{"carrier", options_.name},
                                      {"session", session_index_},
                                      {"as", words(kind_)},
                                      {"status", smpp::status_name(command_status)}});
  hooks_.bind_refused(*this, command_status);
}

void LinkLeg::on_ended(SmppConnection&) {
  log::warn(
      "carrier_link_down",
      {{"carrier", options_.name}, {"session", session_index_}, {"why", connection_->broken_because()}});
  past_counts_ = counts();
  connection_.reset();
  enter(LegState::down);
  ended_.wake();
  if (options_.connection == ConnectionMode::outbind && !stopping_) after_outbind();
}

// When to call again is the carrier's to say, unless it lets us in no more.
void LinkLeg::after_outbind() {
  if (was_bound_) {
    attempts_.gone(*begun_);
    reconnect_ = Reconnect(reconnect_options(options_));
    return;
  }
  no_outbind_until_ = now() + pause_after_end();
  if (credentials_refused_) enter(LegState::refused);
}

// Reports the attempt that is over, or the connection that came of it: to the carrier's other connections,
// and to whoever reads the log.
std::chrono::milliseconds LinkLeg::pause_after_end() {
  std::uniform_real_distribution<double> chance(-1.0, 1.0);
  auto wait = reconnect_.ended(how_ended_, now(), chance(chance_));
  if (credentials_refused_) wait = std::max(wait, attempts_.refused(chance(chance_)));
  if (was_bound_) {
    attempts_.ended(*begun_, now());
  } else {
    attempts_.failed(now(), wait);
  }
  if (credentials_refused_) {
    log::error("carrier_credentials_refused", {{"carrier", options_.name},
                                               {"session", session_index_},
                                               {"status", smpp::status_name(refusal_)},
                                               {"next_attempt_in_s", wait.count() / 1000}});
  } else if (attempts_in_vain() % kUnsteadyAfter == 0) {
    log::error("carrier_unsteady", {{"carrier", options_.name},
                                    {"session", session_index_},
                                    {"attempts_in_vain", attempts_in_vain()},
                                    {"next_attempt_in_ms", wait.count()}});
  }
  return wait;
}

std::uint32_t LinkLeg::attempts_in_vain() const {
  return reconnect_.failures(now());
}

smpp::SessionCounts LinkLeg::counts() const {
  smpp::SessionCounts all = past_counts_;
  if (connection_) all += connection_->session().counts();
  return all;
}

void LinkLeg::enter(LegState state) {
  if (state_ == state) return;
  state_ = state;
  hooks_.changed(*this);
}

void LinkLeg::begin_stop(std::chrono::steady_clock::time_point deadline) {
  stopping_ = true;
  stop_signal_.wake();
  if (dialling_) dialling_->close();
  if (!connection_) return;
  if (!is_bound()) return connection_->close();
  connection_->session().unbind(now());
  connection_->flush();
  limit_.expires_at(deadline);
  limit_.async_wait([this](const Wire::Error& cancelled) {
    if (!cancelled && connection_) connection_->close();
  });
}

}  // namespace peyk::gateway
