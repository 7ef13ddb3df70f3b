#include "store/mysql/decided_set.hpp"

#include <iterator>
#include <utility>

#include "store/mysql/events.hpp"
#include "store/mysql/outgoing.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::store {

using namespace handlers;

DecidedSet::DecidedSet(Connection& connection, SystemChance& chance, const Directory& directory,
                       rules::Instant now)
    : connection_(connection),
      chance_(chance),
      setting_{.directory = directory,
               .keywords = templates::Keywords::standard(),
               .catalogue = templates::Catalogue::standard(),
               .chance = chance,
               .pin_matches = no_pin_,
               .now = now} {}

void DecidedSet::load(const Needs& needs) {
  load_facts(connection_, needs, facts_);
}

void DecidedSet::take(Outcome outcome, bool with_texts) {
  for (const Effect& effect : outcome.effects) {
    std::visit([this](const auto& one) { facts_.apply(one); }, effect);
  }
  std::move(outcome.effects.begin(), outcome.effects.end(), std::back_inserter(effects_));
  if (!with_texts) return;
  for (OutgoingText& text : outcome.texts)
    texts_.push_back(queued_text(std::move(text), chance_.next_id(), setting_.now));
}

void DecidedSet::save(bool with_events) {
  save_effects(connection_, effects_, facts_);
  save_queued(connection_, texts_);
  if (!with_events) return;
  const Listeners listeners = load_listeners(connection_);
  std::vector<WebhookEvent> events = events_of(effects_, facts_, listeners);
  for (WebhookEvent& event : events) event.at = setting_.now;
  save_events(connection_, events, listeners);
}

std::vector<QueuedText> DecidedSet::take_queued() {
  std::erase_if(texts_, [](const QueuedText& text) { return text.send_at != rules::Instant{}; });
  return std::move(texts_);
}

}  // namespace peyk::store
