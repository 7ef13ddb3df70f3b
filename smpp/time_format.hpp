// Time strings (SMPP 3.4, 7.1.1): YYMMDDhhmmsstnnp, 16 characters, or empty.
//
// Absolute: t tenths of a second, nn quarter hours (00 to 48) between local time and UTC, p '+' local time is
// ahead,
// '-' behind. Relative: p is 'R', the groups are years, months, days, hours, minutes and seconds from the
// MC's now; t and nn are written 0 and ignored. Years 00 to 99 are 2000 to 2099: no message is scheduled in
// the past.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace peyk::smpp {

using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

struct RelativeTime {
  std::uint8_t years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0;  // 0 to 99 each
  bool operator==(const RelativeTime&) const = default;
};

// monostate: the empty string, "at once" or "the MC's default".
using TimeField = std::variant<std::monostate, UtcTime, RelativeTime>;

// Empty when the string is none of the three: answer ESME_RINVSCHED or ESME_RINVEXPIRY.
std::optional<TimeField> parse_time(std::string_view text);

// `quarter_hours_from_utc` -52 to 48: only the form, never the moment, depends on it. Tenths are cut, not
// rounded.
std::string format_time(UtcTime time, int quarter_hours_from_utc = 0);

// Groups above 99 do not exist on the wire and are an assertion.
std::string format_time(const RelativeTime& time);

// The largest whole relative time not above `span`, in days, hours, minutes, seconds. Above 99 days, 23:59:59
// it stops there.
std::string format_relative(std::chrono::seconds span);

// When a relative time ends, by the calendar: a month later is the same day of the next month, or its last
// day.
UtcTime after(UtcTime now, const RelativeTime& time);

}  // namespace peyk::smpp
