#include "gateway/http/store_visits.hpp"

#include "gateway/http/problem.hpp"

namespace peyk::gateway {
namespace {

constexpr int kRetryAfterSeconds = 1;

HttpResponse busy() {
  return problem_response({503, "busy", "Too busy to look now", "Send the same request again.", {}},
                          kRetryAfterSeconds);
}

HttpResponse broken() {
  return problem_response({500,
                           "internal-error",
                           "Something broke on our side",
                           "Send the same request again: it will not be done twice.",
                           {}});
}

}  // namespace

void StoreVisits::visit(std::function<HttpResponse(store::Connection&)> work, HttpDone done) {
  if (in_flight_ >= in_flight_max_) return done(busy());
  const auto answer = std::make_shared<HttpResponse>();
  const bool queued = hooks_.run(
      [answer, work = std::move(work)](store::Connection& connection) { *answer = work(connection); },
      [this, answer, done](bool committed) {
        hooks_.post([this, answer, done, committed] {
          --in_flight_;
          done(committed ? std::move(*answer) : broken());
        });
      });
  if (!queued) return done(busy());
  ++in_flight_;
}

}  // namespace peyk::gateway
