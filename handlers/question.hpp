// Whose question a one-time number answers: a number alone may be the reply to any club of the line.
#pragma once

#include "handlers/decide.hpp"
#include "handlers/needs.hpp"

namespace peyk::handlers {

// When it is planned: the clubs whose questions it may answer.
void add_reply(Needs& needs, PlannedText& planned, bool by_name, const Setting& setting);
// When they have been read: what the answer wants to know. A wrong number counts wherever one is waited for.
void find_question(PlannedText& planned, Needs& needs, const Seen& seen, const Setting& setting);

}  // namespace peyk::handlers
