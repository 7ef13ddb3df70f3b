#include "store/mysql/expiry.hpp"

#include <cassert>

#include "handlers/facts.hpp"
#include "store/mysql/codes.hpp"
#include "store/mysql/events.hpp"
#include "store/mysql/sets.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

struct Due {
  rules::Instant expires_at{};
  LotId lot = 0;
};


std::vector<Due> read_due(Connection& connection, rules::Instant now, std::uint32_t limit) {
  std::vector<Due> due;
  Rows rows = connection
                  .prepare(
                      "SELECT expires_at, lot_id FROM lot_due WHERE expires_at <= ?"
                      " ORDER BY expires_at, lot_id LIMIT ?")
                  .add(now)
                  .add(limit)
                  .query();
  while (rows.next()) {
    const rules::Instant expires_at = rows.instant();
    due.push_back({expires_at, rows.u64()});
  }
  return due;
}

// Whose they are, without locks: a lot never changes its owner.
std::map<LotId, MemberId> owners_of(Connection& connection, const std::vector<LotId>& lots) {
  std::map<LotId, MemberId> owners;
  select_in(connection, "SELECT lot_id, member_id FROM lot WHERE lot_id IN (", "", 1, lots, bind_id,
            [&owners](Rows& rows) {
              const LotId lot = rows.u64();
              owners[lot] = rows.u64();
            });
  return owners;
}

std::set<MemberId> lock_those_at_rest(Connection& connection, const std::set<MemberId>& members) {
  std::set<MemberId> locked;
  select_in(connection, "SELECT member_id FROM member WHERE member_id IN (",
            "ORDER BY member_id FOR UPDATE SKIP LOCKED", 1, members, bind_id,
            [&locked](Rows& rows) { locked.insert(rows.u64()); });
  return locked;
}

// Under the lock of their owners.
std::vector<LedgerEntry> entries_for(Connection& connection, SystemChance& chance,
                                     const std::vector<LotId>& lots, rules::Instant now) {
  std::map<LotId, LedgerEntry> entries;  // a lot once, though a padded set may name it twice
  select_in(connection,
            "SELECT lot_id, club_id, member_id, remaining FROM lot WHERE remaining > 0 AND lot_id IN (", "",
            1, lots, bind_id, [&](Rows& rows) {
              LedgerEntry entry{.kind = rules::EntryKind::expire, .at = now};
              entry.lot = rows.u64();
              entry.club = rows.u32();
              entry.member = rows.u64();
              entry.amount = rows.i64();
              entries.emplace(entry.lot, entry);
            });
  std::vector<LedgerEntry> all;
  for (auto& [lot, entry] : entries) {
    entry.id = chance.next_id();
    all.push_back(entry);
  }
  return all;
}

// Balances before lots: what is taken from them is what the lots still have.
void take(Connection& connection, const std::vector<LotId>& lots) {
  change_in(
      connection,
      "UPDATE member m JOIN (SELECT member_id, SUM(remaining) AS lapsed FROM lot WHERE lot_id IN (",
      " GROUP BY member_id) l ON l.member_id = m.member_id SET m.balance = m.balance - l.lapsed", 1, lots,
      [](Statement&) {}, bind_id);
  update_in(connection, "UPDATE lot SET remaining = 0 WHERE lot_id IN (", lots);
}

// The codes of these lots end with them.
void end_codes(Connection& connection, const std::vector<LotId>& lots) {
  std::map<CodeId, EndedCode> ended;
  select_in(
      connection,
      "SELECT c.code_id, l.expires_at FROM code c JOIN lot l ON l.lot_id = c.lot_id WHERE c.state = 1 AND"
      " c.lot_id IN (",
      "", 1, lots, bind_id, [&ended](Rows& rows) {
        EndedCode code{.id = rows.u64(), .state = CodeState::expired};
        code.at = rows.instant();
        ended.emplace(code.id, code);
      });
  std::vector<EndedCode> codes;
  for (const auto& [id, code] : ended) codes.push_back(code);
  save_ended_codes(connection, codes);
}

void strike(Connection& connection, const std::vector<Due>& done) {
  change_in(
      connection, "DELETE FROM lot_due WHERE (expires_at, lot_id) IN (", "", 2, done, [](Statement&) {},
      [](Statement& s, const Due& due) { s.add(due.expires_at).add(due.lot); });
}

}  // namespace

Expired expire_due(Connection& connection, SystemChance& chance, rules::Instant now, std::uint32_t lots_max) {
  assert(lots_max > 0 && lots_max <= kExpirySetMax);
  chance.reserve_ids(connection, lots_max);
  std::vector<Due> due = read_due(connection, now, lots_max);
  if (due.empty()) return {};
  Expired expired{.looked_at = due.size(), .behind = now - due.front().expires_at};

  std::vector<LotId> lots;
  for (const Due& one : due) lots.push_back(one.lot);
  const std::map<LotId, MemberId> owners = owners_of(connection, lots);
  std::set<MemberId> members;
  for (const auto& [lot, member] : owners) members.insert(member);
  const std::set<MemberId> locked = lock_those_at_rest(connection, members);
  const auto busy = [&](LotId lot) {
    const auto owner = owners.find(lot);
    return owner != owners.end() && !locked.contains(owner->second);
  };
  std::erase_if(lots, busy);
  std::erase_if(due, [&busy](const Due& one) { return busy(one.lot); });
  if (lots.empty()) return expired;

  const std::vector<LedgerEntry> entries = entries_for(connection, chance, lots, now);
  save_entries(connection, entries);
  take(connection, lots);
  end_codes(connection, lots);
  strike(connection, due);
  tell_of_expired(connection, entries);
  expired.lots = entries.size();
  for (const LedgerEntry& entry : entries) expired.amounts[entry.club] += entry.amount;
  return expired;
}

rules::Instant latest_entry(Connection& connection) {
  rules::Instant latest{};
  Rows rows = connection.prepare("SELECT MAX(at) FROM ledger_entry GROUP BY club_id").query();
  while (rows.next()) latest = std::max(latest, rows.instant());
  return latest;
}

void list_due(Connection& connection, std::span<const Lot* const> lots) {
  upsert_set(connection, "INSERT INTO lot_due (expires_at, lot_id) VALUES ", "lot_id = VALUES(lot_id)", 2,
             lots, [](Statement& s, const Lot* lot) { s.add(lot->expires_at).add(lot->id); });
}

}  // namespace peyk::store
