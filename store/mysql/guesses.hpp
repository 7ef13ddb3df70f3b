// Wrong codes that members text, counted by phone as a cashier's are: a row for who has missed, none for
// others.
#pragma once

#include <map>
#include <set>

#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

void lock_guesses(Connection& connection, const std::set<handlers::MemberKey>& phones,
                  handlers::Facts& facts);
void save_guesses(Connection& connection, const std::map<handlers::MemberKey, rules::Attempts>& guesses);

}  // namespace peyk::store
