// What operators and their machines ask: GET /healthz, /readyz, /metrics.
//
// /healthz says that the process lives and its network thread turns: a restart helps if it does not answer.
// /readyz says whether it can do its work now: 200, or 503 naming the part that is away. A restart would not
// help.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/http/message.hpp"

namespace peyk::gateway {

struct ReadyPart {
  std::string name;  // "mysql", "redis", "carriers"
  bool ready = false;
  std::string detail;  // "2 of 3 bound"; may be empty
};

// `ready` and `metrics` are called on the network thread and must not wait.
std::vector<HttpRoute> operation_routes(std::function<std::vector<ReadyPart>()> ready,
                                        std::function<std::string()> metrics);

}  // namespace peyk::gateway
