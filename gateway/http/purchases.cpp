#include "gateway/http/purchases.hpp"

#include <nlohmann/json.hpp>

#include "gateway/hash.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/log.hpp"
#include "templates/phone.hpp"

namespace peyk::gateway {

namespace {

handlers::Fingerprint fingerprint_of(const handlers::PurchaseRequest& purchase) {
  const std::string when =
      purchase.purchased_at ? std::to_string(purchase.purchased_at->time_since_epoch().count()) : "-";
  // As it was before tills told of discounts and items, where they tell of none.
  std::string more;
  if (purchase.discount > 0) more += std::to_string(purchase.discount);
  for (const handlers::BoughtItem& item : purchase.items) more += '\n' + identity_of(item);
  if (!more.empty()) {
    return sha256_of({"purchase", std::to_string(purchase.club), std::to_string(purchase.branch),
                      std::to_string(purchase.phone), std::to_string(purchase.amount), when, purchase.invoice,
                      more});
  }
  return sha256_of({"purchase", std::to_string(purchase.club), std::to_string(purchase.branch),
                    std::to_string(purchase.phone), std::to_string(purchase.amount), when, purchase.invoice});
}

// An answer is kept for good, and a member may want to be forgotten: her phone is not in what is stored, but
// is said to the till that named it.
TillAnswer with_phone(TillAnswer answer, handlers::PhoneNumber phone) {
  auto body = nlohmann::ordered_json::parse(answer.body, nullptr, false);
  if (!body.is_object()) return answer;
  if (const auto member = body.find("member"); member != body.end() && member->is_object()) {
    nlohmann::ordered_json named{{"phone", templates::e164(phone)}};
    named.update(*member);
    *member = std::move(named);
    answer.body = body.dump();
  }
  return answer;
}

HttpResponse ignored(const IgnoredEvent& event) {
  nlohmann::ordered_json body;
  body["status"] = "ignored";
  body["note"] = "events of type \"" + event.type + "\" are not used here";
  return json_response(202, body.dump());
}

}  // namespace

PurchaseEndpoint::PurchaseEndpoint(TillDirectory directory, SubmitToStore submit,
                                   PurchaseEndpointOptions options)
    : directory_(std::move(directory)),
      options_(options),
      submissions_(std::move(submit), options.in_flight_max) {}

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
  submitted.key = request_key(till->club, *name);
  submitted.fingerprint = fingerprint_of(purchase);
  submitted.received_at = context.received_at;
  const handlers::PhoneNumber phone = purchase.phone;
  submitted.what = std::move(purchase);
  Submissions::Respond respond = [phone](const TillAnswer& answer) {
    return response_to(with_phone(answer, phone));
  };
  submissions_.submit(std::move(submitted), std::move(respond), std::move(done));
}

}  // namespace peyk::gateway
