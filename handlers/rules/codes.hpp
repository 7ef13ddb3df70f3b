// The 7-digit code: a bearer's name for one lot of credit.
//
// A code is worth what is left in its lot, so the sum of a member's codes can never exceed her credit and a
// partial redemption needs no second counter. Codes carry no check digit: one would make guessing easier.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace peyk::rules {

using CodeNumber = std::uint32_t;
inline constexpr CodeNumber kCodeMin = 1'000'000;  // the first digit is never 0
inline constexpr CodeNumber kCodeMax = 9'999'999;
inline constexpr std::uint32_t kCodeQuarantineDays = 90;  // an ended code is not issued again before

// `random` is 64 fresh bits of a cryptographic generator; the bias of the reduction is below 2^-40.
constexpr CodeNumber code_from_random(std::uint64_t random) {
  return kCodeMin + static_cast<CodeNumber>(random % (kCodeMax - kCodeMin + 1));
}

// Exactly seven ASCII digits, the first not 0.
constexpr std::optional<CodeNumber> parse_code(std::string_view text) {
  if (text.size() != 7 || text.front() == '0') return std::nullopt;
  CodeNumber code = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    code = code * 10 + static_cast<CodeNumber>(c - '0');
  }
  return code;
}

}  // namespace peyk::rules
