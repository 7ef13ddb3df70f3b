#include "gateway/http/key_quotas.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace peyk::gateway {
namespace {

constexpr std::string_view kQuotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded";
constexpr int kUnauthorized = 401;  // the one answer to whoever has not signed

}  // namespace

// A clock that was set back ends the window too.
bool KeyQuotas::is_over(const Window& window, rules::Instant now) const {
  return now < window.begun || now >= window.begun + options_.window;
}

std::chrono::seconds KeyQuotas::left_of(const Window& window, rules::Instant now) const {
  return std::chrono::ceil<std::chrono::seconds>(window.begun + options_.window - now);
}

std::optional<HttpResponse> KeyQuotas::take(std::string_view key, rules::Instant now) {
  if (options_.requests_max == 0) return std::nullopt;
  if (now < swept_ || now >= swept_ + options_.window) {
    std::erase_if(windows_, [this, now](const auto& entry) { return is_over(entry.second, now); });
    swept_ = now;
  }
  Window& window = windows_[std::string(key)];
  if (is_over(window, now)) window = {now, 0};
  if (window.used < options_.requests_max) {
    ++window.used;
    return std::nullopt;
  }
  const auto wait = left_of(window, now);
  nlohmann::ordered_json body{
      {"type", kQuotaExceeded},
      {"title", "Request cannot be satisfied as assigned quota has been exceeded"},
      {"status", 429},
      {"detail", fmt::format("A key may send {} requests in {} s. Nothing was done; come again in {} s.",
                             options_.requests_max, options_.window.count(), wait.count())},
      {"violated-policies", {"key"}}};
  HttpResponse response = json_response(429, body.dump());
  response.content_type = "application/problem+json";
  response.headers.add("Retry-After", std::to_string(wait.count()));
  return response;
}

HttpRoute KeyQuotas::told_by(HttpRoute route) {
  if (options_.requests_max == 0) return route;
  route.handler = [this, handler = std::move(route.handler)](HttpRequest request, HttpContext context,
                                                             HttpDone done) {
    std::string key(request.headers.only("peyk-key").value_or(""));
    HttpDone telling = [this, key = std::move(key), now = context.received_at,
                        done = std::move(done)](HttpResponse response) {
      if (response.status != kUnauthorized) tell(response, key, now);
      done(std::move(response));
    };
    handler(std::move(request), context, std::move(telling));
  };
  return route;
}

void KeyQuotas::tell(HttpResponse& response, std::string_view key, rules::Instant now) const {
  const auto found = windows_.find(std::string(key));
  if (found == windows_.end() || is_over(found->second, now)) return;
  response.headers.add("RateLimit-Policy",
                       fmt::format("\"key\";q={};w={}", options_.requests_max, options_.window.count()));
  response.headers.add("RateLimit",
                       fmt::format("\"key\";r={};t={}", options_.requests_max - found->second.used,
                                   left_of(found->second, now).count()));
}

}  // namespace peyk::gateway
