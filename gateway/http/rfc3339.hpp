// Instants as machines write them: RFC 3339, 5.6. "2026-01-05T10:15:00+03:30", "2026-01-05T06:45:00.25Z".
#pragma once

#include <optional>
#include <string_view>

#include "handlers/rules/units.hpp"

namespace peyk::gateway {

// Strict: a zone is required, no blanks. Digits of the fraction beyond microseconds are dropped. A leap
// second is the first instant of the next minute. nullopt when it is not RFC 3339 or no such date exists.
std::optional<rules::Instant> parse_rfc3339(std::string_view text);

}  // namespace peyk::gateway
