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
  const Club& club = *speaker.club;
  const auto welcome = [&](const Member& member, std::string_view key) {
    const std::string card = std::to_string(member.card);
    return render(setting, key, speaker.language, {{"club", club.name}, {"card", card}});
  };
  if (const Member* member = facts.member(speaker.key())) return {.reply = welcome(*member, "already_member")};

  Member member = enrol(club, speaker.phone, speaker.language, setting);
  const auto invited_by = templates::parse_phone(referrer);
  if (invited_by && *invited_by != speaker.phone) member.referred_by = *invited_by;
  Said said{.reply = welcome(member, "joined")};
  said.effects.push_back(EnrolMember{std::move(member)});
  return said;
}

}  // namespace peyk::handlers
