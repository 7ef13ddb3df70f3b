#include "gateway/line_health.hpp"

#include <algorithm>

#include "gateway/lane_words.hpp"
#include "gateway/outbound_line.hpp"

namespace peyk::gateway {
namespace {

using Scope = store::Pause::Scope;

bool can_submit(Carriers& carriers, const std::string& name) {
  const Carrier* carrier = carriers.find(name);
  return carrier != nullptr && carrier->can_submit();
}

bool is_paused(std::span<const store::Pause> pauses, Scope scope, std::string_view line,
               std::uint32_t subject) {
  return std::ranges::any_of(pauses, [&](const store::Pause& pause) {
    return pause.scope == scope && pause.line == line && pause.subject == subject;
  });
}

}  // namespace

LineHealth line_health(const handlers::Club& club, std::span<const LineOptions> lines, Carriers& carriers,
                       Metrics& metrics, std::span<const store::Pause> pauses) {
  LineHealth health;
  const auto line = std::ranges::find(lines, club.line, &LineOptions::number);
  if (line == lines.end()) return health;
  health.served = true;
  health.bound = can_submit(carriers, line->carrier) ||
                 std::ranges::any_of(line->alternate_carriers,
                                     [&](const std::string& name) { return can_submit(carriers, name); });
  health.paused = is_paused(pauses, Scope::line, club.line, 0) || is_paused(pauses, Scope::club, "", club.id);
  for (const std::string& word : lane_words()) {
    const handlers::Lane lane = *lane_named(word);
    const auto gauge = [&](std::string_view name) {
      return metrics.gauge(name, {{"line", club.line}, {"lane", word}}).value();
    };
    health.lanes.push_back(
        {.lane = lane,
         .waiting = static_cast<std::uint64_t>(gauge("peyk_queue_depth")),
         .oldest_seconds = gauge("peyk_queue_oldest_seconds"),
         .paused = is_paused(pauses, Scope::lane, club.line, static_cast<std::uint32_t>(lane))});
  }
  return health;
}

}  // namespace peyk::gateway
