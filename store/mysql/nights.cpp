#include "store/mysql/nights.hpp"

#include <set>

#include "handlers/night.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr rules::DayNumber kNightsKept = 30;

using NightKey = std::pair<ClubId, rules::DayNumber>;

std::set<NightKey> nights_where(Connection& connection, const std::vector<NightKey>& due,
                                std::string_view condition) {
  std::set<NightKey> found;
  select_in(
      connection, "SELECT club_id, day FROM night WHERE " + std::string(condition) + "(club_id, day) IN (",
      "", 2, due, [](Statement& s, const NightKey& key) { s.add(key.first).add(key.second); },
      [&found](Rows& rows) {
        const ClubId club = rows.u32();
        found.emplace(club, static_cast<rules::DayNumber>(rows.i64()));
      });
  return found;
}

}  // namespace

std::optional<Night> next_night(Connection& connection, const Directory& directory, std::uint64_t claim,
                                rules::Instant now) {
  std::vector<NightKey> due, fresh;
  for (const Club& club : directory.clubs()) {
    if (const auto day = night_due(club, now)) due.emplace_back(club.id, *day);
  }
  const std::set<NightKey> begun = nights_where(connection, due, "");
  for (const NightKey& key : due) {
    if (!begun.contains(key)) fresh.push_back(key);
  }
  insert_set(connection, "INSERT IGNORE INTO night (club_id, day) VALUES ", 2, fresh,
             [](Statement& s, const NightKey& key) { s.add(key.first).add(key.second); });
  connection.commit();
  const std::set<NightKey> done = nights_where(connection, due, "done_at IS NOT NULL AND ");
  for (const NightKey& key : due) {
    if (done.contains(key)) continue;
    const std::uint64_t taken =
        connection
            .prepare(
                "UPDATE night SET claim = ?, claimed_until = ? WHERE club_id = ? AND day = ? AND"
                " done_at IS NULL AND (claimed_until IS NULL OR claimed_until <= ?)")
            .add(claim)
            .add(now + kNightClaim)
            .add(key.first)
            .add(key.second)
            .add(now)
            .update();
    if (taken == 1) return Night{key.first, key.second, claim};
  }
  return std::nullopt;
}

void put_night_off(Connection& connection, const Night& night, rules::Instant until) {
  connection
      .prepare(
          "UPDATE night SET claimed_until = ? WHERE club_id = ? AND day = ? AND claim = ? AND done_at IS "
          "NULL")
      .add(until)
      .add(night.club)
      .add(night.day)
      .add(night.claim)
      .update();
}

bool keep_night(Connection& connection, const Night& night, rules::Instant now) {
  put_night_off(connection, night, now + kNightClaim);
  Rows rows =
      connection
          .prepare("SELECT 1 FROM night WHERE club_id = ? AND day = ? AND claim = ? AND done_at IS NULL")
          .add(night.club)
          .add(night.day)
          .add(night.claim)
          .query();
  return rows.next();
}

void end_night(Connection& connection, const Night& night, rules::Instant now) {
  connection.prepare("UPDATE night SET done_at = ? WHERE club_id = ? AND day = ? AND claim = ?")
      .add(now)
      .add(night.club)
      .add(night.day)
      .add(night.claim)
      .update();
  connection.prepare("DELETE FROM night WHERE club_id = ? AND day < ?")
      .add(night.club)
      .add(night.day - kNightsKept)
      .update();
}

}  // namespace peyk::store
