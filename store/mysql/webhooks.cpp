#include "store/mysql/webhooks.hpp"

#include "templates/utf8.hpp"

namespace peyk::store {

using namespace handlers;

Listeners load_listeners(Connection& connection) {
  Listeners listeners;
  Rows rows = connection
                  .prepare(
                      "SELECT endpoint_id, club_id, events FROM webhook_endpoint"
                      " WHERE is_listed = 1 AND is_enabled = 1 AND disabled_at IS NULL")
                  .query();
  while (rows.next()) {
    Listener listener{.endpoint = rows.u32()};
    const ClubId club = rows.u32();
    listener.events = rows.u32();
    listeners[club].push_back(listener);
  }
  return listeners;
}

std::vector<Endpoint> load_endpoints(Connection& connection, ClubId club) {
  std::vector<Endpoint> endpoints;
  Rows rows = connection
                  .prepare(
                      "SELECT e.endpoint_id, e.club_id, c.slug, e.name, e.url, e.secret, e.events,"
                      " e.is_enabled, e.disabled_at, e.disabled_why, e.good_at FROM webhook_endpoint e"
                      " JOIN club c ON c.club_id = e.club_id"
                      " WHERE e.is_listed = 1 AND (? = 0 OR e.club_id = ?) ORDER BY c.slug, e.name")
                  .add(club)
                  .add(club)
                  .query();
  while (rows.next()) {
    Endpoint one;
    one.id = rows.u32();
    one.club = rows.u32();
    one.club_slug = rows.text();
    one.webhook.name = rows.text();
    one.webhook.url = rows.text();
    one.webhook.secret = rows.text();
    one.webhook.events = rows.u32();
    one.webhook.enabled = rows.flag();
    one.disabled_at = rows.instant();
    one.disabled_why = rows.text();
    one.good_at = rows.instant();
    endpoints.push_back(std::move(one));
  }
  return endpoints;
}

namespace {

// A name that was off the file and comes back with another URL is another system: what still waits for the
// one that had the name is not for it.
void leave_to_the_past(Connection& connection, ClubId club, const Webhook& webhook) {
  connection
      .prepare(
          "UPDATE webhook_endpoint SET name = CONCAT(LEFT(name, 20), '#', endpoint_id)"
          " WHERE club_id = ? AND name = ? AND is_listed = 0 AND url <> ?")
      .add(club)
      .add(webhook.name)
      .add(webhook.url)
      .update();
}

}  // namespace

// Assignments are made from the left: `url` is still the old one where it is compared.
void save_webhooks(Connection& connection, ClubId club, const std::vector<Webhook>& webhooks,
                   rules::Instant now) {
  for (const Webhook& webhook : webhooks) leave_to_the_past(connection, club, webhook);
  connection.prepare("UPDATE webhook_endpoint SET is_listed = 0 WHERE club_id = ?").add(club).update();
  for (const Webhook& webhook : webhooks) {
    connection
        .prepare(
            "INSERT INTO webhook_endpoint (club_id, name, url, secret, events, is_listed, is_enabled, "
            "good_at)"
            " VALUES (?, ?, ?, ?, ?, 1, ?, ?) ON DUPLICATE KEY UPDATE"
            " disabled_at = IF(url = VALUES(url), disabled_at, NULL),"
            " disabled_why = IF(url = VALUES(url), disabled_why, ''),"
            " good_at = IF(url = VALUES(url), good_at, VALUES(good_at)),"
            " url = VALUES(url), secret = VALUES(secret), events = VALUES(events), is_listed = 1,"
            " is_enabled = VALUES(is_enabled)")
        .add(club)
        .add(webhook.name)
        .add(webhook.url)
        .add(webhook.secret)
        .add(webhook.events)
        .add(webhook.enabled)
        .add(now)
        .update();
  }
}

void disable_endpoint(Connection& connection, EndpointId endpoint, const std::string& url,
                      const std::string& why, rules::Instant now) {
  connection
      .prepare(
          "UPDATE webhook_endpoint SET disabled_at = ?, disabled_why = ?"
          " WHERE endpoint_id = ? AND url = ? AND disabled_at IS NULL")
      .add(now)
      .add(templates::clip(why, 100))
      .add(endpoint)
      .add(url)
      .update();
}

namespace {

constexpr std::uint32_t kDueAtOnce = 1000;  // members of whom requests may want to say more meanwhile

std::uint64_t make_due(Connection& connection, EndpointId endpoint, rules::Instant now) {
  return connection
      .prepare(
          "UPDATE webhook_queue SET next_at = ? WHERE endpoint_id = ? AND next_at > ? AND claim = 0"
          " ORDER BY next_at LIMIT ?")
      .add(now)
      .add(endpoint)
      .add(now)
      .add(kDueAtOnce)
      .update();
}

}  // namespace

bool enable_endpoint(Connection& connection, ClubId club, const std::string& name, rules::Instant now) {
  EndpointId endpoint = 0;
  {
    Rows rows = connection
                    .prepare(
                        "SELECT endpoint_id FROM webhook_endpoint"
                        " WHERE club_id = ? AND name = ? AND is_listed = 1 FOR UPDATE")
                    .add(club)
                    .add(name)
                    .query();
    if (!rows.next()) return false;
    endpoint = rows.u32();
  }
  connection
      .prepare(
          "UPDATE webhook_endpoint SET disabled_at = NULL, disabled_why = '', good_at = ? WHERE endpoint_id "
          "= ?")
      .add(now)
      .add(endpoint)
      .update();
  connection.commit();
  for (;;) {  // what was begun is finished: a deliverer may be at the same rows
    try {
      const bool is_last = make_due(connection, endpoint, now) < kDueAtOnce;
      connection.commit();
      if (is_last) return true;
    } catch (const SqlError& error) {
      if (error.kind() != SqlError::Kind::conflict) throw;
      connection.rollback();
    }
  }
}

}  // namespace peyk::store
