#include "gateway/http/till_auth.hpp"

#include <algorithm>
#include <cstdlib>

#include "gateway/http/key_quotas.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/webhook_signature.hpp"
#include "gateway/log.hpp"

namespace peyk::gateway {

namespace {

constexpr std::size_t kKeyIdMax = 64, kIdempotencyKeyMax = 255;

bool visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

bool is_json(std::string_view content_type) {
  std::string text;
  for (const char c : content_type) {
    if (c != ' ' && c != '\t' && c != '"')
      text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text == "application/json" || text == "application/json;charset=utf-8";
}

// The structured-field string of the Idempotency-Key draft, its quotes optional. nullopt: not one, or
// escaped.
std::optional<std::string_view> idempotency_key(std::string_view field) {
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
    field = field.substr(1, field.size() - 2);
  const bool plain = field.find_first_of("\"\\") == std::string_view::npos && visible_ascii(field);
  if (field.empty() || field.size() > kIdempotencyKeyMax || !plain) return std::nullopt;
  return field;
}

// What the sender is told. Nothing here depends on whether the key exists.
std::string_view explained(WebhookVerdict verdict) {
  switch (verdict) {
    case WebhookVerdict::good:
      break;
    case WebhookVerdict::missing_id:
      return "The header webhook-id is missing or doubled.";
    case WebhookVerdict::missing_timestamp:
      return "The header webhook-timestamp is missing or doubled.";
    case WebhookVerdict::missing_signature:
      return "The header webhook-signature is missing or doubled.";
    case WebhookVerdict::bad_id:
      return "webhook-id must be 1 to 256 visible ASCII characters without '.'.";
    case WebhookVerdict::bad_timestamp:
      return "webhook-timestamp must be Unix seconds in decimal digits.";
    case WebhookVerdict::too_old:
      return "webhook-timestamp is too old: sign again with the time of this attempt.";
    case WebhookVerdict::too_new:
      return "webhook-timestamp lies in the future: check the sender's clock.";
    case WebhookVerdict::wrong_signature:
      return "No signature fits this body and the key that peyk-key names.";
  }
  std::abort();  // good needs no explaining
}

// With its method, or whoever listened to a look-up could send it again as an erasure.
std::string signed_in_place_of_a_body(const HttpRequest& request) {
  std::string target = request.path;
  if (!request.query.empty()) target += "?" + request.query;
  return request.method == "GET" ? target : request.method + " " + target;
}

HttpResponse unauthorized(WebhookVerdict verdict) {
  Problem problem{401, "bad-signature", "The request is not signed as it should be", "", {}};
  if (verdict == WebhookVerdict::too_old || verdict == WebhookVerdict::too_new) {
    problem = {401, "stale-timestamp", "The timestamp is outside the tolerance", "", {}};
  }
  problem.detail = explained(verdict);
  HttpResponse response = problem_response(problem);
  response.headers.add("WWW-Authenticate",
                       "StandardWebhooks realm=\"peyk\"");  // RFC 9110, 15.5.2 asks for one
  return response;
}

HttpResponse not_for_analysts() {
  return problem_response(
      {403,
       "not-for-this-key",
       "This key may not do that",
       "It is an analyst's key: it may GET /v1/insights, /v1/offers, /v1/segments, /v1/sales and "
       "/v1/customers, and nothing else.",
       {}});
}

}  // namespace

tl::expected<TillIdentity, HttpResponse> authenticate_till(const HttpRequest& request, rules::Instant now,
                                                           const TillDirectory& directory,
                                                           std::chrono::seconds tolerance,
                                                           std::string_view event, Admits admits) {
  const std::string_view key_id = request.headers.only("peyk-key").value_or("");
  std::optional<TillIdentity> till;
  if (!key_id.empty() && key_id.size() <= kKeyIdMax && visible_ascii(key_id)) till = directory(key_id);
  const WebhookHeaders headers{request.headers.only("webhook-id"), request.headers.only("webhook-timestamp"),
                               request.headers.only("webhook-signature")};
  TillIdentity identity = std::move(till).value_or(TillIdentity{});
  const bool has_body = (request.method == "POST" || request.method == "PATCH" || request.method == "PUT") &&
                        !request.body.empty();
  const WebhookVerdict verdict =
      verify_webhook(headers, has_body ? request.body : signed_in_place_of_a_body(request), identity.secrets,
                     std::chrono::floor<std::chrono::seconds>(now), tolerance);
  if (verdict == WebhookVerdict::good) {
    auto refused = identity.quotas == nullptr ? std::nullopt : identity.quotas->take(key_id, now);
    if (refused) return tl::unexpected(std::move(*refused));
    if (identity.role == handlers::KeyRole::analyst && admits == Admits::tills)
      return tl::unexpected(not_for_analysts());
    return identity;
  }
  log::info(event, {{"remote", request.remote}, {"reason", explained(verdict)}});
  return tl::unexpected(unauthorized(verdict));
}

tl::expected<RequestName, HttpResponse> request_name(const HttpRequest& request) {
  if (request.headers.count("idempotency-key") == 0)
    return RequestName{"webhook-id", std::string(request.headers.only("webhook-id").value_or(""))};
  const auto given = idempotency_key(request.headers.only("idempotency-key").value_or(""));
  if (given) return RequestName{"idempotency-key", std::string(*given)};
  return tl::unexpected(problem_response(
      {400,
       "bad-idempotency-key",
       "The Idempotency-Key cannot be used",
       "One header, 1 to 255 visible ASCII characters, quoted or not, without '\"' and '\\' inside.",
       {}}));
}

HttpResponse key_reused() {
  return problem_response({422,
                           "key-reused",
                           "This key was used for another request",
                           "The same Idempotency-Key or webhook-id came before with other content.",
                           {}});
}

std::optional<HttpResponse> refusal_of_media_type(const HttpRequest& request) {
  if (is_json(request.headers.only("content-type").value_or(""))) return std::nullopt;
  return problem_response({415, "unsupported-media-type", "The body must be application/json", "", {}});
}

}  // namespace peyk::gateway
