#include "handlers/import.hpp"

#include "handlers/speaker.hpp"
#include "handlers/tags.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {

Needs needs_import(const MemberImport& row) {
  Needs needs;
  needs.members.insert({row.club, row.phone});
  if (!row.tags.empty()) needs.tags.insert({row.club, row.phone});
  return needs;
}

Outcome import_member(const MemberImport& row, const Facts& facts, Setting& setting) {
  Outcome outcome;
  const Club* club = setting.directory.club(row.club);
  if (club == nullptr) return outcome;
  if (facts.member(MemberKey{row.club, row.phone}) != nullptr)
    return change_tags({.member = {row.club, row.phone}, .added = row.tags, .removed = {}}, facts).outcome;
  Member member = enrol(*club, row.phone, row.language.value_or(club->language), setting);
  member.joined_at = row.joined_at.value_or(setting.now);
  if (row.referred_by && *row.referred_by != row.phone) member.referred_by = row.referred_by;
  const std::string card = std::to_string(member.card);
  outcome.texts.push_back(text_to(*club, row.phone, Lane::notice,
                                  render(setting, "joined", member.language,
                                         {{"club", club->name}, {"card", card}, {"word", club->word}}),
                                  setting.now));
  const MemberId id = member.id;
  outcome.effects.push_back(EnrolMember{std::move(member)});
  if (!row.tags.empty()) outcome.effects.push_back(SetTags{club->id, id, as_tags(row.tags)});
  return outcome;
}

}  // namespace peyk::handlers
