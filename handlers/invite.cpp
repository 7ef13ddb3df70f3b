#include "handlers/invite.hpp"

#include <algorithm>

#include "handlers/use_cases.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

bool is_asked_now(const PendingKey& key, const Facts& facts, rules::Instant now) {
  const auto all = facts.pendings({key.club, key.phone});
  return std::any_of(all.begin(), all.end(),
                     [&](const Pending* one) { return one->key == key && is_waiting(*one, now); });
}

}  // namespace

Needs needs_invite(const Speaker& speaker, PhoneNumber shopper) {
  const MemberKey key{speaker.club->id, shopper};
  Needs needs;
  needs.cashiers.insert(speaker.key());
  needs.members.insert(key);
  needs.pendings.insert(key);
  return needs;
}

Said invite(const Speaker& speaker, PhoneNumber shopper, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  rules::Attempts counted = facts.attempts(speaker.key());
  if (rules::is_locked(counted, setting.now))
    return {.reply = locked_text(speaker, "redeem_refused_locked", facts, setting)};
  if (!rules::count_invite(counted, setting.now)) {
    return {.reply = render(setting, "invite_too_many", speaker.language,
                            {{"count", static_cast<std::int64_t>(rules::kInvitesMax)}})};
  }
  const std::string masked = templates::masked(shopper);
  Said said{.reply = render(setting, "invite_sent", speaker.language, {{"phone", masked}})};
  said.effects.push_back(SetAttempts{speaker.key(), counted});

  const PendingKey key{club.id, shopper, PendingKind::enrol};
  if (is_asked_now(key, facts, setting.now)) return said;
  const Member* member = facts.member(MemberKey{club.id, shopper});
  // A member gets a question too, though her number does nothing: so a second try within its time is silent
  // as well.
  auto pending =
      ask({.key = key, .asked_by = speaker.phone, .branch = speaker.cashier->branch}, facts, setting);
  if (!pending) return said;
  const Language language = member != nullptr ? member->language : club.language;
  const std::string number = std::to_string(pending->number);
  said.texts.push_back(text_to(
      club, shopper, Lane::urgent,
      render(
          setting, member != nullptr ? "invited_member" : "invited", language,
          {{"club", club.name}, {"branch", branch_name(club, speaker.cashier->branch)}, {"number", number}}),
      setting.now));
  said.effects.push_back(SetPending{std::move(*pending)});
  return said;
}

Said invite_accepted(const Speaker& speaker, const Pending& pending, const Facts& facts, Setting& setting) {
  const bool joins = facts.member(speaker.key()) == nullptr;
  Said said = join(speaker, "", facts, setting);
  if (!joins) return said;
  const std::string masked = templates::masked(speaker.phone);
  const Club& club = *speaker.club;
  said.texts.push_back(text_to(club, pending.asked_by, Lane::urgent,
                               render(setting, "invite_accepted", club.language, {{"phone", masked}}),
                               setting.now));
  return said;
}

}  // namespace peyk::handlers
