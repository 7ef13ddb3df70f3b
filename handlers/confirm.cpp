// A number comes back: which question it answers, and what is done then. See pending.hpp.
//
// In the order in which it is told: the cashier's phone waits; a wrong number; used; ended by wrong numbers;
// too late. A right number is used up whatever the decision behind it says.
#include <algorithm>
#include <array>
#include <set>

#include "handlers/buy.hpp"
#include "handlers/invite.hpp"
#include "handlers/managers_offer.hpp"
#include "handlers/move.hpp"
#include "handlers/proof.hpp"
#include "handlers/taking.hpp"
#include "handlers/use_cases.hpp"
#include "templates/phone.hpp"

namespace peyk::handlers {
namespace {

constexpr std::uint32_t kNumberMin = 10'000, kNumbers = 90'000;
constexpr int kDrawsMax = 8;

using Confirmed = Said (*)(const Speaker&, const Pending&, std::span<const CodeKey> candidates, const Facts&,
                           Setting&);

struct Confirmation {
  PendingKind kind;
  Needs (*needs)(const Pending&, const Setting&);
  Confirmed confirmed;
};

Speaker replying(const Pending& pending, const Setting& setting) {
  return {.club = setting.directory.club(pending.key.club),
          .phone = pending.key.phone,
          .cashier = setting.directory.cashier(pending.key.club, pending.key.phone)};
}

Needs needs_of_code(const Pending& pending, const Setting& setting) {
  Needs needs = needs_code(replying(pending, setting), pending.code);
  needs.merge(needs_proof(replying(pending, setting), pending.code));
  return needs;
}

Needs needs_of_void(const Pending& pending, const Setting& setting) {
  Needs needs = needs_of_code(pending, setting);
  needs.voids = needs.codes;
  return needs;
}

BuyOrder buy_order(const Pending& pending) {
  return {.phone = pending.other_phone,
          .amount = pending.amount,
          .invoice = pending.invoice,
          .off = pending.offer == kLessDiscounts,
          .confirmed = true};
}

Needs needs_of_buy(const Pending& pending, const Setting& setting) {
  const Speaker speaker = replying(pending, setting);
  return speaker.cashier == nullptr ? Needs{} : needs_buy(speaker, buy_order(pending), setting);
}

// The member's row is wanted of every reply.
Needs needs_nothing(const Pending&, const Setting&) {
  return {};
}

Needs needs_of_order(const Pending& pending, const Setting& setting) {
  Needs needs = needs_of_code(pending, setting);
  const Cashier* cashier = setting.directory.cashier(pending.key.club, pending.key.phone);
  if (cashier == nullptr) return needs;
  const Taker taker{.club = setting.directory.club(pending.key.club), .branch = cashier->branch};
  want_bill(needs, taker, pending.invoice, setting.now);
  return needs;
}

Said cashier_only(const Speaker& speaker, const Setting& setting) {
  return {.reply = render(setting, "cashier_only", speaker.language)};
}

Said redeem_confirmed(const Speaker& speaker, const Pending& pending, std::span<const CodeKey>,
                      const Facts& facts, Setting& setting) {
  if (speaker.cashier == nullptr) return cashier_only(speaker, setting);
  return redeem(
      speaker,
      {.code = pending.code, .invoice_amount = pending.amount, .invoice = pending.invoice, .confirmed = true},
      facts, setting);
}

Said void_confirmed(const Speaker& speaker, const Pending& pending, std::span<const CodeKey>,
                    const Facts& facts, Setting& setting) {
  if (speaker.cashier == nullptr) return cashier_only(speaker, setting);
  return void_redemption(speaker, {.code = pending.code, .confirmed = true}, facts, setting);
}

Needs needs_of_move(const Pending& pending, const Setting& setting) {
  const Club& club = *setting.directory.club(pending.key.club);
  Needs needs = needs_move(club, {club.id, pending.key.phone}, setting);
  draw_codes(needs, club, setting);
  if (pending.other_phone != 0) needs.members.insert({club.id, pending.other_phone});
  return needs;
}

Said transfer_confirmed(const Speaker& speaker, const Pending& pending, std::span<const CodeKey> candidates,
                        const Facts& facts, Setting& setting) {
  return give_now(speaker, {.to = pending.other_phone, .amount = pending.amount}, candidates, facts, setting);
}

Said pay_confirmed(const Speaker& speaker, const Pending& pending, std::span<const CodeKey> candidates,
                   const Facts& facts, Setting& setting) {
  return pay_now(speaker, {.branch = pending.branch, .amount = pending.amount}, candidates, facts, setting);
}

Said buy_confirmed(const Speaker& speaker, const Pending& pending, std::span<const CodeKey> candidates,
                   const Facts& facts, Setting& setting) {
  if (speaker.cashier == nullptr) return cashier_only(speaker, setting);
  return buy(speaker, buy_order(pending), candidates, facts, setting);
}

Said enrol_confirmed(const Speaker& speaker, const Pending& pending, std::span<const CodeKey>,
                     const Facts& facts, Setting& setting) {
  return invite_accepted(speaker, pending, facts, setting);
}

Said handset_reply(const Speaker& speaker, const Pending& pending, std::span<const CodeKey>,
                   const Facts& facts, Setting& setting) {
  return handset_confirmed(speaker, pending, facts, setting);
}

Needs needs_of_leave(const Pending& pending, const Setting&) {
  Needs needs;
  needs.wallets.insert({pending.key.club, pending.key.phone});
  return needs;
}

Said leave_confirmed(const Speaker& speaker, const Pending&, std::span<const CodeKey>, const Facts& facts,
                     Setting& setting) {
  return leave_now(speaker, facts, setting);
}

Said offer_confirmed(const Speaker& speaker, const Pending& pending, std::span<const CodeKey>,
                     const Facts& facts, Setting& setting) {
  return offer_begun(speaker, pending, facts, setting);
}

// The text that asks the cashier for the number.
std::string_view challenge_key(const Pending& pending) {
  const PendingKind kind = pending.key.kind;
  if (kind == PendingKind::redeem_challenge)
    return pending.amount == 0 ? "redeem_item_challenge" : "redeem_challenge";
  if (kind == PendingKind::void_challenge) return "void_challenge";
  return pending.offer == kLessDiscounts ? "buy_off_challenge" : "buy_challenge";
}

constexpr std::array kConfirmations{
    Confirmation{PendingKind::redeem_challenge, needs_of_order, redeem_confirmed},
    Confirmation{PendingKind::void_challenge, needs_of_void, void_confirmed},
    Confirmation{PendingKind::transfer, needs_of_move, transfer_confirmed},
    Confirmation{PendingKind::pay, needs_of_move, pay_confirmed},
    Confirmation{PendingKind::buy_challenge, needs_of_buy, buy_confirmed},
    Confirmation{PendingKind::enrol, needs_nothing, enrol_confirmed},
    Confirmation{PendingKind::handset_proof, needs_handset, handset_reply},
    Confirmation{PendingKind::leave, needs_of_leave, leave_confirmed},
    Confirmation{PendingKind::offer, needs_offer_confirmed, offer_confirmed},
};

const Confirmation& confirmation_of(PendingKind kind) {
  const auto found = std::find_if(kConfirmations.begin(), kConfirmations.end(),
                                  [kind](const Confirmation& one) { return one.kind == kind; });
  if (found == kConfirmations.end()) throw std::logic_error("a pending of a kind that nobody confirms");
  return *found;
}

bool counts_still(const Pending& pending, rules::Instant now) {
  return !pending.used && pending.misses > 0 && now - pending.missed_at < kPendingMissWindow;
}

// Of the questions of a phone, whatever their kind, that with the most wrong numbers that still count;
// nullptr: none has any.
const Pending* most_missed(const std::vector<const Pending*>& pendings, rules::Instant now) {
  const Pending* most = nullptr;
  for (const Pending* one : pendings) {
    if (counts_still(*one, now) && (most == nullptr || one->misses > most->misses)) most = one;
  }
  return most;
}

// Counts against all that wait for the phone, and against a cashier as a wrong PIN does, in each of the
// clubs.
Said wrong_number(const Speaker& speaker, const std::vector<const Pending*>& pendings, const Facts& facts,
                  const Setting& setting) {
  Said said;
  std::uint32_t left = 0;
  std::set<ClubId> clubs;
  for (const Pending* pending : pendings) {
    if (!is_waiting(*pending, setting.now)) continue;
    Pending row = *pending;
    row.missed_at = setting.now;
    left = std::max(left, kPendingMissesMax - ++row.misses);
    clubs.insert(row.key.club);
    said.effects.push_back(SetPending{std::move(row)});
  }
  if (said.effects.empty()) return unknown_number(speaker, facts, setting);
  for (const ClubId club : clubs) {
    const Speaker there{.club = setting.directory.club(club),
                        .phone = speaker.phone,
                        .cashier = setting.directory.cashier(club, speaker.phone)};
    if (there.cashier != nullptr) said.effects.push_back(miss(there, facts, setting.now));
  }
  said.reply = render(setting, left > 0 ? "one_time_wrong" : "one_time_wrong_last", speaker.language,
                      {{"count", static_cast<std::int64_t>(left)}});
  return said;
}

}  // namespace

const Pending* any_waiting(std::span<const Pending* const> pendings, rules::Instant now) {
  const auto found = std::find_if(pendings.begin(), pendings.end(),
                                  [now](const Pending* one) { return is_waiting(*one, now); });
  return found == pendings.end() ? nullptr : *found;
}

const Pending* meant_by(std::string_view number, std::span<const Pending* const> pendings,
                        rules::Instant now) {
  std::vector<const Pending*> with_it;
  std::copy_if(pendings.begin(), pendings.end(), std::back_inserter(with_it),
               [number](const Pending* one) { return std::to_string(one->number) == number; });
  const Pending* waiting = any_waiting(with_it, now);
  return waiting != nullptr || with_it.empty() ? waiting : with_it.front();
}

std::optional<Pending> ask(Pending what, const Facts& facts, Setting& setting) {
  const auto before = facts.pendings({what.key.club, what.key.phone});
  what.missed_at = setting.now;
  if (const Pending* most = most_missed(before, setting.now)) {
    if (most->misses >= kPendingMissesMax) return std::nullopt;
    what.misses = most->misses;
    what.missed_at = most->missed_at;
  }
  const auto is_taken = [&](std::uint32_t number) {
    return std::any_of(before.begin(), before.end(),
                       [number](const Pending* one) { return one->number == number; });
  };
  for (int draws = 0; draws == 0 || (is_taken(what.number) && draws < kDrawsMax); ++draws)
    what.number = kNumberMin + static_cast<std::uint32_t>(setting.chance.random() % kNumbers);
  what.id = setting.chance.next_id();
  what.asked_at = setting.now;
  what.until = setting.now + kPendingValid;
  return what;
}

std::string asked_too_often(const PendingKey& key, Language language, const Facts& facts,
                            const Setting& setting) {
  const Pending* last = most_missed(facts.pendings({key.club, key.phone}), setting.now);
  const auto wait =
      last == nullptr
          ? std::chrono::minutes{0}
          : std::chrono::ceil<std::chrono::minutes>(last->missed_at + kPendingMissWindow - setting.now);
  return render(setting, "one_time_wait", language, {{"minutes", static_cast<std::int64_t>(wait.count())}});
}

Needs needs_challenge(const Speaker& speaker) {
  Needs needs;
  if (speaker.cashier != nullptr && speaker.club->policy.redeem_auth == CashierAuth::challenge)
    needs.pendings.insert(speaker.key());
  return needs;
}

Said challenge(const Speaker& speaker, Pending what, const Facts& facts, Setting& setting) {
  what.key.club = speaker.club->id;
  what.key.phone = what.asked_by = speaker.phone;
  const PendingKey key = what.key;
  auto pending = ask(std::move(what), facts, setting);
  if (!pending) return {.reply = asked_too_often(key, speaker.language, facts, setting)};
  const std::string number = std::to_string(pending->number), code = std::to_string(pending->code),
                    phone = templates::masked(pending->other_phone);
  Said said{.reply = render(setting, challenge_key(*pending), speaker.language,
                            {{"number", number},
                             {"code", code},
                             {"phone", phone},
                             {"amount", money(*speaker.club, pending->amount)}})};
  if (speaker.medium == Medium::ussd) {
    said.texts.push_back(
        text_with_number(*speaker.club, *pending, std::move(said.reply),
                         end_of_code({speaker.club->id, pending->code}, facts, setting.now)));
    said.reply = render(setting, "ussd_number_sent", speaker.language);
  }
  said.effects.push_back(SetPending{std::move(*pending)});
  return said;
}

Needs needs_confirmation(const Pending& pending, const Setting& setting) {
  return confirmation_of(pending.key.kind).needs(pending, setting);
}

OutgoingText text_with_number(const Club& club, const Pending& pending, std::string text,
                              rules::Instant good_until) {
  return text_to(club, pending.key.phone, Lane::urgent, std::move(text), pending.asked_at,
                 std::min(pending.until, good_until));
}

Said confirm(const Speaker& speaker, const Reply& reply, std::span<const CodeKey> candidates,
             const Facts& facts, Setting& setting) {
  std::vector<const Pending*> pendings;
  for (const ClubId club : reply.asking) {
    const auto there = facts.pendings({club, speaker.phone});
    pendings.insert(pendings.end(), there.begin(), there.end());
  }
  if (speaker.cashier != nullptr && rules::is_locked(facts.attempts(speaker.key()), setting.now))
    return {.reply = locked_text(speaker, "redeem_refused_locked", facts, setting)};
  const Pending* meant = meant_by(reply.number, pendings, setting.now);
  if (meant == nullptr) return wrong_number(speaker, pendings, facts, setting);
  const Pending& pending = *meant;
  if (pending.used) return {.reply = render(setting, "one_time_used", speaker.language)};
  if (pending.misses >= kPendingMissesMax && counts_still(pending, setting.now))
    return {.reply = asked_too_often(pending.key, speaker.language, facts, setting)};
  if (!is_waiting(pending, setting.now)) return {.reply = render(setting, "one_time_late", speaker.language)};
  // Asked since the plan was widened, by a request of the same batch perhaps.
  if (pending.id != reply.widened_for) throw OutOfCandidates{};

  Pending used = pending;
  used.used = true;
  Said said = confirmation_of(pending.key.kind).confirmed(speaker, pending, candidates, facts, setting);
  said.effects.insert(said.effects.begin(), SetPending{std::move(used)});
  return said;
}

}  // namespace peyk::handlers
