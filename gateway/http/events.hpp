// GET /v1/events, GET /v1/events/{id} and POST /v1/events/{id}/replay: what a club's own systems were told,
// will be, and could not be; told once more.
//
//   signed request (till_auth.hpp) -> query or id -> a visit to the store -> answer
//
// A key sees and replays events of its own club only; another club's look as if they did not exist. A replay
// is known by its Idempotency-Key, else its webhook-id, as that of a dead letter is.
//
// Network thread only. Outlives the server that holds its routes and every request under way.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "gateway/http/message.hpp"
#include "gateway/http/store_visits.hpp"
#include "gateway/http/till_auth.hpp"

namespace peyk::gateway {

class EventEndpoint {
 public:
  EventEndpoint(TillDirectory directory, StoreHooks store, std::chrono::seconds signature_tolerance);

  std::vector<HttpRoute> routes();

 private:
  void list(const HttpRequest& request, rules::Instant now, HttpDone done);
  void show(const HttpRequest& request, rules::Instant now, HttpDone done);
  void replay(const HttpRequest& request, rules::Instant now, HttpDone done);
  // Nothing: it was not signed, and `done` has been told.
  std::optional<TillIdentity> signer_of(const HttpRequest& request, rules::Instant now, const HttpDone& done);

  TillDirectory directory_;
  std::chrono::seconds tolerance_;
  StoreVisits visits_;
};

}  // namespace peyk::gateway
