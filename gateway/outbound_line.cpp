#include "gateway/outbound_line.hpp"

#include <algorithm>
#include <array>

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "gateway/spawn.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::uint32_t kGrantMax = 500;     // messages in one grant
constexpr std::uint32_t kEnqueueMax = 1000;  // messages in one enqueue
constexpr std::uint32_t kSeedPage = 1000;    // outbox rows read at once
// Short, so that what a dead process held comes back soon; a living one extends its leases.
constexpr std::chrono::milliseconds kLease{15'000};
constexpr std::chrono::seconds kExtendEvery{5};
constexpr std::chrono::microseconds kIdlePoll = 1s;  // other processes enqueue too, and leases run out
constexpr std::chrono::microseconds kRetry = 200ms;  // after Redis refused
constexpr std::chrono::milliseconds kThrottlePause = 1s;
constexpr std::chrono::seconds kSettleAgain{5};

}  // namespace

OutboundLine::OutboundLine(OutboundParts parts, LineOptions options, Carrier& carrier,
                           std::uint64_t& next_tag)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      carrier_(carrier),
      key_{carrier.options().name, options_.number},
      rates_{options_.rate, carrier.options().rate},
      next_tag_(next_tag),
      pump_signal_(parts_.io),
      slot_signal_(parts_.io),
      settle_signal_(parts_.io),
      lease_signal_(parts_.io) {}

void OutboundLine::start(asio::awaitable<void> work) {
  ++coroutines_;
  spawn(parts_.io, counted(std::move(work)));
}

asio::awaitable<void> OutboundLine::counted(asio::awaitable<void> work) {
  try {
    co_await std::move(work);
  } catch (const store::RedisError& e) {
    log::warn("redis_refused", {{"line", options_.number}, {"why", e.what()}});
  }
  --coroutines_;
}

void OutboundLine::start() {
  start(pump());
  start(send_slots());
  start(settle_all());
  start(keep_leases());
}

void OutboundLine::push(store::QueuedText text) {
  if (to_enqueue_.size() >= parts_.limits.outbound_prefetch_max) {
    to_enqueue_.clear();  // Redis has been away for long: the outbox has them all
    return reseed();
  }
  to_enqueue_.push_back({.message_id = text.id, .lane = text.lane, .club = text.club, .parts = text.parts});
  if (texts_.size() < parts_.limits.outbound_prefetch_max) texts_.emplace(text.id, std::move(text));
  pump_signal_.wake();
}

void OutboundLine::reseed() {
  must_seed_ = true;
  pump_signal_.wake();
}

// How many messages may be asked for: what the window takes, less what is granted and not yet sent.
std::uint32_t OutboundLine::appetite() const {
  if (draining_) return 0;
  const std::uint32_t room = carrier_.room();
  const auto promised = static_cast<std::uint32_t>(slots_.size());
  const auto unsettled = static_cast<std::uint32_t>(on_wire_.size() + settled_.size());
  if (room <= promised || unsettled >= parts_.limits.outbound_prefetch_max) return 0;
  return std::min(room - promised, kGrantMax);
}

asio::awaitable<void> OutboundLine::pump() {
  while (!stopping_) {
    std::chrono::microseconds wait = kIdlePoll;
    try {
      if (must_seed_ && !std::exchange(seeding_, true)) start(seed());
      if (!to_enqueue_.empty()) {
        // Enqueueing goes ahead of the grant on the same connection; its answer need not be waited for.
        start(enqueue_waiting());
        co_await asio::post(parts_.io, asio::use_awaitable);
      }
      if (appetite() > 0) wait = co_await grant_some();
    } catch (const store::RedisError&) {
      wait = kRetry;  // the connection tells when it is back; the log has it from there
    }
    if (wait.count() > 0) co_await pump_signal_.wait(wait);
  }
}

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

// Beside the pump: a long backlog must not hold up what is urgent.
asio::awaitable<void> OutboundLine::seed() {
  must_seed_ = false;
  try {
    const bool seeded = co_await read_outbox();
    if (!seeded) must_seed_ = true;
  } catch (const store::RedisError&) {
    must_seed_ = true;
  }
  if (must_seed_ && !stopping_) {
    asio::steady_timer pause(parts_.io, kRetry);
    boost::system::error_code ignored;
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  seeding_ = false;  // after the pause: one attempt at a time while Redis is away
  pump_signal_.wake();
}

// False: not all of it could be read, or Redis lost its memory meanwhile.
asio::awaitable<bool> OutboundLine::read_outbox() {
  const std::string seed = co_await parts_.lanes.begin_seed(key_);
  std::uint64_t count = 0;
  for (store::MessageId after = 0;;) {
    auto page = std::make_shared<std::vector<store::QueuedText>>();
    store::SqlThread::Work work = [page, line = options_.number, after](store::Connection& connection) {
      *page = store::load_queued(connection, line, after, kSeedPage);
    };
    const bool read = co_await run_sql(std::move(work));
    if (!read) co_return false;
    if (page->empty()) break;
    after = page->back().id;
    std::vector<store::QueuedMessage> messages;
    for (const store::QueuedText& text : *page) {
      auto held = held_.find(text.id);
      if (held != held_.end() && held->second.leased) continue;  // on the wire, or about to be settled
      messages.push_back({.message_id = text.id, .lane = text.lane, .club = text.club, .parts = text.parts});
    }
    count += messages.size();
    if (!messages.empty()) co_await parts_.lanes.enqueue(key_, std::move(messages));
  }
  const bool seeded = co_await parts_.lanes.finish_seed(key_, seed);
  log::info("line_seeded", {{"line", options_.number}, {"messages", count}});
  co_return seeded;
}

asio::awaitable<bool> OutboundLine::run_sql(store::SqlThread::Work work) {
  struct Wait {
    explicit Wait(asio::io_context& io) : signal(io) {}
    Signal signal;
    bool done = false, committed = false;
  };
  auto wait = std::make_shared<Wait>(parts_.io);
  std::function<void(bool)> after = [post = parts_.post, wait](bool committed) {
    post([wait, committed] {
      wait->done = true;
      wait->committed = committed;
      wait->signal.wake();
    });
  };
  if (!parts_.sql.run(std::move(work), std::move(after))) co_return false;
  while (!wait->done && !stopping_) co_await wait->signal.wait(1s);
  co_return wait->committed;
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
    for (std::size_t part = 0; part < sending.part_count(); ++part) {
      if (sending.part(part) != Sending::Part::waiting) continue;
      const auto& slot =
          message.slots.empty() ? 0us : message.slots[std::min(part, message.slots.size() - 1)];
      // Redis counted from a moment between the two: not before the later one, and late by the earlier one.
      const auto when = paced ? received + slot : Clock::time_point{};
      const auto latest = paced ? asked + slot + std::chrono::microseconds(store::kSlotToleranceUs)
                                : Clock::time_point::max();
      slots_.emplace(when, Slot{message.message_id, part, latest});
    }
  }
  slot_signal_.wake();
  if (!unread.empty()) co_await parts_.lanes.give_back(key_, parts_.owner, std::move(unread), 1s);
  if (!done_before.empty()) co_await parts_.lanes.acknowledge(key_, std::move(done_before));
}

asio::awaitable<void> OutboundLine::send_slots() {
  while (!stopping_) {
    std::chrono::microseconds wait = 1s;
    while (!slots_.empty()) {
      const auto [when, part] = *slots_.begin();
      const auto now = Clock::now();
      if (when > now) {
        wait = std::chrono::duration_cast<std::chrono::microseconds>(when - now);
        break;
      }
      slots_.erase(slots_.begin());
      auto held = held_.find(part.id);
      if (held == held_.end() || held->second.finished) continue;
      if (held->second.sending.part(part.part) != Sending::Part::waiting) continue;
      if (now > part.latest || carrier_.room() == 0) {
        held->second.give_back_after = 0ms;
      } else if (!held->second.give_back_after) {
        send_part(part.id, part.part);
      }
      return_if_idle(part.id);
    }
    co_await slot_signal_.wait(std::max(wait, 1us));
  }
}

void OutboundLine::send_part(store::MessageId id, std::size_t part) {
  Held& held = held_.at(id);
  // No longer than the text is worth anything, and no longer than the line says.
  const auto remaining =
      std::min(std::chrono::ceil<std::chrono::seconds>(held.sending.text().valid_until - wall_clock()),
               options_.validity);
  const std::uint64_t tag = ++next_tag_;
  const smpp::SubmitSm pdu = held.sending.pdu(part, std::max(remaining, std::chrono::seconds{1}),
                                              carrier_.options(), options_.receipts);
  if (!carrier_.submit(pdu, tag)) {
    held.give_back_after = 0ms;
    return;
  }
  held.sending.sent(part);
  on_wire_[tag] = {id, part};
}

void OutboundLine::responded(std::uint64_t tag, const smpp::Pdu& response) {
  const OnWire part = on_wire_.extract(tag).mapped();
  parts_.metrics
      .counter("peyk_outbound_submits_total",
               {{"carrier", key_.carrier}, {"status", smpp::status_name(response.command_status)}})
      .add();
  pump_signal_.wake();  // a place in the window is free
  auto it = held_.find(part.id);
  if (it == held_.end()) return;
  Held& held = it->second;
  if (response.command_status != smpp::ESME_ROK) {
    held.sending.returned(part.part);
    part_failed(held, response.command_status);
    return return_if_idle(part.id);
  }
  const auto* body = std::get_if<smpp::SubmitSmResp>(&response.body);
  held.sending.taken(part.part, body == nullptr ? std::string() : body->message_id);
  if (!held.sending.all_taken()) return return_if_idle(part.id);
  static constexpr std::array<const char*, 4> kLaneNames{"urgent", "reply", "notice", "promo"};
  parts_.metrics
      .histogram("peyk_outbound_seconds",
                 {{"lane", kLaneNames[static_cast<std::size_t>(held.sending.text().lane)]}})
      .observe(wall_clock() - held.sending.text().created_at);
  finish({.id = part.id,
          .submitted = true,
          .carrier = key_.carrier,
          .carrier_message_ids = held.sending.carrier_message_ids()});
}

void OutboundLine::part_failed(Held& held, std::uint32_t command_status) {
  switch (smpp::status_class(command_status)) {
    case smpp::StatusClass::throttle:
      held.give_back_after = kThrottlePause;
      if (!std::exchange(penalising_, true)) start(penalise());
      return;
    case smpp::StatusClass::temporary:
    case smpp::StatusClass::bind:
      held.give_back_after = held.sending.next_pause();
      return;
    case smpp::StatusClass::permanent:
    case smpp::StatusClass::config:
    case smpp::StatusClass::ok:
      log::warn("message_refused", {{"line", options_.number},
                                    {"message", held.sending.text().id},
                                    {"to", log::Phone{held.sending.text().to}},
                                    {"status", smpp::status_name(command_status)}});
      finish({.id = held.sending.text().id, .reason = smpp::status_name(command_status)});
  }
}

void OutboundLine::unknown(std::uint64_t tag) {
  const OnWire part = on_wire_.extract(tag).mapped();
  auto it = held_.find(part.id);
  if (it == held_.end()) return;
  Held& held = it->second;
  held.sending.returned(part.part);
  if (held.sending.text().lane == handlers::Lane::promo) {
    // Advertising twice is worse than advertising once less.
    finish({.id = part.id, .reason = "outcome unknown: the link was lost before the carrier answered"});
  } else {
    held.give_back_after = 0ms;
  }
  return_if_idle(part.id);
}

// Once nothing of it is on the wire or waiting for its slot, a message that must wait goes back to its lane.
void OutboundLine::return_if_idle(store::MessageId id) {
  auto it = held_.find(id);
  if (it == held_.end() || !it->second.leased || it->second.finished || !it->second.give_back_after ||
      it->second.sending.any_sent())
    return;
  const auto delay = *it->second.give_back_after;
  it->second.leased = false;
  std::erase_if(slots_, [id](const auto& slot) { return slot.second.id == id; });
  // Its text and attempts are worth keeping, but not when a whole backlog is being refused.
  if (held_.size() > parts_.limits.outbound_prefetch_max / 2 &&
      it->second.sending.carrier_message_ids().empty()) {
    held_.erase(it);
  }
  start(give_back({id}, delay));
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

asio::awaitable<void> OutboundLine::penalise() {
  log::warn("line_throttled", {{"line", options_.number}, {"carrier", key_.carrier}});
  try {
    co_await parts_.lanes.penalise_line(key_, kThrottlePause);
  } catch (const store::RedisError& e) {
    log::warn("redis_refused", {{"line", options_.number}, {"why", e.what()}});
  }
  penalising_ = false;
}

void OutboundLine::finish(store::Settled outcome) {
  held_.at(outcome.id).finished = true;
  settled_.push_back(std::move(outcome));
  settle_signal_.wake();
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

asio::awaitable<void> OutboundLine::settle_all() {
  while (!stopping_ || !settled_.empty()) {
    if (settled_.empty()) {
      co_await settle_signal_.wait(1s);
      continue;
    }
    auto batch = std::make_shared<std::vector<store::Settled>>();
    batch->swap(settled_);
    store::SqlThread::Work work = [batch](store::Connection& connection) {
      store::save_settled(connection, *batch, wall_clock());
    };
    const bool saved = co_await run_sql(std::move(work));
    if (stopping_ && !saved) co_return;  // the next process finds them queued or settled
    if (saved) {
      co_await forget(*batch);
    } else if (batch->size() > 1) {
      // One of them cannot be saved: by itself it harms no other.
      for (store::Settled& one : *batch) co_await settle_one(std::move(one));
    } else {
      start(settle_later(std::move(batch->front())));
    }
  }
}

asio::awaitable<void> OutboundLine::settle_one(store::Settled one) {
  auto batch = std::make_shared<std::vector<store::Settled>>();
  batch->push_back(std::move(one));
  store::SqlThread::Work work = [batch](store::Connection& connection) {
    store::save_settled(connection, *batch, wall_clock());
  };
  const bool saved = co_await run_sql(std::move(work));
  if (saved) {
    co_await forget(*batch);
  } else {
    start(settle_later(std::move(batch->front())));
  }
}

asio::awaitable<void> OutboundLine::forget(const std::vector<store::Settled>& settled) {
  std::vector<store::MessageId> ids;
  for (const store::Settled& one : settled) {
    ids.push_back(one.id);
    held_.erase(one.id);
  }
  try {
    co_await parts_.lanes.acknowledge(key_, std::move(ids));
  } catch (const store::RedisError&) {
    // When their leases run out they are granted once more, found settled and forgotten then.
  }
}

// The database refuses this outcome. The message stays held, so that it is not sent a second time; the log
// says what a person must look at.
asio::awaitable<void> OutboundLine::settle_later(store::Settled one) {
  log::error("outcome_not_saved", {{"line", options_.number}, {"message", one.id}});
  asio::steady_timer pause(parts_.io, kSettleAgain);
  boost::system::error_code ignored;
  co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (!stopping_ && held_.contains(one.id)) finish(std::move(one));
}

asio::awaitable<void> OutboundLine::measure() {
  static constexpr std::array<const char*, store::kLanes> kNames{"urgent", "reply", "notice", "promo"};
  const store::LineDepth depth = co_await parts_.lanes.depth(key_);
  for (std::size_t lane = 0; lane < store::kLanes; ++lane) {
    parts_.metrics.gauge("peyk_queue_depth", {{"line", options_.number}, {"lane", kNames[lane]}})
        .set(static_cast<double>(depth.lanes[lane].waiting));
  }
}

asio::awaitable<void> OutboundLine::stop(std::chrono::milliseconds grace) {
  draining_ = true;
  const auto deadline = Clock::now() + grace;
  asio::steady_timer poll(parts_.io);
  boost::system::error_code ignored;
  // What has a slot or is on the wire may still come home.
  while ((!on_wire_.empty() || !settled_.empty()) && Clock::now() < deadline) {
    poll.expires_after(5ms);
    co_await poll.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  stopping_ = true;
  pump_signal_.wake();
  slot_signal_.wake();
  settle_signal_.wake();
  lease_signal_.wake();
  // A grant that is under way still comes in: what it brings must be given back too, or it would lie leased to
  // nobody until the lease ends.
  co_await all_ended(deadline + 1s);
  std::vector<store::MessageId> unsent;
  for (const auto& [id, held] : held_) {
    if (held.leased && !held.finished && !held.sending.any_sent()) unsent.push_back(id);
  }
  if (unsent.empty()) co_return;
  start(give_back(std::move(unsent), 0ms));
  co_await all_ended(deadline + 2s);
}

asio::awaitable<void> OutboundLine::all_ended(Clock::time_point deadline) {
  asio::steady_timer poll(parts_.io);
  boost::system::error_code ignored;
  while (coroutines_ > 0 && Clock::now() < deadline) {
    poll.expires_after(5ms);
    co_await poll.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace peyk::gateway
