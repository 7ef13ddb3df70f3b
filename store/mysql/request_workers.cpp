#include "store/mysql/request_workers.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "store/mysql/request_attempt.hpp"

namespace peyk::store {
namespace {

using namespace handlers;
using Verdict = Result::Verdict;

// Above what nearly any decision and its texts use. A batch that wants more is begun anew with more
// (chance.hpp).
constexpr std::uint32_t kIdsPerRequest = 48;
constexpr int kConflictRetriesMax = 10;
// Requests in a batch in which calls to the server cost more than what they do: few calls, then, rather than
// none in vain.
constexpr std::size_t kSmallBatch = 8;
// With nine in ten numbers of a club given out, 20 draws of six all fail once in 300,000 times.
constexpr int kDrawsMax = 20;
constexpr std::chrono::minutes kCodesLowSaidEvery{1};
constexpr std::chrono::milliseconds kReconnectMin{50}, kReconnectMax{2000};

}  // namespace

class RequestWorkers::Worker {
 public:
  Worker(const MysqlOptions& options, const WorkerHooks& hooks)
      : options_(options), hooks_(hooks), connection_(options), chance_(hooks.random) {}
  ~Worker() { stop(); }

  void start() {
    thread_ = std::thread([this] { run(); });
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  bool submit(Job job) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_ || queue_.size() >= options_.queue_max) return false;
      queue_.push_back(std::move(job));
    }
    wake_.notify_one();
    return true;
  }

  std::size_t waiting() const {
    std::lock_guard lock(mutex_);
    return queue_.size();
  }
  bool is_connected() const { return connected_; }

 private:
  void run() {
    // Connecting at once, so that the first request does not wait for it and readiness can be told.
    while (!connected_ && !pause_if_closed()) {
    }
    for (std::vector<Job> batch = take(); !batch.empty(); batch = take()) {
      uncertain_.clear();
      work_off(std::move(batch));
    }
    connection_.close();
  }

  std::vector<Job> take() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return {};
    const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(queue_.size(), options_.batch_max));
    std::vector<Job> batch(std::make_move_iterator(queue_.begin()),
                           std::make_move_iterator(queue_.begin() + count));
    queue_.erase(queue_.begin(), queue_.begin() + count);
    return batch;
  }

  // Opens the connection if it is closed; false: not yet, after a pause. True also when stopping.
  bool pause_if_closed() {
    if (connection_.is_open()) return true;
    try {
      connection_.open();
      connected_ = true;
      reconnect_pause_ = kReconnectMin;
      hooks_.log("mysql_connected", "");
      return true;
    } catch (const SqlError& e) {
      connected_ = false;
      connection_.close();
      hooks_.log("mysql_unreachable", e.what());
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, reconnect_pause_, [this] { return stopping_; });
    reconnect_pause_ = std::min(reconnect_pause_ * 2, kReconnectMax);
    return stopping_;
  }

  void work_off(std::vector<Job> batch) {
    for (int conflicts = 0; !batch.empty();) {
      if (!pause_if_closed()) continue;
      if (is_stopping() && !connection_.is_open()) return;
      try {
        batch = attempt(std::move(batch), conflicts == 0);
        conflicts = 0;
      } catch (const SqlError& e) {
        batch = std::move(failed_batch_);
        if (e.kind() == SqlError::Kind::lost) {
          hooks_.log("mysql_lost", e.what());
          connected_ = false;
          connection_.close();
          continue;
        }
        connection_.rollback();
        if (e.kind() == SqlError::Kind::conflict && ++conflicts < kConflictRetriesMax) continue;
        if (batch.size() > 1) return one_by_one(std::move(batch));
        give_up(std::move(batch), e);
        return;
      } catch (const std::exception& e) {
        connection_.rollback();
        if (failed_batch_.size() > 1) return one_by_one(std::move(failed_batch_));
        return give_up(std::move(failed_batch_), e);
      }
    }
  }

  // Decides and commits; returns the jobs that must be tried again because their codes were all taken.
  std::vector<Job> attempt(std::vector<Job> batch, bool first) {
    failed_batch_ = std::move(batch);
    const auto began = std::chrono::steady_clock::now();
    chance_.reserve_ids(connection_, static_cast<std::uint32_t>(failed_batch_.size()) * kIdsPerRequest);
    const bool small = failed_batch_.size() <= kSmallBatch;
    std::optional<std::vector<std::optional<Result>>> results;
    if (first && small && !any_answered_before()) results = save_attempt(Attempt::Claimed::presumed_new);
    if (!results) results = save_attempt(Attempt::Claimed::read);
    const std::size_t size = failed_batch_.size();
    std::vector<Job> again = hand_out(std::move(failed_batch_), std::move(*results));
    hooks_.measured(size, std::chrono::duration_cast<std::chrono::microseconds>(
                              std::chrono::steady_clock::now() - began));
    return again;
  }

  bool any_answered_before() const {
    return std::ranges::any_of(failed_batch_, [](const Job& job) { return job.request.answered_before; });
  }

  // Nothing: it cannot be known yet whether all of them are new.
  std::optional<std::vector<std::optional<Result>>> save_attempt(Attempt::Claimed claimed) {
    Attempt attempt(connection_, chance_, hooks_, uncertain_, claimed);
    auto results = attempt.run(failed_batch_);
    if (!attempt.is_sure_of(failed_batch_)) {
      connection_.rollback();
      return std::nullopt;
    }
    if (attempt.has_changes()) {
      if (failed_batch_.size() <= kSmallBatch) connection_.gather();
      attempt.save();
      commit(attempt, results);
    } else {
      connection_.rollback();
    }
    return results;
  }

  void commit(Attempt& attempt, std::vector<std::optional<Result>>& results) {
    try {
      connection_.commit();
    } catch (const SqlError& e) {
      if (e.kind() == SqlError::Kind::lost)
        attempt.remember_unheard(failed_batch_, std::move(results), uncertain_);
      throw;
    }
  }

  std::vector<Job> hand_out(std::vector<Job> batch, std::vector<std::optional<Result>> results) {
    std::vector<Job> again;
    std::vector<Finished> finished;
    finished.reserve(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (results[i]) {
        finished.push_back({std::move(batch[i].done), std::move(*results[i])});
      } else if (++batch[i].draws < kDrawsMax) {
        again.push_back(std::move(batch[i]));
      } else {
        say_codes_are_low(batch[i].request);
        finished.push_back({std::move(batch[i].done), Result{.verdict = Verdict::busy, .status = 503}});
      }
    }
    hooks_.deliver(std::move(finished));
    return again;
  }

  void say_codes_are_low(const Request& request) {
    const rules::Instant now = hooks_.clock();
    if (now - codes_low_said_at_ < kCodesLowSaidEvery) return;
    codes_low_said_at_ = now;
    const auto* purchase = std::get_if<PurchaseRequest>(&request.what);
    hooks_.log("codes_used_up", "club " + std::to_string(purchase == nullptr ? 0 : purchase->club) + ": " +
                                    std::to_string(kDrawsMax) +
                                    " draws found no free code; its purchases are put off");
  }

  void one_by_one(std::vector<Job> batch) {
    for (Job& job : batch) {
      std::vector<Job> single;
      single.push_back(std::move(job));
      work_off(std::move(single));
      if (is_stopping()) return;
    }
  }

  void give_up(std::vector<Job> batch, const std::exception& e) {
    hooks_.log("request_failed", e.what());
    std::vector<Finished> finished;
    for (Job& job : batch) {
      finished.push_back({std::move(job.done), Result{.verdict = Verdict::failed, .status = 500}});
    }
    hooks_.deliver(std::move(finished));
  }

  bool is_stopping() const {
    std::lock_guard lock(mutex_);
    return stopping_;
  }

  MysqlOptions options_;
  const WorkerHooks& hooks_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::atomic<bool> connected_{false};
  std::chrono::milliseconds reconnect_pause_ = kReconnectMin;
  Connection connection_;
  SystemChance chance_;
  rules::Instant codes_low_said_at_{};
  std::vector<Job> failed_batch_;  // what an attempt works on, kept for the next one when it throws
  Uncertains uncertain_;           // of the batch at work
  std::thread thread_;
};

RequestWorkers::RequestWorkers(MysqlOptions options, WorkerHooks hooks) : hooks_(std::move(hooks)) {
  for (std::uint32_t i = 0; i < std::max(1U, options.workers); ++i) {
    workers_.push_back(std::make_unique<Worker>(options, hooks_));
  }
}

RequestWorkers::~RequestWorkers() {
  stop();
}

void RequestWorkers::start() {
  for (auto& worker : workers_) worker->start();
}

void RequestWorkers::stop() {
  for (auto& worker : workers_) worker->stop();
}

bool RequestWorkers::submit(std::uint64_t neighbourhood, handlers::Request request, Done done) {
  return workers_[neighbourhood % workers_.size()]->submit({std::move(request), std::move(done)});
}

std::size_t RequestWorkers::waiting() const {
  std::size_t sum = 0;
  for (const auto& worker : workers_) sum += worker->waiting();
  return sum;
}

bool RequestWorkers::is_connected() const {
  return std::all_of(workers_.begin(), workers_.end(),
                     [](const auto& worker) { return worker->is_connected(); });
}

}  // namespace peyk::store
