// A till's request over HTTP as it reaches a handler, signed at an instant.
#pragma once

#include <string>

#include "gateway/http/message.hpp"
#include "gateway/http/webhook_signature.hpp"
#include "handlers/rules/units.hpp"

namespace peyk::tests {

inline const std::string kSecret(32, 's');  // of every key

// Adds the header fields to `request`: what is signed is its body, or, where it has none, its target.
inline gateway::HttpRequest signed_request(gateway::HttpRequest request, const std::string& key,
                                           const std::string& id, rules::Instant at) {
  const auto now = std::chrono::floor<std::chrono::seconds>(at);
  std::string octets = request.body;
  if (octets.empty()) {
    if (request.method != "GET") octets = request.method + " ";
    octets += request.path + (request.query.empty() ? "" : "?" + request.query);
  }
  request.headers.add("peyk-key", key);
  request.headers.add("webhook-id", id);
  request.headers.add("webhook-timestamp", std::to_string(now.time_since_epoch().count()));
  request.headers.add("webhook-signature", gateway::sign_webhook(id, now, octets, kSecret));
  return request;
}

}  // namespace peyk::tests
