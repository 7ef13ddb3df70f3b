// What staff did by text. Purchases that cashiers reported (handlers/buy.hpp): the table `cashier_sale`, a
// row beside the purchase's. Texts that managers wrote to members (handlers/tell.hpp): `manager_letter`.
#pragma once

#include <map>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Those of each cashier from then on.
void load_sales(Connection& connection, const std::map<handlers::MemberKey, rules::Instant>& wanted,
                handlers::Facts& facts);
void save_sales(Connection& connection, const std::vector<const handlers::Sale*>& sales);

// How many each manager wrote from then on.
void load_letters(Connection& connection, const std::map<handlers::MemberKey, rules::Instant>& wanted,
                  handlers::Facts& facts);
void save_letters(Connection& connection, const std::vector<const handlers::RecordLetter*>& letters);

}  // namespace peyk::store
