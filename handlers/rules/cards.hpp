// The membership number: 16 digits, the last a Luhn check digit, printable as a barcode.
#pragma once

#include <cstdint>

namespace peyk::rules {

// Starts with 9: no bank card does (ISO/IEC 7812 leaves 9 to national use), so nobody takes one for the
// other.
constexpr std::uint64_t card_from_random(std::uint64_t random) {
  const std::uint64_t payload = 900'000'000'000'000 + random % 100'000'000'000'000;  // 15 digits
  std::uint64_t rest = payload;
  unsigned sum = 0;
  for (bool doubled = true; rest != 0; rest /= 10, doubled = !doubled) {
    const auto digit = static_cast<unsigned>(rest % 10);
    const unsigned twice = digit * 2;
    sum += !doubled ? digit : twice > 9 ? twice - 9 : twice;
  }
  return payload * 10 + (10 - sum % 10) % 10;
}

constexpr bool card_is_valid(std::uint64_t card) {
  unsigned sum = 0;
  bool doubled = false;
  unsigned digits = 0;
  for (; card != 0; card /= 10, doubled = !doubled, ++digits) {
    const auto digit = static_cast<unsigned>(card % 10);
    const unsigned twice = digit * 2;
    sum += !doubled ? digit : twice > 9 ? twice - 9 : twice;
  }
  return digits == 16 && sum % 10 == 0;
}

}  // namespace peyk::rules
