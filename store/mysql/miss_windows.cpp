#include "store/mysql/miss_windows.hpp"

#include "store/mysql/sets.hpp"

namespace peyk::store {

using namespace handlers;

namespace {

constexpr const char* kInsert =
    "INSERT INTO miss_window (club_id, branch_no, misses, started_at, told) VALUES ";

}  // namespace

void lock_miss_windows(Connection& connection, const std::set<MissKey>& keys, Facts& facts) {
  std::set<MissKey> wanted;
  for (const MissKey& key : keys) {
    if (!facts.has_miss_window(key)) wanted.insert(key);
  }
  if (wanted.empty()) return;
  const rules::Instant long_ago = rules::Instant{} + std::chrono::seconds{1};
  upsert_set(connection, kInsert, "branch_no = VALUES(branch_no)", 5, wanted,
             [long_ago](Statement& s, const MissKey& key) {
               s.add(key.club).add(key.branch).add(0U).add(long_ago).add(false);
             });
  select_in(
      connection,
      "SELECT club_id, branch_no, misses, started_at, told FROM miss_window WHERE (club_id, branch_no) IN (",
      "ORDER BY club_id, branch_no FOR UPDATE", 2, wanted,
      [](Statement& s, const MissKey& key) { s.add(key.club).add(key.branch); },
      [&facts](Rows& rows) {
        MissKey key;
        key.club = rows.u32();
        key.branch = rows.u32();
        rules::MissWindow row{.misses = rows.u32()};
        row.started_at = rows.instant();
        row.told = rows.flag();
        facts.load(key, row);
      });
}

void save_misses_of_day(Connection& connection, const std::map<NoteMiss, std::uint32_t>& missed) {
  for (const auto& [who, misses] : missed) {
    connection
        .prepare(
            "INSERT INTO miss_day (club_id, day_from, branch_no, cashier_phone, till_key, misses)"
            " VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE misses = misses + VALUES(misses)")
        .add(who.club)
        .add(who.day_from)
        .add(who.branch)
        .add(who.cashier)
        .add(who.till)
        .add(misses)
        .run();
  }
}

void save_miss_windows(Connection& connection, const std::map<MissKey, rules::MissWindow>& windows) {
  upsert_set(connection, kInsert,
             "misses = VALUES(misses), started_at = VALUES(started_at), told = VALUES(told)", 5, windows,
             [](Statement& s, const auto& one) {
               s.add(one.first.club).add(one.first.branch).add(one.second.misses);
               s.add(one.second.started_at).add(one.second.told);
             });
}

}  // namespace peyk::store
