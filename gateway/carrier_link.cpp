#include "gateway/carrier_link.hpp"

#include <algorithm>
#include <array>

#include "gateway/log.hpp"
#include "gateway/spawn.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadOctets = 64 * 1024;
constexpr std::size_t kGenerationsRemembered = 8;

smpp::Time now() {
  return std::chrono::steady_clock::now();
}

auto redirected(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

smpp::BindKind bind_kind(BindMode mode) {
  switch (mode) {
    case BindMode::transceiver:
    case BindMode::pair:
      return smpp::BindKind::transceiver;
    case BindMode::transmitter:
      return smpp::BindKind::transmitter;
    case BindMode::receiver:
      return smpp::BindKind::receiver;
  }
  throw std::logic_error("bind_kind: not a BindMode");
}

smpp::SessionOptions session_options(const CarrierOptions& options) {
  smpp::SessionOptions session;
  session.role = smpp::Role::esme;
  session.window = options.window;
  session.timers.session_init = options.session_init_timeout;
  session.timers.enquire_link_interval = options.enquire_link_interval;
  session.timers.enquire_link_answer = options.enquire_link_timeout;
  session.timers.inactivity = std::chrono::milliseconds{0};  // the enquire_link finds a dead peer sooner
  session.timers.response = options.response_timeout;
  return session;
}

}  // namespace

CarrierLink::CarrierLink(asio::io_context& io, const CarrierOptions& options, std::uint32_t index,
                         LinkHooks hooks)
    : io_(io),
      options_(options),
      index_(index),
      hooks_(std::move(hooks)),
      socket_(io),
      pause_timer_(io),
      clock_timer_(io),
      jitter_(std::random_device{}()) {}

void CarrierLink::start() {
  running_ = true;
  ++coroutines_;
  spawn(io_, run());
}

asio::awaitable<void> CarrierLink::run() {
  while (!stopping_) {
    const bool connected = co_await connect();
    if (connected) {
      bind();
      co_await read();
      session_->lost(now());
      drain();
      close_socket();
      log::warn("carrier_link_down", {{"carrier", options_.name}, {"session", index_}});
    }
    if (!stopping_) {
      const auto wait = next_pause();
      co_await pause(wait);
    }
  }
  running_ = false;
  --coroutines_;
}

asio::awaitable<bool> CarrierLink::connect() {
  error_code error;
  asio::ip::tcp::resolver resolver(io_);
  const auto endpoints =
      co_await resolver.async_resolve(options_.host, std::to_string(options_.port), redirected(error));
  if (!error) {
    // The session's own init timer starts with the connection; this one bounds the connecting.
    clock_timer_.expires_after(options_.session_init_timeout);
    auto* const socket = &socket_;
    clock_timer_.async_wait([socket](error_code late) {
      error_code ignored;
      if (!late) socket->cancel(ignored);
    });
    co_await asio::async_connect(socket_, endpoints, redirected(error));
    clock_timer_.cancel();
  }
  if (error || stopping_) {
    close_socket();
    log::warn("carrier_unreachable",
              {{"carrier", options_.name}, {"session", index_}, {"why", error.message()}});
    co_return false;
  }
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  co_return true;
}

void CarrierLink::bind() {
  ++generation_;
  if (last_received_.size() >= kGenerationsRemembered) last_received_.erase(last_received_.begin());
  refused_credentials_ = false;
  session_.emplace(session_options(options_));
  session_->connected(now());
  session_->bind(
      bind_kind(options_.bind_mode),
      {.system_id = options_.system_id, .password = options_.password, .system_type = options_.system_type},
      now());
  flush();
  ++coroutines_;
  spawn(io_, watch_clock(generation_));
}

asio::awaitable<void> CarrierLink::read() {
  std::array<char, kReadOctets> octets;
  while (session_->state() != smpp::State::closed) {
    error_code error;
    const std::size_t count = co_await socket_.async_read_some(asio::buffer(octets), redirected(error));
    if (error) co_return;
    last_received_[generation_] = now();
    session_->feed({octets.data(), count}, now());
    drain();
  }
  // What the session still wanted to say, for example why it hangs up.
  if (!write_running_ && !session_->output().empty()) {
    error_code ignored;
    std::string last;
    last.swap(session_->output());
    co_await asio::async_write(socket_, asio::buffer(last), redirected(ignored));
  }
}

asio::awaitable<void> CarrierLink::watch_clock(std::uint64_t generation) {
  while (session_ && generation == generation_ && socket_.is_open()) {
    // Deadlines move forward as octets come, so looking again four times a second is enough and costs
    // nothing.
    clock_timer_.expires_after(std::chrono::milliseconds(250));
    error_code ignored;
    co_await clock_timer_.async_wait(redirected(ignored));
    if (generation != generation_ || !socket_.is_open()) break;
    if (now() < session_->next_deadline()) continue;
    session_->tick(now());
    drain();
    if (session_->state() == smpp::State::closed) close_socket();
  }
  --coroutines_;
}

void CarrierLink::drain() {
  smpp::Event event;
  while (session_->next_event(event)) handle(event);
  flush();
}

void CarrierLink::handle(smpp::Event& event) {
  if (auto* request = std::get_if<smpp::Request>(&event)) {
    hooks_.request({this, generation_, std::move(request->pdu)});
  } else if (auto* response = std::get_if<smpp::Response>(&event)) {
    hooks_.response(response->tag, response->pdu);
  } else if (auto* failed = std::get_if<smpp::RequestFailed>(&event)) {
    hooks_.unknown(failed->tag);
  } else if (std::holds_alternative<smpp::Bound>(event)) {
    backoff_ = std::chrono::milliseconds{0};
    log::info("carrier_bound", {{"carrier", options_.name}, {"session", index_}});
    hooks_.state(*this, true);
  } else if (auto* refused = std::get_if<smpp::BindRefused>(&event)) {
    refused_credentials_ = smpp::bind_refusal_is_lasting(refused->command_status);
    log::error("carrier_bind_refused", {{"carrier", options_.name},
                                        {"session", index_},
                                        {"status", smpp::status_name(refused->command_status)}});
  } else if (auto* closed = std::get_if<smpp::Closed>(&event)) {
    log::info("carrier_session_closed",
              {{"carrier", options_.name}, {"session", index_}, {"why", smpp::words(closed->reason)}});
    hooks_.state(*this, false);
  }
}

smpp::Time CarrierLink::last_received(std::uint64_t generation) const {
  auto it = last_received_.find(generation);
  return it == last_received_.end() ? smpp::Time::min() : it->second;
}

std::uint32_t CarrierLink::room() const {
  return is_bound() && can_send() ? session_->window_free() : 0;
}

bool CarrierLink::submit(const smpp::Body& message, std::uint64_t tag) {
  if (room() == 0) return false;
  if (!session_->request(message, tag, now())) return false;
  flush();
  return true;
}

bool CarrierLink::respond(std::uint64_t generation, const smpp::Pdu& request, std::uint32_t command_status) {
  if (!session_ || generation != generation_) return false;
  smpp::Body body;
  if (command_status == smpp::ESME_ROK) {
    if (request.command_id == smpp::CommandId::deliver_sm) {
      body = smpp::DeliverSmResp{};
    } else if (request.command_id == smpp::CommandId::data_sm) {
      body = smpp::DataSmResp{};
    }
  }
  session_->respond(request.sequence_number, request.command_id, command_status, body, now());
  flush();
  return true;
}

// One write a turn: whatever else this turn has to say goes with it.
void CarrierLink::flush() {
  if (flush_scheduled_ || write_running_ || !session_ || session_->output().empty()) return;
  flush_scheduled_ = true;
  ++coroutines_;
  spawn(io_, write_all());
}

asio::awaitable<void> CarrierLink::write_all() {
  flush_scheduled_ = false;  // co_spawn began this in a later turn of the loop
  write_running_ = true;
  const std::uint64_t generation = generation_;
  error_code error;
  while (!error && generation == generation_ && session_ && !session_->output().empty()) {
    writing_.clear();
    writing_.swap(session_->output());
    co_await asio::async_write(socket_, asio::buffer(writing_), redirected(error));
  }
  write_running_ = false;
  if (error && generation == generation_) close_socket();
  flush();
  --coroutines_;
}

void CarrierLink::close_socket() {
  error_code ignored;
  socket_.close(ignored);
  clock_timer_.cancel();
}

std::chrono::milliseconds CarrierLink::next_pause() {
  if (refused_credentials_) return options_.reconnect_max;
  backoff_ = backoff_.count() == 0 ? options_.reconnect_min : std::min(backoff_ * 2, options_.reconnect_max);
  // ±20 %, so that many links do not come back in step.
  std::uniform_int_distribution<std::int64_t> spread(-backoff_.count() / 5, backoff_.count() / 5);
  return backoff_ + std::chrono::milliseconds(spread(jitter_));
}

asio::awaitable<void> CarrierLink::pause(std::chrono::milliseconds wait) {
  pause_timer_.expires_after(wait);
  error_code ignored;
  co_await pause_timer_.async_wait(redirected(ignored));
}

asio::awaitable<void> CarrierLink::stop(std::chrono::milliseconds grace) {
  stopping_ = true;
  pause_timer_.cancel();
  const auto deadline = now() + grace;
  if (session_ && is_bound()) {
    session_->unbind(now());
    drain();
  } else {
    close_socket();
  }
  asio::steady_timer poll(io_);
  while (coroutines_ > 0) {
    if (now() >= deadline) close_socket();
    poll.expires_after(std::chrono::milliseconds(5));
    error_code ignored;
    co_await poll.async_wait(redirected(ignored));
  }
}

}  // namespace peyk::gateway
