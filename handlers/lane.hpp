// The four classes of what is sent, and their order.
#pragma once

#include <cstdint>

namespace peyk::handlers {

// Lanes in the order in which they leave.
enum class Lane : std::uint8_t { urgent = 0, reply = 1, notice = 2, promo = 3 };
inline constexpr std::uint8_t kLanes = 4;

}  // namespace peyk::handlers
