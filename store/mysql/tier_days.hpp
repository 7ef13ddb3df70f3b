// Tiers whose period is over (handlers/tier_day.hpp), in sets: standing, by the day on which it is looked at
// again -> its members locked -> decided -> saved.
//
// What must stay true: looked at under the lock of its member, a standing is not due any more; so whoever
// comes late, or at the same moment, changes nothing and tells nobody twice.
#pragma once

#include <cstdint>

#include "handlers/directory.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

inline constexpr std::uint32_t kTierSetMax = 200;  // members

struct TiersLooked {
  std::uint64_t members = 0, texts = 0;
  bool is_done = false;  // nobody else is due now
};

// The next set of one club. The caller commits. Throws SqlError.
TiersLooked look_at_tiers(Connection& connection, SystemChance& chance, const handlers::Directory& directory,
                          const handlers::Club& club, rules::Instant now, std::uint32_t limit = kTierSetMax);

}  // namespace peyk::store
