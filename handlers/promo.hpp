// Whether a promotional text may leave now. Pure; asked when the text is about to be sent, with what is true
// then.
//
//   the line's purpose -> STOP -> quiet hours -> caps
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "handlers/rules/units.hpp"

namespace peyk::handlers {

// Of a line.
struct PromoPolicy {
  bool line_may = false;  // its purpose
  // Minutes of the club's local day, 0 to 1439, across midnight if need be: from the one until before the
  // other. Equal: there are none.
  std::uint32_t quiet_from_minute = 0, quiet_until_minute = 0;
  // To one phone from one club, in any 24 hours and in any seven days; 0: no cap.
  std::uint32_t per_day_max = 0, per_week_max = 0;

  bool has_caps() const { return per_day_max > 0 || per_week_max > 0; }
  bool operator==(const PromoPolicy&) const = default;
};

struct PromoFacts {
  bool stopped = false;                   // she said STOP, after it was written or before
  std::uint32_t in_day = 0, in_week = 0;  // others that she had of the club, or that are about to leave
  std::string_view time_zone;             // the club's
  rules::Instant valid_until{};
};

struct PromoVerdict {
  enum class What : std::uint8_t { send, wait, expire, drop };
  What what = What::send;
  rules::Instant until{};  // wait
  std::string_view why;    // expire, drop: in words that staff can read

  bool operator==(const PromoVerdict&) const = default;
};

PromoVerdict judge_promo(const PromoPolicy& policy, const PromoFacts& facts, rules::Instant now);

// The end of the quiet hours in which `now` lies; nothing: it lies in none.
std::optional<rules::Instant> quiet_until(const PromoPolicy& policy, std::string_view time_zone,
                                          rules::Instant now);

}  // namespace peyk::handlers
