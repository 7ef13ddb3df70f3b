// What the links say of themselves in /metrics (docs/metrics.md).
#pragma once

#include "gateway/carriers.hpp"
#include "gateway/metrics.hpp"

namespace peyk::gateway {

// Whether a carrier's sessions are bound, and how many are in which state.
void show_state(Metrics& metrics, const Carrier& carrier);
// What the sessions have counted since they began; counters follow it.
void show_counts(Metrics& metrics, Carrier& carrier);
// Where the time from a request to its response is kept. It lives as long as `metrics`.
Histogram& response_seconds(Metrics& metrics, const CarrierLink& link);

}  // namespace peyk::gateway
