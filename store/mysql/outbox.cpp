#include <algorithm>
#include <map>

#include "store/mysql/sets.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::store {
namespace {

constexpr const char* kQueuedColumns =
    "SELECT message_id, club_id, line, phone, lane, parts, text, created_at, valid_until FROM outbox ";

QueuedText read_queued(Rows& rows) {
  QueuedText text;
  text.id = rows.u64();
  text.club = rows.u32();
  text.line = rows.text();
  text.to = rows.u64();
  text.lane = static_cast<handlers::Lane>(rows.u64());
  text.parts = static_cast<std::uint8_t>(rows.u64());
  text.text = rows.text();
  text.created_at = rows.instant();
  text.valid_until = rows.instant();
  return text;
}

struct Part {
  const Settled* settled;
  std::size_t number;
};

void set_state(Connection& connection, MessageState state, const std::vector<MessageId>& ids,
               rules::Instant now) {
  auto id = ids.begin();
  for (std::size_t left = ids.size(); left > 0;) {
    const std::size_t count = std::min(left, kSetRowsMax);
    const std::size_t padded = std::bit_ceil(count);
    Statement& statement =
        connection.prepare("UPDATE outbox SET state = ?, settled_at = ? WHERE state = 1 AND message_id IN (" +
                           placeholders(padded, 1) + ")");
    statement.add(std::uint32_t{state}).add(now);
    MessageId last = 0;
    for (std::size_t i = 0; i < count; ++i) statement.add(last = *id++);
    for (std::size_t i = count; i < padded; ++i) statement.add(last);
    statement.update();
    left -= count;
  }
}

}  // namespace

void save_queued(Connection& connection, std::span<const QueuedText> texts) {
  insert_set(
      connection,
      "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at, "
      "valid_until)"
      " VALUES ",
      10, texts, [](Statement& s, const QueuedText& text) {
        s.add(text.id).add(text.club).add(text.line).add(text.to).add(static_cast<std::uint32_t>(text.lane));
        s.add(std::uint32_t{text.parts}).add(text.text).add(std::uint32_t{queued});
        s.add(text.created_at).add(text.valid_until);
      });
}

std::vector<QueuedText> load_queued(Connection& connection, const std::string& line, MessageId after,
                                    std::uint32_t limit) {
  std::vector<QueuedText> texts;
  Rows rows = connection
                  .prepare(std::string(kQueuedColumns) +
                           "WHERE state = 1 AND line = ? AND message_id > ? ORDER BY message_id LIMIT ?")
                  .add(line)
                  .add(after)
                  .add(limit)
                  .query();
  while (rows.next()) texts.push_back(read_queued(rows));
  return texts;
}

std::vector<QueuedText> load_queued(Connection& connection, std::span<const MessageId> ids) {
  std::vector<QueuedText> texts;
  select_in(
      connection, std::string(kQueuedColumns) + "WHERE state = 1 AND message_id IN (", "", 1, ids,
      [](Statement& s, MessageId id) { s.add(id); },
      [&texts](Rows& rows) { texts.push_back(read_queued(rows)); });
  return texts;
}

void save_settled(Connection& connection, std::span<const Settled> settled, rules::Instant now) {
  std::vector<MessageId> taken;
  std::vector<Part> parts;
  for (const Settled& one : settled) {
    if (one.submitted) taken.push_back(one.id);
    for (std::size_t i = 0; i < one.carrier_message_ids.size(); ++i) parts.push_back({&one, i});
  }
  set_state(connection, submitted, taken, now);
  for (const Settled& one : settled) {
    if (one.submitted) continue;
    connection
        .prepare("UPDATE outbox SET state = ?, reason = ?, settled_at = ? WHERE message_id = ? AND state = 1")
        .add(std::uint32_t{one.expired ? expired : failed})
        .add(std::string_view(one.reason).substr(0, 100))
        .add(now)
        .add(one.id)
        .update();
  }
  // A message sent again after an unknown outcome has new carrier ids; receipts of either attempt then find
  // the last.
  upsert_set(
      connection, "INSERT INTO outbox_part (message_id, part, carrier, carrier_message_id, state) VALUES ",
      "carrier = VALUES(carrier), carrier_message_id = VALUES(carrier_message_id)", 5, parts,
      [](Statement& s, const Part& part) {
        s.add(part.settled->id).add(static_cast<std::uint32_t>(part.number + 1)).add(part.settled->carrier);
        s.add(part.settled->carrier_message_ids[part.number]).add(std::uint32_t{submitted});
      });
  unpark_receipts(connection, settled);
}

}  // namespace peyk::store
