// GIVE: credit to another member. UNDO: the last such, taken back while the seconds that the club allows run.
//
//   GIVE 0912… 50000 -> may it be? -> a number to her phone -> the number comes back -> asked anew ->
//   MoveCredit
//
// In the order in which she is told: no member; the phone or the amount cannot be read; to herself; too
// small; more than the club allows in a day; more than she has; too many strangers named within the hour; and
// only then whether that phone is a member, so that who has no credit cannot ask who is one, and who has some
// may ask a few times. What is given keeps its kind and its expiry; a way back and forth gives it no day
// more.
//
// UNDO moves back what the other has not touched, into new lots as any move does. Rejected: keeping the
// transfer back for some seconds; a process would have to wake up for it, and who gives at a till would wait.
#include <algorithm>

#include "handlers/move.hpp"
#include "handlers/use_cases.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

// What she took back counts as well: else credit goes round in a circle, with a text to the other each time.
rules::Amount given_today(const Club& club, MemberId from, const Facts& facts, rules::Instant now) {
  rules::Amount sum = 0;
  for (const CreditMove* move : facts.moves(from, start_of_day(club, now))) {
    if (move->kind == MoveKind::transfer) sum += move->amount;
  }
  return sum;
}

// `good_until`: of the codes, where the text tells them.
OutgoingText to_other(const Speaker& speaker, const Member& other, std::string_view key,
                      const MoveCredit& move, rules::Instant good_until, const Setting& setting) {
  const std::string from = templates::masked(speaker.phone);
  const std::string list = list_of_moved("codes_line", other.language, *speaker.club, move, setting);
  return text_to(*speaker.club, other.phone, Lane::notice,
                 render(setting, key, other.language,
                        {{"club", speaker.club->name},
                         {"phone", from},
                         {"amount", money(*speaker.club, move.move.amount)},
                         {"list", templates::Rendered{list}}}),
                 setting.now, good_until);
}

}  // namespace

std::optional<Said> give_refused(const Speaker& speaker, const GiveOrder& order, const Facts& facts,
                                 const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string to = templates::masked(order.to);
  const auto say = [&](std::string_view key, std::initializer_list<templates::Argument> arguments = {}) {
    return Said{.reply = render(setting, speaker.text(key), speaker.language, arguments)};
  };
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) return not_member(speaker, setting);
  if (order.to == speaker.phone) return say("give_refused_self");
  if (club.policy.give_per_day_max == 0) return say("give_refused_never", {{"club", club.name}});
  if (order.amount < club.policy.move_min)
    return say("give_refused_small", {{"min", money(club, club.policy.move_min)}});
  const rules::Amount left = club.policy.give_per_day_max - given_today(club, member->id, facts, setting.now);
  if (order.amount > left) {
    if (left < club.policy.move_min)
      return say("give_refused_today", {{"sum", money(club, club.policy.give_per_day_max)}});
    return say("give_refused_day",
               {{"sum", money(club, club.policy.give_per_day_max)}, {"left", money(club, left)}});
  }
  const auto sources =
      sources_of(facts.spendable_lots(member->id, setting.now), order.amount, facts, setting.now);
  if (const auto* why = std::get_if<rules::MoveRefusal>(&sources))
    return Said{.reply = move_refused(speaker, *why, member->id, facts, setting)};
  // Before anybody is looked for, so that the answer is the same for a member and a stranger.
  if (rules::too_many_strangers(member->strangers, setting.now)) return say("give_refused_strangers");
  if (facts.member(MemberKey{club.id, order.to}) != nullptr) return std::nullopt;
  Said said = say("give_refused_no_member", {{"club", club.name}, {"phone", to}, {"word", club.word}});
  said.effects.push_back(
      ChangeMember{member->id, member->language, rules::after_stranger(member->strangers, setting.now)});
  return said;
}

Said give(const Speaker& speaker, const GiveOrder& order, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  if (auto refused = give_refused(speaker, order, facts, setting)) return std::move(*refused);
  const PendingKey key{club.id, speaker.phone, PendingKind::transfer};
  auto pending = ask({.key = key, .amount = order.amount, .other_phone = order.to, .asked_by = speaker.phone},
                     facts, setting);
  if (!pending) return {.reply = asked_too_often(key, speaker.language, facts, setting)};
  const std::string number = std::to_string(pending->number), to = templates::masked(order.to);
  Said said{
      .reply = render(
          setting, "give_confirm", speaker.language,
          {{"club", club.name}, {"number", number}, {"amount", money(club, order.amount)}, {"phone", to}})};
  said.effects.push_back(SetPending{std::move(*pending)});
  return said;
}

Said give_now(const Speaker& speaker, const GiveOrder& order, std::span<const CodeKey> candidates,
              const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  if (auto refused = give_refused(speaker, order, facts, setting)) return std::move(*refused);
  const Member& member = *facts.member(speaker.key());
  const Member& other = *facts.member(MemberKey{club.id, order.to});
  auto sources = sources_of(facts.spendable_lots(member.id, setting.now), order.amount, facts, setting.now);
  MoveCredit move = move_credit(club,
                                {.kind = MoveKind::transfer,
                                 .from = member.id,
                                 .to = other.id,
                                 .sources = std::get<std::vector<Source>>(std::move(sources))},
                                candidates, facts, setting);
  const std::string to = templates::masked(order.to);
  const bool can_undo = club.policy.give_undo_seconds > 0;
  Said said{.reply =
                render(setting, speaker.text(can_undo ? "give_done" : "give_done_for_good"), speaker.language,
                       {{"amount", money(club, order.amount)},
                        {"phone", to},
                        {"word", club.word},
                        {"left", money(club, facts.spendable(member.id, setting.now) - order.amount)},
                        {"seconds", static_cast<std::int64_t>(club.policy.give_undo_seconds)}})};
  said.texts.push_back(to_other(speaker, other, "given_member", move, soonest_end(move), setting));
  said.effects.push_back(std::move(move));
  return said;
}

namespace {

rules::Instant undo_since(const Club& club, rules::Instant now) {
  return now - std::chrono::seconds{club.policy.give_undo_seconds};
}

// Her last transfer that may still be taken back.
const CreditMove* last_transfer(const Club& club, MemberId from, const Facts& facts, rules::Instant now) {
  const auto moves = facts.moves(from, undo_since(club, now));
  const auto last = std::find_if(moves.rbegin(), moves.rend(), [&club, now](const CreditMove* move) {
    return move->kind == MoveKind::transfer && move->at > undo_since(club, now);
  });
  return last == moves.rend() ? nullptr : *last;
}

}  // namespace

Needs needs_undo(const Speaker& speaker, const Setting& setting) {
  Needs needs = needs_move(*speaker.club, speaker.key(), setting);
  draw_codes(needs, *speaker.club, setting);
  needs.transfers.emplace(speaker.key(), undo_since(*speaker.club, setting.now));
  return needs;
}

Said undo(const Speaker& speaker, std::span<const CodeKey> candidates, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const Member* member = facts.member(speaker.key());
  if (member == nullptr) return not_member(speaker, setting);
  const CreditMove* transfer = last_transfer(club, member->id, facts, setting.now);
  if (transfer == nullptr) {
    return {.reply = render(setting, "undo_refused_none", speaker.language,
                            {{"seconds", static_cast<std::int64_t>(club.policy.give_undo_seconds)}})};
  }
  if (transfer->returned > 0) return {.reply = render(setting, "undo_refused_again", speaker.language)};
  const Member* other = facts.member(transfer->to);
  // Confirmed since her transfers were looked for.
  if (other == nullptr) throw OutOfCandidates{};
  std::vector<Source> sources;
  for (const LotId id : facts.lots_of_move(transfer->id)) {
    const Lot* lot = facts.lot(id);
    const rules::Amount left = lot == nullptr ? 0 : facts.available(*lot, setting.now);
    if (left > 0) sources.push_back({lot, left});
  }
  if (sources.empty()) return {.reply = render(setting, "undo_refused_spent", speaker.language)};
  MoveCredit move = move_credit(
      club, {.kind = MoveKind::undo, .from = other->id, .to = member->id, .sources = std::move(sources)},
      candidates, facts, setting);
  move.move.undoes = transfer->id;
  const std::string list = list_of_moved("codes_line", speaker.language, club, move, setting);
  Said said{.reply = render(setting, "undo_done", speaker.language,
                            {{"amount", money(club, move.move.amount)}, {"list", templates::Rendered{list}}}),
            .good_until = soonest_end(move)};
  if (other->phone != 0)
    said.texts.push_back(to_other(speaker, *other, "taken_back_member", move, kNeverEnds, setting));
  said.effects.push_back(std::move(move));
  return said;
}

}  // namespace peyk::handlers
