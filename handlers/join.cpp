#include "handlers/rules/cards.hpp"
#include "handlers/use_cases.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {
constexpr std::chrono::minutes kLeaveConfirmedWithin{10};
}

Member enrol(const Club& club, PhoneNumber phone, Language language, Setting& setting) {
  return {.id = setting.chance.next_id(),
          .club = club.id,
          .phone = phone,
          .card = rules::card_from_random(setting.chance.random()),
          .language = language,
          .joined_at = setting.now};
}

Said join(const Speaker& speaker, std::string_view referrer, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const auto welcome = [&](const Member& member, std::string_view key) {
    const std::string card = std::to_string(member.card);
    return render(setting, key, speaker.language, {{"club", club.name}, {"card", card}});
  };
  if (const Member* member = facts.member(speaker.key())) {
    return {.reply = welcome(*member, speaker.medium == Medium::ussd ? "ussd_my_club" : "already_member")};
  }

  Member member = enrol(club, speaker.phone, speaker.language, setting);
  const auto invited_by = templates::parse_phone(referrer);
  if (invited_by && *invited_by != speaker.phone) member.referred_by = *invited_by;
  Said said{.reply = welcome(member, speaker.text("joined"))};
  said.effects.push_back(EnrolMember{std::move(member)});
  return said;
}

EndMembership end_membership(const Member& member, const Facts& facts, Setting& setting) {
  EndMembership end{.member = member.id, .club = member.club, .phone = member.phone, .at = setting.now};
  for (const Lot* lot : facts.open_lots(member.id)) {
    const bool lapsed = setting.now >= lot->expires_at;
    end.entries.push_back({.id = setting.chance.next_id(),
                           .club = lot->club,
                           .kind = lapsed ? rules::EntryKind::expire : rules::EntryKind::forfeit,
                           .member = member.id,
                           .lot = lot->id,
                           .amount = lot->remaining,
                           .at = setting.now});
  }
  for (const CodeId id : facts.unended_codes(member.id)) {
    const Lot* lot = facts.lot(facts.code(id)->lot);
    (lot != nullptr && setting.now >= lot->expires_at ? end.expired : end.voided).push_back(id);
  }
  return end;
}

Said leave(const Speaker& speaker, const Facts& facts, Setting& setting) {
  const Member* member = facts.member(speaker.key());
  const auto say = [&](std::string_view key) {
    return render(setting, key, speaker.language, {{"club", speaker.club->name}});
  };
  if (member == nullptr) return {.reply = say("not_member")};
  if (member->debt > 0) {
    return {.reply = render(setting, "leave_refused_debt", speaker.language,
                            {{"club", speaker.club->name}, {"debt", money(*speaker.club, member->debt)}})};
  }
  const bool confirmed = setting.now - member->leave_asked_at < kLeaveConfirmedWithin;
  Said said{.reply = say(confirmed ? "left" : "leave_confirm")};
  if (confirmed) {
    said.effects.push_back(end_membership(*member, facts, setting));
  } else {
    said.effects.push_back(ChangeMember{member->id, member->language, setting.now});
  }
  return said;
}

}  // namespace peyk::handlers
