#include "sim/pipe.hpp"

#include <utility>

#include "config/toolchain/asio_ssl.hpp"

namespace peyk::sim {

struct Pipe::Tls {
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket&> stream;
};

Pipe::Pipe(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls) : socket_(std::move(socket)) {
  if (tls != nullptr) tls_ = std::make_unique<Tls>(Tls{{socket_, *tls}});
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

Pipe::~Pipe() = default;

void Pipe::start() {
  if (!tls_) return read();
  shaking_hands_ = reading_ = true;
  tls_->stream.async_handshake(boost::asio::ssl::stream_base::server,
                               [this](const boost::system::error_code& error) {
                                 shaking_hands_ = false;
                                 on_read(error, 0);
                                 flush();
                               });
}

void Pipe::read() {
  reading_ = true;
  const auto done = [this](const boost::system::error_code& error, std::size_t n) { on_read(error, n); };
  if (tls_) return tls_->stream.async_read_some(boost::asio::buffer(input_), done);
  socket_.async_read_some(boost::asio::buffer(input_), done);
}

void Pipe::on_read(const boost::system::error_code& error, std::size_t octets) {
  reading_ = false;
  if (error) {
    close_now();
    return;
  }
  // What comes after our goodbye is nobody's; it is read so that the peer is not reset before it has read
  // ours.
  if (!closing_ && octets > 0) on_octets(std::string_view(input_.data(), octets));
  if (socket_.is_open()) {
    if (wants_octets_ && !reading_) read();  // on_octets may have switched it on already
  } else {
    end_if_idle();
  }
}

void Pipe::set_reading(bool on) {
  wants_octets_ = on;
  if (on && !reading_ && socket_.is_open()) read();
}

void Pipe::flush() {
  if (writing_ || shaking_hands_ || waiting_.empty() || !socket_.is_open()) return;
  in_flight_.clear();
  std::swap(in_flight_, waiting_);
  writing_ = true;
  const auto done = [this](const boost::system::error_code& error, std::size_t) { on_written(error); };
  if (tls_) return boost::asio::async_write(tls_->stream, boost::asio::buffer(in_flight_), done);
  boost::asio::async_write(socket_, boost::asio::buffer(in_flight_), done);
}

void Pipe::on_written(const boost::system::error_code& error) {
  writing_ = false;
  if (error || (closing_ && waiting_.empty())) {
    close_now();
    return;
  }
  if (!socket_.is_open()) {
    end_if_idle();
    return;
  }
  flush();
  if (!writing_ && on_writable) on_writable();
}

void Pipe::close_after_writing() {
  closing_ = true;
  flush();
  if (!writing_) close_now();
}

void Pipe::close_now() {
  closing_ = true;
  waiting_.clear();
  boost::system::error_code ignored;
  socket_.close(ignored);
  end_if_idle();
}

void Pipe::end_if_idle() {
  if (reading_ || writing_ || ended_) return;
  ended_ = true;
  if (on_ended) {
    // Not from here: the caller may be in the middle of a loop over the pipes. Moved out: it destroys the
    // pipe.
    boost::asio::post(socket_.get_executor(), [ended = std::move(on_ended)] { ended(); });
  }
}

}  // namespace peyk::sim
