// A club of the database as a file: what `peykctl apply` finds no difference with. Pure.
//
// What must stay true: no secret and no PIN, not even its hash, is in it: what there is is kept.
#pragma once

#include <string>

#include "handlers/club.hpp"

namespace peyk::gateway::ctl {

std::string club_as_yaml(const handlers::Club& club);

}  // namespace peyk::gateway::ctl
