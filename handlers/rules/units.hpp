// Quantities of the domain. Integers only: a float never touches money.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <stdexcept>

namespace peyk::rules {

// UTC, as stored: DATETIME(6) in MySQL.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

// An amount in the club's smallest currency unit (rial for IRR). The bound keeps every sum of two amounts,
// and every product with a share in basis points, inside 64 bits.
using Amount = std::int64_t;
inline constexpr Amount kAmountMax =
    100'000'000'000'000;  // 10^14 rial: above any invoice, far below 2^63 / 10^4

// A share in hundredths of a percent: 500 is 5 %.
using BasisPoints = std::int32_t;
inline constexpr BasisPoints kWholeBasisPoints = 10'000;

// floor(amount * share): rounding is always down, so splitting an invoice never earns more (invariant I27).
constexpr Amount share_of(Amount amount, BasisPoints share) {
  if (amount < 0 || amount > kAmountMax || share < 0 || share > kWholeBasisPoints) {
    throw std::out_of_range("share_of: amount or share outside its range");
  }
  return amount * share / kWholeBasisPoints;
}

}  // namespace peyk::rules
