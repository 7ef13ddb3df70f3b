// When a club's night is: the quiet hour in which what is known of all its members is reckoned anew.
#pragma once

#include <optional>

#include "handlers/club.hpp"
#include "handlers/rules/behaviour.hpp"

namespace peyk::handlers {

inline constexpr int kNightHour = 3;  // of the club's clock

// The night of today, once its hour has come: before that, nothing. Who was away in that hour catches up
// during the day.
std::optional<rules::DayNumber> night_due(const Club& club, rules::Instant now);

}  // namespace peyk::handlers
