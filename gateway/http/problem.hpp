// Errors as application/problem+json (RFC 9457).
//
// `type` is "urn:peyk:problem:<slug>": stable, absolute whatever the host, and never a link that could rot.
// The slugs are listed in docs/openapi.yaml. `status` always equals the HTTP status. `detail` is for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.hpp"

namespace peyk::gateway {

inline constexpr std::string_view kProblemTypePrefix = "urn:peyk:problem:";

// One mistake in the request: in its body, `pointer` is a JSON pointer (RFC 6901) to it and "" the whole
// body; or in its query, in that parameter.
struct ProblemError {
  std::string detail;
  std::string pointer;
  std::string parameter = {};
};

struct Problem {
  int status = 500;
  std::string slug;   // [a-z-]
  std::string title;  // the same for every problem of this type
  std::string detail;
  std::vector<ProblemError> errors;
};

// The answer for a problem. Invalid UTF-8 in any text is replaced by U+FFFD.
HttpResponse problem_response(const Problem& problem);

// The same with Retry-After in seconds (RFC 9110, 10.2.3).
HttpResponse problem_response(const Problem& problem, int retry_after_seconds);

}  // namespace peyk::gateway
