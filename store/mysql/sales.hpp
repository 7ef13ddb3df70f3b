// Purchases that cashiers reported by text (handlers/buy.hpp): the table `cashier_sale`, a row beside the
// purchase's.
#pragma once

#include <map>
#include <vector>

#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Those of each cashier from then on.
void load_sales(Connection& connection, const std::map<handlers::MemberKey, rules::Instant>& wanted,
                handlers::Facts& facts);
void save_sales(Connection& connection, const std::vector<const handlers::Sale*>& sales);

}  // namespace peyk::store
