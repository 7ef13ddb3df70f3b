// peykctl gift: codes of a fixed value and life, to be given away; what became of them; taking back those
// that nobody has redeemed.
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

void describe_gift(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
