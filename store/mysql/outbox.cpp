#include <algorithm>
#include <map>

#include "store/mysql/backlog.hpp"
#include "store/mysql/events.hpp"
#include "store/mysql/outbox.hpp"
#include "store/mysql/receipts.hpp"
#include "store/mysql/schedule.hpp"
#include "store/mysql/sets.hpp"
#include "templates/utf8.hpp"

namespace peyk::store {
namespace {

constexpr const char* kQueuedColumns =
    "SELECT message_id, club_id, line, phone, lane, parts, text, created_at, valid_until, attempts, "
    "parts_begun, "
    "maybe_twice, send_at FROM outbox ";

// A row, and whether outbox_part has more of it.
std::pair<QueuedText, bool> read_queued(Rows& rows) {
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
  text.attempts = static_cast<std::uint8_t>(rows.u64());
  const bool begun = rows.u64() != 0;
  text.maybe_twice = rows.u64() != 0;
  text.send_at = rows.instant();
  return {std::move(text), begun};
}

// A page of rows, and which of them have more in outbox_part.
std::pair<std::vector<QueuedText>, std::map<MessageId, std::size_t>> read_page(Statement& statement) {
  std::pair<std::vector<QueuedText>, std::map<MessageId, std::size_t>> page;
  for (Rows rows = statement.query(); rows.next();) {
    auto [text, has_parts] = read_queued(rows);
    if (has_parts) page.second.emplace(text.id, page.first.size());
    page.first.push_back(std::move(text));
  }
  return page;
}

// Those few of which some parts were sent.
void load_sent_parts(Connection& connection, std::vector<QueuedText>& texts,
                     const std::map<MessageId, std::size_t>& begun) {
  if (begun.empty()) return;
  select_in(
      connection,
      "SELECT message_id, part, carrier, carrier_message_id, state FROM outbox_part WHERE message_id IN (",
      "ORDER BY message_id, part", 1, begun, [](Statement& s, const auto& one) { s.add(one.first); },
      [&texts, &begun](Rows& rows) {
        QueuedText& text = texts[begun.at(rows.u64())];
        SentPart part;
        part.number = static_cast<std::uint8_t>(rows.u64());
        part.carrier = rows.text();
        part.carrier_message_id = rows.text();
        part.unknown = rows.u64() == unknown;
        text.sent.push_back(std::move(part));
      });
}

}  // namespace

void save_queued(Connection& connection, std::span<const QueuedText> texts) {
  insert_set(
      connection,
      "INSERT INTO outbox (message_id, club_id, line, phone, lane, parts, text, state, created_at, "
      "valid_until, send_at)"
      " VALUES ",
      11, texts, [](Statement& s, const QueuedText& text) {
        s.add(text.id).add(text.club).add(text.line).add(text.to).add(static_cast<std::uint32_t>(text.lane));
        const MessageState state = text.send_at == rules::Instant{} ? queued : scheduled;
        s.add(std::uint32_t{text.parts}).add(text.text).add(std::uint32_t{state});
        s.add(text.created_at).add(text.valid_until).add(text.send_at);
      });
  save_schedule(connection, texts);
}

// By itself the optimiser goes through the lane from its beginning for each page.
std::vector<QueuedText> load_backlog(Connection& connection, const std::string& line, handlers::Lane lane,
                                     MessageId after, std::uint32_t limit) {
  auto [texts, begun] = read_page(connection
                                      .prepare(std::string(kQueuedColumns) +
                                               "FORCE INDEX (outbox_lane_waiting) "
                                               "WHERE state = 1 AND line = ? AND lane = ? AND message_id > ? "
                                               "ORDER BY message_id LIMIT ?")
                                      .add(line)
                                      .add(static_cast<std::uint32_t>(lane))
                                      .add(after)
                                      .add(limit));
  load_sent_parts(connection, texts, begun);
  return texts;
}

std::vector<QueuedText> load_queued(Connection& connection, std::span<const MessageId> ids) {
  std::vector<QueuedText> texts;
  std::map<MessageId, std::size_t> begun;
  const auto take = [&texts, &begun](Rows& rows) {
    auto [text, has_parts] = read_queued(rows);
    if (has_parts) begun.emplace(text.id, texts.size());
    texts.push_back(std::move(text));
  };
  const Runs runs = runs_of({ids.begin(), ids.end()});
  for (const Runs::Run& run : runs.runs) {
    Statement& statement = connection.prepare(
        std::string(kQueuedColumns) + "FORCE INDEX (PRIMARY) WHERE state = 1 AND message_id BETWEEN ? AND ?");
    for (Rows rows = statement.add(run.first).add(run.last).query(); rows.next();) take(rows);
  }
  select_in(
      connection, std::string(kQueuedColumns) + "WHERE state = 1 AND message_id IN (", "", 1, runs.left,
      [](Statement& s, MessageId id) { s.add(id); }, take);
  load_sent_parts(connection, texts, begun);
  return texts;
}

namespace {

// What is known of messages that still wait: those that know the same share a statement.
void save_progress(Connection& connection, std::span<const Settled> settled) {
  struct Known {
    std::uint8_t attempts;
    bool parts_begun, maybe_twice;
    auto operator<=>(const Known&) const = default;
  };
  std::map<Known, std::vector<MessageId>> alike;
  for (const Settled& one : settled) {
    if (one.state == queued) alike[{one.attempts, !one.parts.empty(), one.maybe_twice}].push_back(one.id);
  }
  for (const auto& [known, ids] : alike) {
    update_in(
        connection,
        "UPDATE outbox SET attempts = ?, parts_begun = parts_begun | ?, maybe_twice = maybe_twice | ? WHERE "
        "state = 1 AND message_id IN (",
        ids, [&known = known](Statement& s) {
          s.add(std::uint32_t{known.attempts});
          s.add(std::uint32_t{known.parts_begun}).add(std::uint32_t{known.maybe_twice});
        });
  }
}

// It would have been sent again, but was cancelled meanwhile: what the carrier may have is not cancelled.
void save_maybe_sent(Connection& connection, std::span<const TakenPart> unsure) {
  std::vector<MessageId> messages;
  for (const TakenPart& part : unsure) messages.push_back(part.message);
  update_in(connection,
            "UPDATE outbox FORCE INDEX (PRIMARY) SET state = 6,"
            " reason = 'the carrier did not answer, then it was cancelled: it may have been sent'"
            " WHERE state = 8 AND message_id IN (",
            messages);
}

// Of one whose outcome is unknown, receipts may yet tell: then it counts how many parts there are for
// certain. It may have been cancelled while it was on the wire: what may have been sent is not cancelled.
void save_given_up(Connection& connection, const Settled& one, rules::Instant now) {
  connection
      .prepare(
          "UPDATE outbox SET state = ?, reason = ?, parts = IF(?, ?, parts), settled_at = ?"
          " WHERE message_id = ? AND (state = 1 OR (state = 8 AND ?))")
      .add(std::uint32_t{one.state})
      .add(templates::clip(one.reason, 100))
      .add(one.state == unknown)
      .add(static_cast<std::uint64_t>(one.part_count))
      .add(now)
      .add(one.id)
      .add(one.state == unknown)
      .update();
}

// What a carrier has taken was sent, though it was cancelled in that moment.
void save_taken(Connection& connection, std::vector<MessageId> taken, rules::Instant now) {
  const std::string update =
      "UPDATE outbox FORCE INDEX (PRIMARY) SET state = 2, reason = '', settled_at = ? WHERE state IN (1, 8) "
      "AND ";
  const Runs runs = runs_of(std::move(taken));
  for (const Runs::Run& run : runs.runs) {
    connection.prepare(update + "message_id BETWEEN ? AND ?").add(now).add(run.first).add(run.last).update();
  }
  update_in(connection, update + "message_id IN (", runs.left, [now](Statement& s) { s.add(now); });
}

}  // namespace

void save_settled(Connection& connection, std::span<const Settled> settled, rules::Instant now) {
  std::vector<MessageId> taken;
  std::vector<TakenPart> parts, unsure;
  std::vector<MessageId> began_before;
  for (const Settled& one : settled) {
    if (one.state == submitted) taken.push_back(one.id);
    const bool told_before = one.part_count > 1 || one.parts.empty();
    if (one.state == submitted && told_before) began_before.push_back(one.id);
    for (const SentPart& part : one.parts) {
      if (part.unknown) {
        unsure.push_back({one.id, part.number, part.carrier, ""});
      } else {
        parts.push_back({one.id, part.number, part.carrier, part.carrier_message_id});
      }
    }
  }
  save_taken(connection, taken, now);
  save_progress(connection, settled);
  std::vector<MessageId> will_not_arrive;
  for (const Settled& one : settled) {
    if (one.state != submitted && one.state != queued) save_given_up(connection, one, now);
    if (one.state == failed || one.state == expired) will_not_arrive.push_back(one.id);
  }
  tell_of_failed(connection, will_not_arrive, now);
  save_maybe_sent(connection, unsure);
  save_unknown_parts(connection, unsure, now);
  save_taken_parts(connection, parts, now);
  // Parts that went ahead may have had their receipts while the message still waited.
  fold_parts(connection, began_before);
}

}  // namespace peyk::store
