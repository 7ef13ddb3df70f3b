// peykctl: the operator's tool. See gateway/ctl/program.hpp and docs/peykctl.md.
#include <cstdio>
#include <exception>
#include <iostream>

#include "gateway/ctl/program.hpp"
#include "gateway/pins.hpp"
#include "store/mysql/connection.hpp"

int main(int argc, char** argv) {
  try {
    peyk::gateway::initialise_sodium();
    peyk::store::initialise_mysql_driver();
    return peyk::gateway::ctl::run({argv + 1, argv + argc}, std::cout, std::cerr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peykctl: %s\n", error.what());
    return peyk::gateway::ctl::kDatabase;
  }
}
