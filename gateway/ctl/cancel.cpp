#include "gateway/ctl/cancel.hpp"

#include <fmt/format.h>

#include <deque>
#include <nlohmann/json.hpp>
#include <set>

#include "gateway/clock.hpp"
#include "gateway/ctl/queue.hpp"
#include "gateway/spawn.hpp"
#include "store/mysql/trace.hpp"

namespace peyk::gateway::ctl {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;
using store::MessageId;

constexpr std::uint32_t kPage = 1000;  // texts in one transaction
// What a gateway has in hand leaves, or is given back, within a fraction of it, unless the carrier is slow.
constexpr std::chrono::milliseconds kWatched{3'000};
// By then a gateway that has just committed a text has put it into its lane.
constexpr std::chrono::milliseconds kEnqueuedBy{1'000};
constexpr std::chrono::milliseconds kLookEvery{100};
constexpr std::size_t kWatchedMax = 100'000;  // the youngest; older ones are not about to be enqueued
constexpr int kRoundsMax = 3;                 // while new texts of the scope come
constexpr int kConflictRetriesMax = 20;
constexpr std::size_t kNamedMax = 20;  // ids that a person is told

class Canceller {
 public:
  Canceller(const Options& options, store::Connection& connection, std::string why)
      : options_(options),
        connection_(connection),
        why_(std::move(why)),
        redis_(io_, options.redis),
        lanes_(redis_, options.redis.key_prefix) {
    redis_.start();
    auto connected = await_connection(io_, redis_, options_.redis);
    run_to_end(std::move(connected));
  }
  ~Canceller() { redis_.stop(); }

  void cancel_ids(std::span<const MessageId> ids) {
    std::set<MessageId> others(ids.begin(), ids.end());
    for (const store::Cancelled& one : cancel_page(ids)) others.erase(one.id);
    const std::vector<MessageId> rest(others.begin(), others.end());
    const auto states = store::states_of(connection_, rest);
    connection_.rollback();
    for (const MessageId id : rest) {
      const auto found = states.find(id);
      report_.others[id] = found == states.end() ? std::nullopt : std::optional(found->second);
    }
  }

  void cancel_scope(const store::CancelScope& scope) {
    std::vector<std::string> lines;
    for (const LineOptions& line : options_.lines) lines.push_back(line.number);
    if (scope.phone != 0) lines.resize(1);  // found by her phone, on whatever line
    bool found = true;
    for (int round = 0; found && round < kRoundsMax; ++round) {
      found = false;
      // What is scheduled may become queued meanwhile, so that comes first.
      for (const store::MessageState state : {store::scheduled, store::queued}) {
        for (const std::string& line : lines) found = cancel_all(scope, state, line) || found;
      }
    }
  }

  CancelReport watch() {
    if (watched_.empty()) return std::move(report_);
    const auto enqueued_by = Clock::now() + kEnqueuedBy, until = Clock::now() + kWatched;
    std::set<MessageId> leased = look();
    while ((!leased.empty() && Clock::now() < until) || Clock::now() < enqueued_by) {
      auto pausing = pause();
      run_to_end(std::move(pausing));
      leased = look();
    }
    std::vector<MessageId> ids;
    for (const auto& [line, id] : watched_) ids.push_back(id);
    for (const auto& [id, state] : store::states_of(connection_, ids)) {
      const bool cancelled = state == store::cancelled;
      if (cancelled && !leased.contains(id)) continue;
      --report_.queued;
      (cancelled ? report_.unanswered : report_.left).push_back(id);
    }
    connection_.rollback();
    return std::move(report_);
  }

 private:
  void run_to_end(asio::awaitable<void> work) {
    auto to_end = until_stopped(std::move(work));
    spawn(io_, std::move(to_end));
    io_.restart();
    try {
      io_.run();
    } catch (const store::RedisError& error) {
      throw QueueAway(std::string("Redis: ") + error.what());
    }
  }

  asio::awaitable<void> until_stopped(asio::awaitable<void> work) {
    co_await std::move(work);
    io_.stop();
  }

  asio::awaitable<void> pause() {
    asio::steady_timer timer(io_, kLookEvery);
    co_await timer.async_wait(asio::use_awaitable);
  }

  bool cancel_all(const store::CancelScope& scope, store::MessageState state, const std::string& line) {
    bool any = false;
    for (MessageId after = 0;;) {
      const auto ids = store::find_waiting(connection_, scope, state, line, after, kPage);
      connection_.rollback();
      if (ids.empty()) return any;
      after = ids.back();
      any = !cancel_page(ids).empty() || any;
    }
  }

  std::vector<store::Cancelled> cancel_page(std::span<const MessageId> ids) {
    std::vector<store::Cancelled> page = commit_page(ids);
    std::map<std::string, std::vector<MessageId>> by_line;
    for (const store::Cancelled& one : page) {
      ++(one.was_queued ? report_.queued : report_.scheduled);
      if (one.was_queued) by_line[one.line].push_back(one.id);
    }
    for (const auto& [line, queued_ids] : by_line) {
      const auto letters = withdraw(line, queued_ids);
      for (std::size_t i = 0; i < letters.size(); ++i) {
        if (letters[i] != store::Withdrawn::forgotten) watched_.emplace_back(line, queued_ids[i]);
      }
      while (watched_.size() > kWatchedMax) watched_.pop_front();
    }
    return page;
  }

  std::vector<store::Cancelled> commit_page(std::span<const MessageId> ids) {
    for (int conflicts = 0;; ++conflicts) {
      try {
        auto page = store::cancel_waiting(connection_, ids, why_, wall_clock());
        connection_.commit();
        return page;
      } catch (const store::SqlError& error) {
        connection_.rollback();
        if (error.kind() != store::SqlError::Kind::conflict || conflicts == kConflictRetriesMax) throw;
      }
    }
  }

  // Of a line that peyk.yaml does not name nobody sends anything.
  std::vector<store::Withdrawn> withdraw(const std::string& line, const std::vector<MessageId>& ids) {
    const auto found = std::ranges::find(options_.lines, line, &LineOptions::number);
    if (found == options_.lines.end()) return {};
    std::vector<store::Withdrawn> letters;
    auto asking = ask(store::LineKey{found->carrier, line}, ids, letters);
    run_to_end(std::move(asking));
    return letters;
  }

  asio::awaitable<void> ask(store::LineKey line, std::vector<MessageId> ids,
                            std::vector<store::Withdrawn>& letters) {
    letters = co_await lanes_.withdraw(std::move(line), std::move(ids));
  }

  // Those that a gateway still has in hand.
  std::set<MessageId> look() {
    std::map<std::string, std::vector<MessageId>> by_line;
    for (const auto& [line, id] : watched_) by_line[line].push_back(id);
    std::set<MessageId> leased;
    for (const auto& [line, ids] : by_line) {
      const auto letters = withdraw(line, ids);
      for (std::size_t i = 0; i < letters.size(); ++i) {
        if (letters[i] == store::Withdrawn::leased) leased.insert(ids[i]);
      }
    }
    return leased;
  }

  const Options& options_;
  store::Connection& connection_;
  const std::string why_;
  asio::io_context io_{1};
  store::RedisConnection redis_;
  store::Lanes lanes_;
  CancelReport report_;
  std::deque<std::pair<std::string, MessageId>> watched_;
};

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string named(const std::vector<MessageId>& ids) {
  const std::span<const MessageId> some(ids.data(), std::min(ids.size(), kNamedMax));
  return fmt::format("{}{}", fmt::join(some, ", "), ids.size() > kNamedMax ? ", …" : "");
}

std::string word(const std::optional<store::MessageState>& state) {
  return state ? store::word_of_state(*state) : "unknown here";
}

}  // namespace

CancelReport cancel(const Options& options, store::Connection& connection, const CancelOrder& order) {
  Canceller canceller(options, connection, order.why);
  if (!order.ids.empty()) {
    canceller.cancel_ids(order.ids);
  } else {
    canceller.cancel_scope(order.scope);
  }
  return canceller.watch();
}

std::string cancel_as_text(const CancelReport& report) {
  std::string text =
      fmt::format("cancelled {}: {} scheduled, {} queued\n",
                  counted(report.scheduled + report.queued, "text"), report.scheduled, report.queued);
  if (!report.left.empty())
    text += fmt::format("too late for {}, which the carrier had: {}\n", counted(report.left.size(), "text"),
                        named(report.left));
  if (!report.unanswered.empty())
    text += fmt::format("{} may have left, the carrier has not answered: {}\n",
                        counted(report.unanswered.size(), "text"), named(report.unanswered));
  for (const auto& [id, state] : report.others) text += fmt::format("message {}: {}\n", id, word(state));
  return text;
}

std::string cancel_as_json(const CancelReport& report) {
  Json json{{"cancelled", report.scheduled + report.queued},
            {"scheduled", report.scheduled},
            {"queued", report.queued},
            {"left", report.left},
            {"unanswered", report.unanswered},
            {"others", Json::array()}};
  for (const auto& [id, state] : report.others)
    json["others"].push_back({{"id", id}, {"state", word(state)}});
  return json.dump() + "\n";
}

}  // namespace peyk::gateway::ctl
