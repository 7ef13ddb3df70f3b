#include "gateway/outbound_route.hpp"

#include <algorithm>

#include "smpp/status.hpp"

namespace peyk::gateway {

store::Rates OutboundRoute::rates(AdaptiveRate::Time now) const {
  if (agreed.line > 0) return agreed;
  const double found = line_rate.effective(now);
  return {found > 0 ? std::clamp(found, store::kRateMin, store::kRateMax) : 0, agreed.account};
}

store::Rates OutboundRoute::rates_behind_line(AdaptiveRate::Time now) const {
  return {agreed.line > 0 ? 0 : rates(now).line, agreed.account};
}

double OutboundRoute::effective_rate(AdaptiveRate::Time now) const {
  const double line = line_rate.effective(now), account = account_rate.effective(now);
  if (line <= 0 || account <= 0) return std::max(line, account);
  return std::min(line, account);
}

Counter& OutboundRoute::submits(Metrics& metrics, std::uint32_t command_status) {
  Counter*& counter = submits_[command_status];
  if (counter == nullptr)
    counter = &metrics.counter("peyk_outbound_submits_total",
                               {{"carrier", key.carrier}, {"status", smpp::status_name(command_status)}});
  return *counter;
}

}  // namespace peyk::gateway
