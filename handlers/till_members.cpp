// A till makes somebody a member, changes what a shop may change of her, tags her, or has her forgotten.
//
// Where an open club lets a purchase enrol a shopper, a till may do so without one; else she is asked as by a
// cashier's JOIN (invite.hpp) and joins by her own reply. Of everything she hears by text. A till stops
// adverts for her and never starts them: that word is hers alone.
//
// Answers are kept, and she may want to be forgotten: none names her phone.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers/invite.hpp"
#include "handlers/till.hpp"
#include "handlers/use_cases.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {
namespace {

using Json = nlohmann::ordered_json;

std::string_view word_of(Language language) {
  return language == Language::fa ? "fa" : "en";
}

Json shown(const Member& member) {
  return {{"card", std::to_string(member.card)},
          {"language", word_of(member.language)},
          {"joined", templates::rfc3339(member.joined_at)}};
}

std::string join_answer(std::string_view state, const Member* member, const Pending* asked) {
  Json answer{{"state", state}, {"member", nullptr}, {"asked_until", nullptr}, {"duplicate", false}};
  if (member != nullptr) answer["member"] = shown(*member);
  if (asked != nullptr) answer["asked_until"] = templates::rfc3339(asked->until);
  return answer.dump();
}

Outcome no_member() {
  return refuse("unknown-member", "There is no such member",
                "This phone is no member of the club. Nothing was changed.", "", 404);
}

Outcome too_many_invites(const std::string& detail, std::chrono::seconds wait) {
  return refuse("too-many-invites", "Too many were asked to join", detail, "", 429, wait);
}

Outcome enrol_at_till(const Desk& desk, const TillJoin& order) {
  Member member = enrol(desk.club, order.phone, order.language.value_or(desk.club.language), desk.setting);
  const std::string card = std::to_string(member.card);
  Outcome outcome{.status = 201, .answer = join_answer("joined", &member, nullptr)};
  outcome.texts.push_back(
      text_to(desk.club, member.phone, Lane::notice,
              render(desk.setting, "joined", member.language,
                     {{"club", desk.club.name}, {"card", card}, {"word", desk.club.word}}),
              desk.setting.now));
  outcome.effects.push_back(EnrolMember{std::move(member)});
  return outcome;
}

Outcome invite_at_till(const Desk& desk, const TillJoin& order) {
  const rules::Instant now = desk.setting.now;
  const Inviter inviter{
      .club = desk.club, .branch = desk.till.branch, .cashier = 0, .language = order.language};
  if (const Pending* asked = invited_now(inviter, order.phone, desk.facts, now))
    return {.status = 202, .answer = join_answer("asked", nullptr, asked)};
  rules::Attempts counted = desk.facts.till_attempts(desk.till.key);
  if (!rules::count_invite(counted, now)) {
    return too_many_invites(
        fmt::format("This key has asked {} phones within an hour. Nobody was asked.", rules::kInvitesMax),
        std::chrono::ceil<std::chrono::seconds>(counted.invites_since + rules::kInviteWindow - now));
  }
  auto invitation = ask_in(inviter, order.phone, desk.facts, desk.setting);
  if (!invitation) {
    return too_many_invites("Wrong numbers came from this phone a moment ago. Nobody was asked.",
                            kPendingMissWindow);
  }
  Outcome outcome{.status = 202, .answer = join_answer("asked", nullptr, &invitation->asked.row)};
  outcome.effects.push_back(SetTillAttempts{desk.till.key, counted});
  outcome.effects.push_back(std::move(invitation->asked));
  outcome.texts.push_back(std::move(invitation->text));
  return outcome;
}

}  // namespace

Outcome join_at_till(const Desk& desk, const TillJoin& order) {
  if (const Member* member = desk.facts.member(MemberKey{desk.club.id, order.phone}))
    return {.answer = join_answer("member", member, nullptr)};
  const bool at_once = desk.club.policy.join_on_purchase && desk.club.policy.membership == Membership::open;
  return at_once ? enrol_at_till(desk, order) : invite_at_till(desk, order);
}

Outcome change_member_at_till(const Desk& desk, const TillMemberChange& order) {
  const Member* member = desk.facts.member(MemberKey{desk.club.id, order.phone});
  if (member == nullptr) return no_member();
  const LinePhoneKey line_phone{desk.club.line, order.phone};
  const Language language = order.language.value_or(member->language);
  const bool was_stopped = desk.facts.line_phone(line_phone).promo_stopped;
  Outcome outcome;
  const auto tell = [&](std::string_view key) {
    outcome.texts.push_back(text_to(desk.club, order.phone, Lane::notice,
                                    render(desk.setting, key, language, {{"club", desk.club.name}}),
                                    desk.setting.now));
  };
  if (language != member->language) {
    outcome.effects.push_back(ChangeMember{member->id, language, member->strangers});
    tell("language_changed");
  }
  if (order.stop_promo && !was_stopped) {
    outcome.effects.push_back(SetPromo{line_phone, true});
    tell("stopped");
  }
  outcome.answer = Json{
      {"language", word_of(language)},
      {"promo", !was_stopped && !order.stop_promo},
      {"duplicate",
       false}}.dump();
  return outcome;
}

// The list as a whole, so a repeat and a late one differ in nothing but their order.
Outcome tag_at_till(const Desk& desk, const TillTags& order) {
  const Member* member = desk.facts.member(MemberKey{desk.club.id, order.phone});
  if (member == nullptr) return no_member();
  Outcome outcome;
  if (!std::ranges::equal(desk.facts.tags(member->id), order.tags))
    outcome.effects.push_back(SetTags{desk.club.id, member->id, order.tags});
  outcome.answer = Json{{"tags", order.tags}, {"duplicate", false}}.dump();
  return outcome;
}

Outcome erase_at_till(const Desk& desk, const TillErasure& order) {
  const Member* member = desk.facts.member(MemberKey{desk.club.id, order.phone});
  if (member == nullptr) return no_member();
  EndMembership end = end_membership(*member, desk.facts, desk.setting);
  rules::Amount forfeited = 0;
  for (const LedgerEntry& entry : end.entries)
    forfeited += entry.kind == rules::EntryKind::forfeit ? entry.amount : 0;
  Outcome outcome{.answer = Json{
                      {"state", "left"},
                      {"forfeited", forfeited},
                      {"at", templates::rfc3339(desk.setting.now)},
                      {"duplicate",
                       false}}.dump()};
  outcome.texts.push_back(text_to(
      desk.club, order.phone, Lane::notice,
      render(desk.setting, "left", member->language, {{"club", desk.club.name}, {"word", desk.club.word}}),
      desk.setting.now));
  outcome.effects.push_back(std::move(end));
  return outcome;
}

}  // namespace peyk::handlers
