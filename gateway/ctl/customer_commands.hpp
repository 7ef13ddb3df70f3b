// peykctl lrfm: the bounds of a club's scores, reckoned now. peykctl customer tag: what it calls a member.
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

void describe_customers(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
