#include "store/mysql/imports.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/decide.hpp"
#include "handlers/use_cases.hpp"
#include "store/mysql/events.hpp"
#include "store/mysql/outbox.hpp"
#include "store/mysql/outgoing.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::store {
namespace {

using namespace handlers;
using What = Imported::What;

constexpr std::uint32_t kIdsPerRow = 16;
constexpr int kDrawsMax = 20;  // as of a live request

class Import {
 public:
  Import(Connection& connection, SystemChance& chance, const ImportTerms& terms)
      : connection_(connection),
        chance_(chance),
        terms_(terms),
        setting_{.directory = terms.directory,
                 .keywords = templates::Keywords::standard(),
                 .catalogue = templates::Catalogue::standard(),
                 .chance = chance,
                 .pin_matches = no_pin_,
                 .now = terms.now} {}

  Setting& setting() { return setting_; }
  const Facts& facts() const { return facts_; }
  void load(const Needs& needs) { load_facts(connection_, needs, facts_); }

  void take(Outcome outcome) {
    for (const Effect& effect : outcome.effects) {
      std::visit([this](const auto& one) { facts_.apply(one); }, effect);
    }
    std::move(outcome.effects.begin(), outcome.effects.end(), std::back_inserter(effects_));
    if (!terms_.tell) return;
    for (OutgoingText& text : outcome.texts)
      texts_.push_back(queued_text(std::move(text), chance_.next_id(), terms_.now));
  }

  void save() {
    save_effects(connection_, effects_, facts_);
    save_queued(connection_, texts_);
    if (terms_.tell) tell(load_listeners(connection_));
  }

 private:
  // As of now, not of when she joined: events that are older than they are kept for are forgotten untold.
  void tell(const Listeners& listeners) {
    std::vector<WebhookEvent> events = events_of(effects_, facts_, listeners);
    for (WebhookEvent& event : events) event.at = terms_.now;
    save_events(connection_, std::move(events), listeners);
  }

  Connection& connection_;
  SystemChance& chance_;
  const ImportTerms& terms_;
  PinCheck no_pin_ = [](std::string_view, std::string_view) { return false; };
  Setting setting_;
  Facts facts_;
  std::vector<Effect> effects_;
  std::vector<QueuedText> texts_;
};

Imported answer_to(const Outcome& outcome) {
  if (outcome.status == 200) return {.what = outcome.effects.empty() ? What::known : What::fresh, .why = {}};
  return {.what = What::refused, .why = nlohmann::json::parse(outcome.answer).value("detail", "refused")};
}

}  // namespace

std::vector<Imported> import_members(Connection& connection, SystemChance& chance,
                                     std::span<const MemberImport> rows, const ImportTerms& terms) {
  chance.reserve_ids(connection, static_cast<std::uint32_t>(rows.size()) * kIdsPerRow);
  Import import(connection, chance, terms);
  Needs needs;
  for (const MemberImport& row : rows) needs.merge(needs_import(row));
  import.load(needs);
  std::vector<Imported> answers;
  for (const MemberImport& row : rows) {
    Outcome outcome = import_member(row, import.facts(), import.setting());
    answers.push_back(answer_to(outcome));
    import.take(std::move(outcome));
  }
  import.save();
  return answers;
}

// Rows whose drawn codes were all taken are drawn for anew, beside the others.
std::vector<Imported> import_purchases(Connection& connection, SystemChance& chance,
                                       std::span<const PurchaseRequest> rows, const ImportTerms& terms) {
  chance.reserve_ids(connection, static_cast<std::uint32_t>(rows.size()) * kIdsPerRow);
  Import import(connection, chance, terms);
  std::vector<Imported> answers(rows.size());
  std::vector<std::size_t> left(rows.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  for (int draws = 0; !left.empty() && draws < kDrawsMax; ++draws) {
    std::vector<Plan> plans;
    Needs needs;
    for (const std::size_t i : left) {
      plans.push_back(plan(Request{.what = rows[i]}, import.setting()));
      needs.merge(plans.back().needs);
    }
    import.load(needs);
    std::vector<std::size_t> again;
    for (std::size_t n = 0; n < left.size(); ++n) {
      try {
        Outcome outcome = decide(plans[n], import.facts(), import.setting());
        answers[left[n]] = answer_to(outcome);
        import.take(std::move(outcome));
      } catch (const OutOfCandidates&) {
        again.push_back(left[n]);
      }
    }
    left = std::move(again);
  }
  for (const std::size_t i : left)
    answers[i] = {.what = What::refused, .why = "the club has no free code left: give the file again later"};
  import.save();
  return answers;
}

}  // namespace peyk::store
