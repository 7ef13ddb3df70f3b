// What waits for one-time numbers (handlers/pending.hpp): the table `pending`, a row for a phone and a kind.
//
// A reply is read twice: without locks, to learn what confirming it wants to know; and locked, behind the
// cashiers and members that this names.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

std::vector<handlers::Pending> find_pendings(Connection& connection,
                                             const std::set<handlers::MemberKey>& phones);
// Of needs.pendings, needs.owners_pendings (whose codes are loaded) and needs.replies.
void lock_pendings(Connection& connection, const handlers::Needs& needs, handlers::Facts& facts);
// Each takes the place of what its phone had of its kind.
void save_pendings(Connection& connection,
                   const std::map<handlers::PendingKey, const handlers::Pending*>& pendings);

// Rows are kept so long after their time: a late or used number is known by them, and wrong ones are counted.
inline constexpr std::chrono::minutes kPendingsKept{15};
// Forgets at most `limit` of those that have been kept long enough; returns how many.
std::uint64_t forget_pendings(Connection& connection, rules::Instant now, std::uint32_t limit);

}  // namespace peyk::store
