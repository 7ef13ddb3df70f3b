#include "store/mysql/schedule.hpp"

#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

// The epoch: none.
rules::Instant next_send_at(Connection& connection, const std::string& line) {
  Rows rows =
      connection.prepare("SELECT send_at FROM outbox_schedule WHERE line = ? ORDER BY send_at LIMIT 1")
          .add(line)
          .query();
  return rows.next() ? rows.instant() : rules::Instant{};
}

// Locked. What another process has locked is passed over: it wakes or cancels that itself.
std::vector<MessageId> lock_due(Connection& connection, const std::string& line, rules::Instant now,
                                std::uint32_t limit) {
  std::vector<MessageId> ids;
  Rows rows = connection
                  .prepare(
                      "SELECT message_id FROM outbox_schedule WHERE line = ? AND send_at <= ?"
                      " ORDER BY send_at, message_id LIMIT ? FOR UPDATE SKIP LOCKED")
                  .add(line)
                  .add(now)
                  .add(limit)
                  .query();
  while (rows.next()) ids.push_back(rows.u64());
  return ids;
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
  insert_set(
      connection, "INSERT INTO outbox_schedule (line, send_at, message_id) VALUES ", 3, later,
      [](Statement& s, const QueuedText* text) { s.add(text->line).add(text->send_at).add(text->id); });
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

Woken wake_due(Connection& connection, std::span<const std::string> lines, rules::Instant now,
               std::uint32_t limit) {
  Woken woken;
  for (const std::string& line : lines) {
    rules::Instant next = next_send_at(connection, line);
    if (next != rules::Instant{} && next <= now) {
      const std::vector<MessageId> ids = lock_due(connection, line, now, limit);
      woken.has_more = woken.has_more || ids.size() == limit;
      std::vector<QueuedText> texts = wake(connection, ids);
      woken.texts.insert(woken.texts.end(), std::make_move_iterator(texts.begin()),
                         std::make_move_iterator(texts.end()));
      next = next_send_at(connection, line);
    }
    if (next != rules::Instant{} && (woken.next_due == rules::Instant{} || next < woken.next_due))
      woken.next_due = next;
  }
  return woken;
}

void cancel_scheduled(Connection& connection, std::span<const MessageId> ids, std::string_view why,
                      rules::Instant now) {
  delete_schedule(connection, ids);
  update_in(connection,
            "UPDATE outbox FORCE INDEX (PRIMARY) SET state = 8, reason = ?, settled_at = ? WHERE state = 7 "
            "AND message_id IN (",
            ids, [why, now](Statement& s) { s.add(why.substr(0, 100)).add(now); });
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
