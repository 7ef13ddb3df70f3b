#include "handlers/use_cases.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

BranchDayKey day_of(const Speaker& speaker, rules::Instant now) {
  return {speaker.club->id, speaker.cashier->branch,
          templates::start_of_local_day(now, speaker.club->time_zone)};
}

}  // namespace

Needs needs_today(const Speaker& speaker, rules::Instant now) {
  Needs needs;
  needs.branch_days.insert(day_of(speaker, now));
  return needs;
}

Said today(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  const BranchDay day = facts.branch_day(day_of(speaker, setting.now));
  // What was sold is told less what was given back: with the till's own sums in hand, both must be seen.
  const std::string refunds = day.refunds == 0
                                  ? ""
                                  : '\n' + render(setting, "today_refunds", speaker.language,
                                                  {{"count", static_cast<std::int64_t>(day.refunds)},
                                                   {"amount", money(*speaker.club, day.refunded)}});
  return {.reply = render(setting, speaker.text("today"), speaker.language,
                          {{"branch", branch_name(*speaker.club, speaker.cashier->branch)},
                           {"sales", static_cast<std::int64_t>(day.purchases)},
                           {"amount", money(*speaker.club, day.sold - day.refunded)},
                           {"credit", money(*speaker.club, day.granted - day.taken_back)},
                           {"count", static_cast<std::int64_t>(day.redemptions)},
                           {"sum", money(*speaker.club, day.used - day.returned)},
                           {"list", templates::Rendered{refunds}}})};
}

}  // namespace peyk::handlers
