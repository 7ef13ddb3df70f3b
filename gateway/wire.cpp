#include "gateway/wire.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <optional>

#include "config/toolchain/asio_ssl.hpp"
#include "gateway/tls.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using Tcp = asio::ip::tcp;

auto redirected(Wire::Error& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

class TcpWire final : public Wire {
 public:
  TcpWire(asio::io_context& io, Tcp::socket socket, Tls* tls, std::string server_name)
      : socket_(std::move(socket)), resolver_(io), tls_(tls), server_name_(std::move(server_name)) {}

  asio::awaitable<Error> resolve(std::string host, std::uint16_t port) override {
    Error error;
    endpoints_ = co_await resolver_.async_resolve(host, std::to_string(port), redirected(error));
    co_return closed_ ? asio::error::operation_aborted : error;
  }

  asio::awaitable<Error> connect() override {
    Error error;
    co_await asio::async_connect(socket_, endpoints_, redirected(error));
    co_return closed_ ? asio::error::operation_aborted : error;
  }

  asio::awaitable<Error> handshake() override {
    Error error;
    socket_.set_option(Tcp::no_delay(true), error);
    if (tls_ == nullptr) co_return Error();
    stream_.emplace(socket_, tls_->context());
    const bool client = tls_->side() == Tls::Side::client;
    if (client && !expect_name()) co_return Error(asio::error::invalid_argument);
    co_await stream_->async_handshake(client ? ssl::stream_base::client : ssl::stream_base::server,
                                      redirected(error));
    co_return closed_ ? asio::error::operation_aborted : error;
  }

  void read_some(asio::mutable_buffer into, Done done) override {
    if (stream_) return stream_->async_read_some(into, std::move(done));
    socket_.async_read_some(into, std::move(done));
  }

  void write(asio::const_buffer all, Done done) override {
    if (stream_) return asio::async_write(*stream_, all, std::move(done));
    asio::async_write(socket_, all, std::move(done));
  }

  void close() override {
    closed_ = true;
    Error ignored;
    resolver_.cancel();
    socket_.close(ignored);
  }

  std::string why(const Error& error) const override {
    if (stream_) {
      SSL* const native = const_cast<ssl::stream<Tcp::socket&>&>(*stream_).native_handle();
      const long verified = SSL_get_verify_result(native);
      if (verified != X509_V_OK) {
        return "the certificate is refused: " + std::string(X509_verify_cert_error_string(verified));
      }
    }
    return error.message();
  }

 private:
  // The name, or address, that the certificate must be for; a name is also said to the server (SNI).
  bool expect_name() {
    SSL* const native = stream_->native_handle();
    Error not_an_address;
    asio::ip::make_address(server_name_, not_an_address);
    if (!not_an_address)
      return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(native), server_name_.c_str()) == 1;
    return SSL_set1_host(native, server_name_.c_str()) == 1 &&
           SSL_set_tlsext_host_name(native, server_name_.c_str()) == 1;
  }

  Tcp::socket socket_;
  Tcp::resolver resolver_;
  Tcp::resolver::results_type endpoints_;
  Tls* tls_;
  std::string server_name_;
  std::optional<ssl::stream<Tcp::socket&>> stream_;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<Wire> make_wire(asio::io_context& io, Tls* tls, std::string server_name) {
  return std::make_unique<TcpWire>(io, Tcp::socket(io), tls, std::move(server_name));
}

std::unique_ptr<Wire> make_wire(asio::io_context& io, Tcp::socket accepted, Tls* tls) {
  return std::make_unique<TcpWire>(io, std::move(accepted), tls, std::string());
}

}  // namespace peyk::gateway
