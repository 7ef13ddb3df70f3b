// What was granted gets its text and its slots. A text that was committed here is at hand; others are read,
// in sets, while their slots come nearer: the pump waits for none of it, and neither does what is urgent.
#include <array>
#include <unordered_map>

#include "gateway/clock.hpp"
#include "gateway/outbound_line.hpp"
#include "store/mysql/promo.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::size_t kReadMax = 500;  // texts in one read
// Of a text whose first parts the one carrier has, and which the other would cut differently.
constexpr std::chrono::milliseconds kOtherCutPause{5'000};

void count_granted(Metrics& metrics, const std::string& line,
                   const std::vector<store::GrantedMessage>& messages) {
  std::array<std::size_t, store::kLanes> granted{}, parts{};
  for (const store::GrantedMessage& message : messages) {
    ++granted[static_cast<std::size_t>(message.lane)];
    parts[static_cast<std::size_t>(message.lane)] += message.slots.size();
  }
  for (std::size_t lane = 0; lane < store::kLanes; ++lane) {
    if (granted[lane] == 0) continue;
    const std::string_view name = words(static_cast<handlers::Lane>(lane));
    metrics.counter("peyk_outbound_granted_total", {{"line", line}, {"lane", name}})
        .add(static_cast<double>(granted[lane]));
    metrics.counter("peyk_outbound_granted_parts_total", {{"line", line}, {"lane", name}})
        .add(static_cast<double>(parts[lane]));
  }
}

}  // namespace

// How many may wait here is bounded by appetite().
void OutboundLine::place(std::vector<store::GrantedMessage> messages, const Placed& how) {
  count_granted(parts_.metrics, options_.number, messages);
  for (store::GrantedMessage& message : messages) {
    const store::MessageId id = message.message_id;
    if (message.known_elsewhere && message.given_back_by != parts_.owner) texts_.erase(id);
    const auto held = held_.find(id);
    if (held != held_.end()) {
      hold_again(held->second, message, how);
    } else if (texts_.contains(id)) {
      hold(message, how);
    } else {
      awaited_slots_ += message.slots.size();
      awaited_.push_back({std::move(message), how});
    }
  }
  slot_signal_.wake();
  if (!awaited_.empty()) read_signal_.wake();
}

asio::awaitable<void> OutboundLine::read_texts() {
  while (!stopping_) {
    if (awaited_.empty()) {
      co_await read_signal_.wait(1s);
      continue;
    }
    const std::size_t count = std::min(awaited_.size(), kReadMax);
    std::vector<store::MessageId> ids;
    std::set<store::MessageId> lost;
    for (std::size_t i = 0; i < count; ++i) {
      ids.push_back(awaited_[i].message.message_id);
      if (was_lost(awaited_[i].message)) lost.insert(ids.back());
    }
    auto loaded = std::make_shared<std::vector<store::QueuedText>>();
    store::SqlThread::Work work = [loaded, ids, lost, directory = parts_.directory,
                                   policy = options_.promo](store::Connection& connection) {
      *loaded = store::load_queued(connection, ids);
      store::keep_what_may_leave(connection, *loaded, lost, policy, *directory(), wall_clock());
    };
    const bool read = co_await run_sql(parts_.reader, std::move(work));
    if (!read && stopping_) break;  // what is still awaited goes back
    std::vector<store::QueuedText> texts;
    if (read) texts.swap(*loaded);  // else the other thread may still write it
    place_read(count, std::move(texts), read);
  }
}

// The first `count` that are awaited, of which these are still to be sent.
void OutboundLine::place_read(std::size_t count, std::vector<store::QueuedText> texts, bool read) {
  std::unordered_map<store::MessageId, store::QueuedText> by_id;
  for (store::QueuedText& text : texts) by_id.emplace(text.id, std::move(text));
  std::vector<store::MessageId> done_before, unread;
  for (; count > 0; --count) {
    const Awaited one = std::move(awaited_.front());
    awaited_.pop_front();
    if (one.given_back) continue;
    awaited_slots_ -= one.message.slots.size();
    const store::MessageId id = one.message.message_id;
    const auto held = held_.find(id);
    const auto text = by_id.find(id);
    if (held != held_.end()) {
      hold_again(held->second, one.message, one.how);
    } else if (text != by_id.end()) {
      texts_.insert_or_assign(id, std::move(text->second));
      hold(one.message, one.how);
    } else if (read) {
      done_before.push_back(id);  // settled by somebody whose lease had run out
    } else if (!was_lost(one.message)) {
      unread.push_back(id);
    }
  }
  slot_signal_.wake();
  pump_signal_.wake();
  if (!unread.empty()) start(give_back(std::move(unread), 1s));
  if (!done_before.empty()) start(forget(std::move(done_before)));
}

// By another process, which may have sent it. Given back, nobody would know that any more; its lease runs out
// once more instead.
bool OutboundLine::was_lost(const store::GrantedMessage& message) const {
  return !message.lost_by.empty() && message.lost_by != parts_.owner;
}

// The carrier that has its first parts says how it is cut.
const CarrierOptions& OutboundLine::carrier_of(const store::QueuedText& text, std::size_t route) const {
  for (const OutboundRoute& one : routes_) {
    if (!text.sent.empty() && one.key.carrier == text.sent.front().carrier) return one.carrier.options();
  }
  return routes_[route].carrier.options();
}

// Granted anew to us, because the lease ran out or Redis lost its memory.
void OutboundLine::hold_again(const Held& held, const store::GrantedMessage& message, const Placed& how) {
  if (!held.leaving && !held.verdict && !held.give_back_after) give_slots(held, message, how);
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
  if (was_lost(message)) {
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
  const CarrierOptions& here = routes_[how.route].carrier.options();
  if (&here != &first && !held.sending.go_over(here)) held.give_back_after = kOtherCutPause;
  if (!held.give_back_after && !held.verdict) return give_slots(held, message, how);
  when_idle(message.message_id);
}

// Redis counted from a moment between question and answer: not before the later one, and late by the earlier
// one. When to use a slot, and after when it must not be used. Where there is no pace a slot has no time,
// only its lane's place in the row.
std::pair<OutboundLine::Clock::time_point, OutboundLine::Clock::time_point> OutboundLine::times_of(
    std::chrono::microseconds slot, handlers::Lane lane, const Placed& how) const {
  if (!how.paced)
    return {Clock::time_point{std::chrono::nanoseconds{static_cast<int>(lane)}}, Clock::time_point::max()};
  return {how.received + slot, how.asked + slot + std::chrono::microseconds(store::kSlotToleranceUs)};
}

void OutboundLine::give_slots(const Held& held, const store::GrantedMessage& message, const Placed& how) {
  auto next_slot = message.slots.begin();
  const auto last = message.slots.empty() ? 0us : message.slots.back();
  for (std::size_t part = 0; part < held.sending.part_count(); ++part) {
    if (held.sending.part(part) != Sending::Part::waiting) continue;
    const bool granted = next_slot != message.slots.end();
    auto [when, latest] = times_of(granted ? *next_slot++ : last, message.lane, how);
    // Enqueued for a carrier that wants fewer parts, or none was to be had: late by birth, and given back.
    if (!granted && (how.paced || message.slots.empty())) latest = Clock::time_point::min();
    slots_.emplace(when, Slot{message.message_id, part, how.route, latest});
  }
}

}  // namespace peyk::gateway
