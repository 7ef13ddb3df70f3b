#include "sim/deliveries.hpp"

#include <algorithm>
#include <utility>

#include "smpp/status.hpp"

namespace peyk::sim {

bool is_temporary(std::uint32_t command_status) {
  const smpp::StatusClass kind = smpp::status_class(command_status);
  return kind == smpp::StatusClass::temporary || kind == smpp::StatusClass::throttle;
}

bool Deliveries::add(Delivery delivery, Time not_before, Time now) {
  if (all_.size() >= options_.limits.deliveries_max) return false;
  const DeliveryId id = next_id_++;
  all_.emplace(id, Entry{std::move(delivery), 0, {}});
  wait(id, not_before, now);
  return true;
}

void Deliveries::wait(DeliveryId id, Time not_before, Time now) {
  if (not_before > now) {
    later_.emplace(not_before, id);
  } else {
    waiting_[all_.at(id).delivery.lane].push_back(id);
  }
}

void Deliveries::answered(DeliveryId id, std::uint32_t command_status, Time now) {
  const auto it = all_.find(id);
  if (it == all_.end()) return;
  --in_flight_;
  const Entry& entry = it->second;
  const bool again = is_temporary(command_status) && !entry.delivery.once;
  if (again && entry.attempts < options_.deliveries_attempts_max) {
    wait(id, now + options_.retry_delay, now);
    return;
  }
  const auto how = again ? Delivered::How::gave_up : Delivered::How::answered;
  finish(id, {how, command_status, elapsed_us(entry.sent_at, now), entry.attempts}, now);
}

void Deliveries::failed(DeliveryId id, bool timed_out, Time now) {
  const auto it = all_.find(id);
  if (it == all_.end()) return;
  --in_flight_;
  const Entry& entry = it->second;
  if (!entry.delivery.once && entry.attempts < options_.deliveries_attempts_max) {
    // First in line again, and in the order in which they were first sent.
    std::deque<DeliveryId>& queue = waiting_[entry.delivery.lane];
    queue.insert(std::ranges::find_if(queue, [id](DeliveryId other) { return other > id; }), id);
    return;
  }
  const auto how = timed_out ? Delivered::How::timed_out : Delivered::How::link_lost;
  finish(id, {how, 0, 0, entry.attempts}, now);
}

void Deliveries::finish(DeliveryId id, Delivered result, Time now) {
  const auto it = all_.find(id);
  const auto done = std::move(it->second.delivery.done);
  all_.erase(it);
  if (done) done(result, now);
}

void Deliveries::pump(Time now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    const DeliveryId id = later_.begin()->second;
    later_.erase(later_.begin());
    waiting_[all_.at(id).delivery.lane].push_back(id);
  }
  for (std::size_t lane = 0; lane < waiting_.size(); ++lane) {
    std::deque<DeliveryId>& queue = waiting_[lane];
    while (!queue.empty()) {
      Entry& entry = all_.at(queue.front());
      if (!send_(lane, queue.front(), entry.delivery.body, now)) break;
      queue.pop_front();
      entry.sent_at = now;
      ++in_flight_;
      ++sent_total_;
      if (++entry.attempts > 1) ++resent_total_;
    }
  }
}

}  // namespace peyk::sim
