#include "gateway/lane_words.hpp"

#include "gateway/outbound_line.hpp"

namespace peyk::gateway {

std::vector<std::string> lane_words() {
  std::vector<std::string> all;
  for (std::size_t lane = 0; lane < store::kLanes; ++lane)
    all.emplace_back(words(static_cast<handlers::Lane>(lane)));
  return all;
}

std::optional<handlers::Lane> lane_named(std::string_view word) {
  for (std::size_t lane = 0; lane < store::kLanes; ++lane) {
    if (words(static_cast<handlers::Lane>(lane)) == word) return static_cast<handlers::Lane>(lane);
  }
  return std::nullopt;
}

}  // namespace peyk::gateway
