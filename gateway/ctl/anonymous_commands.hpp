// peykctl export customers --anonymous: how a club's customers buy, for analysts who may not know who they
// are.
//
//   customers, page by page -> handlers/anonymous.hpp -> pseudonyms -> CSV in the order of the pseudonyms
//
// In that order, since the order of joining would lead back. So all rows are held until the last is read:
// some 300 octets a member.
#pragma once

#include <vector>

#include "gateway/ctl/desk.hpp"

namespace peyk::gateway::ctl {

// To be called after whoever else describes commands of "export".
void describe_anonymous(CLI::App& app, Order& order, std::vector<Command>& commands);

}  // namespace peyk::gateway::ctl
