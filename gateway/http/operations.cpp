#include "gateway/http/operations.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace peyk::gateway {

namespace {

HttpResponse ready_response(const std::vector<ReadyPart>& parts) {
  const bool all = std::ranges::all_of(parts, &ReadyPart::ready);
  nlohmann::ordered_json body;
  body["status"] = all ? "ready" : "not ready";
  body["parts"] = nlohmann::ordered_json::object();
  for (const ReadyPart& part : parts) {
    nlohmann::ordered_json& entry = body["parts"][part.name];
    entry["ready"] = part.ready;
    if (!part.detail.empty()) entry["detail"] = part.detail;
  }
  return json_response(all ? 200 : 503,
                       body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace

std::vector<HttpRoute> operation_routes(std::function<std::vector<ReadyPart>()> ready,
                                        std::function<std::string()> metrics) {
  HttpHandler healthz = [](HttpRequest, HttpContext, HttpDone done) {
    done(json_response(200, R"({"status":"ok","version":")" PEYK_VERSION R"("})"));
  };
  HttpHandler readyz = [ready = std::move(ready)](HttpRequest, HttpContext, HttpDone done) {
    done(ready_response(ready()));
  };
  HttpHandler expose = [metrics = std::move(metrics)](HttpRequest, HttpContext, HttpDone done) {
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics();
    done(std::move(response));
  };
  return {{"GET", "/healthz", std::move(healthz)},
          {"GET", "/readyz", std::move(readyz)},
          {"GET", "/metrics", std::move(expose)}};
}

}  // namespace peyk::gateway
