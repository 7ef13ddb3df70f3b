#include "handlers/profile.hpp"

#include <algorithm>
#include <array>

#include "handlers/move.hpp"
#include "handlers/use_cases.hpp"
#include "templates/dates.hpp"
#include "templates/fold.hpp"
#include "templates/names.hpp"

namespace peyk::handlers {
namespace {

struct GenderWord {
  std::string_view word;
  Gender gender;
};
// Folded when they are compared.
constexpr std::array kGenderWords{GenderWord{"f", Gender::woman},     GenderWord{"female", Gender::woman},
                                  GenderWord{"woman", Gender::woman}, GenderWord{"زن", Gender::woman},
                                  GenderWord{"خانم", Gender::woman},  GenderWord{"m", Gender::man},
                                  GenderWord{"male", Gender::man},    GenderWord{"man", Gender::man},
                                  GenderWord{"مرد", Gender::man},     GenderWord{"آقا", Gender::man}};

std::optional<Gender> read_gender(std::string_view typed) {
  const std::string folded = templates::fold(typed);
  const auto found = std::ranges::find_if(
      kGenderWords, [&folded](const GenderWord& one) { return templates::fold(one.word) == folded; });
  return found == kGenderWords.end() ? std::nullopt : std::optional(found->gender);
}

std::string_view gender_word(Gender gender) {
  return gender == Gender::woman ? "woman" : "man";
}

// Why it cannot be noted, in words; nothing: it is noted.
using Refused = std::optional<std::string>;

Refused set_born(Profile& profile, std::string_view typed, const Speaker& speaker, const Setting& setting) {
  const Club& club = *speaker.club;
  const auto refused = [&](std::string_view key) {
    return render(setting, speaker.text(key), speaker.language, {{"word", club.word}});
  };
  const auto born = templates::parse_date(typed);
  if (!born) return refused("profile_refused_born");
  const int age = templates::age_on(*born, templates::local_jalali_date(setting.now, club.time_zone));
  if (age < kMemberAgeMin || age > kMemberAgeMax) return refused("profile_refused_age");
  if (profile.born == born) return std::nullopt;
  const bool was_changed = profile.born_changed_at != rules::Instant{};
  if (was_changed && setting.now < profile.born_changed_at + kBornStays) {
    return render(setting, speaker.text("profile_refused_again"), speaker.language,
                  {{"until", templates::LastDay{profile.born_changed_at + kBornStays, club.time_zone}}});
  }
  if (profile.born) profile.born_changed_at = setting.now;
  profile.born = born;
  return std::nullopt;
}

Refused set_field(Profile& profile, ProfileField field, std::string_view typed, const Speaker& speaker,
                  const Setting& setting) {
  const auto refused = [&](std::string_view key) {
    return render(setting, speaker.text(key), speaker.language, {{"word", speaker.club->word}});
  };
  if (field == ProfileField::born) return set_born(profile, typed, speaker, setting);
  if (field == ProfileField::gender) {
    const auto gender = read_gender(typed);
    if (!gender) return refused("profile_refused_gender");
    profile.gender = *gender;
    return std::nullopt;
  }
  const bool is_name = field == ProfileField::name;
  auto read = templates::parse_name(typed, is_name ? kNameCharactersMax : kCityCharactersMax);
  if (!read) return refused(is_name ? "profile_refused_name" : "profile_refused_city");
  (is_name ? profile.name : profile.city) = std::move(*read);
  return std::nullopt;
}

struct Lines {
  std::string text;
  void add(std::string line) { text += (text.empty() ? "" : "\n") + std::move(line); }
};

std::string known_lines(const Profile& profile, Language language, const Setting& setting) {
  Lines lines;
  if (!profile.name.empty())
    lines.add(render(setting, "profile_name_line", language, {{"name", profile.name}}));
  if (profile.born) {
    const std::string born = templates::format_date_short(*profile.born, language);
    lines.add(render(setting, "profile_born_line", language, {{"born", born}}));
  }
  if (!profile.city.empty())
    lines.add(render(setting, "profile_city_line", language, {{"city", profile.city}}));
  if (profile.gender != Gender::unknown)
    lines.add(render(setting, "profile_gender_line", language, {{"gender", gender_word(profile.gender)}}));
  return lines.text;
}

std::string missing_lines(const Profile& profile, const Speaker& speaker, const Setting& setting) {
  Lines lines;
  const auto ask = [&](bool is_missing, std::string_view key) {
    if (is_missing) lines.add(render(setting, key, speaker.language, {{"word", speaker.club->word}}));
  };
  ask(profile.name.empty(), "profile_ask_name_line");
  ask(!profile.born, "profile_ask_born_line");
  ask(profile.city.empty(), "profile_ask_city_line");
  ask(profile.gender == Gender::unknown, "profile_ask_gender_line");
  return lines.text;
}

// By text: what is known, what is not, and what it brings to tell all.
std::string summary(const Profile& profile, const Speaker& speaker, const Facts& facts,
                    const Setting& setting) {
  const Club& club = *speaker.club;
  Lines all;
  const std::string known = known_lines(profile, speaker.language, setting);
  if (!known.empty()) {
    all.add(render(setting, "profile", speaker.language,
                   {{"club", club.name}, {"list", templates::Rendered{known}}}));
  }
  if (is_complete(profile)) return all.text;
  const std::string missing = missing_lines(profile, speaker, setting);
  all.add(render(setting, "profile_missing", speaker.language, {{"list", templates::Rendered{missing}}}));
  const bool is_rewarded = club.policy.profile_credit > 0 && profile.completed_at == rules::Instant{} &&
                           !facts.was_thanked(speaker.key());
  if (is_rewarded) {
    all.add(render(setting, "profile_reward", speaker.language,
                   {{"amount", money(club, club.policy.profile_credit)}}));
  }
  return all.text;
}

// The club's credit for a complete profile: a lot with a code, less what of it settles her debt.
Said reward(const Member& member, const Speaker& speaker, std::span<const CodeKey> candidates,
            const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const rules::Amount amount = club.policy.profile_credit;
  const auto free = std::ranges::find_if(candidates, [&](const CodeKey& one) { return facts.is_free(one); });
  if (free == candidates.end()) throw OutOfCandidates{};
  const Lot lot{.id = setting.chance.next_id(),
                .club = club.id,
                .member = member.id,
                .origin = LotOrigin::gift,
                .kind = LotOrigin::gift,
                .issued = amount,
                .remaining = amount,
                .created_at = setting.now,
                .expires_at = templates::end_of_local_day(setting.now, club.time_zone,
                                                          static_cast<int>(club.policy.credit_valid_days))};
  const Code code{.id = setting.chance.next_id(),
                  .club = club.id,
                  .number = free->number,
                  .member = member.id,
                  .lot = lot.id,
                  .state = CodeState::live,
                  .issued_at = setting.now};
  const auto entry = [&](rules::EntryKind kind, rules::Amount moved) {
    return LedgerEntry{.id = setting.chance.next_id(),
                       .club = club.id,
                       .kind = kind,
                       .member = member.id,
                       .lot = lot.id,
                       .amount = moved,
                       .at = setting.now};
  };
  const rules::Amount settled = std::min(member.debt, amount), kept = amount - settled;
  Said said{.good_until = kept > 0 ? lot.expires_at : kNeverEnds};
  said.effects.push_back(OpenLot{lot, entry(rules::EntryKind::grant, amount)});
  said.effects.push_back(IssueCode{code});
  said.effects.push_back(ThankPhone{speaker.key()});
  if (settled > 0) {
    TakeBack back{.entry = entry(rules::EntryKind::settle, settled)};
    if (kept == 0) back.ended = code.id;
    said.effects.push_back(std::move(back));
  }
  const std::string_view key = kept == 0     ? "profile_settled"
                               : settled > 0 ? "profile_settled_part"
                                             : "profile_rewarded";
  const std::string number = std::to_string(code.number);
  said.reply = render(setting, speaker.text(key), speaker.language,
                      {{"amount", money(club, kept)},
                       {"settled", money(club, settled)},
                       {"until", templates::LastDay{lot.expires_at, club.time_zone}},
                       {"code", number}});
  return said;
}

}  // namespace

Needs needs_profile(const Speaker& speaker, const Setting& setting) {
  Needs needs;
  needs.members.insert(speaker.key());
  needs.profiles.insert(speaker.key());
  if (speaker.club->policy.profile_credit == 0) return needs;
  needs.thanked.insert(speaker.key());
  draw_codes(needs, *speaker.club, setting, 1);
  return needs;
}

Profile profile_of(const Member& member, const Facts& facts) {
  const Profile* known = facts.profile(member.id);
  return known == nullptr ? Profile{.member = member.id} : *known;
}

std::optional<ProfileField> missing_in(const Profile& profile) {
  if (profile.name.empty()) return ProfileField::name;
  if (!profile.born) return ProfileField::born;
  if (profile.city.empty()) return ProfileField::city;
  if (profile.gender == Gender::unknown) return ProfileField::gender;
  return std::nullopt;
}

Said profile(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) return not_member(speaker, setting);
  return {.reply = summary(profile_of(*member, facts), speaker, facts, setting)};
}

Said set_profile(const Speaker& speaker, ProfileField field, std::string_view typed,
                 std::span<const CodeKey> candidates, const Facts& facts, Setting& setting) {
  const Member* member = facts.member(speaker.key());
  if (member == nullptr || typed.empty()) return profile(speaker, facts, setting);
  const Profile before = profile_of(*member, facts);
  Profile after = before;
  if (auto refused = set_field(after, field, typed, speaker, setting)) return {.reply = std::move(*refused)};
  const bool completes = is_complete(after) && after.completed_at == rules::Instant{};
  if (completes) after.completed_at = setting.now;
  Said said;
  if (completes && speaker.club->policy.profile_credit > 0 && !facts.was_thanked(speaker.key())) {
    said = reward(*member, speaker, candidates, facts, setting);
  } else if (completes) {
    said.reply = render(setting, speaker.text("profile_complete"), speaker.language);
  } else {
    said.reply = speaker.medium == Medium::ussd ? render(setting, "ussd_profile_saved", speaker.language)
                                                : summary(after, speaker, facts, setting);
  }
  if (after != before) said.effects.push_back(SetProfile{std::move(after)});
  return said;
}

Needs needs_told(const Speaker& speaker, const templates::Typed&, const Setting& setting) {
  return needs_profile(speaker, setting);
}

Said told(const Speaker& speaker, const templates::Typed& typed, std::span<const CodeKey> candidates,
          const Facts& facts, Setting& setting) {
  const ProfileField field = typed.keyword == templates::Keyword::name   ? ProfileField::name
                             : typed.keyword == templates::Keyword::born ? ProfileField::born
                             : typed.keyword == templates::Keyword::city ? ProfileField::city
                                                                         : ProfileField::gender;
  return set_profile(speaker, field, typed.tail, candidates, facts, setting);
}

}  // namespace peyk::handlers
