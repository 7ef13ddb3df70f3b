// How many requests each key may send in a window of time, and what its till is told of that
// (draft-ietf-httpapi-ratelimit-headers).
//
//   signature good → take() → counted, or 429 with Retry-After
//   every answer to whoever signed → RateLimit-Policy: "key";q=6000;w=60, RateLimit: "key";r=5990;t=42
//
// A window begins with the first request that is counted and ends by the clock. What is not signed is not
// counted: who knows a key's name must not be able to use it up. Counted in this process alone: over N
// gateways a key has N times as much. Memory: an entry for each key that signed something within the last two
// windows.
//
// Thread rule: the network thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/http/message.hpp"

namespace peyk::gateway {

struct KeyQuotaOptions {
  std::uint32_t requests_max = 6000;  // 0: no limit, and nothing is told
  std::chrono::seconds window{60};
};

class KeyQuotas {
 public:
  explicit KeyQuotas(KeyQuotaOptions options) : options_(options) {}

  // Counts a request of the key; or, where it has none left, the answer to it.
  std::optional<HttpResponse> take(std::string_view key, rules::Instant now);

  // The route, with what is left told in each of its answers to whoever has signed. Outlived by this.
  HttpRoute told_by(HttpRoute route);

 private:
  struct Window {
    rules::Instant begun{};
    std::uint32_t used = 0;
  };
  bool is_over(const Window& window, rules::Instant now) const;
  std::chrono::seconds left_of(const Window& window, rules::Instant now) const;
  void tell(HttpResponse& response, std::string_view key, rules::Instant now) const;

  KeyQuotaOptions options_;
  std::unordered_map<std::string, Window> windows_;
  rules::Instant swept_{};
};

}  // namespace peyk::gateway
