// The body of POST /v1/dead-letters/replay:
//
//   {"ids": ["40417", "40391"], "valid_for_seconds": 3600, "even_urgent": true, "even_unknown": true}
//
// All but `ids` may be left out. Strict, as bodies are here: an unknown or doubled field is a mistake.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "gateway/http/problem.hpp"
#include "store/mysql/outbox.hpp"

namespace peyk::gateway {

struct ReplayBody {
  std::vector<store::MessageId> ids;
  std::optional<std::chrono::seconds> valid_for;
  bool even_urgent = false, even_unknown = false;
};

tl::expected<ReplayBody, Problem> parse_replay_body(std::string_view body);

}  // namespace peyk::gateway
