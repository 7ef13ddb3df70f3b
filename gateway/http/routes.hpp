// Which route a request is for.
#pragma once

#include <vector>

#include "gateway/http/message.hpp"

namespace peyk::gateway {

// The route, with what stands in the path for its {name} put into the request; nullptr: none, and `instead`
// is the answer, 404 or 405.
const HttpRoute* find_route(const std::vector<HttpRoute>& routes, HttpRequest& request,
                            HttpResponse& instead);

}  // namespace peyk::gateway
