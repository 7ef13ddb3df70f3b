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
// Of a text whose first parts the one carrier has, and which the other would cut differently.
constexpr std::chrono::milliseconds kOtherCutPause{5'000};
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
  store::Grant grant = co_await parts_.lanes.grant(key_, rates, appetite(), kLease, parts_.owner);
  const Placed how{
      .route = 0, .paced = rates.line > 0 || rates.account > 0, .asked = asked, .received = Clock::now()};
  note_fresh(grant.fresh);
  const bool full = !grant.messages.empty();
  const auto again_in = grant.again_in;
  if (full) co_await place(std::move(grant.messages), how);
  if (!again_in) co_return full ? 0us : kIdlePoll;
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
  std::erase_if(grant.messages, [&parts, &unsent](const store::GrantedMessage& message) {
    const bool too_many = parts + message.slots.size() > static_cast<std::size_t>(store::kPartsMax);
    if (too_many) {
      unsent.push_back(message.message_id);
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
    for (const store::GrantedMessage& message : grant.messages) unsent.push_back(message.message_id);
    grant.messages.clear();
    elsewhere_not_before_ = how.received + std::max<std::chrono::microseconds>(reserved.again_in, 1ms);
  }
  if (!unsent.empty()) start(give_back(std::move(unsent), 0ms));
  if (refused) std::rethrow_exception(refused);
  auto slot = reserved.slots.begin();
  for (store::GrantedMessage& message : grant.messages) {
    for (std::chrono::microseconds& its : message.slots) its = *slot++;
  }
  co_await place(std::move(grant.messages), how);
  co_return 0us;
}

void OutboundLine::note_fresh(bool fresh) {
  if (!fresh) return;
  texts_.clear();  // others may know more of them by now, and Redis has forgotten that
  if (!seeding_) reseed();
}

asio::awaitable<bool> OutboundLine::load_missing(const std::vector<store::GrantedMessage>& messages) {
  std::vector<store::MessageId> missing;
  for (const store::GrantedMessage& message : messages) {
    if (!texts_.contains(message.message_id) && !held_.contains(message.message_id))
      missing.push_back(message.message_id);
  }
  if (missing.empty()) co_return true;
  auto loaded = std::make_shared<std::vector<store::QueuedText>>();
  store::SqlThread::Work work = [loaded, missing](store::Connection& connection) {
    *loaded = store::load_queued(connection, missing);
  };
  const bool read = co_await run_sql(std::move(work));
  if (!read) co_return false;  // and not a look at *loaded, which the other thread may still write
  for (store::QueuedText& text : *loaded) {
    const store::MessageId id = text.id;
    texts_.emplace(id, std::move(text));
  }
  co_return true;
}

asio::awaitable<void> OutboundLine::place(std::vector<store::GrantedMessage> messages, Placed how) {
  for (const store::GrantedMessage& message : messages) {
    if (message.known_elsewhere) texts_.erase(message.message_id);
  }
  const bool loaded = co_await load_missing(messages);
  std::vector<store::MessageId> done_before, unread;
  for (const store::GrantedMessage& message : messages) {
    auto held = held_.find(message.message_id);
    if (held != held_.end()) {
      // Granted anew to us, because the lease ran out or Redis lost its memory.
      if (!held->second.leaving && !held->second.verdict && !held->second.give_back_after)
        give_slots(held->second, message, how);
    } else if (texts_.contains(message.message_id)) {
      hold(message, how);
    } else if (loaded) {
      done_before.push_back(message.message_id);  // settled by somebody whose lease had run out
    } else {
      unread.push_back(message.message_id);
    }
  }
  slot_signal_.wake();
  if (!unread.empty()) co_await parts_.lanes.give_back(key_, parts_.owner, std::move(unread), 1s);
  if (!done_before.empty()) co_await parts_.lanes.acknowledge(key_, std::move(done_before));
}

// The carrier that has its first parts says how it is cut.
const CarrierOptions& OutboundLine::carrier_of(const store::QueuedText& text, std::size_t route) const {
  for (const OutboundRoute& one : routes_) {
    if (!text.sent.empty() && one.key.carrier == text.sent.front().carrier) return one.carrier.options();
  }
  return routes_[route].carrier.options();
}

void OutboundLine::hold(const store::GrantedMessage& message, const Placed& how) {
  store::QueuedText text = std::move(texts_.extract(message.message_id).mapped());
  const CarrierOptions& first = carrier_of(text, how.route);
  std::optional<Sending> sending;
  try {
    sending.emplace(std::move(text), first);
  } catch (const std::length_error& e) {
    return settle({.id = message.message_id, .state = store::failed, .reason = e.what()});
  }
  Held& held = held_.emplace(message.message_id, Held{std::move(*sending)}).first->second;
  if (held.sending.all_taken()) return when_idle(message.message_id);  // a receipt told before it went again
  if (!message.lost_by.empty() && message.lost_by != parts_.owner) {
    if (may_send_again(held.sending.text().lane, 0)) {
      held.sending.may_come_twice();
    } else {
      held.sending.all_unheard(first.name);
      held.verdict = {.id = message.message_id,
                      .state = store::unknown,
                      .reason = "the process that had it ended: it may have been sent"};
    }
  }
  if (held.sending.has_unsaved()) held.give_back_after = 0ms;  // to be sent once that is saved
  if (!held.sending.go_over(routes_[how.route].carrier.options())) held.give_back_after = kOtherCutPause;
  if (!held.give_back_after && !held.verdict) return give_slots(held, message, how);
  when_idle(message.message_id);
}

void OutboundLine::give_slots(const Held& held, const store::GrantedMessage& message, const Placed& how) {
  auto next_slot = message.slots.begin();
  for (std::size_t part = 0; part < held.sending.part_count(); ++part) {
    if (held.sending.part(part) != Sending::Part::waiting) continue;
    const bool granted = next_slot != message.slots.end();
    const auto slot = granted ? *next_slot++ : message.slots.back();
    // Redis counted from a moment between the two: not before the later one, and late by the earlier one.
    const auto when = how.paced ? how.received + slot : Clock::time_point{};
    auto latest = how.paced ? how.asked + slot + std::chrono::microseconds(store::kSlotToleranceUs)
                            : Clock::time_point::max();
    // Enqueued for a carrier that wants fewer parts: the rest is late by birth, and has the next grant's
    // slots.
    if (how.paced && !granted) latest = Clock::time_point::min();
    slots_.emplace(when, Slot{message.message_id, part, how.route, latest});
  }
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

// In as many calls as it takes, each of what is held at its own moment: what was given back or forgotten
// while the one before was under way is no longer ours to keep.
asio::awaitable<void> OutboundLine::keep_held() {
  std::vector<store::MessageId> ids;
  ids.reserve(held_.size());
  for (const auto& [id, held] : held_) ids.push_back(id);
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
