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

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "gateway/http/message.hpp"
#include "gateway/http/till_auth.hpp"
#include "gateway/options.hpp"
#include "handlers/request.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

inline constexpr std::chrono::days kReplayRemembered{30};
inline constexpr std::size_t kReplayIdsMax = 100;  // letters of one request

struct DeadLetterHooks {
  TillDirectory directory;
  // As SqlThread::run(); `after` may come on another thread, and on the network thread through `post`.
  std::function<bool(store::SqlThread::Work, std::function<void(bool)>)> run;
  std::function<void(std::function<void()>)> post;
};
struct DeadLetterOptions {
  std::chrono::seconds signature_tolerance{300};
  std::size_t in_flight_max = 16;  // requests that wait for the store; more get 503
  std::set<std::string> lines;     // numbers of all lines
  std::vector<CarrierOptions> carriers;
};

// Network thread only. Outlives the server that holds its routes and every request under way.
class DeadLetterEndpoint {
 public:
  DeadLetterEndpoint(DeadLetterHooks hooks, DeadLetterOptions options);

  std::vector<HttpRoute> routes();

 private:
  void list(const HttpRequest& request, rules::Instant now, HttpDone done);
  void replay(const HttpRequest& request, rules::Instant now, HttpDone done);
  // `answer` is what `work` has made, once it is committed.
  void ask_store(store::SqlThread::Work work, std::shared_ptr<HttpResponse> answer, HttpDone done);

  DeadLetterHooks hooks_;
  DeadLetterOptions options_;
  std::size_t in_flight_ = 0;
};

}  // namespace peyk::gateway
