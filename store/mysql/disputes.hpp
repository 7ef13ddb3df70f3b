// Redemptions that members say were not theirs (handlers/dispute.hpp): the table `dispute`.
#pragma once

#include <map>
#include <vector>

#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Under the locks of their members: of each the latest redemption that stands, from then on.
void load_disputable(Connection& connection, const std::map<handlers::MemberKey, rules::Instant>& wanted,
                     handlers::Facts& facts);
void save_disputes(Connection& connection, const std::vector<const handlers::Dispute*>& disputes);

}  // namespace peyk::store
