#include "gateway/line_purpose.hpp"

#include <algorithm>

namespace peyk::gateway {

bool may_say(const std::vector<LineOptions>& lines, std::string_view number, handlers::Lane lane) {
  const auto line = std::ranges::find(lines, number, &LineOptions::number);
  return lane != handlers::Lane::promo || (line != lines.end() && line->promo.line_may);
}

}  // namespace peyk::gateway
