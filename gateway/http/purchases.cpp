#include "gateway/http/purchases.hpp"

#include <nlohmann/json.hpp>

#include "gateway/hash.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/log.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {

namespace {

constexpr int kRetryAfterSeconds = 1;

handlers::Fingerprint fingerprint_of(const handlers::PurchaseRequest& purchase) {
  const std::string when =
      purchase.purchased_at ? std::to_string(purchase.purchased_at->time_since_epoch().count()) : "-";
  return sha256_of({"purchase", std::to_string(purchase.club), std::to_string(purchase.branch),
                    std::to_string(purchase.phone), std::to_string(purchase.amount), when, purchase.invoice});
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

// An answer is kept for good, and a member may want to be forgotten: her phone is not in what is stored, but
// is said to the till that named it. What the store holds was an object when we wrote it.
HttpResponse told(const PurchaseAnswer& stored, handlers::PhoneNumber phone) {
  auto body = nlohmann::ordered_json::parse(stored.body, nullptr, false);
  if (!body.is_object()) {
    log::error("stored_answer_unreadable", {{"octets", stored.body.size()}});
    return failed();
  }
  if (const auto member = body.find("member"); member != body.end() && member->is_object()) {
    nlohmann::ordered_json named{{"phone", templates::e164(phone)}};
    named.update(*member);
    *member = std::move(named);
  }
  if (stored.status == PurchaseAnswer::Status::repeated) body["duplicate"] = true;
  return decided(stored.http_status, body.dump());
}

HttpResponse response_to(const PurchaseAnswer& answer, handlers::PhoneNumber phone) {
  switch (answer.status) {
    case PurchaseAnswer::Status::done:
    case PurchaseAnswer::Status::repeated:
      return told(answer, phone);
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
  const auto till = authenticate_till(request, context.received_at, directory_, options_.signature_tolerance,
                                      "purchase_unauthorized");
  if (!till) return done(till.error());
  if (auto refused = refusal_of_media_type(request)) return done(std::move(*refused));
  const auto name = request_name(request);
  if (!name) return done(name.error());

  auto parsed =
      parse_purchase_body(request.body, till->club, till->branch, context.received_at, options_.body);
  if (!parsed) return done(problem_response(parsed.error()));
  if (const auto* event = std::get_if<IgnoredEvent>(&*parsed)) return done(ignored(*event));

  auto& purchase = std::get<handlers::PurchaseRequest>(*parsed);
  handlers::Request submitted;
  submitted.key = sha256_of({"pos", std::to_string(till->club), name->kind, name->value});
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
  const handlers::PhoneNumber phone = std::get<handlers::PurchaseRequest>(request.what).phone;
  in_flight_.emplace(key, request.fingerprint);
  std::function<void(PurchaseAnswer)> answered = [this, key, phone,
                                                  done = std::move(done)](PurchaseAnswer answer) {
    in_flight_.erase(key);
    done(response_to(answer, phone));
  };
  try {
    submit_(std::move(request), std::move(answered));
  } catch (...) {
    in_flight_.erase(key);
    throw;
  }
}

}  // namespace peyk::gateway
