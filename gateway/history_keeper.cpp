#include "gateway/history_keeper.hpp"

#include <memory>

#include "gateway/clock.hpp"
#include "gateway/log.hpp"
#include "store/mysql/dead_letters.hpp"

namespace peyk::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kLooksASecond = 10;       // pages of 500: more than a gateway sends
constexpr std::chrono::seconds kRoundEvery{30};   // between two looks at everything
constexpr std::chrono::minutes kUpkeepEvery{30};  // of partitions
constexpr std::uint32_t kReplaysForgottenAtOnce = 1000;

}  // namespace

struct HistoryKeeper::Look {
  store::HistoryPlace from, to;
  store::HistoryMoved moved;
};

HistoryKeeper::HistoryKeeper(store::SqlThread& sql, const Options& options,
                             std::function<void(std::function<void()>)> post)
    : sql_(sql),
      post_(std::move(post)),
      terms_{.move_after = options.history.after},
      keep_(std::chrono::floor<std::chrono::days>(options.history.keep)) {
  for (const LineOptions& line : options.lines) {
    if (!line.receipts) terms_.no_receipts.insert(line.number);
  }
}

void HistoryKeeper::tick() {
  const auto now = Clock::now();
  if (now >= next_upkeep_) {
    next_upkeep_ = now + kUpkeepEvery;
    keep_partitions();
  }
  looks_left_ = kLooksASecond;
  if (!looking_ && now >= next_round_) look();
}

void HistoryKeeper::keep_partitions() {
  sql_.run(
      [keep = keep_](store::Connection& connection) {
        store::keep_partitions(connection, keep, wall_clock());
        store::forget_replays(connection, wall_clock() - keep, kReplaysForgottenAtOnce);
      },
      {});
}

void HistoryKeeper::look() {
  const auto one = std::make_shared<Look>();
  one->from = std::move(place_);
  --looks_left_;
  looking_ = sql_.run(
      [one, terms = terms_](store::Connection& connection) {
        one->to = one->from;
        one->moved = store::move_settled(connection, one->to, terms, wall_clock());
      },
      [this, one](bool committed) {
        post_([this, one, committed] {
          looking_ = false;
          place_ = std::move(committed ? one->to : one->from);
          if (committed) looked(one->moved);
        });
      });
  if (!looking_) place_ = std::move(one->from);
}

void HistoryKeeper::looked(const store::HistoryMoved& moved) {
  moved_ += moved.messages;
  if (moved.round_done) {
    if (moved_ > 0) log::info("history_moved", {{"messages", moved_}});
    moved_ = 0;
    next_round_ = Clock::now() + kRoundEvery;
  } else if (looks_left_ > 0) {
    look();
  }
}

}  // namespace peyk::gateway
