#include "gateway/tls.hpp"

#include <openssl/ssl.h>

#include <stdexcept>

#include "config/toolchain/asio_ssl.hpp"

namespace peyk::gateway {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

void need(const error_code& error, const char* key, const std::string& file) {
  if (error) throw std::runtime_error(std::string(key) + " " + file + ": " + error.message());
}

}  // namespace

Tls::Tls(const TlsOptions& options, Side side)
    : side_(side),
      context_(std::make_unique<ssl::context>(side == Side::client ? ssl::context::tls_client
                                                                   : ssl::context::tls_server)) {
  SSL_CTX* const native = context_->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Each connection begins anew; a carrier's peer is not so often there that tickets would pay.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(native, 0);

  error_code error;
  if (!options.ca_file.empty()) {
    context_->load_verify_file(options.ca_file, error);
    need(error, "tls.ca_file", options.ca_file);
  } else if (side == Side::client) {
    context_->set_default_verify_paths(error);
    need(error, "tls.ca_file", "(the system's)");
  }
  const bool shown = !options.certificate_file.empty();
  if (side == Side::server && (!shown || options.key_file.empty())) {
    throw std::runtime_error("tls: who listens needs certificate_file and key_file");
  }
  if (shown) {
    context_->use_certificate_chain_file(options.certificate_file, error);
    need(error, "tls.certificate_file", options.certificate_file);
    context_->use_private_key_file(options.key_file, ssl::context::pem, error);
    need(error, "tls.key_file", options.key_file);
    if (SSL_CTX_check_private_key(native) != 1) {
      throw std::runtime_error("tls.key_file " + options.key_file + ": not the key of tls.certificate_file");
    }
  }
  const bool checks = side == Side::client || !options.ca_file.empty();
  context_->set_verify_mode(checks ? ssl::verify_peer | ssl::verify_fail_if_no_peer_cert : ssl::verify_none);
}

Tls::~Tls() = default;

}  // namespace peyk::gateway
