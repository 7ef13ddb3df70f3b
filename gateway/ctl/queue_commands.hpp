// The commands about what waits: queue, queue cancel, pause, resume.
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

// Adds them to `app`; the words go to `order`. Of two `commands` that are parsed together, the one that is
// meant comes first.
void describe_queue(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
