#include "gateway/tls.hpp"

#include <openssl/ssl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "config/toolchain/asio_ssl.hpp"

namespace peyk::gateway {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

void need(const error_code& error, const char* key, const std::string& file) {
  if (error) throw std::runtime_error(std::string(key) + " " + file + ": " + error.message());
}

// OpenSSL has no words of its own for a file that cannot be opened.
void need_file(const char* key, const std::string& file) {
  if (access(file.c_str(), R_OK) == 0) return;
  throw std::runtime_error(std::string(key) + " " + file + ": " + std::strerror(errno));
}

}  // namespace

Tls::Tls(const TlsOptions& options, Side side)
    : side_(side),
      context_(std::make_unique<ssl::context>(side == Side::client ? ssl::context::tls_client
                                                                   : ssl::context::tls_server)) {
  SSL_CTX* const native = context_->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Each connection begins anew; a carrier's peer is not so often there that tickets would pay, and tills
  // keep theirs.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(native, 0);

  error_code error;
  if (!options.ca_file.empty()) {
    need_file("tls_ca_file", options.ca_file);
    context_->load_verify_file(options.ca_file, error);
    need(error, "tls_ca_file", options.ca_file);
  } else if (side == Side::client) {
    context_->set_default_verify_paths(error);
    need(error, "tls_ca_file", "(the system's)");
  }
  const bool shown = !options.certificate_file.empty();
  if (side == Side::server && (!shown || options.key_file.empty())) {
    throw std::runtime_error("tls: who listens needs tls_certificate_file and tls_key_file");
  }
  if (shown) {
    need_file("tls_certificate_file", options.certificate_file);
    need_file("tls_key_file", options.key_file);
    context_->use_certificate_chain_file(options.certificate_file, error);
    need(error, "tls_certificate_file", options.certificate_file);
    context_->use_private_key_file(options.key_file, ssl::context::pem, error);
    need(error, "tls_key_file", options.key_file);
    if (SSL_CTX_check_private_key(native) != 1) {
      throw std::runtime_error("tls_key_file " + options.key_file + ": not the key of tls_certificate_file");
    }
  }
  const bool checks = side == Side::client || !options.ca_file.empty();
  context_->set_verify_mode(checks ? ssl::verify_peer | ssl::verify_fail_if_no_peer_cert : ssl::verify_none);
}

Tls::~Tls() = default;

std::vector<std::string> tls_problems(const std::vector<CarrierOptions>& carriers) {
  std::vector<std::string> problems;
  for (const CarrierOptions& carrier : carriers) {
    if (!carrier.tls.enabled) continue;
    const bool calls = carrier.connection == ConnectionMode::connect;
    try {
      Tls(carrier.tls, calls ? Tls::Side::client : Tls::Side::server);
    } catch (const std::runtime_error& e) {
      problems.push_back("carrier \"" + carrier.name + "\": " + e.what());
    }
  }
  return problems;
}

std::vector<std::string> tls_problems(const HttpOptions& http) {
  if (!http.tls.enabled) return {};
  try {
    Tls(http.tls, Tls::Side::server);
  } catch (const std::runtime_error& e) {
    return {std::string("http: ") + e.what()};
  }
  return {};
}

}  // namespace peyk::gateway
