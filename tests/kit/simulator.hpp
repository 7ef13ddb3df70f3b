// peyk-sim as a process of a test's own, on ports that it chose, with account peyk:secret.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/control_client.hpp"
#include "tests/kit/paths.hpp"
#include "tests/kit/process.hpp"

namespace peyk::tests {

class Simulator {
 public:
  // `more`: options of peyk-sim besides the ports and the account. Throws std::runtime_error with what it
  // printed when it does not listen.
  explicit Simulator(std::vector<std::string> more = {});

  std::uint16_t smpp_port() const { return smpp_port_; }
  std::uint16_t control_port() const { return control_port_; }
  sim::ControlClient& control() { return *control_; }
  // Another connection to the control port, for another thread.
  sim::ControlClient new_control() const;
  // SIGTERM, as a person would; what it exits with.
  ExitStatus stop() { return process_.stop(std::chrono::seconds(20)); }
  // What it has printed so far.
  std::string output() const { return process_.output(); }

 private:
  TempDir dir_;
  Process process_;
  std::uint16_t smpp_port_ = 0, control_port_ = 0;
  std::optional<sim::ControlClient> control_;
};

}  // namespace peyk::tests
