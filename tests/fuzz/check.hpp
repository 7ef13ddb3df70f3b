// What the targets assert with. An exception that nobody catches stops the fuzzer, and fails a test that feeds
// the target its corpus.
#pragma once

#include <stdexcept>

namespace peyk::tests::fuzz {

inline void expect(bool holds) {
  if (!holds) throw std::logic_error("a promise of the fuzz target is broken");
}

}  // namespace peyk::tests::fuzz
