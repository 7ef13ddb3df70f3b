#include "store/mysql/digests.hpp"

#include <algorithm>
#include <set>

#include "store/mysql/day_oddities.hpp"
#include "store/mysql/managers.hpp"
#include "store/mysql/outgoing.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr std::chrono::days kMissesKept{7};

// The days of the last while, and which of them are told.
struct Known {
  std::set<DigestKey> begun, told;
};

Known known_days(Connection& connection, rules::Instant since) {
  Known known;
  Rows rows =
      connection.prepare("SELECT club_id, day_from, told_at IS NOT NULL FROM digest WHERE day_from >= ?")
          .add(since)
          .query();
  while (rows.next()) {
    const ClubId club = rows.u32();
    const DigestKey key{club, rows.instant()};
    known.begun.insert(key);
    if (rows.flag()) known.told.insert(key);
  }
  return known;
}

// A row to lock for each: committed before it is locked, so that nobody waits for whoever is at it.
void begin_days(Connection& connection, const std::vector<DigestDay>& days,
                const std::set<DigestKey>& begun) {
  std::vector<DigestKey> fresh;
  for (const DigestDay& day : days) {
    if (!begun.contains({day.club->id, day.from})) fresh.emplace_back(day.club->id, day.from);
  }
  insert_set(connection, "INSERT IGNORE INTO digest (day_from, club_id) VALUES ", 2, fresh,
             [](Statement& s, const DigestKey& key) { s.add(key.second).add(key.first); });
  connection.commit();
}

bool lock_day(Connection& connection, const DigestDay& day) {
  Rows rows = connection
                  .prepare(
                      "SELECT 1 FROM digest WHERE day_from = ? AND club_id = ? AND told_at IS NULL"
                      " FOR UPDATE SKIP LOCKED")
                  .add(day.from)
                  .add(day.club->id)
                  .query();
  return rows.next();
}

std::uint64_t tell(Connection& connection, SystemChance& chance, const DigestDay& day, rules::Instant now) {
  ClubDay facts = read_club_day(connection, day);
  facts.languages = languages_of_managers(connection, *day.club);
  std::vector<QueuedText> texts;
  for (OutgoingText& text : digest(day, facts, templates::Catalogue::standard(), now))
    texts.push_back(queued_text(std::move(text), chance.next_id(), now));
  save_queued(connection, texts);
  connection.prepare("UPDATE digest SET told_at = ?, texts = ? WHERE day_from = ? AND club_id = ?")
      .add(now)
      .add(std::uint64_t{texts.size()})
      .add(day.from)
      .add(day.club->id)
      .update();
  connection.prepare("DELETE FROM miss_day WHERE club_id = ? AND day_from < ?")
      .add(day.club->id)
      .add(day.from - kMissesKept)
      .update();
  return texts.size();
}

}  // namespace

DigestTold tell_next_digest(Connection& connection, SystemChance& chance, const Directory& directory,
                            rules::Instant now, std::size_t passed_over) {
  const Known known = known_days(connection, digests_known_from(now));
  std::vector<DigestDay> days = untold_days(directory, known.told, now);
  if (days.empty()) return {.is_done = true};
  std::ranges::rotate(days, days.begin() + static_cast<std::ptrdiff_t>(passed_over % days.size()));
  begin_days(connection, days, known.begun);
  for (const DigestDay& day : days) {
    chance.reserve_ids(connection, static_cast<std::uint32_t>(day.club->cashiers.size()));
    if (lock_day(connection, day)) return {.texts = tell(connection, chance, day, now)};
  }
  return {.is_done = true};
}

void load_digest_policies(Connection& connection, std::vector<Club>& clubs) {
  Rows rows =
      connection
          .prepare(
              "SELECT club_id, told, hour, own_phone, purchases, split, split_minutes, refunds, voids,"
              " misses, club_misses, quiet, insights FROM digest_policy")
          .query();
  while (rows.next()) {
    const auto club = std::ranges::find(clubs, rows.u32(), &Club::id);
    if (club == clubs.end()) continue;
    DigestPolicy& policy = club->policy.digest;
    policy.when = static_cast<DigestWhen>(rows.u64());
    policy.hour = rows.u32();
    policy.own_phone = rows.u32();
    policy.purchases = rows.u32();
    policy.split = rows.u32();
    policy.split_minutes = rows.u32();
    policy.refunds = rows.u32();
    policy.voids = rows.u32();
    policy.misses = rows.u32();
    policy.club_misses = rows.u32();
    policy.quiet = rows.u32();
    policy.insights = rows.flag();
  }
}

void save_digest_policy(Connection& connection, ClubId club, const DigestPolicy& policy) {
  connection
      .prepare(
          "REPLACE INTO digest_policy (club_id, told, hour, own_phone, purchases, split, split_minutes,"
          " refunds, voids, misses, club_misses, quiet, insights) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
          " ?)")
      .add(club)
      .add(static_cast<std::uint32_t>(policy.when))
      .add(policy.hour)
      .add(policy.own_phone)
      .add(policy.purchases)
      .add(policy.split)
      .add(policy.split_minutes)
      .add(policy.refunds)
      .add(policy.voids)
      .add(policy.misses)
      .add(policy.club_misses)
      .add(policy.quiet)
      .add(policy.insights)
      .update();
}

}  // namespace peyk::store
