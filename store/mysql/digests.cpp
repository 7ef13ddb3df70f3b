#include "store/mysql/digests.hpp"

#include <algorithm>

#include "store/mysql/outbox.hpp"
#include "templates/alphabet.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

// Purchases and redemptions have an index by branch and time: the day is read branch by branch.
constexpr const char* kDaysPurchases =
    " FROM branch b JOIN purchase p ON p.club_id = b.club_id AND p.branch_no = b.branch_no"
    " AND p.recorded_at >= ? AND p.recorded_at < ? WHERE b.club_id = ? AND p.phone IS NOT NULL";

// phone, count, amount, branch.
std::vector<Oddities::Count> read_counts(Statement& statement) {
  std::vector<Oddities::Count> counts;
  Rows rows = statement.query();
  while (rows.next()) {
    Oddities::Count count{.phone = rows.u64()};
    count.count = rows.u64();
    count.amount = rows.i64();
    count.branch = rows.u32();
    counts.push_back(count);
  }
  return counts;
}

std::uint64_t read_number(Statement& statement) {
  Rows rows = statement.query();
  return rows.next() ? rows.u64() : 0;
}

QueuedText to_queue(OutgoingText text, SystemChance& chance, rules::Instant now) {
  const auto alphabet = templates::choose(text.text);
  const auto parts = static_cast<std::uint8_t>(
      std::clamp<std::size_t>(templates::part_count(text.text, alphabet), 1, templates::kPartsMax));
  // Scheduled for now: whoever wakes texts puts them into their lanes.
  return {.id = chance.next_id(),
          .club = text.club,
          .line = std::move(text.line),
          .to = text.to,
          .lane = text.lane,
          .parts = parts,
          .text = std::move(text.text),
          .created_at = now,
          .valid_until = text.valid_until,
          .send_at = now};
}

}  // namespace

bool digest_is_done(Connection& connection, ClubId club, rules::Instant day_from) {
  Rows rows = connection.prepare("SELECT 1 FROM digest WHERE club_id = ? AND day_from = ?")
                  .add(club)
                  .add(day_from)
                  .query();
  return rows.next();
}

Oddities read_oddities(Connection& connection, ClubId club, rules::Instant from, rules::Instant until) {
  const std::string worst = " ORDER BY 2 DESC, 1 LIMIT " + std::to_string(kOdditiesEach);
  const auto of_day = [&](const std::string& sql) -> Statement& {
    return connection.prepare(sql).add(from).add(until).add(club);
  };
  const std::string sums = "SELECT p.phone, COUNT(*), CAST(SUM(p.amount) AS SIGNED), MIN(p.branch_no)";
  Oddities odd;
  odd.own_phone = read_counts(
      of_day(sums + kDaysPurchases +
             " AND p.phone IN (SELECT c.phone FROM cashier c WHERE c.club_id = b.club_id AND c.is_active = 1)"
             " GROUP BY p.phone" +
             worst));
  odd.many = read_counts(of_day(sums + kDaysPurchases + " GROUP BY p.phone HAVING COUNT(*) >= ?" + worst)
                             .add(kManyPurchases));
  odd.split =
      read_counts(of_day(sums + kDaysPurchases +
                         " GROUP BY p.phone, p.branch_no, FLOOR(UNIX_TIMESTAMP(p.recorded_at) / " +
                         std::to_string(std::chrono::seconds{kSplitWithin}.count()) +
                         ") HAVING COUNT(*) >= ?" + worst)
                      .add(kSplitPurchases));
  odd.undone = read_counts(
      of_day("SELECT v.cashier_phone, COUNT(*), CAST(SUM(r.used) AS SIGNED), MIN(r.branch_no)"
             " FROM branch b JOIN redemption r ON r.club_id = b.club_id AND r.branch_no = b.branch_no"
             " AND r.at >= ? AND r.at < ? JOIN redemption_void v ON v.redemption_id = r.redemption_id"
             " WHERE b.club_id = ? GROUP BY v.cashier_phone HAVING COUNT(*) >= ?" +
             worst)
          .add(kManyUndone));
  odd.disputes = read_number(
      of_day("SELECT COUNT(*) FROM dispute WHERE at >= ? AND at < ? AND club_id = ?"));
  odd.misses = read_number(connection.prepare("SELECT misses FROM miss_day WHERE club_id = ? AND day_from = ?")
                               .add(club)
                               .add(from));
  return odd;
}

std::uint64_t send_digest(Connection& connection, SystemChance& chance, const Directory& directory,
                          ClubId id, rules::Instant now) {
  const Club& club = *directory.club(id);
  chance.reserve_ids(connection, static_cast<std::uint32_t>(club.cashiers.size()));
  const DigestDay day = digest_day(club, now);
  if (!day.is_due) return 0;
  const std::uint64_t claimed =
      connection.prepare("INSERT IGNORE INTO digest (club_id, day_from, sent_at) VALUES (?, ?, ?)")
          .add(id)
          .add(day.from)
          .add(now)
          .update();
  if (claimed == 0) return 0;
  static const PinCheck no_pin = [](std::string_view, std::string_view) { return false; };
  const Setting setting{.directory = directory,
                        .keywords = templates::Keywords::standard(),
                        .catalogue = templates::Catalogue::standard(),
                        .chance = chance,
                        .pin_matches = no_pin,
                        .now = now};
  std::vector<QueuedText> queued;
  for (OutgoingText& text : digest(club, day, read_oddities(connection, id, day.from, day.until), setting))
    queued.push_back(to_queue(std::move(text), chance, now));
  save_queued(connection, queued);
  return queued.size();
}

void count_day_misses(Connection& connection, ClubId club, rules::Instant day_from, std::uint32_t misses) {
  connection
      .prepare(
          "INSERT INTO miss_day (club_id, day_from, misses) VALUES (?, ?, ?)"
          " ON DUPLICATE KEY UPDATE misses = misses + VALUES(misses)")
      .add(club)
      .add(day_from)
      .add(misses)
      .update();
}

}  // namespace peyk::store
