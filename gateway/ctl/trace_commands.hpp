// The commands that follow something from its beginning: trace, trace message, trace phone.
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

// As describe_queue().
void describe_trace(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
