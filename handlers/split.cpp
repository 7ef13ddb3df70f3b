// CODE 100000: a code of its own for a part of the credit, to be given from hand to hand.
//
// In the order in which she is told: no member; too small; more than she has, or out of too many lots; too
// many codes alive or asked for today, with those that this one takes: one for each lot. Codes rest for
// months when they end, so a club says how many may be asked for.
#include "handlers/move.hpp"
#include "handlers/typed_order.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

std::uint32_t codes_asked_for(const Club& club, MemberId member, const Facts& facts, rules::Instant now) {
  std::uint32_t codes = 0;
  for (const CreditMove* move : facts.moves(member, start_of_day(club, now))) {
    if (move->kind == MoveKind::code) codes += move->lots;
  }
  return codes;
}

// Why there are too many codes; empty: there are not.
std::string too_many(const Speaker& speaker, MemberId member, std::size_t wanted, const Facts& facts,
                     const Setting& setting) {
  const ClubPolicy& policy = speaker.club->policy;
  const auto say = [&](std::string_view key, std::size_t count) {
    return render(setting, speaker.text(key), speaker.language,
                  {{"count", static_cast<std::int64_t>(count)},
                   {"wanted", static_cast<std::int64_t>(wanted)},
                   {"word", speaker.club->word}});
  };
  const auto live = facts.live_codes(member, setting.now).size();
  if (live + wanted > policy.live_codes_max) return say("split_refused_live", live);
  const std::uint32_t today = codes_asked_for(*speaker.club, member, facts, setting.now);
  if (today + wanted > policy.new_codes_per_day_max) return say("split_refused_today", today);
  return "";
}

}  // namespace

std::string move_refused(const Speaker& speaker, rules::MoveRefusal why, MemberId from, const Facts& facts,
                         const Setting& setting) {
  const Club& club = *speaker.club;
  switch (why) {
    case rules::MoveRefusal::not_enough: {
      const rules::Amount balance = facts.spendable(from, setting.now);
      if (balance == 0)
        return render(setting, speaker.text("credit_none"), speaker.language, {{"club", club.name}});
      return render(setting, speaker.text("move_refused_not_enough"), speaker.language,
                    {{"club", club.name}, {"balance", money(club, balance)}});
    }
    case rules::MoveRefusal::too_many_lots:
      return render(setting, speaker.text("move_refused_at_once"), speaker.language,
                    {{"sum", money(club, movable_at_once(facts.spendable_lots(from, setting.now), facts,
                                                         setting.now))}});
  }
  throw std::logic_error("move_refused: not a MoveRefusal");
}

Said split(const Speaker& speaker, rules::Amount amount, std::span<const CodeKey> candidates,
           const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) return not_member(speaker, setting);
  if (amount < club.policy.move_min) {
    return {.reply = render(setting, speaker.text("split_refused_small"), speaker.language,
                            {{"min", money(club, club.policy.move_min)}})};
  }
  const auto sources = sources_of(facts.spendable_lots(member->id, setting.now), amount, facts, setting.now);
  if (const auto* why = std::get_if<rules::MoveRefusal>(&sources))
    return {.reply = move_refused(speaker, *why, member->id, facts, setting)};
  const auto& wanted = std::get<std::vector<Source>>(sources);
  std::string refusal = too_many(speaker, member->id, wanted.size(), facts, setting);
  if (!refusal.empty()) return {.reply = std::move(refusal)};
  MoveCredit move =
      move_credit(club, {.kind = MoveKind::code, .from = member->id, .to = member->id, .sources = wanted},
                  candidates, facts, setting);
  const std::string list = list_of_moved(speaker.text("codes_line"), speaker.language, club, move, setting);
  Said said{.reply = render(setting, speaker.text("split_done"), speaker.language,
                            {{"count", static_cast<std::int64_t>(move.parts.size())},
                             {"list", templates::Rendered{list}}}),
            .good_until = soonest_end(move)};
  said.effects.push_back(std::move(move));
  return said;
}

}  // namespace peyk::handlers
