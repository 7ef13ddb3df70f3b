#include "store/mysql/history.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "store/mysql/receipts.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

constexpr std::array<std::uint32_t, 6> kOver{submitted, delivered, failed, expired, unknown, cancelled};

// The next line and lane in which there is something of that state. False: none.
bool next_lane(Connection& connection, std::uint32_t state, HistoryPlace& place) {
  Rows rows = connection
                  .prepare(
                      "SELECT line, lane FROM outbox FORCE INDEX (outbox_lane_waiting) WHERE state = ? AND"
                      " (line > ? OR (line = ? AND lane > ?)) ORDER BY line, lane LIMIT 1")
                  .add(state)
                  .add(place.line)
                  .add(place.line)
                  .add(place.lane)
                  .query();
  if (!rows.next()) return false;
  place.line = rows.text();
  place.lane = rows.u32();
  return true;
}

struct Page {
  std::vector<MessageId> over;  // settled long enough ago
  MessageId last = 0;
  std::uint32_t seen = 0;
  rules::Instant eldest_left = rules::Instant::max();  // of those that were not
};
Page read_page(Connection& connection, std::uint32_t state, const HistoryPlace& place,
               const RestingRanges::Range& range, rules::Instant before) {
  Page page;
  Rows rows = connection
                  .prepare(
                      "SELECT message_id, GREATEST(settled_at, created_at) FROM outbox FORCE INDEX"
                      " (outbox_lane_waiting) WHERE state = ? AND line = ? AND lane = ? AND message_id > ?"
                      " AND message_id <= ? ORDER BY message_id LIMIT ?")
                  .add(state)
                  .add(place.line)
                  .add(place.lane)
                  .add(range.after)
                  .add(range.last)
                  .add(kHistoryPage)
                  .query();
  while (rows.next()) {
    page.last = rows.u64();
    const rules::Instant settled_at = rows.instant();
    if (settled_at < before)
      page.over.push_back(page.last);
    else
      page.eldest_left = std::min(page.eldest_left, settled_at);
    ++page.seen;
  }
  return page;
}

// Of some part of which a receipt may still come.
void leave_out_awaited(Connection& connection, std::vector<MessageId>& ids, rules::Instant now) {
  std::set<MessageId> awaited;
  std::size_t bound = 0;
  select_in(
      connection,
      "SELECT message_id FROM outbox_part WHERE submitted_at >= ? AND state IN (2, 6) AND message_id IN (",
      "", 1, ids,
      [&bound, now](Statement& s, MessageId id) {
        if (bound++ % kSetRowsMax == 0) s.add(now - kReceiptsAwaited);  // each statement's first parameter
        s.add(id);
      },
      [&awaited](Rows& rows) { awaited.insert(rows.u64()); });
  std::erase_if(ids, [&awaited](MessageId id) { return awaited.contains(id); });
}

// Locked, those still in that state. What somebody else has locked is passed over: it comes round again.
std::vector<MessageId> lock(Connection& connection, std::uint32_t state, const std::vector<MessageId>& ids) {
  std::vector<MessageId> locked;
  std::size_t bound = 0;
  select_in(
      connection, "SELECT message_id FROM outbox WHERE state = ? AND message_id IN (",
      "ORDER BY message_id FOR UPDATE SKIP LOCKED", 1, ids,
      [&bound, state](Statement& s, MessageId id) {
        if (bound++ % kSetRowsMax == 0) s.add(state);
        s.add(id);
      },
      [&locked](Rows& rows) { locked.push_back(rows.u64()); });
  std::sort(locked.begin(), locked.end());
  locked.erase(std::unique(locked.begin(), locked.end()), locked.end());
  return locked;
}

// The columns of a table, each after `prefix`: a column that a later migration adds moves too.
std::string columns_of(Connection& connection, std::string_view table, std::string_view prefix) {
  std::string columns;
  Rows rows = connection
                  .prepare(
                      "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND"
                      " TABLE_NAME = ? ORDER BY ORDINAL_POSITION")
                  .add(table)
                  .query();
  while (rows.next()) {
    const std::string name = rows.text();
    columns += (columns.empty() ? "" : ", ") + std::string(prefix) + name;
  }
  return columns;
}

void move(Connection& connection, const std::vector<MessageId>& ids) {
  const std::string own = columns_of(connection, "outbox", ""),
                    theirs = columns_of(connection, "outbox_part", "");
  const std::string from = columns_of(connection, "outbox_part", "p.");
  const std::string day = "DATE(GREATEST(o.settled_at, o.created_at))";
  update_in(connection,
            "INSERT INTO outbox_part_history (" + theirs + ", settled_on) SELECT " + from + ", " + day +
                " FROM outbox_part p JOIN outbox o ON o.message_id = p.message_id WHERE p.message_id IN (",
            ids);
  update_in(connection,
            "INSERT INTO outbox_history (" + own + ", settled_on) SELECT " +
                columns_of(connection, "outbox", "o.") + ", " + day +
                " FROM outbox o WHERE o.message_id IN (",
            ids);
  update_in(connection, "DELETE FROM outbox_part WHERE message_id IN (", ids);
  update_in(connection, "DELETE FROM outbox WHERE message_id IN (", ids);
}

// How long after it was settled a text of this place moves.
std::chrono::seconds quiet_time(std::uint32_t state, const HistoryPlace& place, const HistoryTerms& terms) {
  const bool awaits_receipt = state == submitted && !terms.no_receipts.contains(place.line);
  // Whoever counts a week's adverts of a phone must see which of them failed.
  const bool counts = place.lane == static_cast<std::uint32_t>(handlers::Lane::promo);
  return awaits_receipt || counts ? std::max<std::chrono::seconds>(terms.move_after, kReceiptsAwaited)
                                  : terms.move_after;
}

// So much later than it could a text may move: what comes of age within it moves at once, in pages that are
// worth a look.
std::chrono::microseconds slack_of(std::chrono::microseconds quiet) {
  return quiet / 144;
}

// When there may be something to move where this page was read. Whatever takes up that state there meanwhile
// was settled after now; or its receipt comes only now, and then it stays longer by as much as the receipt
// was late.
rules::Instant rests_until(const Page& page, std::size_t awaited, std::size_t moved,
                           std::chrono::microseconds quiet, rules::Instant now) {
  if (moved < page.over.size()) return now + slack_of(quiet);  // somebody has them locked
  const rules::Instant next = std::min(page.eldest_left, now) + quiet + slack_of(quiet);
  return awaited == 0 ? next : std::min(next, now + slack_of(kReceiptsAwaited));
}

}  // namespace

HistoryMoved move_settled(Connection& connection, HistoryPlace& place, const HistoryTerms& terms,
                          rules::Instant now) {
  HistoryPlace next = place;
  HistoryMoved moved;
  const std::uint32_t state = kOver[next.state];
  if (next.line.empty() || next.after == 0) {
    if (!next_lane(connection, state, next)) {
      place.state = (next.state + 1) % kOver.size();
      place.line.clear();
      place.lane = 0;
      place.after = 0;
      moved.round_done = place.state == 0;
      return moved;
    }
  }
  RestingRanges& resting = next.resting[{next.state, next.line, next.lane}];
  const RestingRanges::Range range = resting.next(next.after, now);
  const std::chrono::seconds quiet = quiet_time(state, next, terms);
  Page page = read_page(connection, state, next, range, now - quiet);
  const std::size_t over = page.over.size();
  if (state > delivered) leave_out_awaited(connection, page.over, now);
  const std::size_t awaited = over - page.over.size();
  const auto ids = lock(connection, state, page.over);
  if (!ids.empty()) move(connection, ids);
  moved.messages = ids.size();
  const bool is_full = page.seen == kHistoryPage, is_last = !is_full && range.last == RestingRanges::kNoEnd;
  // Where nothing follows, what comes later must be found at once, to rest in its turn.
  const MessageId end = is_full || is_last ? std::max(page.last, range.after) : range.last;
  resting.rest({range.after, end}, rests_until(page, awaited, ids.size(), quiet, now), slack_of(quiet));
  next.after = is_last ? 0 : end;
  place = std::move(next);
  return moved;
}

void bring_back(Connection& connection, std::span<const MessageId> ids) {
  std::vector<MessageId> found;
  select_in(
      connection, "SELECT message_id FROM outbox_history WHERE message_id IN (", "FOR UPDATE", 1, ids,
      [](Statement& s, MessageId id) { s.add(id); }, [&found](Rows& rows) { found.push_back(rows.u64()); });
  if (found.empty()) return;
  for (const char* table : {"outbox", "outbox_part"}) {
    const std::string history = std::string(table) + "_history", columns = columns_of(connection, table, "");
    update_in(connection,
              "INSERT INTO " + std::string(table) + " (" + columns + ") SELECT " + columns + " FROM " +
                  history + " WHERE message_id IN (",
              found);
    update_in(connection, "DELETE FROM " + history + " WHERE message_id IN (", found);
  }
}

namespace {

using Day = std::chrono::sys_days;

// A partition is named by the day before which its rows were settled.
std::string partition_before(Day day) {
  return fmt::format("before_{:%Y%m%d}", std::chrono::sys_seconds(day));
}

// The days of the partitions there are; the last, `later`, has none.
std::vector<Day> partitions_of(Connection& connection, const std::string& table) {
  std::vector<Day> days;
  Rows rows = connection
                  .prepare(
                      "SELECT YEAR(day), MONTH(day), DAYOFMONTH(day) FROM (SELECT STR_TO_DATE(SUBSTR("
                      "PARTITION_NAME, 8), '%Y%m%d') AS day FROM information_schema.PARTITIONS WHERE"
                      " TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND PARTITION_NAME LIKE 'before%') d"
                      " ORDER BY day")
                  .add(table)
                  .query();
  while (rows.next()) {
    const std::chrono::year year{static_cast<int>(rows.u64())};
    const std::chrono::month month{rows.u32()};
    days.push_back(year / month / std::chrono::day{rows.u32()});
  }
  return days;
}

}  // namespace

std::vector<std::chrono::sys_days> history_edges(Connection& connection) {
  using namespace std::chrono;
  std::vector<Day> edges{Day{days{1}}};  // the epoch is no instant that can be bound
  const std::vector<Day> bounds = partitions_of(connection, "outbox_history");
  edges.insert(edges.end(), bounds.begin(), bounds.end());
  edges.push_back(year{9999} / 12 / 31);
  return edges;
}

namespace {

void keep_partitions_of(Connection& connection, const std::string& table, std::chrono::days keep, Day today) {
  const std::vector<Day> there = partitions_of(connection, table);
  std::string missing, over;
  const Day first =
      there.empty() ? today + std::chrono::days{1} : std::max(there.back(), today) + std::chrono::days{1};
  for (Day day = first; day <= today + kPartitionsAhead; day += std::chrono::days{1})
    missing += fmt::format("PARTITION {} VALUES LESS THAN ('{:%Y-%m-%d}'), ", partition_before(day),
                           std::chrono::sys_seconds(day));
  for (const Day day : there) {
    if (day <= today - keep) over += (over.empty() ? "" : ", ") + partition_before(day);
  }
  if (!missing.empty())
    connection.execute("ALTER TABLE " + table + " REORGANIZE PARTITION later INTO (" + missing +
                       "PARTITION later VALUES LESS THAN (MAXVALUE))");
  if (!over.empty()) connection.execute("ALTER TABLE " + table + " DROP PARTITION " + over);
}

bool take_turn(Connection& connection) {
  Rows rows =
      connection.prepare("SELECT GET_LOCK(CONCAT('peyk_history_', LEFT(SHA2(DATABASE(), 256), 32)), 0)")
          .query();
  return rows.next() && rows.maybe_u64().value_or(0) == 1;
}

}  // namespace

bool keep_partitions(Connection& connection, std::chrono::days keep, rules::Instant now) {
  if (!take_turn(connection)) return false;
  // Not behind somebody who reads history for long: it can be done an hour later.
  connection.execute("SET SESSION lock_wait_timeout = 5");
  for (const char* table : {"outbox_history", "outbox_part_history"})
    keep_partitions_of(connection, table, keep, std::chrono::floor<std::chrono::days>(now));
  connection.execute("SET SESSION lock_wait_timeout = DEFAULT");
  connection.execute("DO RELEASE_LOCK(CONCAT('peyk_history_', LEFT(SHA2(DATABASE(), 256), 32)))");
  return true;
}

}  // namespace peyk::store
