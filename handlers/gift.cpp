// The seven digits that a member texts: a code of her own, or a gift's, whose value becomes her credit.
//
// A gift code names a lot of the club's gift account (a member without a phone), so it is redeemed as any
// credit moves: into a lot of hers, with its expiry, once. Whatever else she names, the answer is the same,
// and counted: a phone that guesses waits as a cashier's does.
#include "handlers/items.hpp"
#include "handlers/move.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {

bool is_open_gift(const Code& code, const Facts& facts, rules::Instant now) {
  const Lot* lot = facts.lot(code.lot);
  const Member* owner = facts.member(code.member);
  // Of who has left no code lives.
  return owner != nullptr && owner->phone == 0 && code.state == CodeState::live && lot != nullptr &&
         facts.available(*lot, now) > 0;
}

Needs needs_named_code(const Speaker& speaker, rules::CodeNumber number, const Setting& setting) {
  Needs needs = needs_code(speaker, number);
  if (speaker.cashier != nullptr) return needs;
  needs.members.insert(speaker.key());
  needs.guessers.insert(speaker.key());
  draw_codes(needs, *speaker.club, setting, 1);
  return needs;
}

Said named_code(const Speaker& speaker, rules::CodeNumber number, bool may_be_amount,
                std::span<const CodeKey> candidates, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) return own_code(speaker, number, may_be_amount, facts, setting);
  if (rules::is_locked(facts.attempts(speaker.key()), setting.now))
    return {.reply = locked_text(speaker, "check_bad_locked", facts, setting)};
  const Code* code = facts.code({club.id, number});
  const bool item_of_club = code != nullptr && is_item(*code) && !item_refusal(*code, facts, setting.now) &&
                            facts.lot(code->lot)->origin == LotOrigin::gift;
  if (code != nullptr && (code->member == member->id || item_of_club))
    return own_code(speaker, number, may_be_amount, facts, setting);
  if (code == nullptr || !is_open_gift(*code, facts, setting.now)) {
    Said said = own_code(speaker, number, may_be_amount, facts, setting);
    said.effects.push_back(
        SetGuesses{speaker.key(), rules::after_miss(facts.attempts(speaker.key()), setting.now)});
    return said;
  }
  const Lot& lot = *facts.lot(code->lot);
  MoveCredit move = move_credit(club,
                                {.kind = MoveKind::gift,
                                 .from = code->member,
                                 .to = member->id,
                                 .sources = {{&lot, facts.available(lot, setting.now)}}},
                                candidates, facts, setting);
  const std::string shown = std::to_string(move.parts.front().code.number);
  Said said{.reply = render(setting, speaker.text("gift_done"), speaker.language,
                            {{"club", club.name},
                             {"amount", money(club, move.move.amount)},
                             {"until", templates::LastDay{lot.expires_at, club.time_zone}},
                             {"code", shown}}),
            .good_until = soonest_end(move)};
  said.effects.push_back(std::move(move));
  return said;
}

}  // namespace peyk::handlers
