#include "handlers/promo.hpp"

#include "templates/dates.hpp"

namespace peyk::handlers {

std::optional<rules::Instant> quiet_until(const PromoPolicy& policy, std::string_view time_zone,
                                          rules::Instant now) {
  using std::chrono::minutes;
  if (policy.quiet_from_minute == policy.quiet_until_minute) return std::nullopt;
  const std::chrono::sys_days today = templates::local_date(now, time_zone);
  // Those that began yesterday may last into today.
  for (const int days_ago : {1, 0}) {
    const std::chrono::sys_days day = today - std::chrono::days{days_ago};
    const bool over_midnight = policy.quiet_until_minute < policy.quiet_from_minute;
    const auto from = templates::instant_of(day + minutes{policy.quiet_from_minute}, time_zone);
    const auto until = templates::instant_of(
        day + std::chrono::days{over_midnight ? 1 : 0} + minutes{policy.quiet_until_minute}, time_zone);
    if (from <= now && now < until) return until;
  }
  return std::nullopt;
}

PromoVerdict judge_promo(const PromoPolicy& policy, const PromoFacts& facts, rules::Instant now) {
  using enum PromoVerdict::What;
  if (!policy.line_may) return {.what = drop, .why = "a promotional text on a service line"};
  if (facts.stopped) return {.what = drop, .why = "she does not want promotional texts: STOP"};
  if (const auto until = quiet_until(policy, facts.time_zone, now)) {
    if (*until < facts.valid_until) return {.what = wait, .until = *until};
    return {.what = expire, .why = "its time is over before the quiet hours are"};
  }
  if (policy.per_day_max > 0 && facts.in_day >= policy.per_day_max)
    return {.what = drop, .why = "she has had as many promotional texts within a day as may be"};
  if (policy.per_week_max > 0 && facts.in_week >= policy.per_week_max)
    return {.what = drop, .why = "she has had as many promotional texts within a week as may be"};
  return {};
}

}  // namespace peyk::handlers
