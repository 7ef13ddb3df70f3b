// GET /v1/dead-letters and POST /v1/dead-letters/replay: a club looks at its texts that did not arrive, and
// has them sent anew.
//
//   peyk-key → secrets → verify → query or body → the store's thread → answer
//
// What must stay true:
// - A key sees and replays letters of its own club only; another club's look as if they did not exist.
// - No text of a letter leaves here: it may name a code, and a till's key is no member's phone. Phones are
// masked.
// - A replay is known by its Idempotency-Key, else its webhook-id, for kReplayRemembered: the same one again
// gives the
//   first answer with "duplicate": true, another one under the same name is refused (422). Answer, claim and
//   letters are saved in one transaction.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "gateway/http/message.hpp"
#include "gateway/http/store_visits.hpp"
#include "gateway/http/till_auth.hpp"
#include "gateway/options.hpp"
#include "handlers/request.hpp"

namespace peyk::gateway {

inline constexpr std::chrono::days kReplayRemembered{30};
inline constexpr std::size_t kReplayIdsMax = 100;  // letters of one request

struct DeadLetterOptions {
  std::chrono::seconds signature_tolerance{300};
  std::size_t in_flight_max = 16;  // requests that wait for the store; more get 503
  std::set<std::string> lines;     // numbers of all lines
  std::vector<CarrierOptions> carriers;
};

// Network thread only. Outlives the server that holds its routes and every request under way.
class DeadLetterEndpoint {
 public:
  DeadLetterEndpoint(TillDirectory directory, StoreHooks store, DeadLetterOptions options);

  std::vector<HttpRoute> routes();

 private:
  void list(const HttpRequest& request, rules::Instant now, HttpDone done);
  void replay(const HttpRequest& request, rules::Instant now, HttpDone done);

  TillDirectory directory_;
  DeadLetterOptions options_;
  StoreVisits visits_;
};

}  // namespace peyk::gateway
