// What a club's analysts read over HTTP, and its tills may too: figures, in which nobody is named.
//
//   GET /v1/insights   last night's figures of the club's purchases      (what is known here)
//   GET /v1/offers     its offers, what each did in the last 30 days, and brings  (what is known here)
//   GET /v1/segments   how many are in which segment, by last night      (the store)
//   GET /v1/sales      what each branch sold on which day                (the store)
//   GET /v1/customers  how each customer buys, under a name that leads nowhere (the store)
//
//   peyk-key → secrets → verify → query → [a visit to the store] → report_answers.hpp
//
// What must stay true: these are all that an analyst's key may ask (till_auth.hpp), so nothing that they
// answer has a phone, a name, a card or a code; a name of a customer is good for one page alone.
//
// Network thread only. Outlives the server that holds its routes and every request under way.
#pragma once

#include <chrono>
#include <vector>

#include "gateway/http/lookups.hpp"

namespace peyk::gateway {

class ReportEndpoint {
 public:
  ReportEndpoint(LookupHooks hooks, std::chrono::seconds signature_tolerance);

  std::vector<HttpRoute> routes();

 private:
  using Asked = AskedOfClub;
  using Handle = void (ReportEndpoint::*)(const Asked& asked, HttpDone done);

  void handle(Handle reports, const HttpRequest& request, rules::Instant now, HttpDone done);
  void insights(const Asked& asked, HttpDone done);
  void offers(const Asked& asked, HttpDone done);
  void segments(const Asked& asked, HttpDone done);
  void sales(const Asked& asked, HttpDone done);
  void customers(const Asked& asked, HttpDone done);

  LookupHooks hooks_;
  std::chrono::seconds tolerance_;
  StoreVisits visits_;
};

}  // namespace peyk::gateway
