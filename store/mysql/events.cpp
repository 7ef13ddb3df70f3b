#include "store/mysql/events.hpp"

#include <algorithm>
#include <set>

#include "store/mysql/sets.hpp"
#include "templates/utf8.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

using Place = std::pair<EndpointId, MemberId>;

struct Row {
  EndpointId endpoint = 0;
  const WebhookEvent* event = nullptr;
};

void save_rows(Connection& connection, const std::vector<Row>& rows) {
  std::map<Place, rules::Instant> places;  // in the order in which all lock them
  for (const Row& row : rows) places.emplace(Place{row.endpoint, row.event->member}, row.event->at);
  upsert_set(connection, "INSERT INTO webhook_queue (endpoint_id, member_id, next_at) VALUES ",
             "member_id = VALUES(member_id)", 3, places, [](Statement& s, const auto& place) {
               s.add(place.first.first).add(place.first.second).add(place.second);
             });
  upsert_set(connection,
             "INSERT INTO webhook_event (endpoint_id, club_id, member_id, type, about, at, data) VALUES ",
             "about = VALUES(about)", 7, rows, [](Statement& s, const Row& row) {
               const WebhookEvent& event = *row.event;
               s.add(row.endpoint).add(event.club).add(event.member);
               s.add(static_cast<std::uint32_t>(event.type)).add(event.about).add(event.at).add(event.data);
             });
}

// SELECT … WHERE endpoint_id = ? AND member_id IN (set): `before` ends there, with its endpoint bound first.
template <typename Read>
void select_of(Connection& connection, std::string_view before, std::string_view after, EndpointId endpoint,
               const std::set<MemberId>& members, Read read) {
  std::size_t bound = 0;
  select_in(
      connection, before, after, 1, members,
      [&bound, endpoint](Statement& s, MemberId member) {
        if (bound++ % kSetRowsMax == 0) s.add(endpoint);
        s.add(member);
      },
      read);
}

// The first event that waits of each, where one does.
std::map<MemberId, EventId> heads_of(Connection& connection, EndpointId endpoint,
                                     const std::set<MemberId>& members) {
  std::map<MemberId, EventId> heads;
  select_of(connection,
            "SELECT member_id, MIN(event_id) FROM webhook_event WHERE state = 1 AND endpoint_id = ? AND"
            " member_id IN (",
            "GROUP BY member_id", endpoint, members, [&heads](Rows& rows) {
              const MemberId member = rows.u64();
              heads[member] = rows.u64();
            });
  return heads;
}

// Nobody waits here any more. Their rows are locked, so nobody is added meanwhile.
void leave_queue(Connection& connection, EndpointId endpoint, const std::set<MemberId>& members) {
  update_in(connection, "DELETE FROM webhook_queue WHERE endpoint_id = ? AND member_id IN (", members,
            [endpoint](Statement& s) { s.add(endpoint); });
}

std::set<MemberId> lock_due(Connection& connection, EndpointId endpoint, std::uint32_t limit,
                            rules::Instant now) {
  std::set<MemberId> members;
  Rows rows = connection
                  .prepare(
                      "SELECT member_id FROM webhook_queue WHERE endpoint_id = ? AND next_at <= ?"
                      " ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED")
                  .add(endpoint)
                  .add(now)
                  .add(limit)
                  .query();
  while (rows.next()) members.insert(rows.u64());
  return members;
}

void load_claimed(Connection& connection, const std::vector<EventId>& ids, std::uint64_t claim,
                  std::vector<ClaimedEvent>& claimed) {
  std::set<EventId> seen;  // a padded set may name one twice
  select_in(
      connection,
      "SELECT e.event_id, e.endpoint_id, e.member_id, e.type, e.at, e.data, e.attempts,"
      " COALESCE(m.phone, 0), COALESCE(m.card, 0) FROM webhook_event e"
      " LEFT JOIN member m ON m.member_id = e.member_id WHERE e.event_id IN (",
      "", 1, ids, [](Statement& s, EventId id) { s.add(id); },
      [&](Rows& rows) {
        ClaimedEvent event{.id = rows.u64(), .claim = claim};
        event.endpoint = rows.u32();
        event.member = rows.u64();
        event.type = static_cast<EventType>(rows.u64());
        event.at = rows.instant();
        event.data = rows.text();
        event.attempts = rows.u32();
        event.phone = rows.u64();
        event.card = rows.u64();
        if (seen.insert(event.id).second) claimed.push_back(std::move(event));
      });
}

// Those of these members whose rows are still ours; locked.
std::set<MemberId> lock_held(Connection& connection, EndpointId endpoint,
                             const std::map<MemberId, std::uint64_t>& claims) {
  std::set<MemberId> members, held;
  for (const auto& [member, claim] : claims) members.insert(member);
  select_of(connection, "SELECT member_id, claim FROM webhook_queue WHERE endpoint_id = ? AND member_id IN (",
            "ORDER BY member_id FOR UPDATE", endpoint, members, [&](Rows& rows) {
              const MemberId member = rows.u64();
              if (rows.u64() == claims.at(member)) held.insert(member);
            });
  return held;
}

// Before the rows of the queue, as whoever enables one locks them.
void save_good(Connection& connection, std::span<const SettledEvent> settled, rules::Instant now) {
  std::set<EndpointId> good;
  for (const SettledEvent& one : settled) {
    if (one.state == EventState::delivered) good.insert(one.endpoint);
  }
  update_in(connection, "UPDATE webhook_endpoint SET good_at = ? WHERE endpoint_id IN (", good,
            [now](Statement& s) { s.add(now); });
}

void save_delivered(Connection& connection, std::span<const SettledEvent> settled, rules::Instant now) {
  std::vector<EventId> delivered;
  for (const SettledEvent& one : settled) {
    if (one.state == EventState::delivered) delivered.push_back(one.id);
  }
  update_in(connection,
            "UPDATE webhook_event SET state = 2, attempts = attempts + 1, attempted_at = ?, outcome = ''"
            " WHERE event_id IN (",
            delivered, [now](Statement& s) { s.add(now); });
}

// False: it was begun anew meanwhile, and waits as if nobody had tried.
bool save_failure(Connection& connection, const SettledEvent& one, rules::Instant now) {
  const std::uint64_t changed =
      connection
          .prepare(
              "UPDATE webhook_event SET state = ?, attempts = attempts + ?, attempted_at = ?, outcome = ?"
              " WHERE event_id = ? AND state = 1 AND attempts = ?")
          .add(static_cast<std::uint32_t>(one.state))
          .add(one.counted)
          .add(now)
          .add(templates::clip(one.outcome, 200))
          .add(one.id)
          .add(one.attempts)
          .update();
  return changed > 0;
}

// They wait for their next attempt; but where one of hers before it was begun anew meanwhile (replay_events),
// that one is next and waits for nothing: `over` gets her.
void wait_for_next(Connection& connection, EndpointId endpoint,
                   const std::map<MemberId, const SettledEvent*>& failed, std::set<MemberId>& over) {
  std::set<MemberId> members;
  for (const auto& [member, one] : failed) members.insert(member);
  for (const auto& [member, head] : heads_of(connection, endpoint, members)) {
    const SettledEvent& one = *failed.at(member);
    if (head != one.id) {
      over.insert(member);
      continue;
    }
    connection
        .prepare("UPDATE webhook_queue SET next_at = ?, claim = 0 WHERE endpoint_id = ? AND member_id = ?")
        .add(one.next_at)
        .add(endpoint)
        .add(member)
        .update();
  }
}

// Whose event is over: her next one is due, or she leaves the queue.
void go_on(Connection& connection, EndpointId endpoint, std::set<MemberId> members, rules::Instant now) {
  if (members.empty()) return;
  std::set<MemberId> more;
  for (const auto& [member, head] : heads_of(connection, endpoint, members)) {
    more.insert(member);
    members.erase(member);
  }
  update_in(connection,
            "UPDATE webhook_queue SET next_at = ?, claim = 0 WHERE endpoint_id = ? AND member_id IN (", more,
            [now, endpoint](Statement& s) { s.add(now).add(endpoint); });
  leave_queue(connection, endpoint, members);
}

}  // namespace

void save_events(Connection& connection, std::span<const WebhookEvent> events, const Listeners& listeners) {
  std::vector<Row> rows;
  for (const WebhookEvent& event : events) {
    const auto found = listeners.find(event.club);
    if (found == listeners.end()) continue;
    for (const Listener& one : found->second) {
      if ((one.events & bit_of(event.type)) != 0) rows.push_back({one.endpoint, &event});
    }
  }
  if (!rows.empty()) save_rows(connection, rows);
}

void tell_of_expired(Connection& connection, std::span<const LedgerEntry> entries) {
  const Listeners listeners = load_listeners(connection);
  std::vector<WebhookEvent> events = events_of(entries, listeners);
  if (events.empty()) return;
  std::set<MemberId> gift_accounts;
  for (Rows rows = connection.prepare("SELECT member_id FROM gift_account").query(); rows.next();)
    gift_accounts.insert(rows.u64());
  std::erase_if(events, [&](const WebhookEvent& event) { return gift_accounts.contains(event.member); });
  save_events(connection, events, listeners);
}

void tell_of_failed(Connection& connection, std::span<const MessageId> messages, rules::Instant now) {
  if (messages.empty()) return;
  Listeners listeners = load_listeners(connection);
  std::erase_if(listeners, [&listeners](const auto& club) {
    return !anybody_listens(listeners, club.first, EventType::message_failed);
  });
  if (listeners.empty()) return;
  std::map<MessageId, FailedText> failed;
  select_in(
      connection,
      "SELECT o.message_id, o.club_id, m.member_id, o.reason FROM outbox o"
      " JOIN member m ON m.club_id = o.club_id AND m.phone = o.phone WHERE o.state IN (4, 5) AND "
      "o.message_id "
      "IN (",
      "", 1, messages, [](Statement& s, MessageId id) { s.add(id); },
      [&failed](Rows& rows) {
        FailedText text{.message = rows.u64()};
        text.club = rows.u32();
        text.member = rows.u64();
        text.reason = rows.text();
        failed.emplace(text.message, std::move(text));
      });
  std::vector<WebhookEvent> events;
  for (const auto& [id, text] : failed) events.push_back(event_of(text, now));
  save_events(connection, events, listeners);
}

std::vector<EndpointId> due_endpoints(Connection& connection, const std::map<EndpointId, std::uint32_t>& room,
                                      rules::Instant now) {
  std::vector<EndpointId> due;
  Rows rows =
      connection.prepare("SELECT endpoint_id, MIN(next_at) FROM webhook_queue GROUP BY endpoint_id").query();
  while (rows.next()) {
    const EndpointId endpoint = rows.u32();
    const auto found = room.find(endpoint);
    if (rows.instant() <= now && found != room.end() && found->second > 0) due.push_back(endpoint);
  }
  return due;
}

std::vector<ClaimedEvent> claim_events(Connection& connection,
                                       const std::map<EndpointId, std::uint32_t>& room, std::uint64_t claim,
                                       rules::Instant now, rules::Instant until) {
  std::vector<ClaimedEvent> claimed;
  for (const auto& [endpoint, count] : room) {
    std::set<MemberId> members = lock_due(connection, endpoint, count, now);
    if (members.empty()) continue;
    std::vector<EventId> ids;
    std::set<MemberId> taken;
    for (const auto& [member, head] : heads_of(connection, endpoint, members)) {
      ids.push_back(head);
      taken.insert(member);
      members.erase(member);
    }
    leave_queue(connection, endpoint, members);
    update_in(connection,
              "UPDATE webhook_queue SET next_at = ?, claim = ? WHERE endpoint_id = ? AND member_id IN (",
              taken, [&](Statement& s) { s.add(until).add(claim).add(endpoint); });
    load_claimed(connection, ids, claim, claimed);
  }
  return claimed;
}

void settle_events(Connection& connection, std::span<const SettledEvent> settled, rules::Instant now) {
  save_good(connection, settled, now);
  std::map<EndpointId, std::map<MemberId, std::uint64_t>> claims;
  for (const SettledEvent& one : settled) claims[one.endpoint].emplace(one.member, one.claim);
  std::map<EndpointId, std::set<MemberId>> held;
  for (const auto& [endpoint, members] : claims) held[endpoint] = lock_held(connection, endpoint, members);
  save_delivered(connection, settled, now);
  std::map<EndpointId, std::set<MemberId>> over;
  std::map<EndpointId, std::map<MemberId, const SettledEvent*>> failed;
  for (const SettledEvent& one : settled) {
    if (!held[one.endpoint].contains(one.member)) continue;
    const bool ours = one.state == EventState::delivered || save_failure(connection, one, now);
    if (ours && one.state == EventState::waiting) {
      failed[one.endpoint].emplace(one.member, &one);
    } else {
      over[one.endpoint].insert(one.member);
    }
  }
  for (const auto& [endpoint, members] : failed) wait_for_next(connection, endpoint, members, over[endpoint]);
  for (const auto& [endpoint, members] : over) go_on(connection, endpoint, members, now);
}

}  // namespace peyk::store
