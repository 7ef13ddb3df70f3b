// Keeps the outbox small: settled texts go to the history a page at a time, partitions of days to come are
// made and old ones dropped. Beside everything else and never in its way: a few pages a second, by the
// housekeeper.
//
// Thread rule: the network thread.
#pragma once

#include <chrono>
#include <functional>

#include "gateway/options.hpp"
#include "store/mysql/history.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

class HistoryKeeper {
 public:
  // `post`: onto the network thread, from any thread. `sql` outlives this, and is stopped before it goes.
  HistoryKeeper(store::SqlThread& sql, const Options& options,
                std::function<void(std::function<void()>)> post);

  // Once a second.
  void tick();

 private:
  using Clock = std::chrono::steady_clock;

  struct Look;

  void look();
  void looked(const store::HistoryMoved& moved);
  void keep_partitions();

  store::SqlThread& sql_;
  std::function<void(std::function<void()>)> post_;
  store::HistoryTerms terms_;
  std::chrono::days keep_;
  store::HistoryPlace place_;  // with the look while there is one: it is large, and comes back
  bool looking_ = false;
  std::uint32_t looks_left_ = 0;  // in this second
  std::uint64_t moved_ = 0;       // in this round
  Clock::time_point next_round_{}, next_upkeep_{};
};

}  // namespace peyk::gateway
