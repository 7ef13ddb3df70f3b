// Lanes by the words that people type, in the order in which they leave (handlers::Lane).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/lane.hpp"

namespace peyk::gateway {

std::vector<std::string> lane_words();

// nullopt: no lane is called so.
std::optional<handlers::Lane> lane_named(std::string_view word);

}  // namespace peyk::gateway
