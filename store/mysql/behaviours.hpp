// How members buy, as stored integers, and the purchases that they are the fold of (invariant I44).
//
// A row that has purchases but no visits is of before behaviour was kept, one that has visits but no last
// basket of before that was: it is folded when its member buys again, or by fold_old_behaviours(), whichever
// comes first.
#pragma once

#include <set>
#include <span>

#include "handlers/directory.hpp"
#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Of `behaviour b`, and as they are read: all but the hours, which are asked for by few.
inline constexpr const char* kHabitColumns =
    "b.purchases, b.visits, b.first_day, b.last_day, b.spent, b.gap_squares, b.recent, b.last_spent";
rules::Behaviour read_habits(Rows& rows);

// Under the lock of the members. Visits are loaded of those who may buy before their last day, whose row is
// still to be folded, or of whom `refunded` says that something is given back.
void load_behaviours(Connection& connection, const handlers::Needs& needs,
                     const std::set<handlers::MemberId>& refunded, handlers::Facts& facts);

// Of several for one row the last counts.
using BehaviourRows =
    std::map<std::pair<handlers::MemberId, handlers::BranchNo>, const handlers::SetBehaviour*>;
void save_behaviours(Connection& connection, const BehaviourRows& rows);

struct FoldedBehaviours {
  std::uint64_t members = 0;     // folded now
  handlers::MemberId after = 0;  // where to go on; 0: that was all
};
// Looks at up to `limit` members after `after`, in the order of their numbers, and folds those that are still
// to be folded. The caller commits. Throws SqlError.
FoldedBehaviours fold_old_behaviours(Connection& connection, const handlers::Directory& directory,
                                     handlers::MemberId after, std::uint32_t limit);

}  // namespace peyk::store
