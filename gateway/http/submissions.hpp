// What tills have submitted and the store has not answered yet: each request once, and no more than we can
// hold.
//
//   the same key again: while the first is under way 409, with other content 422; later the store knows it
//
// Network thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "gateway/http/message.hpp"
#include "gateway/http/till_auth.hpp"
#include "handlers/request.hpp"

namespace peyk::gateway {

// What became of a submitted request.
struct TillAnswer {
  enum class Status : std::uint8_t {
    done,               // http_status, body is the decision's JSON
    repeated,           // the same of the first time, out of the store
    different_content,  // 422: this key was used for another request
    busy,    // 503 + Retry-After: queue full or store away; nothing was done or it will be found again
    failed,  // 500
  };
  Status status = Status::failed;
  std::string body;
  int http_status = 200;  // done, repeated: the decision's; 400 and above: the body is a problem document
};

// Must call back exactly once, on the network thread, also when it fails or shuts down.
using SubmitToStore = std::function<void(handlers::Request, std::function<void(TillAnswer)>)>;

// By what a till's request is known, whatever it orders: SHA-256 over ("pos", club, the name's kind, its
// value).
handlers::RequestKey request_key(handlers::ClubId club, const RequestName& name);

// The answer to what became of a request that needs no more than what the store has: the decision's body,
// with "duplicate": true where it was given before, Retry-After where it says when to come again.
HttpResponse response_to(const TillAnswer& answer);

class Submissions {
 public:
  Submissions(SubmitToStore submit, std::size_t in_flight_max)
      : submit_(std::move(submit)), in_flight_max_(in_flight_max) {}

  using Respond = std::function<HttpResponse(const TillAnswer&)>;
  void submit(handlers::Request request, Respond respond, HttpDone done);

 private:
  SubmitToStore submit_;
  std::size_t in_flight_max_;
  std::map<handlers::RequestKey, handlers::Fingerprint> in_flight_;
};

}  // namespace peyk::gateway
