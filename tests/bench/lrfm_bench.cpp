// lrfm: what it takes to score a club anew.
#include "tests/bench/quintiles.hpp"

int main() {
  peyk::bench::print_quintiles(1'000'000, "1m");
  peyk::bench::print_quintiles(10'000'000, "10m");
}
