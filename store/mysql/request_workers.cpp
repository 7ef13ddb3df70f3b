#include "store/mysql/request_workers.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>

#include "handlers/alarm.hpp"
#include "handlers/decide.hpp"
#include "handlers/use_cases.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/events.hpp"
#include "store/mysql/inbox.hpp"
#include "store/mysql/miss_windows.hpp"
#include "store/mysql/outgoing.hpp"
#include "store/mysql/pendings.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::store {
namespace {

using namespace handlers;
using Verdict = Result::Verdict;

constexpr std::uint32_t kIdsPerRequest =
    48;  // above what any decision and its texts use: a move out of many lots
constexpr int kConflictRetriesMax = 10;
// With nine in ten numbers of a club given out, 20 draws of six all fail once in 300,000 times.
constexpr int kDrawsMax = 20;
constexpr std::chrono::minutes kCodesLowSaidEvery{1};
constexpr std::chrono::milliseconds kReconnectMin{50}, kReconnectMax{2000};

struct Job {
  Request request;
  Done done;
  int draws = 0;  // how often all its drawn codes were taken
};

// What an attempt claimed and answered whose commit got no answer. If its claims are found saved, it took
// place.
struct Uncertain {
  Claim claim;
  Result result;
};
using Uncertains = std::map<RequestKey, Uncertain>;

// One attempt at a batch: everything that must vanish when it fails.
class Attempt {
 public:
  Attempt(Connection& connection, SystemChance& chance, const WorkerHooks& hooks, const Uncertains& uncertain)
      : connection_(connection),
        hooks_(hooks),
        directory_(hooks.directory()),
        uncertain_(uncertain),
        chance_(chance),
        setting_{.directory = *directory_,
                 .keywords = templates::Keywords::standard(),
                 .catalogue = templates::Catalogue::standard(),
                 .chance = chance,
                 .pin_matches = hooks.pin_matches,
                 .now = hooks.clock()} {}

  // Results by position; none: every drawn code was taken, try that one again.
  std::vector<std::optional<Result>> run(std::span<const Job> batch) {
    load_claims_of(batch);
    std::vector<std::optional<Result>> results(batch.size());
    std::vector<std::optional<Plan>> plans(batch.size());
    Needs needs;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if ((results[i] = known_answer(batch[i].request))) continue;
      guarded(results[i], [&] {
        plans[i] = plan(batch[i].request, setting_);
        needs.merge(plans[i]->needs);
      });
    }
    widen_plans(plans, needs);
    load_facts(connection_, needs, facts_);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (results[i]) continue;
      // An earlier request of this batch may have had the same key.
      if ((results[i] = known_answer(batch[i].request))) continue;
      std::optional<Decided> decided;
      guarded(results[i], [&] { decided = decide_one(batch[i].request, *plans[i]); });
      if (decided) results[i] = take(batch[i].request, std::move(*decided));
    }
    return results;
  }

  void save() {
    save_effects(connection_, effects_, facts_);
    save_queued(connection_, queued_);
    if (hooks_.listeners) tell(*hooks_.listeners());
    save_claims(connection_, fresh_, renewed_);
  }

  void remember_unheard(std::span<const Job> batch, std::vector<std::optional<Result>> results,
                        Uncertains& into) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const RequestKey& key = batch[i].request.key;
      if (!results[i] || results[i]->verdict != Verdict::done) continue;
      const Claim* claim = claim_of(key);
      if (claim != nullptr) into.insert_or_assign(key, Uncertain{*claim, std::move(*results[i])});
    }
  }

  bool has_changes() const { return !fresh_.empty() || !renewed_.empty(); }

 private:
  void tell(const Listeners& listeners) {
    save_events(connection_, events_of(effects_, facts_, listeners), listeners);
  }

  void load_claims_of(std::span<const Job> batch) {
    std::set<RequestKey> keys;
    for (const Job& job : batch) keys.insert(job.request.key);
    known_ = load_claims(connection_, keys);
  }

  // Numbers that were replied, and texts without their club's word: the plans do not know yet what they mean.
  void widen_plans(std::vector<std::optional<Plan>>& plans, Needs& needs) {
    if (!wants_widening(needs)) return;
    const Seen seen{.pendings = find_pendings(connection_, needs.replies),
                    .members = find_memberships(connection_, needs.memberships)};
    for (auto& plan : plans) {
      if (!plan || !wants_widening(plan->needs)) continue;
      widen(*plan, seen, setting_);
      needs.merge(plan->needs);
    }
  }

  const Claim* claim_of(const RequestKey& key) const {
    for (const Claims* claims : {&fresh_, &renewed_, &known_}) {
      if (auto it = claims->find(key); it != claims->end()) return &it->second;
    }
    return nullptr;
  }

  bool is_over(const Request& request, const Claim& claim) const {
    if (request.answered_before) return !fresh_.contains(request.key) && !renewed_.contains(request.key);
    return claim.forget_at != rules::Instant{} && claim.forget_at <= setting_.now;
  }

  // What we answered in a commit of which we did not hear, if the claim in the database is the one of that
  // commit.
  const Result* answered_unheard(const RequestKey& key) const {
    const auto ours = uncertain_.find(key);
    const auto saved = known_.find(key);
    if (ours == uncertain_.end() || saved == known_.end()) return nullptr;
    const Claim& claim = ours->second.claim;
    const bool same = claim.generation == saved->second.generation &&
                      claim.claimed_at == saved->second.claimed_at &&
                      claim.fingerprint == saved->second.fingerprint;
    return same ? &ours->second.result : nullptr;
  }

  std::optional<Result> known_answer(const Request& request) const {
    const Claim* claim = claim_of(request.key);
    if (claim == nullptr) return std::nullopt;
    const Result* answered = answered_unheard(request.key);
    if (answered == nullptr && is_over(request, *claim)) return std::nullopt;
    if (claim->fingerprint != request.fingerprint) return Result{.verdict = Verdict::different_content};
    if (answered != nullptr) return *answered;
    return Result{.verdict = Verdict::repeated,
                  .status = claim->status,
                  .answer = claim->answer,
                  .ussd_state = claim->ussd_state};
  }

  // A request whose decision breaks fails alone.
  template <typename F>
  void guarded(std::optional<Result>& result, F&& f) {
    try {
      f();
    } catch (const SqlError&) {
      throw;
    } catch (const std::exception& e) {
      hooks_.log("request_failed", e.what());
      result = Result{.verdict = Verdict::failed, .status = 500};
    }
  }

  // A decision with its texts, its claim and its answer, of which nothing has been taken over yet.
  struct Decided {
    std::vector<Effect> effects;
    std::vector<QueuedText> texts;
    Claim claim;
    Result result;
  };

  void count_misses_of(Outcome& outcome) {
    const std::set<MissKey> counts = missed_in(outcome, setting_);
    if (counts.empty()) return;
    lock_miss_windows(connection_, counts, facts_);
    count_misses(outcome, facts_, setting_);
  }

  // Whatever may throw for this request alone does so here. Nothing: every drawn code was taken.
  std::optional<Decided> decide_one(const Request& request, const Plan& planned) {
    Outcome outcome;
    try {
      outcome = decide(planned, facts_, setting_);
    } catch (const OutOfCandidates&) {
      return std::nullopt;
    }
    count_misses_of(outcome);
    Decided decided{.effects = std::move(outcome.effects)};
    decided.result = {.verdict = Verdict::done,
                      .status = outcome.status,
                      .changed = !decided.effects.empty(),
                      .answer = std::move(outcome.answer),
                      .ussd_state = std::move(outcome.ussd_state)};
    for (OutgoingText& text : outcome.texts) {
      decided.texts.push_back(to_queue(std::move(text)));
      const QueuedText& queued = decided.texts.back();
      if (queued.send_at == rules::Instant{}) decided.result.texts.push_back(queued);
    }
    if (outcome.if_not_shown) {
      decided.texts.push_back(to_queue(std::move(*outcome.if_not_shown)));
      decided.result.if_not_shown = decided.texts.back().id;
    }
    decided.claim = claim_for(request, decided.result);
    return decided;
  }

  // All of it, or the batch fails and is done one by one: an effect that does not fit the facts throws, and
  // those before it have changed them already.
  Result take(const Request& request, Decided decided) {
    for (const Effect& effect : decided.effects) {
      std::visit([this](const auto& one) { facts_.apply(one); }, effect);
    }
    std::move(decided.effects.begin(), decided.effects.end(), std::back_inserter(effects_));
    std::move(decided.texts.begin(), decided.texts.end(), std::back_inserter(queued_));
    (known_.contains(request.key) ? renewed_ : fresh_)[request.key] = std::move(decided.claim);
    return std::move(decided.result);
  }

  QueuedText to_queue(OutgoingText text) {
    if (hooks_.may_say && !hooks_.may_say(text.line, text.lane))
      throw std::logic_error("a text of a lane that its line does not take: " + text.line);
    return queued_text(std::move(text), chance_.next_id(), setting_.now);
  }

  Claim claim_for(const Request& request, const Result& result) const {
    Claim claim{.fingerprint = request.fingerprint,
                .claimed_at = setting_.now,
                .status = result.status,
                .answer = result.answer,
                .ussd_state = result.ussd_state};
    if (request.remembered_for.count() > 0) claim.forget_at = setting_.now + request.remembered_for;
    if (const auto before = known_.find(request.key); before != known_.end())
      claim.generation = before->second.generation + 1;
    return claim;
  }

  Connection& connection_;
  const WorkerHooks& hooks_;
  std::shared_ptr<const Directory> directory_;
  const Uncertains& uncertain_;
  SystemChance& chance_;
  Setting setting_;
  Facts facts_;
  Claims known_, fresh_, renewed_;
  std::vector<Effect> effects_;
  std::vector<QueuedText> queued_;
};

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
        batch = attempt(std::move(batch));
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
  std::vector<Job> attempt(std::vector<Job> batch) {
    failed_batch_ = std::move(batch);
    const auto began = std::chrono::steady_clock::now();
    chance_.reserve_ids(connection_, static_cast<std::uint32_t>(failed_batch_.size()) * kIdsPerRequest);
    Attempt attempt(connection_, chance_, hooks_, uncertain_);
    auto results = attempt.run(failed_batch_);
    if (attempt.has_changes()) {
      attempt.save();
      commit(attempt, results);
    } else {
      connection_.rollback();
    }
    const std::size_t size = failed_batch_.size();
    std::vector<Job> again = hand_out(std::move(failed_batch_), std::move(results));
    hooks_.measured(size, std::chrono::duration_cast<std::chrono::microseconds>(
                              std::chrono::steady_clock::now() - began));
    return again;
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
