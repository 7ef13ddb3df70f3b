// Wrong tries of a branch's and a club's phones together (handlers/alarm.hpp): the table `miss_window`.
#pragma once

#include <map>
#include <set>

#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Those that `facts` have already are locked already. One that does not exist is made first: else two could
// begin it at the same moment, and one of their misses would not count.
void lock_miss_windows(Connection& connection, const std::set<handlers::MissKey>& keys,
                       handlers::Facts& facts);
void save_miss_windows(Connection& connection, const std::map<handlers::MissKey, rules::MissWindow>& windows);

}  // namespace peyk::store
