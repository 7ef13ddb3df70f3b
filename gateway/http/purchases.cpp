#include "gateway/http/purchases.hpp"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "gateway/hash.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/webhook_signature.hpp"
#include "gateway/log.hpp"

namespace peyk::gateway {

namespace {

constexpr std::size_t kKeyIdMax = 64, kIdempotencyKeyMax = 255;
constexpr int kRetryAfterSeconds = 1;

handlers::Fingerprint fingerprint_of(const handlers::PurchaseRequest& purchase) {
  const std::string when =
      purchase.purchased_at ? std::to_string(purchase.purchased_at->time_since_epoch().count()) : "-";
  return sha256_of({"purchase", std::to_string(purchase.club), std::to_string(purchase.branch),
                    std::to_string(purchase.phone), std::to_string(purchase.amount), when, purchase.invoice});
}

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

HttpResponse key_reused() {
  return problem_response({422,
                           "key-reused",
                           "This key was used for another purchase",
                           "The same Idempotency-Key or webhook-id came before with other content.",
                           {}});
}

HttpResponse busy() {
  return problem_response(
      {503, "busy", "Too busy to take the purchase now", "Send the same request again.", {}},
      kRetryAfterSeconds);
}

HttpResponse failed() {
  return problem_response({500,
                           "internal-error",
                           "Something broke on our side",
                           "Send the same request again: it will not be done twice.",
                           {}});
}

// The decision's own answer: a result, or a refusal as problem document.
HttpResponse decided(int status, std::string body) {
  HttpResponse response = json_response(status, std::move(body));
  if (status >= 400) response.content_type = "application/problem+json";
  return response;
}

// The first answer, marked. What the store holds was an object when we wrote it.
HttpResponse repeated(const PurchaseAnswer& stored) {
  auto body = nlohmann::ordered_json::parse(stored.body, nullptr, false);
  if (!body.is_object()) {
    log::error("stored_answer_unreadable", {{"octets", stored.body.size()}});
    return failed();
  }
  body["duplicate"] = true;
  return decided(stored.http_status, body.dump());
}

HttpResponse response_to(const PurchaseAnswer& answer) {
  switch (answer.status) {
    case PurchaseAnswer::Status::done:
      return decided(answer.http_status, answer.body);
    case PurchaseAnswer::Status::repeated:
      return repeated(answer);
    case PurchaseAnswer::Status::different_content:
      return key_reused();
    case PurchaseAnswer::Status::busy:
      return busy();
    case PurchaseAnswer::Status::failed:
      break;
  }
  return failed();
}

HttpResponse ignored(const IgnoredEvent& event) {
  nlohmann::ordered_json body;
  body["status"] = "ignored";
  body["note"] = "events of type \"" + event.type + "\" are not used here";
  return json_response(202, body.dump());
}

struct Verified {
  WebhookVerdict verdict;
  TillIdentity till;
};

Verified verify(const HttpRequest& request, rules::Instant now, const TillDirectory& directory,
                std::chrono::seconds tolerance) {
  const std::string_view key_id = request.headers.only("peyk-key").value_or("");
  std::optional<TillIdentity> till;
  if (!key_id.empty() && key_id.size() <= kKeyIdMax && visible_ascii(key_id)) till = directory(key_id);
  const WebhookHeaders headers{request.headers.only("webhook-id"), request.headers.only("webhook-timestamp"),
                               request.headers.only("webhook-signature")};
  TillIdentity identity = std::move(till).value_or(TillIdentity{});
  const WebhookVerdict verdict = verify_webhook(headers, request.body, identity.secrets,
                                                std::chrono::floor<std::chrono::seconds>(now), tolerance);
  return {verdict, std::move(identity)};
}

}  // namespace

PurchaseEndpoint::PurchaseEndpoint(TillDirectory directory, SubmitPurchase submit,
                                   PurchaseEndpointOptions options)
    : directory_(std::move(directory)), submit_(std::move(submit)), options_(options) {}

HttpRoute PurchaseEndpoint::route() {
  HttpHandler handler = [this](HttpRequest request, HttpContext context, HttpDone done) {
    handle(std::move(request), context, std::move(done));
  };
  return {"POST", "/v1/purchases", std::move(handler)};
}

void PurchaseEndpoint::handle(HttpRequest request, HttpContext context, HttpDone done) {
  const auto [verdict, till] = verify(request, context.received_at, directory_, options_.signature_tolerance);
  if (verdict != WebhookVerdict::good) {
    log::info("purchase_unauthorized", {{"remote", request.remote}, {"reason", explained(verdict)}});
    return done(unauthorized(verdict));
  }
  if (!is_json(request.headers.only("content-type").value_or(""))) {
    return done(
        problem_response({415, "unsupported-media-type", "The body must be application/json", "", {}}));
  }
  std::string_view key_kind = "webhook-id", key = *request.headers.only("webhook-id");
  if (request.headers.count("idempotency-key") != 0) {
    const auto given = idempotency_key(request.headers.only("idempotency-key").value_or(""));
    if (!given) {
      return done(problem_response(
          {400,
           "bad-idempotency-key",
           "The Idempotency-Key cannot be used",
           "One header, 1 to 255 visible ASCII characters, quoted or not, without '\"' and '\\' inside.",
           {}}));
    }
    key_kind = "idempotency-key";
    key = *given;
  }

  auto parsed = parse_purchase_body(request.body, till.club, till.branch, context.received_at, options_.body);
  if (!parsed) return done(problem_response(parsed.error()));
  if (const auto* event = std::get_if<IgnoredEvent>(&*parsed)) return done(ignored(*event));

  auto& purchase = std::get<handlers::PurchaseRequest>(*parsed);
  handlers::Request submitted;
  submitted.key = sha256_of({"pos", std::to_string(till.club), key_kind, key});
  submitted.fingerprint = fingerprint_of(purchase);
  submitted.received_at = context.received_at;
  submitted.what = std::move(purchase);
  submit(std::move(submitted), std::move(done));
}

void PurchaseEndpoint::submit(handlers::Request request, HttpDone done) {
  const auto earlier = in_flight_.find(request.key);
  if (earlier != in_flight_.end()) {
    if (earlier->second != request.fingerprint) return done(key_reused());
    return done(problem_response({409,
                                  "in-progress",
                                  "This request is being worked on",
                                  "The same request came before and has no answer yet.",
                                  {}},
                                 kRetryAfterSeconds));
  }
  if (in_flight_.size() >= options_.in_flight_max) return done(busy());
  const handlers::RequestKey key = request.key;
  in_flight_.emplace(key, request.fingerprint);
  std::function<void(PurchaseAnswer)> answered = [this, key, done = std::move(done)](PurchaseAnswer answer) {
    in_flight_.erase(key);
    done(response_to(answer));
  };
  try {
    submit_(std::move(request), std::move(answered));
  } catch (...) {
    in_flight_.erase(key);
    throw;
  }
}

}  // namespace peyk::gateway
