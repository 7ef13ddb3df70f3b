// POST /v1/purchases: a till reports an invoice.
//
//   peyk-key → secrets → verify the raw body → parse → key and fingerprint → submit (decide, save, commit) →
//   answer
//
// What must stay true:
// - Nothing is parsed before the signature is good (till_auth.hpp).
// - The request key is SHA-256 over ("pos", club, "idempotency-key" or "webhook-id", its value):
// Idempotency-Key is
//   used when given, because it is the till's own word for "the same request" and survives a retry that makes
//   a new webhook-id; else webhook-id. Idempotency-Key is not covered by the signature: a captured request
//   sent again under another one gets past this check, and is stopped by the invoice, which earns once
//   whatever it arrives under (invariant I20).
// - The fingerprint is SHA-256 over what the body says (club, branch, phone, invoice, amount, purchased_at,
// items,
//   discount),
// not
//   over its bytes: the same purchase written with other spaces or in an envelope is the same request.
// - The same key again: while the first is under way 409; with other content 422; else the first answer with
//   "duplicate": true.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.hpp"
#include "gateway/http/purchase_body.hpp"
#include "gateway/http/submissions.hpp"
#include "gateway/http/till_auth.hpp"
#include "handlers/request.hpp"

namespace peyk::gateway {

struct PurchaseEndpointOptions {
  std::chrono::seconds signature_tolerance{300};
  std::size_t in_flight_max = 5000;  // purchases submitted and not yet answered; more get 503
  PurchaseBodyLimits body{};
};

// Network thread only. Outlives the server that holds its route and every submitted purchase.
class PurchaseEndpoint {
 public:
  PurchaseEndpoint(TillDirectory directory, SubmitToStore submit, PurchaseEndpointOptions options = {});

  HttpRoute route();  // POST /v1/purchases

 private:
  void handle(HttpRequest request, HttpContext context, HttpDone done);

  TillDirectory directory_;
  PurchaseEndpointOptions options_;
  Submissions submissions_;
};

}  // namespace peyk::gateway
