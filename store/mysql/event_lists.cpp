#include "store/mysql/event_lists.hpp"

#include <functional>
#include <map>
#include <set>

#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

const std::string kColumns =
    "SELECT e.event_id, c.slug, COALESCE(w.name, ''), e.member_id, e.type, e.state, e.attempts, e.at,"
    " e.attempted_at, q.next_at, e.outcome, e.data, COALESCE(m.phone, 0), COALESCE(m.card, 0)"
    " FROM webhook_event e JOIN club c ON c.club_id = e.club_id"
    " LEFT JOIN webhook_endpoint w ON w.endpoint_id = e.endpoint_id"
    " LEFT JOIN webhook_queue q ON q.endpoint_id = e.endpoint_id AND q.member_id = e.member_id"
    " LEFT JOIN member m ON m.member_id = e.member_id WHERE ";

KeptEvent read_event(Rows& rows) {
  KeptEvent event;
  event.id = rows.u64();
  event.club = rows.text();
  event.endpoint = rows.text();
  event.member = rows.u64();
  event.type = static_cast<EventType>(rows.u64());
  event.state = static_cast<EventState>(rows.u64());
  event.attempts = rows.u32();
  event.at = rows.instant();
  event.attempted_at = rows.instant();
  event.next_at = rows.instant();
  if (event.state != EventState::waiting) event.next_at = {};
  event.outcome = rows.text();
  event.data = rows.text();
  event.phone = rows.u64();
  event.card = rows.u64();
  return event;
}

std::vector<EndpointId> endpoints_of(Connection& connection, const EventFilter& filter) {
  std::vector<EndpointId> endpoints;
  Rows rows = connection
                  .prepare(
                      "SELECT endpoint_id FROM webhook_endpoint WHERE (? = 0 OR club_id = ?) AND (? = '' OR"
                      " name = ?)")
                  .add(filter.club.value_or(0))
                  .add(filter.club.value_or(0))
                  .add(filter.endpoint)
                  .add(filter.endpoint)
                  .query();
  while (rows.next()) endpoints.push_back(rows.u32());
  return endpoints;
}

using LatestFirst = std::set<EventId, std::greater<>>;

// The latest of one sort into `ids`, which stay `limit` at most.
void add_sort(Connection& connection, EndpointId endpoint, EventState state, EventType type, EventId before,
              std::uint32_t limit, LatestFirst& ids) {
  const EventId above = ids.size() < limit ? 0 : *ids.rbegin();  // what lies deeper finds no room
  Rows rows = connection
                  .prepare(
                      "SELECT event_id FROM webhook_event FORCE INDEX (webhook_event_by_sort) WHERE"
                      " endpoint_id = ? AND state = ? AND type = ? AND event_id < ? AND event_id > ?"
                      " ORDER BY event_id DESC LIMIT ?")
                  .add(endpoint)
                  .add(static_cast<std::uint32_t>(state))
                  .add(static_cast<std::uint32_t>(type))
                  .add(before)
                  .add(above)
                  .add(limit)
                  .query();
  while (rows.next()) ids.insert(rows.u64());
  while (ids.size() > limit) ids.erase(std::prev(ids.end()));
}

// Whatever is asked for is a few sorts, each of them a range of one index in the order of the numbers: a page
// costs sorts times its length, however many events lie between those that are wanted.
LatestFirst ids_by_sort(Connection& connection, const EventFilter& filter, EventId before,
                        std::uint32_t limit) {
  static constexpr EventState kStates[] = {EventState::waiting, EventState::delivered, EventState::failed};
  LatestFirst ids;
  for (const EndpointId endpoint : endpoints_of(connection, filter)) {
    for (const EventState state : kStates) {
      if (filter.state && *filter.state != state) continue;
      for (const EventType type : all_event_types()) {
        if (filter.type && *filter.type != type) continue;
        add_sort(connection, endpoint, state, type, before, limit, ids);
      }
    }
  }
  return ids;
}

LatestFirst ids_of_all(Connection& connection, std::optional<ClubId> club, EventId before,
                       std::uint32_t limit) {
  const std::string of_club = club ? "FORCE INDEX (webhook_event_of_club) WHERE club_id = ? AND" : "WHERE";
  Statement& statement = connection.prepare("SELECT event_id FROM webhook_event " + of_club +
                                            " event_id < ? ORDER BY event_id DESC LIMIT ?");
  if (club) statement.add(*club);
  LatestFirst ids;
  for (Rows rows = statement.add(before).add(limit).query(); rows.next();) ids.insert(rows.u64());
  return ids;
}

// Of whom something waits; each has a row in the queue as long as it does. One step along its index each.
std::vector<EndpointId> endpoints_in_queue(Connection& connection) {
  std::vector<EndpointId> endpoints;
  Rows rows = connection.prepare("SELECT endpoint_id, MIN(member_id) FROM webhook_queue GROUP BY endpoint_id")
                  .query();
  while (rows.next()) endpoints.push_back(rows.u32());
  return endpoints;
}

// The first that waits of each type is the first of a range.
EventId first_waiting(Connection& connection, EndpointId endpoint) {
  EventId first = 0;
  for (const EventType type : all_event_types()) {
    Rows rows = connection
                    .prepare(
                        "SELECT event_id FROM webhook_event FORCE INDEX (webhook_event_by_sort) WHERE"
                        " endpoint_id = ? AND state = 1 AND type = ? ORDER BY event_id LIMIT 1")
                    .add(endpoint)
                    .add(static_cast<std::uint32_t>(type))
                    .query();
    if (!rows.next()) continue;
    const EventId id = rows.u64();
    first = first == 0 ? id : std::min(first, id);
  }
  return first;
}

}  // namespace

std::vector<KeptEvent> load_events(Connection& connection, const EventFilter& filter, std::uint32_t limit) {
  constexpr EventId kAll = INT64_MAX;
  const EventId before = filter.before == 0 ? kAll : filter.before;
  const bool sorted = !filter.endpoint.empty() || filter.type || filter.state;
  limit = std::min(limit, kEventsPageMax);
  const LatestFirst ids = sorted ? ids_by_sort(connection, filter, before, limit)
                                 : ids_of_all(connection, filter.club, before, limit);
  std::map<EventId, KeptEvent, std::greater<>> found;  // a padded set may name one twice
  select_in(connection, kColumns + "e.event_id IN (", "", 1, ids, bind_id, [&found](Rows& rows) {
    KeptEvent event = read_event(rows);
    const EventId id = event.id;
    found.emplace(id, std::move(event));
  });
  std::vector<KeptEvent> events;
  for (auto& [id, event] : found) events.push_back(std::move(event));
  return events;
}

std::optional<KeptEvent> find_event(Connection& connection, EventId id, std::optional<ClubId> club) {
  Rows rows = connection.prepare(kColumns + "e.event_id = ? AND (? = 0 OR e.club_id = ?)")
                  .add(id)
                  .add(club.value_or(0))
                  .add(club.value_or(0))
                  .query();
  return rows.next() ? std::optional(read_event(rows)) : std::nullopt;
}

std::uint64_t replay_events(Connection& connection, std::span<const EventId> ids, std::optional<ClubId> club,
                            rules::Instant now) {
  std::set<std::pair<EndpointId, MemberId>> places;
  std::set<EventId> found;
  select_in(connection,
            "SELECT event_id, endpoint_id, member_id, club_id FROM webhook_event WHERE event_id IN (", "", 1,
            ids, bind_id, [&](Rows& rows) {
              const EventId id = rows.u64();
              const EndpointId endpoint = rows.u32();
              const MemberId member = rows.u64();
              if (club && rows.u32() != *club) return;
              found.insert(id);
              places.emplace(endpoint, member);
            });
  // Where one of hers is on the wire it stays claimed: this one is the first of what waits when that is over.
  upsert_set(connection, "INSERT INTO webhook_queue (endpoint_id, member_id, next_at) VALUES ",
             "next_at = IF(claim = 0, VALUES(next_at), next_at)", 3, places,
             [now](Statement& s, const auto& place) { s.add(place.first).add(place.second).add(now); });
  update_in(connection, "UPDATE webhook_event SET state = 1, attempts = 0, outcome = '' WHERE event_id IN (",
            found);
  return found.size();
}

std::vector<WaitingEvents> count_waiting(Connection& connection, std::uint64_t each_max) {
  std::vector<WaitingEvents> all;
  for (const EndpointId endpoint : endpoints_in_queue(connection)) {
    WaitingEvents one{.endpoint = endpoint};
    const EventId first = first_waiting(connection, endpoint);
    if (first == 0) continue;
    {
      Rows rows = connection.prepare("SELECT at FROM webhook_event WHERE event_id = ?").add(first).query();
      if (rows.next()) one.oldest = rows.instant();
    }
    Rows rows = connection
                    .prepare(
                        "SELECT COUNT(*) FROM (SELECT 1 FROM webhook_event FORCE INDEX"
                        " (webhook_event_waiting) WHERE state = 1 AND endpoint_id = ? LIMIT ?) w")
                    .add(endpoint)
                    .add(each_max)
                    .query();
    if (rows.next()) one.count = rows.u64();
    if (one.count > 0 && one.oldest != rules::Instant{}) all.push_back(one);  // not told meanwhile
  }
  return all;
}

// Numbers grow with time, nearly: whoever begins at the lowest finds the oldest. The rows of webhook_queue of
// those that waited are found empty, and go, when their turn comes.
ForgottenEvents forget_events(Connection& connection, rules::Instant before, std::uint32_t limit) {
  std::vector<EventId> old;
  ForgottenEvents forgotten;
  {
    Rows rows = connection.prepare("SELECT event_id, at, state FROM webhook_event ORDER BY event_id LIMIT ?")
                    .add(limit)
                    .query();
    while (rows.next()) {
      const EventId id = rows.u64();
      const rules::Instant at = rows.instant();
      if (at >= before) continue;
      old.push_back(id);
      forgotten.waiting += rows.u32() == static_cast<std::uint32_t>(EventState::waiting) ? 1 : 0;
    }
  }
  forgotten.rows = old.size();
  update_in(connection, "DELETE FROM webhook_event WHERE event_id IN (", old);
  return forgotten;
}

}  // namespace peyk::store
