// What processes have used of the processors and of memory, as the kernel counts it.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <initializer_list>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>

namespace peyk::bench {

// User and system time of a process that still runs (proc(5), /proc/pid/stat, fields 14 and 15).
inline double cpu_seconds(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(in, line)) throw std::runtime_error("no process " + std::to_string(pid));
  std::istringstream after_name(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) after_name >> skipped;
  double user = 0, system = 0;
  after_name >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

inline double cpu_seconds(std::span<const pid_t> pids) {
  double all = 0;
  for (const pid_t pid : pids) all += cpu_seconds(pid);
  return all;
}

// Resident memory (VmRSS of /proc/pid/status), in MB of 1024 KB.
inline double resident_mb(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; in >> word;) {
    if (word != "VmRSS:") continue;
    double kb = 0;
    in >> kb;
    return kb / 1024;
  }
  throw std::runtime_error("no process " + std::to_string(pid));
}

}  // namespace peyk::bench
