// Tills' orders over HTTP: a code is checked, taken of, that taken back, held while its customer pays; money
// given back for a purchase is reported; members come, change and go, are tagged and do things; what a
// purchase would bring is asked.
//
//   GET    /v1/codes/{code}               POST   /v1/codes/{code}/redemptions   DELETE /v1/redemptions/{id}
//   POST   /v1/codes/{code}/holds         POST   /v1/holds/{id}/captures        DELETE /v1/holds/{id}
//   POST   /v1/purchases/{id}/refunds     POST   /v1/refunds
//   POST   /v1/members                    PATCH  /v1/members/{phone}            DELETE /v1/members/{phone}
//   PUT    /v1/members/{phone}/tags       POST   /v1/members/{phone}/events     POST   /v1/quotes
//
//   peyk-key → secrets → verify → path and body → key and fingerprint → submit (decide, save, commit) →
//   answer
//
// What must stay true:
// - Nothing is parsed before the signature is good (till_auth.hpp).
// - A request is known as a purchase is: by its Idempotency-Key, else its webhook-id, for its club and for
// good;
//   a check and a quote only as long as their signature is good, for their answers soon are stale.
//   The fingerprint is over what is ordered, with the path. Apart from all keys an invoice is redeemed once
//   on a code and a hold resolves once.
// - No answer that is kept names a phone: the one that a till named is added when it is told.
// - What is no code or no number in a path is "not found", like what does not exist.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "gateway/http/message.hpp"
#include "gateway/http/submissions.hpp"
#include "gateway/http/till_auth.hpp"
#include "handlers/request.hpp"

namespace peyk::gateway {

struct TillOrderOptions {
  std::chrono::seconds signature_tolerance{300};
  std::size_t in_flight_max = 5000;  // orders submitted and not yet answered; more get 503
};

// Network thread only. Outlives the server that holds its routes and every submitted order.
class TillOrderEndpoint {
 public:
  TillOrderEndpoint(TillDirectory directory, SubmitToStore submit, TillOrderOptions options = {});

  std::vector<HttpRoute> routes();

 private:
  struct Operation;
  static const std::vector<Operation>& operations();
  void handle(const Operation& operation, HttpRequest request, HttpContext context, HttpDone done);

  TillDirectory directory_;
  TillOrderOptions options_;
  Submissions submissions_;
};

}  // namespace peyk::gateway
