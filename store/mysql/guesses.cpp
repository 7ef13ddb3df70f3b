#include "store/mysql/guesses.hpp"

#include "store/mysql/sets.hpp"

namespace peyk::store {

using namespace handlers;

void lock_guesses(Connection& connection, const std::set<MemberKey>& phones, Facts& facts) {
  select_in(
      connection,
      "SELECT club_id, phone, misses, miss_window_at, locked_until FROM code_guess WHERE (club_id, phone) IN "
      "(",
      "ORDER BY club_id, phone FOR UPDATE", 2, phones,
      [](Statement& s, const MemberKey& key) { s.add(key.club).add(key.phone); },
      [&facts](Rows& rows) {
        MemberKey key;
        key.club = rows.u32();
        key.phone = rows.u64();
        rules::Attempts row;
        row.misses = rows.u32();
        row.window_started_at = rows.instant();
        row.locked_until = rows.instant();
        facts.load_attempts(key, row);
      });
}

void save_guesses(Connection& connection, const std::map<MemberKey, rules::Attempts>& guesses) {
  upsert_set(connection,
             "INSERT INTO code_guess (club_id, phone, misses, miss_window_at, locked_until) VALUES ",
             "misses = VALUES(misses), miss_window_at = VALUES(miss_window_at),"
             " locked_until = VALUES(locked_until)",
             5, guesses, [](Statement& s, const auto& one) {
               const rules::Attempts& row = one.second;
               s.add(one.first.club).add(one.first.phone).add(row.misses);
               s.add(row.window_started_at).add(row.locked_until);
             });
}

}  // namespace peyk::store
