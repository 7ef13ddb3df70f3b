#include "handlers/membership.hpp"
#include "handlers/rules/cards.hpp"
#include "handlers/use_cases.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
Member enrol(const Club& club, PhoneNumber phone, Language language, Setting& setting) {
  return {.id = setting.chance.next_id(),
          .club = club.id,
          .phone = phone,
          .card = rules::card_from_random(setting.chance.random()),
          .language = language,
          .joined_at = setting.now};
}

Said join(const Speaker& speaker, std::string_view referrer, const Facts& facts, Setting& setting) {
  const bool is_member = facts.member(speaker.key()) != nullptr;
  if (is_member || may_join(*speaker.club, speaker.key(), facts, setting.now))
    return join_as_asked(speaker, referrer, facts, setting);
  return {.reply = how_to_join(*speaker.club, speaker.text("not_member_closed"), speaker.language, setting)};
}

Said join_as_asked(const Speaker& speaker, std::string_view referrer, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const auto welcome = [&](const Member& member, std::string_view key) {
    const std::string card = std::to_string(member.card);
    return render(setting, key, speaker.language, {{"club", club.name}, {"card", card}, {"word", club.word}});
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

namespace {

std::optional<Said> leave_refused(const Speaker& speaker, const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) return not_member(speaker, setting);
  if (member->debt == 0) return std::nullopt;
  return Said{.reply = render(setting, "leave_refused_debt", speaker.language,
                              {{"club", club.name}, {"debt", money(club, member->debt)}})};
}

}  // namespace

Said leave(const Speaker& speaker, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  if (auto refused = leave_refused(speaker, facts, setting)) return std::move(*refused);
  const PendingKey key{club.id, speaker.phone, PendingKind::leave};
  auto pending = ask({.key = key, .asked_by = speaker.phone}, facts, setting);
  if (!pending) return {.reply = asked_too_often(key, speaker.language, facts, setting)};
  const std::string number = std::to_string(pending->number);
  Said said{
      .reply = render(setting, "leave_confirm", speaker.language, {{"club", club.name}, {"number", number}})};
  said.effects.push_back(SetPending{std::move(*pending)});
  return said;
}

Said leave_now(const Speaker& speaker, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  if (auto refused = leave_refused(speaker, facts, setting)) return std::move(*refused);
  Said said{.reply = render(setting, "left", speaker.language, {{"club", club.name}, {"word", club.word}})};
  said.effects.push_back(end_membership(*facts.member(speaker.key()), facts, setting));
  return said;
}

}  // namespace peyk::handlers
