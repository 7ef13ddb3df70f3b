// Numbers of rows, by what they name.
#pragma once

#include <cstdint>

namespace peyk::handlers {

using MemberId = std::uint64_t;
using LotId = std::uint64_t;
using CodeId = std::uint64_t;
using MoveId = std::uint64_t;
using HoldId = std::uint64_t;
using OfferId = std::uint32_t;

}  // namespace peyk::handlers
