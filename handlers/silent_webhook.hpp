// A club's system that has taken no event for days is told no more, and the club's managers are told of that:
// whoever maintains it may have left long ago.
#pragma once

#include <chrono>
#include <map>
#include <string_view>
#include <vector>

#include "handlers/club.hpp"
#include "handlers/effects.hpp"
#include "templates/catalogue.hpp"

namespace peyk::handlers {

// The shortest time that all attempts of an event can take. Whoever was good within it is not silent.
inline constexpr std::chrono::hours kWebhookPatience{68};

// One text for each manager, by day. `languages`: of managers who are members, and have chosen.
std::vector<OutgoingText> webhook_given_up(const Club& club, std::string_view webhook,
                                           const std::map<PhoneNumber, Language>& languages,
                                           const templates::Catalogue& catalogue, rules::Instant now);

}  // namespace peyk::handlers
