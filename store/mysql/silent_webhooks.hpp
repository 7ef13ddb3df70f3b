// Endpoints that have taken nothing for days (handlers/silent_webhook.hpp): disabled as one that is gone, and
// their clubs' managers written to, in one transaction.
#pragma once

#include <map>
#include <set>
#include <string>

#include "store/mysql/chance.hpp"
#include "store/mysql/webhooks.hpp"

namespace peyk::store {

// `suspects`: an event for each was given up just now, and what it said at last. Which of them were disabled,
// here and not by another gateway. The caller commits. Throws SqlError.
std::set<EndpointId> disable_silent(Connection& connection, SystemChance& chance,
                                    const std::map<EndpointId, std::string>& suspects, rules::Instant now);

}  // namespace peyk::store
