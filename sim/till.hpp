// A shop's till: posts signed purchases over HTTP/1.1, as till software would.
//
// Synchronous, one connection a request, with a deadline: the handset and the demo wait for the answer
// anyway. The signature is Standard Webhooks 1.0.0 (symmetric, v1), plus the header peyk-key that names the
// key.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peyk::sim {

// The raw key inside "whsec_<base64>"; nothing if it is not base64 or not 24 to 64 octets long.
std::optional<std::string> decode_secret(std::string_view whsec);

// The value of webhook-signature: "v1," and the base64 of HMAC-SHA256(key, "<id>.<timestamp>.<body>").
std::string sign_webhook(std::string_view key, std::string_view id, std::int64_t timestamp_s,
                         std::string_view body);

// A fresh webhook-id: "msg_" and 24 random letters and digits.
std::string new_webhook_id();

struct TillOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string key_id;                       // sent as peyk-key
  std::string secret;                       // the raw key
  std::chrono::milliseconds timeout{5000};  // for the whole exchange
  std::uint32_t answer_bytes_max = 1 << 20;
};

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  std::string header(std::string_view name) const;  // empty when there is none
};

class Till {
 public:
  explicit Till(TillOptions options) : options_(std::move(options)) {}

  // Signs `body` with the till's key and posts it. Throws std::system_error when no answer comes in time.
  HttpAnswer post(std::string_view path, std::string_view webhook_id, std::int64_t timestamp_s,
                  std::string_view body) const;

  // The same with a signature of the caller's choice: what a forger would send.
  HttpAnswer post_with_signature(std::string_view path, std::string_view webhook_id, std::int64_t timestamp_s,
                                 std::string_view body, std::string_view signature) const;

  // Waits until somebody listens there; false: nobody did within `limit`.
  bool wait_for_listener(std::chrono::milliseconds limit) const;

  const TillOptions& options() const { return options_; }

 private:
  TillOptions options_;
};

// The JSON of POST /v1/purchases. `phone` as typed at the till; `amount` in rial.
std::string purchase_json(std::string_view phone, std::int64_t amount, std::string_view invoice);

}  // namespace peyk::sim
