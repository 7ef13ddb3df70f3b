#include "gateway/line_purpose.hpp"

#include <algorithm>

namespace peyk::gateway {

bool may_say(const std::vector<LineOptions>& lines, std::string_view number, handlers::Lane lane) {
  const auto line = std::ranges::find(lines, number, &LineOptions::number);
  return lane != handlers::Lane::promo || (line != lines.end() && line->promo.line_may);
}

std::string promo_line(const std::vector<LineOptions>& lines) {
  const auto line = std::ranges::find_if(lines, [](const LineOptions& one) { return one.promo.line_may; });
  return line == lines.end() ? std::string() : line->number;
}

}  // namespace peyk::gateway
