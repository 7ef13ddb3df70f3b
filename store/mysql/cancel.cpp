#include "store/mysql/cancel.hpp"

#include "store/mysql/schedule.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {

std::vector<MessageId> find_waiting(Connection& connection, const CancelScope& scope, MessageState state,
                                    const std::string& line, MessageId after, std::uint32_t limit) {
  std::string sql = "SELECT message_id FROM outbox WHERE state = ? AND message_id > ?";
  sql += scope.phone != 0 ? " AND phone = ?" : " AND line = ?";
  if (scope.club != 0) sql += " AND club_id = ?";
  if (scope.lane) sql += " AND lane = ?";
  Statement& statement = connection.prepare(sql + " ORDER BY message_id LIMIT ?");
  statement.add(static_cast<std::uint32_t>(state)).add(after);
  if (scope.phone != 0) {
    statement.add(scope.phone);
  } else {
    statement.add(line);
  }
  if (scope.club != 0) statement.add(scope.club);
  if (scope.lane) statement.add(static_cast<std::uint32_t>(*scope.lane));
  std::vector<MessageId> ids;
  for (Rows rows = statement.add(limit).query(); rows.next();) ids.push_back(rows.u64());
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
