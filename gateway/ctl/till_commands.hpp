// The commands about the keys of tills: till create, list, rotate, revoke.
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

// As describe_queue().
void describe_till(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
