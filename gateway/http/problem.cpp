#include "gateway/http/problem.hpp"

#include <nlohmann/json.hpp>

namespace peyk::gateway {

HttpResponse problem_response(const Problem& problem) {
  nlohmann::ordered_json body;
  body["type"] = std::string(kProblemTypePrefix) + problem.slug;
  body["title"] = problem.title;
  body["status"] = problem.status;
  if (!problem.detail.empty()) body["detail"] = problem.detail;
  for (const ProblemError& error : problem.errors) {
    const bool in_query = !error.parameter.empty();
    body["errors"].push_back(
        {{"detail", error.detail},
         {in_query ? "parameter" : "pointer", in_query ? error.parameter : error.pointer}});
  }
  HttpResponse response;
  response.status = problem.status;
  response.content_type = "application/problem+json";
  response.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return response;
}

HttpResponse problem_response(const Problem& problem, int retry_after_seconds) {
  HttpResponse response = problem_response(problem);
  response.headers.add("Retry-After", std::to_string(retry_after_seconds));
  return response;
}

}  // namespace peyk::gateway
