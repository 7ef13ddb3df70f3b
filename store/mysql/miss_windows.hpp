// Wrong tries of a branch's and a club's phones together (handlers/alarm.hpp): the table `miss_window`; and
// how many each made in a day: `miss_day`.
#pragma once

#include <map>
#include <set>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Those that `facts` have already are locked already. One that does not exist is made first: else two could
// begin it at the same moment, and one of their misses would not count.
void lock_miss_windows(Connection& connection, const std::set<handlers::MissKey>& keys,
                       handlers::Facts& facts);
// Counted on, of each who missed: for the digest of the day (store/mysql/digests.hpp). Under the locks above,
// so two never meet in a row.
void save_misses_of_day(Connection& connection, const std::map<handlers::NoteMiss, std::uint32_t>& missed);
void save_miss_windows(Connection& connection, const std::map<handlers::MissKey, rules::MissWindow>& windows);

}  // namespace peyk::store
