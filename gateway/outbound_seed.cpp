// Redis knows nothing (any more): the ids of what the outbox still has to say, read and put into the lanes.
#include <algorithm>

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "gateway/outbound_line.hpp"

namespace peyk::gateway {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::uint32_t kSeedPage = 1000;  // outbox rows read at once
// Until then every process that has one of them on the wire has told so.
constexpr std::chrono::milliseconds kSeededDelay{3'000};
// After its time is over: by then no process has it on the wire any more.
constexpr std::chrono::minutes kLongOver{3};

}  // namespace

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
  co_await keep_held();
  co_await tell_government();
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
    const rules::Instant now = wall_clock();
    for (const store::QueuedText& text : *page) {
      if (held_.contains(text.id)) continue;  // on the wire, or about to be settled
      if (now >= text.valid_until + kLongOver) {
        const bool unheard = std::any_of(text.sent.begin(), text.sent.end(),
                                         [](const store::SentPart& part) { return part.unknown; });
        settle({.id = text.id,
                .state = unheard ? store::unknown : store::expired,
                .reason = "its time was over before it could be sent",
                .part_count = text.parts});
        continue;
      }
      store::QueuedMessage message = queued(text);
      message.seeded = true;
      message.delay = kSeededDelay;
      messages.push_back(message);
    }
    count += messages.size();
    if (!messages.empty()) co_await parts_.lanes.enqueue(key_, std::move(messages));
  }
  const bool seeded = co_await parts_.lanes.finish_seed(key_, seed);
  log::info("line_seeded", {{"line", options_.number}, {"messages", count}});
  co_return seeded;
}

}  // namespace peyk::gateway
