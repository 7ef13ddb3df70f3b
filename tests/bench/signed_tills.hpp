// Tills that report purchases to a gateway over HTTP: so many connections that are kept, on each the next
// signed purchase when the last is answered. Signed beforehand, and answers are hardly looked at: they must
// cost the machine next to nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/row_by_row.hpp"
#include "tests/kit/stack.hpp"

namespace peyk::bench {

// Whole requests: the members number `first` to `first + count`, whose phones follow each other from
// `first_phone`, each buy once. To be sent within the five minutes that a signature is good for.
std::vector<std::string> signed_purchases(const tests::Stack& stack, std::uint64_t first_phone,
                                          std::uint64_t first, std::uint64_t count);

// Throws std::runtime_error for an answer that is not 200.
Figure report(const tests::Stack& stack, int connections, const std::vector<std::string>& requests);

}  // namespace peyk::bench
