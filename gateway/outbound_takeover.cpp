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

// The next slots of texts of other lanes. Never of more than half of all slots: where so many texts are
// urgent, the lanes share them out, and each has its guaranteed part.
std::optional<OutboundLine::Seats> OutboundLine::find_seats(std::size_t wanted) {
  const auto now = Clock::now();
  Seats seats;
  std::size_t urgent = 0;
  const auto found = [&seats] { return seats.placed.size() + seats.awaited.size(); };
  for (auto it = slots_.begin(); it != slots_.end(); ++it) {
    const Slot& slot = it->second;
    const auto held = held_.find(slot.id);
    if (held == held_.end()) continue;
    if (held->second.sending.text().lane == handlers::Lane::urgent) {
      ++urgent;
      continue;
    }
    const bool timed = slot.latest > now && slot.latest < Clock::time_point::max();
    if (found() == wanted || slot.route != 0 || !timed || !is_untouched(held->second)) continue;
    seats.placed.push_back(it);
    seats.givers.insert(slot.id);
  }
  // Behind them those whose text is still being read.
  for (Awaited& one : awaited_) {
    if (one.given_back) continue;
    if (one.message.lane == handlers::Lane::urgent) {
      urgent += one.message.slots.size();
      continue;
    }
    if (found() == wanted || one.how.route != 0 || !one.how.paced || one.message.slots.empty()) continue;
    if (was_lost(one.message) || times_of(one.message.slots.front(), one.message.lane, one.how).second <= now)
      continue;
    seats.awaited.push_back(&one);
    seats.givers.insert(one.message.message_id);
  }
  const std::size_t all = slots_.size() + awaited_slots_;
  const std::size_t half = all > 1 ? (all + 1) / 2 : 0;  // a slow line's only slot is no one's to take
  if (found() < wanted || urgent + wanted > half) return std::nullopt;
  return seats;
}

// From now on they are the parts' of `id`; whose they were goes back to the front of its lane.
OutboundLine::Slots OutboundLine::seize(Seats seats, store::MessageId id) {
  Slots taken;
  for (const auto& it : seats.placed) taken.insert(slots_.extract(it));
  for (Awaited* one : seats.awaited) {
    const auto [when, latest] = times_of(one->message.slots.front(), one->message.lane, one->how);
    taken.emplace(when, Slot{.latest = latest});
    awaited_slots_ -= one->message.slots.size();
    one->given_back = true;
  }
  std::erase_if(slots_, [&seats](const auto& slot) { return seats.givers.contains(slot.second.id); });
  for (const store::MessageId giver : seats.givers) held_.erase(giver);
  start(give_back({seats.givers.begin(), seats.givers.end()}, 0ms));
  std::size_t part = 0;
  for (auto& [when, slot] : taken) {
    slot.id = id;
    slot.part = part++;
  }
  return taken;
}

bool OutboundLine::may_take_over(const store::QueuedText& text) const {
  return text.lane == handlers::Lane::urgent && !draining_ && !is_paused(text);
}

// The text is ours in Redis before it leaves: if we die then, whoever has it next knows that it may have been
// sent. Only then slots are chosen, for until then some are over.
asio::awaitable<void> OutboundLine::take_over(store::QueuedText text) {
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
  std::optional<Seats> seats;
  if (may_take_over(text)) seats = find_seats(message.parts);
  if (!seats) {
    start(give_back({id}, 0ms));  // then it waits for its lane's turn
    co_return;
  }
  held_.emplace(id, Held{Sending(std::move(text), routes_.front().carrier.options())});
  parts_.metrics.counter("peyk_outbound_overtakes_total", {{"line", options_.number}}).add();
  slots_.merge(seize(std::move(*seats), id));
  slot_signal_.wake();
}

}  // namespace peyk::gateway
