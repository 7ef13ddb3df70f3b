// peykctl offers replay: what a club file's programme would have given for the purchases on record.
//
//   file -> club -> recorded purchases, page by page -> handlers/replay.hpp -> figures of each offer
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

// To be called after whoever else describes commands of "offers".
void describe_replay(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
