// What operators decided of the way out, told to each line: their pauses, and the weights of its clubs. Pure.
#pragma once

#include <span>
#include <string_view>

#include "handlers/directory.hpp"
#include "store/mysql/pauses.hpp"
#include "store/redis/lanes.hpp"

namespace peyk::gateway {

// `line`: its number.
store::Government government_of(std::string_view line, std::span<const store::Pause> pauses,
                                const handlers::Directory& directory);

}  // namespace peyk::gateway
