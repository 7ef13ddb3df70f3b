// Sets of whole numbers as ranges: sorted, apart from each other, none empty. What is asked of a measure by
// several conditions is reckoned with them, to see that something is left.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "handlers/rules/conditions.hpp"

namespace peyk::rules {

using Ranges = std::vector<Range>;

// Of ranges in any order, some of which may be empty or overlap.
Ranges united(std::span<const Range> ranges);
Ranges common(const Ranges& a, const Ranges& b);
// What lies in `whole` and in none of `ranges`.
Ranges without(const Range& whole, const Ranges& ranges);
bool contains(const Ranges& ranges, std::int64_t value);
// Whether any multiple of `every` (not 0) lies in them.
bool have_multiple(const Ranges& ranges, std::uint64_t every);

// The values of one measure that a condition on it allows, out of `whole`, its `every` left out of account.
Ranges allowed(const Condition& condition, const Range& whole);

}  // namespace peyk::rules
