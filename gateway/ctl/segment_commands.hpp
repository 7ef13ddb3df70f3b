// peykctl segments: how many are in which of a club's segments now, who, why, and how that moved.
//
//   customers, page by page, without locks -> measures -> segments_of()
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

void describe_segments(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
