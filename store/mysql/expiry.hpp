// The sweep: what was left in a lot when its time was over leaves the member's balance, by an entry in the
// ledger.
//
//   lot_due, in order of expiry -> members locked -> lots read again -> entries, balances, codes -> row gone
//
// Nobody waits for it and nothing depends on it: decisions judge expiry by the clock
// (handlers/rules/redeem.hpp), so that it can run at any time, late, twice, or in several gateways at once,
// and no text shows whether it has.
//
// Must stay true: whatever puts credit into a lot calls list_due, also when the lot's time is over by then (a
// redemption that is undone late); everything is read again under the lock of its member; a set is one
// transaction. Members whose rows somebody holds are passed over and come round again: the sweep never waits
// for traffic, nor does traffic wait for longer than a set takes.
#pragma once

#include <map>
#include <span>

#include "handlers/club.hpp"
#include "handlers/rules/units.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::handlers {
struct Lot;
}

namespace peyk::store {

inline constexpr std::uint32_t kExpirySetMax = 500;  // lots

struct Expired {
  std::uint64_t lots = 0;  // that had something left
  std::map<handlers::ClubId, rules::Amount> amounts;
  std::uint64_t looked_at = 0;          // 0 or less than asked for: nothing more is due
  std::chrono::microseconds behind{0};  // since when the first of them was due
};
// One set of at most `lots_max` (up to kExpirySetMax) lots. The caller commits; ids are taken before, in a
// transaction of their own. Throws SqlError.
Expired expire_due(Connection& connection, SystemChance& chance, rules::Instant now, std::uint32_t lots_max);

// The latest instant that the ledger has; the epoch: it is empty.
rules::Instant latest_entry(Connection& connection);

// These lots are to be looked at when they expire. Harmless for those that are listed already.
void list_due(Connection& connection, std::span<const handlers::Lot* const> lots);

}  // namespace peyk::store
