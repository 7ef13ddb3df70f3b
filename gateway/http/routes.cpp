#include "gateway/http/routes.hpp"

#include "gateway/http/problem.hpp"

namespace peyk::gateway {
namespace {

// What stands in `path` for the route's {name}; "" if it has none. nullopt: the path is not the route's.
std::optional<std::string_view> match(std::string_view route, std::string_view path) {
  const std::size_t open = route.find('{');
  if (open == std::string_view::npos)
    return route == path ? std::optional<std::string_view>("") : std::nullopt;
  const std::string_view before = route.substr(0, open), after = route.substr(route.find('}') + 1);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
    return std::nullopt;
  const std::string_view value = path.substr(before.size(), path.size() - before.size() - after.size());
  return value.find('/') == std::string_view::npos ? std::optional(value) : std::nullopt;
}

}  // namespace

const HttpRoute* find_route(const std::vector<HttpRoute>& routes, HttpRequest& request,
                            HttpResponse& instead) {
  std::string allowed;
  for (const HttpRoute& route : routes) {
    const auto value = match(route.path, request.path);
    if (!value) continue;
    if (route.method == request.method || (route.method == "GET" && request.method == "HEAD")) {
      request.path_value = *value;
      return &route;
    }
    allowed += (allowed.empty() ? "" : ", ") + route.method + (route.method == "GET" ? ", HEAD" : "");
  }
  if (allowed.empty()) {
    instead = problem_response({404, "not-found", "Nothing is here", "", {}});
  } else {
    instead = problem_response({405, "method-not-allowed", "This method is not allowed here", "", {}});
    instead.headers.add("Allow", allowed);
  }
  return nullptr;
}

}  // namespace peyk::gateway
