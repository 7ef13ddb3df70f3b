// Redis knows nothing (any more): the ids of what the outbox still has to say, read and put into the lanes.
#include <algorithm>

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "gateway/outbound_line.hpp"
#include "store/mysql/backlog.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::uint32_t kSeedPage = 500;  // outbox rows read at once, and in one call to Redis
// Until then every process that has one of them on the wire has told so.
constexpr std::chrono::milliseconds kSeededDelay{3'000};
// After its time is over: by then no process has it on the wire any more.
constexpr std::chrono::minutes kLongOver{3};
// After a page, as many times as long as the page took: MySQL and Redis have better things to do. A line
// whose lanes are empty goes on with the first page already.
constexpr int kSeedRests = 1, kSweepRests = 9;
constexpr std::chrono::microseconds kRestMax = 200ms;

}  // namespace

asio::awaitable<void> OutboundLine::rest(std::chrono::microseconds time) {
  asio::steady_timer pause(parts_.io, time);
  boost::system::error_code ignored;
  co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

// Beside the pump: a long backlog must not hold up what is urgent.
asio::awaitable<void> OutboundLine::seed() {
  bool done = false;
  try {
    done = co_await read_outbox();
  } catch (const store::RedisError&) {
    // The connection has logged it.
  }
  if (!done) must_read_ = Reading::seed;
  if (!done && !stopping_) co_await rest(kRetry);
  reading_ = Reading::nothing;  // after the rest: one attempt at a time while Redis is away
  pump_signal_.wake();
}

// False: not all of it could be read, or Redis lost its memory meanwhile.
asio::awaitable<bool> OutboundLine::read_outbox() {
  co_await keep_held();
  co_await tell_government();
  const std::string seed = co_await parts_.lanes.begin_seed(key_);
  // What is urgent is found first, however much of the rest there is.
  for (std::size_t lane = 0; lane < store::kLanes; ++lane) {
    const bool read = co_await read_lane(static_cast<handlers::Lane>(lane));
    if (!read) co_return false;
  }
  co_return co_await parts_.lanes.finish_seed(key_, seed);
}

asio::awaitable<bool> OutboundLine::read_lane(handlers::Lane lane) {
  std::uint64_t count = 0;
  for (store::MessageId after = 0;;) {
    if (reading_ == Reading::sweep && must_read_ == Reading::seed) co_return false;
    const auto began = Clock::now();
    auto page = std::make_shared<std::vector<store::QueuedText>>();
    store::SqlThread::Work work = [page, line = options_.number, lane, after](store::Connection& connection) {
      *page = store::load_backlog(connection, line, lane, after, kSeedPage);
    };
    const bool read = co_await run_sql(parts_.seeder, std::move(work));
    if (!read) co_return false;
    if (page->empty()) break;
    after = page->back().id;
    std::vector<store::QueuedMessage> messages = to_seed(*page);
    count += messages.size();
    if (!messages.empty()) {
      const store::Enqueued enqueued = co_await parts_.lanes.enqueue(key_, std::move(messages));
      if (enqueued.fresh && reading_ == Reading::sweep) co_return false;
    }
    if (page->size() < kSeedPage) break;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
    co_await rest(std::min(took * (reading_ == Reading::seed ? kSeedRests : kSweepRests), kRestMax));
    while (settled_.size() >= kSeedPage && !stopping_) co_await rest(kRestMax);
  }
  if (reading_ == Reading::seed && count > 0)
    log::info("lane_seeded", {{"line", options_.number}, {"lane", words(lane)}, {"messages", count}});
  co_return true;
}

// What may be in no lane. Those whose time is long over end here.
std::vector<store::QueuedMessage> OutboundLine::to_seed(const std::vector<store::QueuedText>& page) {
  std::vector<store::QueuedMessage> messages;
  const rules::Instant now = wall_clock();
  for (const store::QueuedText& text : page) {
    if (held_.contains(text.id)) continue;  // on the wire, or about to be settled
    if (now < text.valid_until + kLongOver) {
      store::QueuedMessage message = queued(text);
      message.seeded = true;
      message.delay = kSeededDelay;
      messages.push_back(message);
      continue;
    }
    const bool unheard =
        std::ranges::any_of(text.sent, [](const store::SentPart& part) { return part.unknown; });
    settle({.id = text.id,
            .state = unheard ? store::unknown : store::expired,
            .reason = "its time was over before it could be sent",
            .part_count = gateway::part_count(text.text, carrier_of(text, 0))});
  }
  return messages;
}

}  // namespace peyk::gateway
