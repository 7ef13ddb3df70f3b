// peykctl offers effect: how those buy who may have an offer, beside those who are held out of it.
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

// Behind describe_offers.
void describe_effect(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
