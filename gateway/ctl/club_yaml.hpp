// A club of the database as a file: what `peykctl apply` finds no difference with. Pure.
//
// What must stay true: no secret and no PIN, not even its hash, is in it: what there is is kept.
#pragma once

#include <string>
#include <vector>

#include "handlers/club.hpp"
#include "handlers/events.hpp"

namespace peyk::gateway::ctl {

std::string club_as_yaml(const handlers::Club& club, const std::vector<handlers::Webhook>& webhooks);

}  // namespace peyk::gateway::ctl
