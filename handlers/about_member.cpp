#include "handlers/about_member.hpp"

#include "handlers/measures.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/tags.hpp"
#include "templates/dates.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

rules::Instant begin_of(rules::DayNumber day, const Club& club) {
  return templates::instant_of(std::chrono::sys_days{std::chrono::days{day}}, club.time_zone);
}

// How they go; empty: as ever, or it cannot be said yet.
std::string baskets_in_words(const rules::Behaviour& behaviour, const Club& club, Language language,
                             const Setting& setting) {
  const rules::Baskets baskets = rules::baskets_before(behaviour, day_of(club, setting.now));
  const auto trend = rules::trend_of(baskets);
  if (!trend || *trend == rules::BasketTrend::steady) return {};
  return render(
      setting, *trend == rules::BasketTrend::falling ? "about_falling" : "about_rising", language,
      {{"amount", money(club, baskets.recent)}, {"sum", money(club, baskets.spent / baskets.visits)}});
}

// How she buys, where she stands: a line each, as far as one text goes.
std::string lines_of(const Member& member, const Speaker& speaker, const Facts& facts,
                     const Setting& setting) {
  const Club& club = *speaker.club;
  const Language language = speaker.language;
  std::string text;
  const auto add = [&text](const std::string& line) {
    if (!line.empty() && fits_text(text + '\n' + line)) text += '\n' + line;
  };
  const rules::Behaviour behaviour = behaviour_of(club, member.id, facts);
  if (behaviour.visits == 0) {
    add(render(setting, "about_none", language, {{"day", day_in_words(member.joined_at, club)}}));
  } else {
    add(render(setting, "about_visits", language,
               {{"count", static_cast<std::int64_t>(behaviour.visits)},
                {"day", day_in_words(begin_of(behaviour.last_day, club), club)}}));
    add(render(setting, "about_spent", language, {{"sum", money(club, behaviour.spent)}}));
  }
  if (const auto gap = rules::usual_gap(behaviour))
    add(render(setting, "about_gap", language, {{"count", std::int64_t{gap->days}}}));
  add(baskets_in_words(behaviour, club, language, setting));
  add(rank_in_words(club, facts.rank(member.id), language, setting));
  const rules::Measures measures = measures_of(club, &member, facts, setting.now);
  add(listed(segments_in_words(club, measures, language, setting), language));
  if (const auto tags = facts.tags(member.id); !tags.empty()) {
    const std::string list = tags_in_words(tags, language);
    add(render(setting, "about_tags", language, {{"list", templates::Rendered{list}}}));
  }
  return text;
}

}  // namespace

Needs needs_about(const Speaker& speaker, PhoneNumber phone, const Setting& setting) {
  if (speaker.cashier == nullptr || !speaker.cashier->manager) return {};
  const MemberKey key{speaker.club->id, phone};
  Needs needs = needs_measures(*speaker.club, key, setting.now, setting.now, false);
  needs_rank(needs, *speaker.club, key);
  needs.profiles.insert(key);
  needs.tags.insert(key);
  return needs;
}

Said managers_only(const Speaker& speaker, const Setting& setting) {
  return {.reply = render(setting, "manager_only", speaker.language)};
}

Said about_member(const Speaker& speaker, PhoneNumber phone, const Facts& facts, const Setting& setting) {
  if (speaker.cashier == nullptr || !speaker.cashier->manager) return managers_only(speaker, setting);
  const Club& club = *speaker.club;
  const std::string shown = templates::masked(phone);
  const Member* member = facts.member(MemberKey{club.id, phone});
  if (member == nullptr) {
    return {.reply = render(setting, "about_no_member", speaker.language,
                            {{"phone", shown}, {"club", club.name}})};
  }
  const Profile* profile = facts.profile(member->id);
  const std::string name = profile == nullptr || profile->name.empty() ? "" : profile->name + " ";
  return {.reply = name + shown + lines_of(*member, speaker, facts, setting)};
}

}  // namespace peyk::handlers
