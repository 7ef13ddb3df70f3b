#include "tests/kit/simulator.hpp"

#include <cstdio>
#include <stdexcept>

namespace peyk::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kSimulatorWithin{120};  // a sanitizer's build on a busy machine

std::vector<std::string> command_line(const std::vector<std::string>& more) {
  std::vector<std::string> argv{(binary_dir() / "sim/peyk-sim").string(),
                                "--smpp-port",
                                "0",
                                "--control-port",
                                "0",
                                "--account",
                                "peyk:secret"};
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

}  // namespace

Simulator::Simulator(std::vector<std::string> more)
    : process_({.argv = command_line(more), .output = dir_.path() / "sim.log"}) {
  std::string printed;
  bool listens = false;
  eventually(kSimulatorWithin, [&] {
    const bool ended = !process_.running();
    printed = process_.output();
    const auto line = printed.find("smpp=");
    listens = line != std::string::npos && printed.find('\n', line) != std::string::npos &&
              std::sscanf(printed.c_str() + line, "smpp=%hu control=%hu", &smpp_port_, &control_port_) == 2;
    return listens || ended;
  });
  if (!listens) throw std::runtime_error("peyk-sim does not listen:\n" + printed);
  control_.emplace("127.0.0.1", control_port_, 60s);
}

sim::ControlClient Simulator::new_control() const {
  return {"127.0.0.1", control_port_, 180s};
}

}  // namespace peyk::tests
