#include "gateway/smpp_connection.hpp"

#include <algorithm>

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Deadlines move forward as octets come, so looking again four times a second is enough and costs nothing.
constexpr std::chrono::milliseconds kLookAgain = 250ms;
constexpr std::chrono::seconds kLastWords{2};

smpp::Time now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

SmppConnection::SmppConnection(asio::io_context& io, std::unique_ptr<Wire> wire, smpp::SessionOptions options)
    : io_(io), wire_(std::move(wire)), session_(std::move(options)), clock_(io) {
  session_.connected(now());
}

void SmppConnection::start(ConnectionOwner& owner) {
  owner_ = &owner;
  read();
  watch_clock();
}

void SmppConnection::read() {
  ++operations_;
  wire_->read_some(asio::buffer(input_),
                   [this](const Wire::Error& error, std::size_t octets) { on_read(error, octets); });
}

void SmppConnection::on_read(const Wire::Error& error, std::size_t octets) {
  --operations_;
  if (error) {
    broken(error);
  } else if (!closed_) {
    last_received_ = now();
    in_turn_ = true;
    session_.feed({input_.data(), octets}, last_received_);
    drain();
    in_turn_ = false;
    write();
    close_when_said();
    if (!closed_) read();
  }
  end_if_idle();
}

void SmppConnection::drain() {
  smpp::Event event;
  while (session_.next_event(event)) owner_->on_event(*this, event);
}

// One write a turn: whatever else this turn has to say goes with it.
void SmppConnection::flush() {
  if (in_turn_ || flush_posted_ || write_runs_ || closed_ || session_.output().empty()) return;
  flush_posted_ = true;
  ++operations_;
  asio::post(io_, [this] {
    --operations_;
    flush_posted_ = false;
    write();
    close_when_said();
    end_if_idle();
  });
}

void SmppConnection::write() {
  if (write_runs_ || closed_ || session_.output().empty()) return;
  writing_.clear();
  writing_.swap(session_.output());
  write_runs_ = true;
  ++operations_;
  wire_->write(asio::buffer(writing_), [this](const Wire::Error& error, std::size_t) { on_written(error); });
}

void SmppConnection::on_written(const Wire::Error& error) {
  --operations_;
  write_runs_ = false;
  if (error) {
    broken(error);
  } else {
    write();
    close_when_said();
  }
  end_if_idle();
}

void SmppConnection::watch_clock() {
  const auto wait = std::clamp<std::chrono::nanoseconds>(session_.next_deadline() - now(), 1ms, kLookAgain);
  clock_.expires_after(wait);
  ++operations_;
  clock_.async_wait([this](const Wire::Error&) {
    --operations_;
    if (!closed_) {
      const auto time = now();
      if (time >= last_words_until_) close();
      session_.tick(time);
      // The session may also have ended outside of a turn, in an answer that the owner gave, while a write
      // hangs: then nobody but us comes by.
      drain();
      flush();
      close_when_said();
      if (!closed_) watch_clock();
    }
    end_if_idle();
  });
}

void SmppConnection::broken(const Wire::Error& error) {
  if (!closed_ && broken_because_.empty()) broken_because_ = wire_->why(error);
  session_.lost(now());
  close();
}

// The session has ended: the wire ends once its last words are with the system.
void SmppConnection::close_when_said() {
  if (closed_ || session_.state() != smpp::State::closed) return;
  if (last_words_until_ == smpp::Time::max()) last_words_until_ = now() + kLastWords;
  if (!write_runs_ && !flush_posted_ && session_.output().empty()) close();
}

void SmppConnection::close() {
  if (!closed_) {
    closed_ = true;
    wire_->close();
    clock_.cancel();
  }
  session_.lost(now());
  if (!in_turn_) drain();
  end_if_idle();
}

void SmppConnection::end_if_idle() {
  if (!closed_ || operations_ > 0 || ended_) return;
  ended_ = true;
  asio::post(io_, [this] { owner_->on_ended(*this); });
}

}  // namespace peyk::gateway
