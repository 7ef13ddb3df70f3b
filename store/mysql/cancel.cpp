#include "store/mysql/cancel.hpp"

#include <algorithm>

#include "store/mysql/schedule.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {

namespace {

// By phone, or by line and lane: each has an index in the order of ids.
std::vector<MessageId> find_page(Connection& connection, const CancelScope& scope, MessageState state,
                                 const std::string& line, std::uint32_t lane, MessageId after,
                                 std::uint32_t limit) {
  const bool by_phone = scope.phone != 0;
  std::string sql = "SELECT message_id FROM outbox FORCE INDEX (";
  sql += by_phone ? "outbox_phone) WHERE phone = ?" : "outbox_lane_waiting) WHERE line = ?";
  sql += " AND state = ? AND message_id > ?";
  if (!by_phone || scope.lane) sql += " AND lane = ?";
  if (scope.club != 0) sql += " AND club_id = ?";
  Statement& statement = connection.prepare(sql + " ORDER BY message_id LIMIT ?");
  if (by_phone) {
    statement.add(scope.phone);
  } else {
    statement.add(line);
  }
  statement.add(static_cast<std::uint32_t>(state)).add(after);
  if (!by_phone || scope.lane) statement.add(lane);
  if (scope.club != 0) statement.add(scope.club);
  std::vector<MessageId> ids;
  for (Rows rows = statement.add(limit).query(); rows.next();) ids.push_back(rows.u64());
  return ids;
}

}  // namespace

std::vector<MessageId> find_waiting(Connection& connection, const CancelScope& scope, MessageState state,
                                    const std::string& line, MessageId after, std::uint32_t limit) {
  if (scope.lane || scope.phone != 0) {
    const auto lane = static_cast<std::uint32_t>(scope.lane.value_or(handlers::Lane::urgent));
    return find_page(connection, scope, state, line, lane, after, limit);
  }
  std::vector<MessageId> ids;
  for (std::uint32_t lane = 0; lane < handlers::kLanes; ++lane) {
    const auto page = find_page(connection, scope, state, line, lane, after, limit);
    ids.insert(ids.end(), page.begin(), page.end());
  }
  std::sort(ids.begin(), ids.end());
  if (ids.size() > limit) ids.resize(limit);
  return ids;
}

std::vector<Cancelled> cancel_waiting(Connection& connection, std::span<const MessageId> ids,
                                      std::string_view why, rules::Instant now) {
  std::vector<Cancelled> cancelled_ones;
  std::vector<MessageId> waiting;
  // The schedule first, as everybody does who changes both.
  delete_schedule(connection, ids);
  select_in(
      connection,
      "SELECT message_id, line, state FROM outbox FORCE INDEX (PRIMARY) WHERE state IN (1, 7) AND message_id "
      "IN (",
      "FOR UPDATE", 1, ids, [](Statement& s, MessageId id) { s.add(id); },
      [&](Rows& rows) {
        Cancelled one;
        one.id = rows.u64();
        one.line = rows.text();
        one.was_queued = rows.u64() == queued;
        waiting.push_back(one.id);
        cancelled_ones.push_back(std::move(one));
      });
  update_in(
      connection,
      "UPDATE outbox FORCE INDEX (PRIMARY) SET state = 8, reason = ?, settled_at = ? WHERE message_id IN (",
      waiting, [why, now](Statement& s) { s.add(why).add(now); });
  return cancelled_ones;
}

std::map<MessageId, MessageState> states_of(Connection& connection, std::span<const MessageId> ids) {
  std::map<MessageId, MessageState> states;
  select_in(
      connection, "SELECT message_id, state FROM outbox WHERE message_id IN (", "", 1, ids,
      [](Statement& s, MessageId id) { s.add(id); },
      [&states](Rows& rows) {
        const MessageId id = rows.u64();
        states[id] = static_cast<MessageState>(rows.u64());
      });
  return states;
}

}  // namespace peyk::store
