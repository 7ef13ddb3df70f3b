// One attempt at a batch of requests: everything that must vanish when it fails.
//
//   claims → plans → facts, locked → decisions, each in the light of those before it → effects, texts, claims
//
// run() answers by position and has changed nothing yet; save() writes it all, and the commit is the
// worker's.
//
// Hardly any request is a repeat, so a small batch may do without the first step (Claimed::presumed_new):
// that its claims are new is then found out by writing them, and a repeat is a conflict, after which the
// batch is attempted anew with its claims read.
//
// What must stay true: a request whose decision breaks fails alone, before anything of it is taken over; no
// answer goes out whose claim was neither read nor written.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "handlers/decide.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/inbox.hpp"
#include "store/mysql/request_workers.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::store {

struct Job {
  handlers::Request request;
  Done done;
  int draws = 0;  // how often all its drawn codes were taken
};

// What an attempt claimed and answered whose commit got no answer. If its claims are found saved, it took
// place.
struct Uncertain {
  Claim claim;
  Result result;
};
using Uncertains = std::map<handlers::RequestKey, Uncertain>;

class Attempt {
 public:
  enum class Claimed : std::uint8_t { read, presumed_new };
  Attempt(Connection& connection, SystemChance& chance, const WorkerHooks& hooks, const Uncertains& uncertain,
          Claimed claimed);

  // Results by position; none: every drawn code was taken, try that one again.
  std::vector<std::optional<Result>> run(std::span<const Job> batch);
  // False: something was answered of which nobody knows yet whether it is a repeat.
  bool is_sure_of(std::span<const Job> batch) const;
  bool has_changes() const { return !fresh_.empty() || !renewed_.empty(); }
  void save();
  // The commit got no answer: what it claimed and answered.
  void remember_unheard(std::span<const Job> batch, std::vector<std::optional<Result>> results,
                        Uncertains& into);

 private:
  // A decision with its texts, its claim and its answer, of which nothing has been taken over yet.
  struct Decided {
    std::vector<handlers::Effect> effects;
    std::vector<QueuedText> texts;
    Claim claim;
    Result result;
  };

  void load_claims_of(std::span<const Job> batch);
  void widen_plans(std::vector<std::optional<handlers::Plan>>& plans, handlers::Needs& needs);
  const Claim* claim_of(const handlers::RequestKey& key) const;
  bool is_over(const handlers::Request& request, const Claim& claim) const;
  const Result* answered_unheard(const handlers::RequestKey& key) const;
  std::optional<Result> known_answer(const handlers::Request& request) const;
  template <typename F>
  void guarded(std::optional<Result>& result, F&& f);
  void count_misses_of(handlers::Outcome& outcome);
  std::optional<Decided> decide_one(const handlers::Request& request, const handlers::Plan& planned);
  Result take(const handlers::Request& request, Decided decided);
  QueuedText to_queue(handlers::OutgoingText text);
  Claim claim_for(const handlers::Request& request, const Result& result) const;
  void tell(const handlers::Listeners& listeners);

  Connection& connection_;
  const WorkerHooks& hooks_;
  std::shared_ptr<const handlers::Directory> directory_;
  const Uncertains& uncertain_;
  const Claimed claimed_;
  SystemChance& chance_;
  handlers::Setting setting_;
  handlers::Facts facts_;
  Claims known_, fresh_, renewed_;
  std::vector<handlers::Effect> effects_;
  std::vector<QueuedText> queued_;
};

}  // namespace peyk::store
