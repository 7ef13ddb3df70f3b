// An urgent text takes over slots that were granted to texts of other lanes and wait for their moment: a
// campaign that has the line's next tenth of a second must not make a cashier wait for it. Whoever gives a
// slot goes back to the front of its lane.
#include <algorithm>
#include <set>

#include "gateway/outbound_line.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

}  // namespace

// May be set aside as if it had never been granted.
bool OutboundLine::is_untouched(const Held& held) const {
  return !held.leaving && !held.verdict && !held.give_back_after && held.saving == 0 &&
         !held.sending.any_sent() && held.sending.taken_count() == 0;
}

// What waits in its lane for an operator does not leave in another's slot.
bool OutboundLine::is_paused(const store::QueuedText& text) const {
  return government_.line_paused || government_.lanes_paused[static_cast<std::size_t>(text.lane)] ||
         std::ranges::find(government_.clubs_paused, text.club) != government_.clubs_paused.end();
}

// True: the text is on its way, and is not for the lane. Never of more than half of the slots: where so many
// texts are urgent, the lanes share them out, and each has its guaranteed part.
bool OutboundLine::take_over_slots(const store::QueuedText& text) {
  if (text.lane != handlers::Lane::urgent || draining_ || is_paused(text)) return false;
  const std::size_t wanted = gateway::part_count(text.text, routes_.front().carrier.options());
  const auto now = Clock::now();
  std::vector<Slots::iterator> found;
  std::set<store::MessageId> givers;
  std::size_t urgent = 0;
  for (auto it = slots_.begin(); it != slots_.end(); ++it) {
    const Slot& slot = it->second;
    const auto held = held_.find(slot.id);
    if (held == held_.end()) continue;
    if (held->second.sending.text().lane == handlers::Lane::urgent) {
      ++urgent;
      continue;
    }
    const bool timed = slot.latest > now && slot.latest < Clock::time_point::max();
    if (found.size() == wanted || slot.route != 0 || !timed || !is_untouched(held->second)) continue;
    found.push_back(it);
    givers.insert(slot.id);
  }
  if (found.size() < wanted || 2 * (urgent + wanted) > slots_.size()) return false;
  Slots taken;
  for (const auto& it : found) taken.insert(slots_.extract(it));
  std::erase_if(slots_, [&givers](const auto& slot) { return givers.contains(slot.second.id); });
  for (const store::MessageId id : givers) held_.erase(id);
  start(use_slots(text, std::move(taken)));
  start(give_back({givers.begin(), givers.end()}, 0ms));
  return true;
}

// The text is ours in Redis before it leaves: if we die then, whoever has it next knows that it may have been
// sent.
asio::awaitable<void> OutboundLine::use_slots(store::QueuedText text, Slots slots) {
  const store::MessageId id = text.id;
  const store::QueuedMessage message = queued(text);
  bool ours = false;
  try {
    std::vector<store::QueuedMessage> one{message};
    ours = co_await parts_.lanes.keep(key_, parts_.owner, std::move(one), kLease) == 1;
  } catch (const store::RedisError&) {
    reseed();  // it is in the outbox
  }
  if (!ours || held_.contains(id)) co_return;
  held_.emplace(id, Held{Sending(std::move(text), routes_.front().carrier.options())});
  std::size_t part = 0;
  for (auto& [when, slot] : slots) {
    slot.id = id;
    slot.part = part++;
  }
  slots_.merge(slots);
  slot_signal_.wake();
}

}  // namespace peyk::gateway
