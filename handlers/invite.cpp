#include "handlers/invite.hpp"

#include <algorithm>

#include "handlers/use_cases.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {

const Pending* invited_now(const Inviter& inviter, PhoneNumber shopper, const Facts& facts,
                           rules::Instant now) {
  const PendingKey key{inviter.club.id, shopper, PendingKind::enrol};
  const auto all = facts.pendings({key.club, key.phone});
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const Pending* one) { return one->key == key && is_waiting(*one, now); });
  return found == all.end() ? nullptr : *found;
}

std::optional<Invitation> ask_in(const Inviter& inviter, PhoneNumber shopper, const Facts& facts,
                                 Setting& setting) {
  const Club& club = inviter.club;
  const Member* member = facts.member(MemberKey{club.id, shopper});
  auto pending = ask(
      {.key = {club.id, shopper, PendingKind::enrol}, .asked_by = inviter.cashier, .branch = inviter.branch},
      facts, setting);
  if (!pending) return std::nullopt;
  const Language language = language_for(member, inviter.language, club);
  const std::string number = std::to_string(pending->number);
  std::string text = render(setting, member != nullptr ? "invited_member" : "invited", language,
                            {{"club", club.name},
                             {"branch", branch_name(club, inviter.branch)},
                             {"number", number},
                             {"word", club.word}});
  OutgoingText asks = text_with_number(club, *pending, std::move(text));
  return Invitation{{std::move(*pending)}, std::move(asks)};
}

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

  const Inviter inviter{
      .club = club, .branch = speaker.cashier->branch, .cashier = speaker.phone, .language = {}};
  if (invited_now(inviter, shopper, facts, setting.now) != nullptr) return said;
  // A member gets a question too, though her number does nothing: so a second try within its time is silent
  // as well.
  auto invitation = ask_in(inviter, shopper, facts, setting);
  if (!invitation) return said;
  said.effects.push_back(std::move(invitation->asked));
  said.texts.push_back(std::move(invitation->text));
  return said;
}

Said invite_accepted(const Speaker& speaker, const Pending& pending, const Facts& facts, Setting& setting) {
  const bool joins = facts.member(speaker.key()) == nullptr;
  Said said = join_as_asked(speaker, "", facts, setting);
  if (!joins || pending.asked_by == 0) return said;
  const std::string masked = templates::masked(speaker.phone);
  const Club& club = *speaker.club;
  said.texts.push_back(text_to(club, pending.asked_by, Lane::urgent,
                               render(setting, "invite_accepted", club.language, {{"phone", masked}}),
                               setting.now));
  return said;
}

}  // namespace peyk::handlers
