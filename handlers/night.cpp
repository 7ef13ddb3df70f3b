#include "handlers/night.hpp"

#include "templates/dates.hpp"

namespace peyk::handlers {

std::optional<rules::DayNumber> night_due(const Club& club, rules::Instant now) {
  const std::chrono::sys_seconds clock = templates::clock_of(now, club.time_zone);
  const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(clock);
  if (clock < day + std::chrono::hours{kNightHour}) return std::nullopt;
  return static_cast<rules::DayNumber>(day.time_since_epoch().count());
}

}  // namespace peyk::handlers
