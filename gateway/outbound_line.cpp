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

// Messages in one grant: Redis does nothing else meanwhile, and a cashier's answer waits for it.
constexpr std::uint32_t kGrantMax = 250;
constexpr std::chrono::milliseconds kAhead{20};  // what a carrier takes in it is granted beyond its window
constexpr std::uint32_t kAnswersAhead = 16;
// What lies ready for a carrier that has not answered for so long had better be free for other gateways.
constexpr std::chrono::seconds kStalled{1};
constexpr std::chrono::minutes kCouldSend{1};         // a link that was lost no longer ago may soon be back
constexpr std::chrono::milliseconds kQueueAgain{20};  // between two looks whether the store's queue has room

}  // namespace

std::string_view words(handlers::Lane lane) {
  constexpr std::array<std::string_view, store::kLanes> kWords{"urgent", "reply", "notice", "promo"};
  return kWords[static_cast<std::size_t>(lane)];
}

std::chrono::milliseconds age_of(const store::QueuedText& text) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(wall_clock() - text.due_since());
}

namespace {

std::vector<OutboundRoute> routes_of(const LineOptions& line, const std::vector<Carrier*>& carriers) {
  double slowest = 0;
  for (const Carrier* carrier : carriers) {
    const double rate = carrier->options().rate;
    if (rate > 0 && (slowest == 0 || rate < slowest)) slowest = rate;
  }
  std::vector<OutboundRoute> routes;
  routes.reserve(carriers.size());
  for (Carrier* carrier : carriers) routes.emplace_back(*carrier, line, slowest);
  return routes;
}

}  // namespace

OutboundLine::OutboundLine(OutboundParts parts, LineOptions options, const std::vector<Carrier*>& carriers,
                           std::uint64_t& next_tag)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      routes_(routes_of(options_, carriers)),
      choice_(routes_.size(), Clock::now()),
      key_(routes_.front().key),
      next_tag_(next_tag),
      pump_signal_(parts_.io),
      read_signal_(parts_.io),
      slot_signal_(parts_.io),
      settle_signal_(parts_.io),
      lease_signal_(parts_.io) {
  for (std::size_t lane = 0; lane < store::kLanes; ++lane) {
    seconds_[lane] = &parts_.metrics.histogram("peyk_outbound_seconds",
                                               {{"lane", words(static_cast<handlers::Lane>(lane))}});
  }
}

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

void OutboundLine::start(store::Government government) {
  government_ = std::move(government);
  start(pump());
  start(read_texts());
  start(send_slots());
  start(settle_all());
  start(keep_leases());
}

void OutboundLine::push(store::QueuedText text) {
  counts_.put_in(text.lane);
  if (may_take_over(text) && find_seats(queued(text).parts)) return start(take_over(std::move(text)));
  enqueue_soon(queued(text));
  // Advertising is read when it is granted, with what is true of it then.
  if (text.lane != handlers::Lane::promo) remember(std::move(text));
}

void OutboundLine::enqueue_soon(store::QueuedMessage message) {
  if (message.lane <= handlers::Lane::reply) answer_waits_ = true;
  if (to_enqueue_.size() >= parts_.limits.outbound_prefetch_max) {
    to_enqueue_.clear();  // Redis has been away for long: the outbox has them all
    return reseed();
  }
  to_enqueue_.push_back(message);
  pump_signal_.wake();
}

void OutboundLine::push_again(const store::QueuedText& text) {
  texts_.erase(text.id);
  store::QueuedMessage message = queued(text);
  message.seeded = true;
  enqueue_soon(message);
}

// The oldest make room: another process has been granted them, or they wait for long.
void OutboundLine::remember(store::QueuedText text) {
  if (texts_in_order_.size() >= parts_.limits.outbound_prefetch_max) {
    texts_.erase(texts_in_order_.front());
    texts_in_order_.pop_front();
  }
  texts_in_order_.push_back(text.id);
  texts_.emplace(text.id, std::move(text));
}

void OutboundLine::govern(store::Government government) {
  if (government == government_) return;
  government_ = std::move(government);
  log::info("line_governed", {{"line", options_.number},
                              {"paused", government_.line_paused},
                              {"lanes_paused", std::ranges::count(government_.lanes_paused, true)},
                              {"clubs_paused", government_.clubs_paused.size()}});
  start(tell_government());
}

// Where Redis refuses, whoever seeds it next tells it again.
asio::awaitable<void> OutboundLine::tell_government() {
  co_await parts_.lanes.govern(key_, government_);
  pump_signal_.wake();
}

// The parts that the outbox counted were an estimate: slots are for the parts that this carrier gets.
store::QueuedMessage OutboundLine::queued(const store::QueuedText& text) const {
  return {.message_id = text.id,
          .lane = text.lane,
          .club = text.club,
          .parts = gateway::part_count(text.text, routes_.front().carrier.options()),
          .age = age_of(text)};
}

void OutboundLine::wake() {
  const auto now = Clock::now();
  for (std::size_t route = 0; route < routes_.size(); ++route) {
    choice_.bound(route, routes_[route].carrier.can_submit(), now);
  }
  pump_signal_.wake();
  slot_signal_.wake();  // what lies ready for a lost link goes back
}

void OutboundLine::reseed() {
  must_read_ = Reading::seed;
  pump_signal_.wake();
}

// While one is under way, however long it takes, there is no need of another.
void OutboundLine::sweep() {
  if (reading_ != Reading::nothing || must_read_ != Reading::nothing) return;
  must_read_ = Reading::sweep;
  pump_signal_.wake();
}

// How many messages may be asked for: what the window takes, less what is granted and not yet sent.
std::uint32_t OutboundLine::appetite() const {
  if (draining_) return 0;
  const auto now = Clock::now();
  const OutboundRoute& route = routes_[choice_.choose(now)];
  // An agreed rate pauses in Redis.
  if (route.agreed.line <= 0 && now < route.line_rate.paused_until()) return 0;
  const std::uint32_t room = route.carrier.room() + ahead(route, now);
  const auto promised = static_cast<std::uint32_t>(slots_.size() + awaited_slots_);
  const auto unsettled = static_cast<std::uint32_t>(on_wire_.size() + settled_.size());
  if (room <= promised || unsettled >= parts_.limits.outbound_prefetch_max) return 0;
  return std::min(room - promised, kGrantMax);
}

// How many more are granted and read than the window has room for: where no rate says when they leave, what
// the carrier takes in a moment lies ready for it, and an answer still has its place before them.
std::uint32_t OutboundLine::ahead(const OutboundRoute& route, Clock::time_point now) const {
  const store::Rates rates = route.rates(now);
  if (rates.line > 0 || rates.account > 0 || !route.carrier.can_submit() || is_stalled(now)) return 0;
  return taken_lately_ + (answer_waits_ ? kAnswersAhead : 0);
}

bool OutboundLine::is_stalled(Clock::time_point now) const {
  return now - counted_from_ >= kStalled;
}

void OutboundLine::count_taken(Clock::time_point now) {
  ++taken_;
  if (now - counted_from_ < kAhead) return;
  const double moments = std::chrono::duration<double>(now - counted_from_) / kAhead;
  taken_lately_ = std::min(static_cast<std::uint32_t>(taken_ / moments), kGrantMax);
  taken_ = 0;
  counted_from_ = now;
}

// A call for each response that makes room for one would cost Redis more than the grants do: little room is
// gathered for a moment.
OutboundLine::Clock::time_point OutboundLine::next_grant_at(std::uint32_t room) const {
  const std::size_t engaged = on_wire_.size() + slots_.size() + awaited_slots_;
  if (answer_waits_ || room >= engaged / 4) return grant_not_before_;
  return std::max(grant_not_before_, gather_until_);
}

asio::awaitable<void> OutboundLine::pump() {
  while (!stopping_) {
    std::chrono::microseconds wait = kIdlePoll;
    try {
      if (must_read_ != Reading::nothing && reading_ == Reading::nothing) {
        reading_ = std::exchange(must_read_, Reading::nothing);
        start(seed());
      }
      if (!to_enqueue_.empty()) {
        // Enqueueing goes ahead of the grant on the same connection; its answer need not be waited for.
        start(enqueue_waiting());
        co_await asio::post(parts_.io, asio::use_awaitable);
      }
      if (const std::uint32_t room = appetite(); room > 0) {
        const auto early = next_grant_at(room) - Clock::now();
        if (early.count() > 0) {
          wait = std::chrono::ceil<std::chrono::microseconds>(early);
        } else {
          wait = co_await grant_some();
        }
      }
    } catch (const store::RedisError&) {
      wait = kRetry;  // the connection tells when it is back; the log has it from there
    }
    if (wait.count() > 0) co_await pump_signal_.wait(wait);
  }
}

asio::awaitable<bool> OutboundLine::run_sql(store::SqlThread& thread, store::SqlThread::Work work) {
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
  // No room in the queue is no failure of what is to be saved: it waits its turn.
  bool queued = thread.run(work, after);
  while (!queued && !stopping_) {
    co_await wait->signal.wait(kQueueAgain);
    queued = thread.run(work, after);
  }
  if (!queued) co_return false;
  while (!wait->done && !stopping_) co_await wait->signal.wait(1s);
  co_return wait->committed;
}

LaneView OutboundLine::view(handlers::Lane lane, handlers::ClubId club) const {
  const auto now = Clock::now();
  const bool club_paused =
      std::ranges::find(government_.clubs_paused, club) != government_.clubs_paused.end();
  return {.waiting = counts_.waiting(lane, now),
          .rate = routes_[choice_.choose(now)].effective_rate(now),
          .paused = government_.line_paused || government_.lanes_paused[static_cast<std::size_t>(lane)] ||
                    club_paused,
          .could_send = now < could_send_until_};
}

asio::awaitable<void> OutboundLine::measure() {
  counts_.asked();
  const store::LineDepth depth = co_await parts_.lanes.depth(key_);
  counts_.answered(depth, Clock::now());
  for (std::size_t lane = 0; lane < store::kLanes; ++lane) {
    const std::string_view name = words(static_cast<handlers::Lane>(lane));
    const store::LaneDepth& its = depth.lanes[lane];
    parts_.metrics.gauge("peyk_queue_depth", {{"line", options_.number}, {"lane", name}})
        .set(static_cast<double>(its.waiting));
    parts_.metrics.gauge("peyk_queue_oldest_seconds", {{"line", options_.number}, {"lane", name}})
        .set(std::chrono::duration<double>(its.oldest).count());
  }
  parts_.metrics.gauge("peyk_queue_leased", {{"line", options_.number}})
      .set(static_cast<double>(depth.leased));
  parts_.metrics.gauge("peyk_queue_delayed", {{"line", options_.number}})
      .set(static_cast<double>(depth.delayed));
  const auto now = Clock::now();
  for (const OutboundRoute& route : routes_) {
    if (route.carrier.can_submit()) could_send_until_ = now + kCouldSend;
    parts_.metrics
        .gauge("peyk_outbound_effective_rate", {{"carrier", route.key.carrier}, {"line", options_.number}})
        .set(route.effective_rate(now));
  }
}

asio::awaitable<void> OutboundLine::stop(std::chrono::milliseconds grace) {
  draining_ = true;
  const auto deadline = Clock::now() + grace;
  asio::steady_timer poll(parts_.io);
  boost::system::error_code ignored;
  // What has a slot or is on the wire may still come home.
  while ((!on_wire_.empty() || !settled_.empty() || settling_) && Clock::now() < deadline) {
    poll.expires_after(5ms);
    co_await poll.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  stopping_ = true;
  pump_signal_.wake();
  slot_signal_.wake();
  settle_signal_.wake();
  lease_signal_.wake();
  read_signal_.wake();
  // A grant that is under way still comes in: what it brings must be given back too, or it would lie leased
  // to nobody until the lease ends.
  co_await all_ended(deadline + 1s);
  std::vector<store::MessageId> unsent;
  for (const auto& [id, held] : held_) {
    if (!held.leaving && held.saving == 0 && !held.sending.any_sent()) unsent.push_back(id);
  }
  for (const Awaited& one : awaited_) {
    if (!one.given_back && !was_lost(one.message)) unsent.push_back(one.message.message_id);
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
