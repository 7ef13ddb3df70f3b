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
// Of a line whose slots another carrier's account may yet move: until it has, as a rule.
constexpr std::chrono::microseconds kHold = 3ms;
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

// Out of the same lanes, in slots of the line's one pace, and behind these of another carrier's account.
asio::awaitable<std::chrono::microseconds> OutboundLine::grant_elsewhere(std::size_t route) {
  const auto asked = Clock::now();
  if (asked < elsewhere_not_before_)
    co_return std::chrono::duration_cast<std::chrono::microseconds>(elsewhere_not_before_ - asked);
  const store::Rates rates{routes_[route].agreed.line, 0, routes_[route].agreed.slowest_account};
  const std::uint32_t wanted = std::min(appetite(), kElsewhereMax);
  const auto hold = routes_[route].agreed.account > 0 ? kHold : 0us;
  store::Grant grant = co_await parts_.lanes.grant(key_, rates, wanted, kLease, parts_.owner, hold);
  const Placed how{.route = route, .paced = rates.line > 0, .asked = asked, .received = Clock::now()};
  note_fresh(grant.fresh);
  if (grant.full) grant_not_before_ = how.received + kGrantApart;
  if (grant.messages.empty()) co_return std::clamp(grant.again_in.value_or(kIdlePoll), 0us, kIdlePoll);
  Elsewhere granted = co_await reserve_elsewhere(std::move(grant), how);
  const std::exception_ptr refused = granted.refused;
  place_elsewhere(std::move(granted));
  if (refused) std::rethrow_exception(refused);
  co_return 0us;
}

// Redis counted from a moment between question and answer, twice, and perhaps on two servers: where it says
// when the line's slots are, it is told the latest moment, and the account's slots may be used for as much
// less time as the first answer took.
asio::awaitable<OutboundLine::Elsewhere> OutboundLine::reserve_elsewhere(store::Grant grant, Placed how) {
  const OutboundRoute& route = routes_[how.route];
  const store::Rates rates = route.rates_behind_line(how.asked);
  Elsewhere all{.messages = grant.messages, .how = how, .usable = grant.messages.size(), .refused = {}};
  if (rates.line <= 0 && rates.account <= 0) co_return all;
  const auto asked = Clock::now();
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(asked - how.received);
  std::vector<store::Slots> behind;
  for (const store::GrantedMessage& message : grant.messages) {
    behind.push_back(message.slots);
    for (std::chrono::microseconds& slot : behind.back()) slot -= since;
  }
  store::Reservation reserved;
  try {
    reserved = co_await parts_.lanes.reserve(route.key, rates, std::move(behind));
  } catch (const store::RedisError&) {
    all.refused = std::current_exception();
  }
  all.how.asked = how.paced ? asked - (how.received - how.asked) : asked;
  all.how.received = Clock::now();
  all.how.paced = true;
  all.usable = reserved.messages.size();
  for (std::size_t i = 0; i < all.usable; ++i) all.messages[i].slots = std::move(reserved.messages[i]);
  if (all.usable < all.messages.size())
    elsewhere_not_before_ = all.how.received + std::max<std::chrono::microseconds>(reserved.again_in, 1ms);
  if (!how.paced) co_return all;
  // What gets no slot here leaves the line's to others; what is late takes them from those who come next.
  const auto last_of = [&grant](std::size_t message) { return grant.messages[message].slots.back(); };
  const auto unused = last_of(grant.messages.size() - 1) - last_of(std::max<std::size_t>(all.usable, 1) - 1);
  const std::int64_t last_us =
      all.usable == 0 ? grant.before_us : grant.last_us - unused.count() + reserved.late.count();
  bool moved = last_us == grant.last_us;
  if (!moved) moved = co_await move_last(grant.last_us, last_us);
  if (!moved && reserved.late > 0us) all.usable = std::min(all.usable, reserved.on_time);
  co_return all;
}

asio::awaitable<bool> OutboundLine::move_last(std::int64_t from_us, std::int64_t to_us) {
  try {
    co_return co_await parts_.lanes.move_last(key_, from_us, to_us);
  } catch (const store::RedisError&) {
    co_return false;  // or it is moved, and nobody uses those slots
  }
}

void OutboundLine::place_elsewhere(Elsewhere granted) {
  std::vector<store::MessageId> unsent;
  std::vector<store::GrantedMessage> lost;  // what became of them is asked, slot or not
  for (std::size_t i = granted.usable; i < granted.messages.size(); ++i) {
    store::GrantedMessage& message = granted.messages[i];
    if (was_lost(message)) {
      message.slots.clear();
      lost.push_back(std::move(message));
    } else {
      unsent.push_back(message.message_id);
    }
  }
  granted.messages.resize(granted.usable);
  if (!unsent.empty()) start(give_back(std::move(unsent), 0ms));
  place(std::move(lost), granted.how);
  place(std::move(granted.messages), granted.how);
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
  const auto now = Clock::now();
  for (const Awaited& one : awaited_) {
    if (messages.size() == kKeepMax) break;
    if (one.given_back) continue;
    const std::size_t parts = std::max<std::size_t>(one.message.slots.size(), 1);
    const auto held = std::chrono::duration_cast<std::chrono::milliseconds>(now - one.how.received);
    messages.push_back({.message_id = one.message.message_id,
                        .lane = one.message.lane,
                        .club = one.message.club,
                        .parts = static_cast<std::uint8_t>(parts),
                        .age = one.message.age + held});
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
                       .parts = static_cast<std::uint8_t>(sending.part_count()),
                       .age = age_of(sending.text())});
    }
    if (!still.empty()) co_await parts_.lanes.keep(key_, parts_.owner, std::move(still), kLease);
  }
}

}  // namespace peyk::gateway
