// How a club's line is, out of what this process knows: the way out of it, what waits, what operators have
// paused.
//
// Thread rule: the network thread.
#pragma once

#include <span>
#include <vector>

#include "gateway/carriers.hpp"
#include "gateway/http/lookups.hpp"
#include "gateway/metrics.hpp"
#include "store/mysql/pauses.hpp"

namespace peyk::gateway {

// What waits is as it was measured last: some seconds ago at most, while Redis is there.
LineHealth line_health(const handlers::Club& club, std::span<const LineOptions> lines, Carriers& carriers,
                       Metrics& metrics, std::span<const store::Pause> pauses);

}  // namespace peyk::gateway
