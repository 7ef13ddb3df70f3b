#include "handlers/tier_day.hpp"

#include "handlers/measures.hpp"
#include "handlers/reminder.hpp"
#include "handlers/speaker.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

std::string_view title_of(const Club& club, std::uint32_t tier) {
  const auto& tiers = club.programme.tiers.tiers;
  return tier == 0 || tier > tiers.size() ? std::string_view() : tiers[tier - 1].title;
}

// Empty: there is nothing to tell of.
std::string words_of(const Club& club, const Member& member, const rules::Standing& before,
                     const rules::Standing& after, const Setting& setting) {
  const std::string_view was = title_of(club, before.tier), is = title_of(club, after.tier);
  if (after.tier == 0) {
    if (was.empty()) return {};
    return render(setting, "tier_over", member.language, {{"club", club.name}, {"tier", was}});
  }
  const auto end =
      templates::instant_of(std::chrono::sys_days{std::chrono::days{after.until}}, club.time_zone);
  return render(setting, after.tier < before.tier ? "tier_fallen" : "tier_stays", member.language,
                {{"club", club.name}, {"tier", is}, {"until", templates::LastDay{end, club.time_zone}}});
}

}  // namespace

Needs needs_tier_day(const Club& club, const MemberKey& key, rules::Instant now) {
  Needs needs;
  needs.members.insert(key);
  needs.ranks.insert(key);
  if (!club.programme.tiers.tiers.empty()) needs.periods.emplace(key, period_of(club, now));
  return needs;
}

Outcome tier_day(const Club& club, const Member& member, const Facts& facts, const Setting& setting) {
  const rules::Standing before = facts.rank(member.id).standing;
  const rules::DayNumber today = day_of(club, setting.now);
  if (before.until == 0 || today < before.until) return {};
  const rules::TierPlan& plan = club.programme.tiers;
  const std::int64_t measured =
      plan.tiers.empty() ? 0 : facts.period_sum(member.id, period_of(club, setting.now));
  const rules::Standing after = rules::standing_after(before, plan, measured, today);
  Outcome outcome;
  outcome.effects.push_back(SetStanding{.club = club.id, .member = member.id, .standing = after});
  std::string words = words_of(club, member, before, after, setting);
  if (words.empty() || member.phone == 0) return outcome;
  const rules::Instant at = reminder_time(club, setting.now);
  OutgoingText text = text_to(club, member.phone, Lane::notice, std::move(words), at);
  text.valid_until = at + kToldWithin;
  text.send_at = at;
  outcome.texts.push_back(std::move(text));
  return outcome;
}

std::string risen_line(const Club& club, Language language, const rules::Standing& risen,
                       const Setting& setting) {
  const auto end =
      templates::instant_of(std::chrono::sys_days{std::chrono::days{risen.until}}, club.time_zone);
  return render(setting, "purchase_line_tier", language,
                {{"tier", title_of(club, risen.tier)}, {"until", templates::LastDay{end, club.time_zone}}});
}

}  // namespace peyk::handlers
