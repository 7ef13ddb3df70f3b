#include "store/mysql/sql_thread.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace peyk::store {
namespace {
using UnitClock = std::chrono::steady_clock;
constexpr std::size_t kQueueMax = 1000;  // units of work, each a set
constexpr int kConflictRetriesMax = 20;
constexpr std::chrono::milliseconds kReconnectMin{50}, kReconnectMax{2000};
// A page takes milliseconds. What takes half a second and more is one long statement of a club, or waited for
// locks or for a database that was away: to rest twice as long as that would spare nobody, and keep the
// nights of all other clubs waiting.
constexpr std::chrono::seconds kRestMax{1};
}  // namespace

struct SqlThread::Impl {
  struct Unit {
    Work work;
    std::function<void(bool)> after;
  };

  Impl(MysqlOptions options, Log wanted_log, int lost, int wanted_rest)
      : connection(std::move(options)), log(std::move(wanted_log)), lost_max(lost), rest(wanted_rest) {}

  void run() {
    for (;;) {
      Unit unit;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [this] { return stopping || !queue.empty(); });
        if (queue.empty()) return;
        unit = std::move(queue.front());
        queue.pop_front();
      }
      const auto began = std::chrono::steady_clock::now();
      if (!work_off(unit)) return;
      if (rest > 0) rest_for((std::chrono::steady_clock::now() - began) * rest);
    }
  }

  // False: stopping, and the database is away.
  bool work_off(Unit& unit) {
    const Trouble trouble{*this};
    for (int conflicts = 0, lost = 0;;) {
      try {
        if (!connection.is_open() && !open()) {
          if (!pause()) return false;
          continue;
        }
        unit.work(connection);
        connection.commit();
        if (unit.after) unit.after(true);
        return true;
      } catch (const SqlError& e) {
        const bool hopeless = e.kind() == SqlError::Kind::conflict && ++conflicts == kConflictRetriesMax;
        if (e.kind() == SqlError::Kind::broken || hopeless) {
          log("sql_failed", e.what());
          connection.rollback();
          if (unit.after) unit.after(false);
          return true;
        }
        if (e.kind() == SqlError::Kind::conflict) {
          connection.rollback();
          continue;
        }
        connection.close();
        in_vain();
        log("mysql_lost", e.what());
        if (lost_max > 0 && ++lost >= lost_max) {
          log("sql_failed", "given up: it has lost its connection " + std::to_string(lost) + " times");
          if (unit.after) unit.after(false);
          return true;
        }
        if (!pause()) return false;
      } catch (const std::exception& e) {
        log("sql_failed", e.what());
        connection.rollback();
        if (unit.after) unit.after(false);
        return true;
      }
    }
  }

  void rest_for(std::chrono::nanoseconds wanted) {
    std::unique_lock lock(mutex);
    wake.wait_for(lock, std::min<std::chrono::nanoseconds>(wanted, kRestMax), [this] { return stopping; });
  }

  // Whatever keeps us from connecting is waited for: nothing of the unit has happened yet.
  bool open() {
    try {
      connection.open();
      reconnect_pause = kReconnectMin;
      return true;
    } catch (const SqlError& e) {
      in_vain();
      log("mysql_unreachable", e.what());
      return false;
    }
  }

  // Until the unit is over.
  struct Trouble {
    Impl& impl;
    ~Trouble() { impl.tried_since = UnitClock::time_point{}; }
  };
  void in_vain() {
    if (tried_since.load() == UnitClock::time_point{}) tried_since = UnitClock::now();
  }

  bool pause() {
    std::unique_lock lock(mutex);
    wake.wait_for(lock, reconnect_pause, [this] { return stopping; });
    reconnect_pause = std::min(reconnect_pause * 2, kReconnectMax);
    return !stopping;
  }

  Connection connection;
  Log log;
  int lost_max, rest;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Unit> queue;
  bool stopping = false;
  std::chrono::milliseconds reconnect_pause = kReconnectMin;
  std::atomic<UnitClock::time_point> tried_since{};  // the epoch: it has not failed
  std::thread thread;
};

SqlThread::SqlThread(MysqlOptions options, Log log, int lost_max, int rest)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(log), lost_max, rest)) {}

SqlThread::~SqlThread() {
  stop();
}

void SqlThread::start() {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

void SqlThread::stop() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
}

bool SqlThread::run(Work work, std::function<void(bool)> after) {
  {
    std::lock_guard lock(impl_->mutex);
    if (impl_->stopping || impl_->queue.size() >= kQueueMax) return false;
    impl_->queue.push_back({std::move(work), std::move(after)});
  }
  impl_->wake.notify_one();
  return true;
}

std::chrono::milliseconds SqlThread::held_up() const {
  const UnitClock::time_point since = impl_->tried_since;
  if (since == UnitClock::time_point{}) return std::chrono::milliseconds{0};
  return std::chrono::ceil<std::chrono::milliseconds>(UnitClock::now() - since);
}

}  // namespace peyk::store
