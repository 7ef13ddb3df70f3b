// What a line takes out of its lanes: ids into Redis, grants out of it, their texts, their slots; and back.
#include <algorithm>

#include "gateway/clock.hpp"
#include "gateway/outbound_line.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::uint32_t kEnqueueMax = 1000;   // messages in one enqueue
constexpr std::size_t kKeepMax = 1000;        // messages whose leases one call renews
constexpr std::uint32_t kElsewhereMax = 100;  // messages in one grant for another carrier
// Between two grants of a line that has more to send than the pace allows. A quarter of what is granted
// ahead, so there is a slot for each moment, and a call for each message there is not.
constexpr std::chrono::milliseconds kGrantApart{25};
constexpr std::chrono::milliseconds kGather{2};  // between two grants of a window that is nearly full
// A third of kSeededDelay: what a Redis that lost its memory is told by another process must not leave before
// this one has said what it holds.
constexpr std::chrono::seconds kKeepEvery{1};

}  // namespace

asio::awaitable<void> OutboundLine::enqueue_waiting() {
  std::vector<store::QueuedMessage> batch;
  batch.swap(to_enqueue_);
  for (std::size_t at = 0; at < batch.size(); at += kEnqueueMax) {
    const auto end = batch.begin() + static_cast<std::ptrdiff_t>(std::min(batch.size(), at + kEnqueueMax));
    std::vector<store::QueuedMessage> page(batch.begin() + static_cast<std::ptrdiff_t>(at), end);
    bool lost = false;
    try {
      const store::Enqueued enqueued = co_await parts_.lanes.enqueue(key_, std::move(page));
      lost = enqueued.fresh;
    } catch (const store::RedisError&) {
      lost = true;
    }
    if (lost) {
      reseed();  // the outbox has them all
      co_return;
    }
  }
}

asio::awaitable<std::chrono::microseconds> OutboundLine::grant_some() {
  const auto asked = Clock::now();
  const std::size_t route = choice_.choose(asked);
  if (route != 0) {
    const auto wait = co_await grant_elsewhere(route);
    co_return wait;
  }
  const store::Rates rates = routes_[0].rates(asked);
  answer_waits_ = false;
  store::Grant grant = co_await parts_.lanes.grant(key_, rates, appetite(), kLease, parts_.owner);
  const Placed how{
      .route = 0, .paced = rates.line > 0 || rates.account > 0, .asked = asked, .received = Clock::now()};
  gather_until_ = how.received + kGather;
  note_fresh(grant.fresh);
  const bool full = !grant.messages.empty();
  const auto again_in = grant.again_in;
  if (full) place(std::move(grant.messages), how);
  if (!again_in) co_return full ? 0us : kIdlePoll;
  // All slots within reach are given: the next ones are asked for together.
  if (grant.full) grant_not_before_ = how.received + kGrantApart;
  co_return std::clamp(*again_in, 0us, kIdlePoll);
}

// Out of the same lanes, but in slots of another carrier's account.
asio::awaitable<std::chrono::microseconds> OutboundLine::grant_elsewhere(std::size_t route) {
  const auto now = Clock::now();
  if (now < elsewhere_not_before_)
    co_return std::chrono::duration_cast<std::chrono::microseconds>(elsewhere_not_before_ - now);
  const std::uint32_t wanted = std::min(appetite(), kElsewhereMax);
  store::Grant grant = co_await parts_.lanes.grant(key_, {}, wanted, kLease, parts_.owner);
  note_fresh(grant.fresh);
  if (grant.messages.empty()) co_return std::min(grant.again_in.value_or(kIdlePoll), kIdlePoll);
  std::vector<store::MessageId> unsent;
  std::size_t parts = 0;
  std::vector<store::GrantedMessage> lost;  // what became of them is asked, slot or not
  std::erase_if(grant.messages, [&](store::GrantedMessage& message) {
    const bool too_many = parts + message.slots.size() > static_cast<std::size_t>(store::kPartsMax);
    if (too_many) {
      was_lost(message) ? lost.push_back(message) : unsent.push_back(message.message_id);
    } else {
      parts += message.slots.size();
    }
    return too_many;
  });
  const store::Rates rates = routes_[route].rates(now);
  store::Reservation reserved;
  std::exception_ptr refused;
  const auto asked = Clock::now();
  try {
    reserved = co_await parts_.lanes.reserve(routes_[route].key, rates, static_cast<std::uint8_t>(parts));
  } catch (const store::RedisError&) {
    refused = std::current_exception();
  }
  const Placed how{
      .route = route, .paced = rates.line > 0 || rates.account > 0, .asked = asked, .received = Clock::now()};
  if (reserved.slots.size() < parts) {
    for (const store::GrantedMessage& message : grant.messages)
      was_lost(message) ? lost.push_back(message) : unsent.push_back(message.message_id);
    grant.messages.clear();
    elsewhere_not_before_ = how.received + std::max<std::chrono::microseconds>(reserved.again_in, 1ms);
  }
  if (!unsent.empty()) start(give_back(std::move(unsent), 0ms));
  for (store::GrantedMessage& message : lost) message.slots.clear();
  place(std::move(lost), how);
  if (refused) std::rethrow_exception(refused);
  auto slot = reserved.slots.begin();
  for (store::GrantedMessage& message : grant.messages) {
    for (std::chrono::microseconds& its : message.slots) its = *slot++;
  }
  place(std::move(grant.messages), how);
  co_return 0us;
}

void OutboundLine::note_fresh(bool fresh) {
  if (!fresh || must_read_ == Reading::seed || reading_ == Reading::seed) return;
  texts_.clear();  // others may know more of them by now, and Redis has forgotten that
  reseed();
}

asio::awaitable<void> OutboundLine::give_back(std::vector<store::MessageId> ids,
                                              std::chrono::milliseconds delay) {
  try {
    co_await parts_.lanes.give_back(key_, parts_.owner, std::move(ids), delay);
  } catch (const store::RedisError&) {
    reseed();
  }
  pump_signal_.wake();
}

asio::awaitable<void> OutboundLine::keep_leases() {
  while (!stopping_) {
    co_await lease_signal_.wait(kKeepEvery);
    if (stopping_) break;
    try {
      co_await keep_held();
    } catch (const store::RedisError&) {
      // What runs out is granted once more, here or elsewhere, and found held or settled.
    }
  }
}

// The first of them; those behind were granted just now.
std::vector<store::QueuedMessage> OutboundLine::awaited_messages() const {
  std::vector<store::QueuedMessage> messages;
  for (const Awaited& one : awaited_) {
    if (messages.size() == kKeepMax) break;
    if (one.given_back) continue;
    const std::size_t parts = std::max<std::size_t>(one.message.slots.size(), 1);
    messages.push_back({.message_id = one.message.message_id,
                        .lane = one.message.lane,
                        .club = one.message.club,
                        .parts = static_cast<std::uint8_t>(parts)});
  }
  return messages;
}

// In as many calls as it takes, each of what is held at its own moment: what was given back or forgotten
// while the one before was under way is no longer ours to keep.
asio::awaitable<void> OutboundLine::keep_held() {
  std::vector<store::MessageId> ids;
  ids.reserve(held_.size());
  for (const auto& [id, held] : held_) ids.push_back(id);
  std::vector<store::QueuedMessage> awaited = awaited_messages();
  if (!awaited.empty()) co_await parts_.lanes.keep(key_, parts_.owner, std::move(awaited), kLease);
  for (std::size_t at = 0; at < ids.size(); at += kKeepMax) {
    std::vector<store::QueuedMessage> still;
    for (std::size_t i = at; i < std::min(at + kKeepMax, ids.size()); ++i) {
      const auto held = held_.find(ids[i]);
      if (held == held_.end()) continue;
      const Sending& sending = held->second.sending;
      still.push_back({.message_id = ids[i],
                       .lane = sending.text().lane,
                       .club = sending.text().club,
                       .parts = static_cast<std::uint8_t>(sending.part_count())});
    }
    if (!still.empty()) co_await parts_.lanes.keep(key_, parts_.owner, std::move(still), kLease);
  }
}

}  // namespace peyk::gateway
