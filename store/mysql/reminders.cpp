#include "store/mysql/reminders.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <set>

#include "handlers/facts.hpp"
#include "store/mysql/outgoing.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;


// After which lot the round goes on, its row locked; nothing: it is done, not begun, or somebody is at it.
std::optional<LotId> lock_round(Connection& connection, const ReminderRound& round) {
  Rows rows = connection
                  .prepare(
                      "SELECT after_lot FROM reminder_round WHERE expires_at = ? AND days_before = ? AND"
                      " is_done = 0 FOR UPDATE SKIP LOCKED")
                  .add(round.expires_at)
                  .add(round.days_before)
                  .query();
  if (!rows.next()) return std::nullopt;
  return rows.u64();
}

bool is_begun(Connection& connection, const ReminderRound& round) {
  Rows rows = connection.prepare("SELECT 1 FROM reminder_round WHERE expires_at = ? AND days_before = ?")
                  .add(round.expires_at)
                  .add(round.days_before)
                  .query();
  return rows.next();
}

std::optional<LotId> take_round(Connection& connection, const ReminderRound& round) {
  const auto after = lock_round(connection, round);
  if (after || is_begun(connection, round)) return after;
  connection.prepare("INSERT IGNORE INTO reminder_round (expires_at, days_before) VALUES (?, ?)")
      .add(round.expires_at)
      .add(round.days_before)
      .update();
  return lock_round(connection, round);
}

std::vector<LotId> next_lots(Connection& connection, rules::Instant expires_at, LotId after,
                             std::uint32_t limit) {
  std::vector<LotId> lots;
  Rows rows =
      connection
          .prepare("SELECT lot_id FROM lot_due WHERE expires_at = ? AND lot_id > ? ORDER BY lot_id LIMIT ?")
          .add(expires_at)
          .add(after)
          .add(limit)
          .query();
  while (rows.next()) lots.push_back(rows.u64());
  return lots;
}

struct Sum {
  MemberId member = 0;
  ClubId club = 0;
  PhoneNumber phone = 0;
  Language language = Language::fa;
  LotId first_lot = 0;
  rules::Amount amount = 0;
};

// What lapses then of each member that has one of these lots. Read without locks: who spends it meanwhile is
// told of what there was.
std::vector<Sum> sums_of(Connection& connection, rules::Instant expires_at, const std::vector<LotId>& lots) {
  std::set<MemberId> members;
  select_in(connection, "SELECT member_id FROM lot WHERE lot_id IN (", "", 1, lots, bind_id,
            [&members](Rows& rows) { members.insert(rows.u64()); });
  std::map<MemberId, Sum> sums;
  select_in(
      connection,
      "SELECT m.member_id, m.club_id, m.phone, m.language, MIN(l.lot_id), CAST(SUM(l.remaining) AS SIGNED)"
      " FROM member m JOIN lot l ON l.member_id = m.member_id WHERE (l.member_id, l.expires_at) IN (",
      "GROUP BY m.member_id, m.club_id, m.phone, m.language", 2, members,
      [expires_at](Statement& s, MemberId id) { s.add(id).add(expires_at); },
      [&](Rows& rows) {
        Sum sum{.member = rows.u64()};
        sum.club = rows.u32();
        sum.phone = rows.maybe_u64().value_or(0);
        sum.language = static_cast<Language>(rows.u64());
        sum.first_lot = rows.u64();
        sum.amount = rows.i64();
        sums.emplace(sum.member, sum);
      });
  std::vector<Sum> all;
  for (const auto& [id, sum] : sums) all.push_back(sum);
  return all;
}

void go_on(Connection& connection, const ReminderRound& round, LotId after, bool is_done) {
  connection
      .prepare(
          "UPDATE reminder_round SET after_lot = ?, is_done = ? WHERE expires_at = ? AND days_before = ?")
      .add(after)
      .add(is_done)
      .add(round.expires_at)
      .add(round.days_before)
      .update();
}

}  // namespace

Reminded remind(Connection& connection, SystemChance& chance, const ReminderRound& round, rules::Instant now,
                std::uint32_t lots_max) {
  assert(lots_max > 0 && lots_max <= kReminderSetMax);
  chance.reserve_ids(connection, lots_max);
  const auto after = take_round(connection, round);
  if (!after) return {.is_done = true};
  const std::vector<LotId> lots = next_lots(connection, round.expires_at, *after, lots_max);
  std::vector<QueuedText> texts;
  for (const Sum& sum : sums_of(connection, round.expires_at, lots)) {
    const auto club = std::ranges::find(round.clubs, sum.club, &Club::id);
    if (club == round.clubs.end() || sum.phone == 0 || sum.amount == 0 || sum.first_lot <= *after) continue;
    texts.push_back(queued_text(reminder(**club, sum.phone, sum.language, sum.amount, round.expires_at,
                                         templates::Catalogue::standard(), now),
                                chance.next_id(), now));
  }
  save_queued(connection, texts);
  const bool is_done = lots.size() < lots_max;
  go_on(connection, round, lots.empty() ? *after : lots.back(), is_done);
  return {.texts = texts.size(), .is_done = is_done};
}

std::uint64_t forget_reminder_rounds(Connection& connection, rules::Instant now) {
  return connection.prepare("DELETE FROM reminder_round WHERE expires_at < ?")
      .add(now - std::chrono::days{7})
      .update();
}

}  // namespace peyk::store
