#include "gateway/http/submissions.hpp"

#include <nlohmann/json.hpp>

#include "gateway/hash.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/log.hpp"

namespace peyk::gateway {
namespace {

constexpr int kRetryAfterSeconds = 1;

HttpResponse busy() {
  return problem_response({503, "busy", "Too busy to take this now", "Send the same request again.", {}},
                          kRetryAfterSeconds);
}

HttpResponse failed() {
  return problem_response({500,
                           "internal-error",
                           "Something broke on our side",
                           "Send the same request again: it will not be done twice.",
                           {}});
}

// The decision's own answer: a result, or a refusal as problem document. What the store holds was an object
// when we wrote it.
HttpResponse decided(const TillAnswer& stored) {
  auto body = nlohmann::ordered_json::parse(stored.body, nullptr, false);
  if (!body.is_object()) {
    log::error("stored_answer_unreadable", {{"octets", stored.body.size()}});
    return failed();
  }
  const bool refused = stored.http_status >= 400;
  const bool again = stored.status == TillAnswer::Status::repeated;
  if (again && !refused && body.contains("duplicate")) body["duplicate"] = true;
  // What was made is made once: told again, it is there.
  HttpResponse response =
      json_response(again && stored.http_status == 201 ? 200 : stored.http_status, body.dump());
  if (refused) response.content_type = "application/problem+json";
  if (const auto wait = body.find("retry_after"); wait != body.end() && wait->is_number_integer())
    response.headers.add("Retry-After", std::to_string(wait->get<std::int64_t>()));
  return response;
}

}  // namespace

handlers::RequestKey request_key(handlers::ClubId club, const RequestName& name) {
  return sha256_of({"pos", std::to_string(club), name.kind, name.value});
}

HttpResponse response_to(const TillAnswer& answer) {
  switch (answer.status) {
    case TillAnswer::Status::done:
    case TillAnswer::Status::repeated:
      return decided(answer);
    case TillAnswer::Status::different_content:
      return key_reused();
    case TillAnswer::Status::busy:
      return busy();
    case TillAnswer::Status::failed:
      break;
  }
  return failed();
}

void Submissions::submit(handlers::Request request, Respond respond, HttpDone done) {
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
  if (in_flight_.size() >= in_flight_max_) return done(busy());
  const handlers::RequestKey key = request.key;
  in_flight_.emplace(key, request.fingerprint);
  std::function<void(TillAnswer)> answered = [this, key, respond = std::move(respond),
                                              done = std::move(done)](const TillAnswer& answer) {
    in_flight_.erase(key);
    done(respond(answer));
  };
  try {
    submit_(std::move(request), std::move(answered));
  } catch (...) {
    in_flight_.erase(key);
    throw;
  }
}

}  // namespace peyk::gateway
