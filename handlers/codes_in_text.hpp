// Numbers in somebody's words that may be codes: of a manager's letter, of a text that is to be sent anew.
#pragma once

#include <string_view>
#include <vector>

#include "handlers/rules/codes.hpp"

namespace peyk::handlers {

// Numbers of as many digits as a code has, in any digit family. At most kNumbersInTextMax.
inline constexpr std::size_t kNumbersInTextMax = 100;
std::vector<rules::CodeNumber> numbers_like_codes(std::string_view text);

}  // namespace peyk::handlers
