// Ends what is over, beside everything else: credit that has lapsed leaves the balances, numbers of codes
// that have rested are free again, phones of those who left are forgotten; and tells members of what is about
// to lapse. In small sets, on a connection of its own.
//
// Thread rule: the network thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <utility>

#include "gateway/metrics.hpp"
#include "handlers/directory.hpp"
#include "store/mysql/erasure.hpp"
#include "store/mysql/expiry.hpp"
#include "store/mysql/reminders.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

struct ExpiryHooks {
  std::function<rules::Instant()> clock;  // that of decisions, from any thread
  std::function<std::shared_ptr<const handlers::Directory>()> directory;
  std::function<void(std::function<void()>)> post;  // onto the network thread, from any thread
};

class ExpiryKeeper {
 public:
  // `sql` outlives this, and is stopped before it goes.
  ExpiryKeeper(store::SqlThread& sql, Metrics& metrics, ExpiryHooks hooks);

  // Once a second.
  void tick();

 private:
  using Clock = std::chrono::steady_clock;

  void sweep();
  void swept(const store::Expired& expired, std::chrono::nanoseconds took);
  void free_numbers();
  void erase();
  void remind();

  store::SqlThread& sql_;
  Metrics& metrics_;
  ExpiryHooks hooks_;
  store::SystemChance chance_;  // of the sql thread
  bool sweeping_ = false, freeing_ = false, erasing_ = false, reminding_ = false;
  std::uint32_t sets_left_ = 0;  // in this second
  std::uint64_t lots_ = 0;       // in this round
  Clock::time_point next_sweep_{}, next_freeing_{}, next_erasure_{}, next_reminding_{}, told_until_{};
  std::set<std::pair<rules::Instant, std::uint32_t>> told_;  // rounds that need no look until told_until_
};

}  // namespace peyk::gateway
