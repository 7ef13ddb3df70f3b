// A member as an operator sees her: for eyes, and as JSON for scripts.
#pragma once

#include <string>
#include <string_view>

#include "store/mysql/lookup.hpp"

namespace peyk::gateway::ctl {

// Lines for people. `time_zone` is the club's.
std::string member_as_text(const store::MemberFound& found, std::string_view time_zone);

// {"phone","club","card","language","balance","codes":[{"code","state","left","expires"}],
//  "lots":[{"origin","issued","remaining","expires"}],"redemptions":[…],"messages":[…]}; instants in UTC (RFC
//  3339).
std::string member_as_json(const store::MemberFound& found);

}  // namespace peyk::gateway::ctl
