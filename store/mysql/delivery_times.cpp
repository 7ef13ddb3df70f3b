#include "store/mysql/delivery_times.hpp"

#include <algorithm>
#include <map>

#include "store/mysql/sets.hpp"

namespace peyk::store {

std::vector<DeliveryTime> load_delivery_times(Connection& connection, std::span<const Receipt> receipts,
                                              std::span<const ReceiptResult> results, rules::Instant now) {
  std::map<MessageId, std::uint32_t> arrived;  // parts of each
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (receipts[i].delivered && results[i].outcome == ReceiptOutcome::settled) ++arrived[results[i].message];
  }
  std::vector<DeliveryTime> times;
  if (arrived.empty()) return times;
  select_in(
      connection, "SELECT message_id, lane, created_at, send_at FROM outbox WHERE message_id IN (", "", 1,
      arrived, [](Statement& s, const auto& one) { s.add(one.first); },
      [&](Rows& rows) {
        const MessageId id = rows.u64();
        DeliveryTime time{.lane = static_cast<handlers::Lane>(rows.u64())};
        const rules::Instant created_at = rows.instant(), send_at = rows.instant();
        time.took = std::max(now - std::max(created_at, send_at), std::chrono::microseconds{0});
        times.insert(times.end(), arrived.at(id), time);
      });
  return times;
}

}  // namespace peyk::store
