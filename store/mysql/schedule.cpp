#include "store/mysql/schedule.hpp"

#include <algorithm>

#include "store/mysql/events.hpp"
#include "store/mysql/sets.hpp"
#include "templates/utf8.hpp"

namespace peyk::store {
namespace {

using Moments = std::array<rules::Instant, handlers::kLanes>;

// By lane, the first there is; the epoch: none. Four looks at the index: grouped, the server may read it all.
Moments next_moments(Connection& connection, const std::string& line) {
  std::string sql;
  for (std::uint32_t lane = 0; lane < handlers::kLanes; ++lane) {
    sql += (lane == 0 ? "" : " UNION ALL ") +
           ("(SELECT lane, send_at FROM outbox_schedule WHERE line = ? AND lane = " + std::to_string(lane)) +
           " ORDER BY send_at LIMIT 1)";
  }
  Statement& statement = connection.prepare(sql);
  for (std::uint32_t lane = 0; lane < handlers::kLanes; ++lane) statement.add(line);
  Moments moments{};
  Rows rows = statement.query();
  while (rows.next()) {
    const std::uint32_t lane = rows.u32();
    moments.at(lane) = rows.instant();
  }
  return moments;
}

// Locked. What another process has locked is passed over: it wakes or cancels that itself.
std::vector<MessageId> lock_due(Connection& connection, const std::string& line, std::uint32_t lane,
                                rules::Instant now, std::uint32_t limit) {
  std::vector<MessageId> ids;
  Rows rows = connection
                  .prepare(
                      "SELECT message_id FROM outbox_schedule WHERE line = ? AND lane = ? AND send_at <= ?"
                      " ORDER BY send_at, message_id LIMIT ? FOR UPDATE SKIP LOCKED")
                  .add(line)
                  .add(lane)
                  .add(now)
                  .add(limit)
                  .query();
  while (rows.next()) ids.push_back(rows.u64());
  return ids;
}

bool is_due(rules::Instant moment, rules::Instant now) {
  return moment != rules::Instant{} && moment <= now;
}

// Whether anything was due and had room.
bool wake_line(Connection& connection, const LineToWake& line, const Moments& moments, rules::Instant now,
               std::uint32_t limit, Woken& woken) {
  bool looked = false;
  for (std::uint32_t lane = 0; lane < handlers::kLanes; ++lane) {
    const std::uint32_t most = std::min(limit, line.room[lane]);
    if (!is_due(moments[lane], now) || most == 0) continue;
    looked = true;
    const std::vector<MessageId> ids = lock_due(connection, line.number, lane, now, most);
    woken.has_more = woken.has_more || (ids.size() == limit && line.room[lane] > limit);
    std::vector<QueuedText> texts = wake(connection, ids);
    woken.texts.insert(woken.texts.end(), std::make_move_iterator(texts.begin()),
                       std::make_move_iterator(texts.end()));
  }
  return looked;
}

}  // namespace

// By the index, here and below: a scan, which the server prefers for a small table, would wait for the rows
// that others have locked.
void delete_schedule(Connection& connection, std::span<const MessageId> ids) {
  update_in(connection,
            "DELETE s FROM outbox_schedule s FORCE INDEX (outbox_schedule_message) WHERE s.message_id IN (",
            ids);
}

void save_schedule(Connection& connection, std::span<const QueuedText> texts) {
  std::vector<const QueuedText*> later;
  for (const QueuedText& text : texts) {
    if (text.send_at != rules::Instant{}) later.push_back(&text);
  }
  insert_set(connection, "INSERT INTO outbox_schedule (line, lane, send_at, message_id) VALUES ", 4, later,
             [](Statement& s, const QueuedText* text) {
               s.add(text->line).add(static_cast<std::uint32_t>(text->lane)).add(text->send_at).add(text->id);
             });
}

std::vector<QueuedText> wake(Connection& connection, std::span<const MessageId> ids) {
  delete_schedule(connection, ids);
  std::vector<MessageId> scheduled_ids;
  select_in(
      connection, "SELECT message_id FROM outbox FORCE INDEX (PRIMARY) WHERE state = 7 AND message_id IN (",
      "FOR UPDATE", 1, ids, [](Statement& s, MessageId id) { s.add(id); },
      [&scheduled_ids](Rows& rows) { scheduled_ids.push_back(rows.u64()); });
  update_in(connection, "UPDATE outbox FORCE INDEX (PRIMARY) SET state = 1 WHERE message_id IN (",
            scheduled_ids);
  return load_queued(connection, scheduled_ids);
}

Woken wake_due(Connection& connection, std::span<const LineToWake> lines, rules::Instant now,
               std::uint32_t limit) {
  Woken woken;
  for (const LineToWake& line : lines) {
    Moments moments = next_moments(connection, line.number);
    if (wake_line(connection, line, moments, now, limit, woken))
      moments = next_moments(connection, line.number);
    for (const rules::Instant next : moments) {
      if (next == rules::Instant{} || is_due(next, now)) continue;
      if (woken.next_due == rules::Instant{} || next < woken.next_due) woken.next_due = next;
    }
  }
  return woken;
}

void schedule_again(Connection& connection, std::span<const QueuedText> texts, rules::Instant until) {
  std::vector<MessageId> ids;
  std::vector<QueuedText> again(texts.begin(), texts.end());
  for (QueuedText& text : again) {
    ids.push_back(text.id);
    text.send_at = until;
  }
  save_schedule(connection, again);
  update_in(connection,
            "UPDATE outbox FORCE INDEX (PRIMARY) SET state = 7, send_at = ? WHERE message_id IN (", ids,
            [until](Statement& s) { s.add(until); });
}

void expire_woken(Connection& connection, std::span<const MessageId> ids, std::string_view why,
                  rules::Instant now) {
  if (ids.empty()) return;
  update_in(connection,
            "UPDATE outbox FORCE INDEX (PRIMARY) SET state = 5, reason = ?, settled_at = ? WHERE state = 1 "
            "AND message_id IN (",
            ids, [why, now](Statement& s) { s.add(templates::clip(why, 100)).add(now); });
  tell_of_failed(connection, ids, now);
}

void cancel_scheduled(Connection& connection, std::span<const MessageId> ids, std::string_view why,
                      rules::Instant now) {
  delete_schedule(connection, ids);
  update_in(connection,
            "UPDATE outbox FORCE INDEX (PRIMARY) SET state = 8, reason = ?, settled_at = ? WHERE state = 7 "
            "AND message_id IN (",
            ids, [why, now](Statement& s) { s.add(templates::clip(why, 100)).add(now); });
}

void cancel_given_back(Connection& connection, std::span<const handlers::Effect> effects) {
  std::vector<MessageId> ids;
  rules::Instant at{};
  for (const handlers::Effect& effect : effects) {
    const auto* cancel = std::get_if<handlers::CancelText>(&effect);
    if (cancel == nullptr) continue;
    ids.push_back(cancel->text);
    at = cancel->at;
  }
  if (!ids.empty()) cancel_scheduled(connection, ids, "the purchase was given back", at);
}

std::map<std::string, ScheduledOfLine> count_scheduled(Connection& connection) {
  std::map<std::string, ScheduledOfLine> lines;
  Rows rows =
      connection.prepare("SELECT line, COUNT(*), MIN(send_at) FROM outbox_schedule GROUP BY line").query();
  while (rows.next()) {
    ScheduledOfLine& line = lines[rows.text()];
    line.texts = rows.u64();
    line.next_due = rows.instant();
  }
  return lines;
}

}  // namespace peyk::store
