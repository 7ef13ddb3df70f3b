// peykctl offers replay: what a club file's programme would have given for the purchases on record.
//
//   file -> club -> recorded purchases, page by page -> handlers/replay.hpp -> figures of each offer
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

// A day of the club as it was typed, Jalali or Gregorian: its first instant, or the first after it; of
// nothing the epoch. Throws Trouble.
rules::Instant day_named(const std::string& typed, const handlers::Club& club, bool end);

// To be called after whoever else describes commands of "offers".
void describe_replay(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
