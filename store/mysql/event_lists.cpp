#include "store/mysql/event_lists.hpp"

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


}  // namespace

std::vector<KeptEvent> load_events(Connection& connection, const EventFilter& filter, std::uint32_t limit) {
  std::string sql = kColumns + "e.event_id < ?";
  if (filter.club) sql += " AND e.club_id = ?";
  if (!filter.endpoint.empty()) sql += " AND w.name = ?";
  if (filter.type) sql += " AND e.type = ?";
  if (filter.state) sql += " AND e.state = ?";
  Statement& statement = connection.prepare(sql + " ORDER BY e.event_id DESC LIMIT ?");
  constexpr EventId kAll = INT64_MAX;
  statement.add(filter.before == 0 ? kAll : filter.before);
  if (filter.club) statement.add(*filter.club);
  if (!filter.endpoint.empty()) statement.add(filter.endpoint);
  if (filter.type) statement.add(static_cast<std::uint32_t>(*filter.type));
  if (filter.state) statement.add(static_cast<std::uint32_t>(*filter.state));
  std::vector<KeptEvent> events;
  for (Rows rows = statement.add(std::min(limit, kEventsPageMax)).query(); rows.next();)
    events.push_back(read_event(rows));
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
  upsert_set(connection, "INSERT INTO webhook_queue (endpoint_id, member_id, next_at) VALUES ",
             "next_at = VALUES(next_at), claim = 0", 3, places,
             [now](Statement& s, const auto& place) { s.add(place.first).add(place.second).add(now); });
  update_in(connection, "UPDATE webhook_event SET state = 1, attempts = 0, outcome = '' WHERE event_id IN (",
            found);
  return found.size();
}

std::vector<WaitingEvents> count_waiting(Connection& connection) {
  std::vector<WaitingEvents> all;
  Rows rows = connection
                  .prepare(
                      "SELECT w.endpoint_id, w.waiting, e.at FROM (SELECT endpoint_id, COUNT(*) AS waiting,"
                      " MIN(event_id) AS first_id FROM webhook_event WHERE state = 1 GROUP BY endpoint_id) w"
                      " JOIN webhook_event e ON e.event_id = w.first_id")
                  .query();
  while (rows.next()) {
    WaitingEvents one{.endpoint = rows.u32()};
    one.count = rows.u64();
    one.oldest = rows.instant();
    all.push_back(one);
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
