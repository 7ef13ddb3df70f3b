// What a line takes out of its lanes: ids into Redis, grants out of it, their texts, their slots; and back.
#include <algorithm>

#include "gateway/clock.hpp"
#include "gateway/outbound_line.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::uint32_t kEnqueueMax = 1000;  // messages in one enqueue
// Short, so that what a dead process held comes back soon; a living one extends its leases.
constexpr std::chrono::milliseconds kLease{15'000};
constexpr std::chrono::seconds kExtendEvery{5};

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
  store::Grant grant = co_await parts_.lanes.grant(key_, rates_, appetite(), kLease, parts_.owner);
  const auto received = Clock::now();
  if (grant.fresh && !seeding_) must_seed_ = true;
  const bool full = !grant.messages.empty();
  const auto again_in = grant.again_in;
  if (full) co_await place(std::move(grant), asked, received);
  if (!again_in) co_return full ? 0us : kIdlePoll;
  co_return std::max(*again_in, 0us);
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

asio::awaitable<void> OutboundLine::place(store::Grant grant, Clock::time_point asked,
                                          Clock::time_point received) {
  const bool paced = rates_.line > 0 || rates_.account > 0;
  const bool loaded = co_await load_missing(grant.messages);
  const rules::Instant now = wall_clock();
  std::vector<store::MessageId> done_before, unread;
  for (const store::GrantedMessage& message : grant.messages) {
    auto held = held_.find(message.message_id);
    if (held == held_.end()) {
      auto text = texts_.extract(message.message_id);
      if (text.empty() && !loaded) {
        unread.push_back(message.message_id);
        continue;
      }
      if (text.empty()) {
        // No longer queued: settled by somebody whose lease had run out.
        done_before.push_back(message.message_id);
        continue;
      }
      held = held_.emplace(message.message_id, Held{Sending(std::move(text.mapped()), carrier_.options())})
                 .first;
    }
    if (held->second.finished) continue;  // about to be settled
    held->second.leased = true;
    held->second.give_back_after.reset();
    if (now >= held->second.sending.text().valid_until) {
      finish({.id = message.message_id, .reason = "validity over before it could be sent", .expired = true});
      continue;
    }
    const Sending& sending = held->second.sending;
    auto next_slot = message.slots.begin();
    for (std::size_t part = 0; part < sending.part_count(); ++part) {
      if (sending.part(part) != Sending::Part::waiting) continue;
      const bool granted = next_slot != message.slots.end();
      const auto slot = granted ? *next_slot++ : message.slots.empty() ? 0us : message.slots.back();
      // Redis counted from a moment between the two: not before the later one, and late by the earlier one.
      const auto when = paced ? received + slot : Clock::time_point{};
      auto latest = paced ? asked + slot + std::chrono::microseconds(store::kSlotToleranceUs)
                          : Clock::time_point::max();
      // Enqueued by a process that counted fewer parts: the rest is late by birth, and has the next grant's
      // slots.
      if (paced && !granted) latest = Clock::time_point::min();
      slots_.emplace(when, Slot{message.message_id, part, latest});
    }
  }
  slot_signal_.wake();
  if (!unread.empty()) co_await parts_.lanes.give_back(key_, parts_.owner, std::move(unread), 1s);
  if (!done_before.empty()) co_await parts_.lanes.acknowledge(key_, std::move(done_before));
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
    co_await lease_signal_.wait(kExtendEvery);
    std::vector<store::MessageId> ids;
    for (const auto& [id, held] : held_) {
      if (held.leased) ids.push_back(id);
    }
    if (ids.empty() || stopping_) continue;
    try {
      co_await parts_.lanes.extend(key_, parts_.owner, std::move(ids), kLease);
    } catch (const store::RedisError&) {
      // What runs out is granted once more, here or elsewhere, and found held or settled.
    }
  }
}

}  // namespace peyk::gateway
