// Credit moves: what a member wanted moved, as a whole. Their entries are the ledger's.
#pragma once

#include <span>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Under the locks of the members; those who are not in `facts` moved nothing.
void load_moves(Connection& connection, const std::map<handlers::MemberKey, rules::Instant>& since,
                handlers::Facts& facts);
void save_moves(Connection& connection, std::span<const handlers::CreditMove* const> moves);

}  // namespace peyk::store
