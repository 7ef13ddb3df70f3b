// Sees to it that the managers of each club hear in the morning what was odd the day before. Any gateway may:
// the store lets one tell a day, once.
//
// Thread rule: the network thread.
#pragma once

#include <chrono>

#include "gateway/expiry_keeper.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

class DigestKeeper {
 public:
  // `sql` outlives this, and is stopped before it goes.
  DigestKeeper(store::SqlThread& sql, Metrics& metrics, ExpiryHooks hooks);

  // Once a second: a day of a club at a time, on a thread of its own: a big club's day takes a while.
  void tick();

 private:
  using Clock = std::chrono::steady_clock;

  store::SqlThread& sql_;
  Metrics& metrics_;
  ExpiryHooks hooks_;
  store::SystemChance chance_;  // of the sql thread
  bool telling_ = false;
  std::size_t failed_ = 0;  // days: the next is tried before them
  Clock::time_point next_{};
};

}  // namespace peyk::gateway
