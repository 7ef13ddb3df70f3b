// What became of the messages of a line: saved in sets, and only then forgotten by its lanes.
#include <algorithm>

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "gateway/outbound_line.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::chrono::seconds kSettleAgain{5};
// Outcomes that are gathered into one transaction: each would cost MySQL a flush of its own, beside those of
// the requests that come in. Whoever dies in that time has sent what nobody knows of: not longer than this.
constexpr std::chrono::milliseconds kGather{10};
constexpr std::size_t kGatherMax = 500;

void count_settled(Metrics& metrics, const std::string& line, const std::vector<store::Settled>& settled) {
  constexpr std::pair<store::MessageState, std::string_view> kAs[] = {{store::submitted, "submitted"},
                                                                      {store::failed, "failed"},
                                                                      {store::expired, "expired"},
                                                                      {store::unknown, "unknown"}};
  for (const auto& [state, as] : kAs) {
    const auto count = std::ranges::count(settled, state, &store::Settled::state);
    if (count == 0) continue;
    metrics.counter("peyk_outbound_settled_total", {{"line", line}, {"as", as}})
        .add(static_cast<double>(count));
  }
}

}  // namespace

void OutboundLine::settle(store::Settled outcome) {
  settled_.push_back(std::move(outcome));
  if (settled_.size() == 1 || settled_.size() == kGatherMax) settle_signal_.wake();
}

// What is known of a text whose other parts wait.
void OutboundLine::save_known(Held& held) {
  ++held.saving;
  settle(held.sending.take_unsaved());
}

asio::awaitable<void> OutboundLine::gather_outcomes() {
  const auto until = Clock::now() + kGather;
  while (!draining_ && !stopping_ && settled_.size() < kGatherMax) {
    const auto left = until - Clock::now();
    if (left.count() <= 0) break;
    co_await settle_signal_.wait(std::chrono::ceil<std::chrono::microseconds>(left));
  }
}

asio::awaitable<void> OutboundLine::settle_all() {
  while (!stopping_ || !settled_.empty()) {
    if (settled_.empty()) {
      co_await settle_signal_.wait(1s);
      continue;
    }
    co_await gather_outcomes();
    auto batch = std::make_shared<std::vector<store::Settled>>();
    batch->swap(settled_);
    store::SqlThread::Work work = [batch](store::Connection& connection) {
      store::save_settled(connection, *batch, wall_clock());
    };
    settling_ = true;
    const bool done = co_await run_sql(parts_.outcomes, std::move(work));
    settling_ = false;
    if (stopping_ && !done) co_return;  // the next process finds them queued or settled
    if (done) {
      saved(*batch);
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
  const bool done = co_await run_sql(parts_.outcomes, std::move(work));
  if (stopping_ && !done) co_return;  // the other thread may still read it
  if (done) {
    saved(*batch);
  } else {
    start(settle_later(std::move(batch->front())));
  }
}

// The lanes hear of it while the next outcomes are being saved.
void OutboundLine::saved(const std::vector<store::Settled>& settled) {
  std::vector<store::MessageId> ended;
  count_settled(parts_.metrics, options_.number, settled);
  for (const store::Settled& one : settled) {
    auto held = held_.find(one.id);
    if (one.state != store::queued) {
      ended.push_back(one.id);
      if (held != held_.end()) held_.erase(held);
    } else if (held != held_.end()) {
      --held->second.saving;
      when_idle(one.id);
    }
  }
  if (!ended.empty()) start(forget(std::move(ended)));
  pump_signal_.wake();  // a line that held as many as it may has room again
}

// The lanes forget them: what became of them is saved.
asio::awaitable<void> OutboundLine::forget(std::vector<store::MessageId> ids) {
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
  if (!stopping_) settle(std::move(one));
}

}  // namespace peyk::gateway
