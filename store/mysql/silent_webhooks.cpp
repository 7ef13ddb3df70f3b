#include "store/mysql/silent_webhooks.hpp"

#include <algorithm>

#include "handlers/directory.hpp"
#include "handlers/silent_webhook.hpp"
#include "store/mysql/clubs.hpp"
#include "store/mysql/managers.hpp"
#include "store/mysql/outgoing.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

std::vector<Endpoint> silent_among(Connection& connection, const std::map<EndpointId, std::string>& suspects,
                                   rules::Instant now) {
  std::vector<Endpoint> silent = load_endpoints(connection);
  std::erase_if(silent, [&](const Endpoint& one) {
    return !suspects.contains(one.id) || !one.listens() || one.good_at > now - kWebhookPatience;
  });
  std::ranges::sort(silent, {}, &Endpoint::id);  // the order in which all lock them
  return silent;
}

// Whoever waited for the row may find it good again, or disabled already.
bool lock_silent(Connection& connection, EndpointId endpoint, rules::Instant now) {
  Rows rows = connection
                  .prepare(
                      "SELECT 1 FROM webhook_endpoint WHERE endpoint_id = ? AND disabled_at IS NULL"
                      " AND good_at <= ? FOR UPDATE")
                  .add(endpoint)
                  .add(now - kWebhookPatience)
                  .query();
  return rows.next();
}

void write_to_managers(Connection& connection, SystemChance& chance, const Club& club,
                       const std::string& webhook, rules::Instant now) {
  const auto languages = languages_of_managers(connection, club);
  std::vector<QueuedText> texts;
  for (OutgoingText& text : webhook_given_up(club, webhook, languages, templates::Catalogue::standard(), now))
    texts.push_back(queued_text(std::move(text), chance.next_id(), now));
  save_queued(connection, texts);
}

}  // namespace

std::set<EndpointId> disable_silent(Connection& connection, SystemChance& chance,
                                    const std::map<EndpointId, std::string>& suspects, rules::Instant now) {
  std::set<EndpointId> disabled;
  std::vector<Endpoint> silent = silent_among(connection, suspects, now);
  if (silent.empty()) return disabled;
  const Directory directory(load_clubs(connection));
  std::erase_if(silent, [&directory](const Endpoint& one) { return directory.club(one.club) == nullptr; });
  std::size_t texts_max = 0;
  for (const Endpoint& one : silent) texts_max += directory.club(one.club)->cashiers.size();
  chance.reserve_ids(connection, static_cast<std::uint32_t>(texts_max));  // in a transaction of its own
  for (const Endpoint& one : silent) {
    if (!lock_silent(connection, one.id, now)) continue;
    disable_endpoint(connection, one.id, one.webhook.url,
                     "nothing taken for three days, at last: " + suspects.at(one.id), now);
    write_to_managers(connection, chance, *directory.club(one.club), one.webhook.name, now);
    disabled.insert(one.id);
  }
  return disabled;
}

}  // namespace peyk::store
