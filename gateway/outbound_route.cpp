#include "gateway/outbound_route.hpp"

#include <algorithm>

namespace peyk::gateway {

store::Rates OutboundRoute::rates(AdaptiveRate::Time now) const {
  if (agreed.line > 0) return agreed;
  const double found = line_rate.effective(now);
  return {found > 0 ? std::clamp(found, store::kRateMin, store::kRateMax) : 0, agreed.account};
}

double OutboundRoute::effective_rate(AdaptiveRate::Time now) const {
  const double line = line_rate.effective(now), account = account_rate.effective(now);
  if (line <= 0 || account <= 0) return std::max(line, account);
  return std::min(line, account);
}

}  // namespace peyk::gateway
