// What TLS means here, on carrier links and where tills are listened to: TLS 1.2 or newer; as client the
// server's certificate is checked against ca_file (or the system's) and must name server_name; as server a
// certificate is shown and, where ca_file is given, one of the client's is required and checked.
//
// The files are read once, when the Tls is made. Thread rule: the network thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/options.hpp"

namespace boost::asio::ssl {
class context;
}

namespace peyk::gateway {

class Tls {
 public:
  enum class Side { client, server };

  // Throws std::runtime_error naming the file that cannot be read or does not fit its key; for a server also
  // when it has no certificate or key.
  Tls(const TlsOptions& options, Side side);
  ~Tls();

  boost::asio::ssl::context& context() { return *context_; }
  Side side() const { return side_; }

 private:
  Side side_;
  std::unique_ptr<boost::asio::ssl::context> context_;
};

// What is wrong with the carriers' files, in words that name carrier, key and file: "carrier "mci":
// tls_key_file key.pem: key values mismatch". Empty: nothing.
std::vector<std::string> tls_problems(const std::vector<CarrierOptions>& carriers);
// The same of the listener for tills: "http: tls_key_file …".
std::vector<std::string> tls_problems(const HttpOptions& http);

}  // namespace peyk::gateway
