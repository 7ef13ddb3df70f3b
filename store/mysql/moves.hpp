// Credit moves: what a member wanted moved, as a whole. Their entries are the ledger's.
#pragma once

#include <span>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Under the locks of the members; those who are not in `facts` moved nothing.
void load_moves(Connection& connection, const handlers::Needs& needs, handlers::Facts& facts);
// Who got these transfers: to be locked with those who made them. Read without locks.
void find_recipients(Connection& connection, const std::map<handlers::MemberKey, rules::Instant>& transfers,
                     std::set<handlers::MemberId>& found);
void save_moves(Connection& connection, std::span<const handlers::CreditMove* const> moves);

}  // namespace peyk::store
