#include "store/mysql/request_attempt.hpp"

#include <algorithm>
#include <iterator>

#include "handlers/alarm.hpp"
#include "handlers/use_cases.hpp"
#include "store/mysql/events.hpp"
#include "store/mysql/miss_windows.hpp"
#include "store/mysql/outgoing.hpp"
#include "store/mysql/pendings.hpp"
#include "store/mysql/schedule.hpp"

namespace peyk::store {

using namespace handlers;
using Verdict = Result::Verdict;

Attempt::Attempt(Connection& connection, SystemChance& chance, const WorkerHooks& hooks,
                 const Uncertains& uncertain, Claimed claimed)
    : connection_(connection),
      hooks_(hooks),
      directory_(hooks.directory()),
      uncertain_(uncertain),
      claimed_(claimed),
      chance_(chance),
      setting_{.directory = *directory_,
               .keywords = templates::Keywords::standard(),
               .catalogue = templates::Catalogue::standard(),
               .chance = chance,
               .pin_matches = hooks.pin_matches,
               .now = hooks.clock()} {}

// A request whose decision breaks fails alone.
template <typename F>
void Attempt::guarded(std::optional<Result>& result, F&& f) {
  try {
    f();
  } catch (const SqlError&) {
    throw;
  } catch (const std::exception& e) {
    hooks_.log("request_failed", e.what());
    result = Result{.verdict = Verdict::failed, .status = 500};
  }
}

std::vector<std::optional<Result>> Attempt::run(std::span<const Job> batch) {
  if (claimed_ == Claimed::read) load_claims_of(batch);
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

bool Attempt::is_sure_of(std::span<const Job> batch) const {
  return claimed_ == Claimed::read ||
         std::ranges::all_of(batch, [this](const Job& job) { return fresh_.contains(job.request.key); });
}

void Attempt::save() {
  save_effects(connection_, effects_, facts_);
  save_queued(connection_, queued_);
  cancel_given_back(connection_, effects_);
  if (hooks_.listeners) tell(*hooks_.listeners());
  save_claims(connection_, fresh_, renewed_);
}

void Attempt::remember_unheard(std::span<const Job> batch, std::vector<std::optional<Result>> results,
                               Uncertains& into) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const RequestKey& key = batch[i].request.key;
    if (!results[i] || results[i]->verdict != Verdict::done) continue;
    const Claim* claim = claim_of(key);
    if (claim != nullptr) into.insert_or_assign(key, Uncertain{*claim, std::move(*results[i])});
  }
}

void Attempt::tell(const Listeners& listeners) {
  save_events(connection_, events_of(effects_, facts_, listeners), listeners);
}

void Attempt::load_claims_of(std::span<const Job> batch) {
  std::set<RequestKey> keys;
  for (const Job& job : batch) keys.insert(job.request.key);
  known_ = load_claims(connection_, keys);
}

// Numbers that were replied, texts without their club's word, cards: the plans do not know yet what they
// mean.
void Attempt::widen_plans(std::vector<std::optional<Plan>>& plans, Needs& needs) {
  if (!wants_widening(needs)) return;
  const Seen seen{.pendings = find_pendings(connection_, needs.replies),
                  .members = find_memberships(connection_, needs.memberships),
                  .cards = find_cards(connection_, needs.cards)};
  for (auto& plan : plans) {
    if (!plan || !wants_widening(plan->needs)) continue;
    widen(*plan, seen, setting_);
    needs.merge(plan->needs);
  }
}

const Claim* Attempt::claim_of(const RequestKey& key) const {
  for (const Claims* claims : {&fresh_, &renewed_, &known_}) {
    if (auto it = claims->find(key); it != claims->end()) return &it->second;
  }
  return nullptr;
}

bool Attempt::is_over(const Request& request, const Claim& claim) const {
  if (request.answered_before) return !fresh_.contains(request.key) && !renewed_.contains(request.key);
  return claim.forget_at != rules::Instant{} && claim.forget_at <= setting_.now;
}

// What we answered in a commit of which we did not hear, if the claim in the database is the one of that
// commit.
const Result* Attempt::answered_unheard(const RequestKey& key) const {
  const auto ours = uncertain_.find(key);
  const auto saved = known_.find(key);
  if (ours == uncertain_.end() || saved == known_.end()) return nullptr;
  const Claim& claim = ours->second.claim;
  const bool same = claim.generation == saved->second.generation &&
                    claim.claimed_at == saved->second.claimed_at &&
                    claim.fingerprint == saved->second.fingerprint;
  return same ? &ours->second.result : nullptr;
}

std::optional<Result> Attempt::known_answer(const Request& request) const {
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

void Attempt::count_misses_of(Outcome& outcome) {
  const std::set<MissKey> counts = missed_in(outcome, setting_);
  if (counts.empty()) return;
  lock_miss_windows(connection_, counts, facts_);
  count_misses(outcome, facts_, setting_);
}

// Whatever may throw for this request alone does so here. Nothing: every drawn code was taken.
std::optional<Attempt::Decided> Attempt::decide_one(const Request& request, const Plan& planned) {
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
Result Attempt::take(const Request& request, Decided decided) {
  for (const Effect& effect : decided.effects) {
    std::visit([this](const auto& one) { facts_.apply(one); }, effect);
  }
  std::move(decided.effects.begin(), decided.effects.end(), std::back_inserter(effects_));
  std::move(decided.texts.begin(), decided.texts.end(), std::back_inserter(queued_));
  (known_.contains(request.key) ? renewed_ : fresh_)[request.key] = std::move(decided.claim);
  return std::move(decided.result);
}

QueuedText Attempt::to_queue(OutgoingText text) {
  if (hooks_.may_say && !hooks_.may_say(text.line, text.lane))
    throw std::logic_error("a text of a lane that its line does not take: " + text.line);
  return queued_text(std::move(text), chance_.next_id(), setting_.now);
}

Claim Attempt::claim_for(const Request& request, const Result& result) const {
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

}  // namespace peyk::store
