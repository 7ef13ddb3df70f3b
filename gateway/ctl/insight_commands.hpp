// peykctl insights: what sells best, to whom and when, how large a basket is, who brings most of it.
//
//   days of the club -> store/mysql/insights.hpp -> a table for eyes, or JSON
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

void describe_insights(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
