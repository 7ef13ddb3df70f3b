// Runs another program to its end and hands back what it printed: how the demo asks peykctl.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace peyk::sim {

struct ProgramResult {
  int exit_code = -1;  // -1: killed, by the deadline or otherwise
  std::string output;  // standard output; errors go where ours go
};

// `arguments[0]` is the path. Throws std::system_error when no process can be made; a path that cannot be
// executed is exit code 127. Killed after `timeout`; more than 16 MiB of output is cut off.
ProgramResult run_program(const std::vector<std::string>& arguments, std::chrono::milliseconds timeout);

}  // namespace peyk::sim
