// peykctl: what an operator does by hand. One command line in, text out, an exit code; main only hands them
// over.
//
// docs/peykctl.md is its manual. What must stay true: no secret and no PIN in any output (but a
// till's new secret, once, in the answer to who had it made); whole phone numbers
// only where the operator has given that number; the same exit code for the same kind of trouble, as scripts
// rely on it.
//
// What commands work with is in desk.hpp; those about what waits are in queue_commands.cpp, those that follow
// a message in trace_commands.cpp, those about keys of tills in till_commands.cpp, the others in program.cpp.
// For a new command: its lines and its Command in the describe… function of its file, its section in
// docs/peykctl.md.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace peyk::gateway::ctl {

enum ExitCode : int {
  kDone = 0,
  kFound = 1,  // the check found something: the ledger is not balanced, no such member, an apply is refused
  kUsage = 2,  // the command line or a configuration file is wrong; nothing was touched
  kDatabase = 3,  // MySQL or Redis is away or refuses us, or the schema does not fit
};

// `arguments` without the program's name. The MySQL driver and libsodium must be initialised.
int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace peyk::gateway::ctl
