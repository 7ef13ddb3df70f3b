#include "handlers/codes_in_text.hpp"

#include <algorithm>

#include "templates/fold.hpp"

namespace peyk::handlers {

std::vector<rules::CodeNumber> numbers_like_codes(std::string_view text) {
  const std::string plain = templates::fold(text);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<rules::CodeNumber> numbers;
  for (auto at = plain.begin(); at != plain.end() && numbers.size() < kNumbersInTextMax;) {
    const auto first = std::find_if(at, plain.end(), is_digit);
    const auto end = std::find_if_not(first, plain.end(), is_digit);
    if (const auto code = rules::parse_code({first, end})) numbers.push_back(*code);
    at = end;
  }
  return numbers;
}

}  // namespace peyk::handlers
