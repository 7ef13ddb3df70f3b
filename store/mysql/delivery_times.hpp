// How long messages took to arrive, for those that receipts have just told of.
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "store/mysql/receipts.hpp"

namespace peyk::store {

struct DeliveryTime {
  handlers::Lane lane = handlers::Lane::reply;
  std::chrono::microseconds took{0};  // from its commit, or from the moment it was to be sent at
};

// One for each part that arrived now: `results` are what save_receipts() made of `receipts`, at `now`.
std::vector<DeliveryTime> load_delivery_times(Connection& connection, std::span<const Receipt> receipts,
                                              std::span<const ReceiptResult> results, rules::Instant now);

}  // namespace peyk::store
