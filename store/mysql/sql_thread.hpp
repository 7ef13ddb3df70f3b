// One thread, one connection, a queue of units of work that are not decisions: settling what was sent,
// receipts, re-reading the outbox, the clubs.
//
// A unit of work runs in a transaction of its own; a conflict or a lost connection means running it again, so
// it must not touch anything but the connection and its own result. The caller batches: while one unit runs,
// it collects the next set.
//
// What is to be saved and must not be lost is tried until it is: the database comes back. But a statement
// that takes longer than the connection's time limit ends as a lost connection too, each time. Where work
// comes again by itself it is given up after a few, so that nothing behind it is kept waiting for good.
//
// Work that nobody waits for rests after each unit, in proportion to how long that took, but a second at
// most: so whoever is at a till has the database to herself most of the time, on a slow machine as on a fast
// one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "store/mysql/connection.hpp"

namespace peyk::store {

class SqlThread {
 public:
  using Work = std::function<void(Connection&)>;
  using Log = std::function<void(const std::string& event, const std::string& detail)>;

  // `lost_max`: a unit that loses so many open connections one after another has failed; 0: it never has.
  // `rest`: so many times as long as a unit took nothing else is done here, unless it is being stopped.
  SqlThread(MysqlOptions options, Log log, int lost_max = 0, int rest = 0);
  ~SqlThread();  // stops

  void start();
  void stop();  // runs what waits if the database is there, else drops it

  // `after(true)` follows the commit, `after(false)` an error that trying again cannot mend; both on this
  // thread. Dropped without `after` when stopping. False: the queue is full.
  bool run(Work work, std::function<void(bool)> after);

  // How long the unit at hand has been tried in vain, for want of a connection that lasts; 0: it has not. Any
  // thread.
  std::chrono::milliseconds held_up() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace peyk::store
