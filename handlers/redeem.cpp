// The moment at the till: a code is taken once, whatever is sent twice.
//
// In the order in which a cashier is told: the phone waits; no PIN; a wrong PIN; no such code; the same order
// again (the same answer); taken, expired, good at other branches, held, too small an invoice; the member's
// digits, the number to be replied and the member's word, where the club wants them. Only the last step
// changes anything of the member.
#include <algorithm>

#include "handlers/good_at.hpp"
#include "handlers/items.hpp"
#include "handlers/offer_words.hpp"
#include "handlers/proof.hpp"
#include "handlers/taking.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

// The redemption that this very order made before, within the window; others may have taken of the code
// since. Not one that was taken back: who orders again after that means it.
const Redemption* repeated(std::span<const Redemption> all, const Speaker& speaker, const RedeemOrder& order,
                           rules::Instant now) {
  const std::chrono::minutes window{speaker.club->policy.repeat_window_minutes};
  const auto same = std::find_if(all.rbegin(), all.rend(), [&](const Redemption& one) {
    return !one.voided && one.cashier == speaker.phone && one.invoice_amount == order.invoice_amount &&
           one.invoice == order.invoice && now - one.at < window;
  });
  return same == all.rend() ? nullptr : &*same;
}

std::string done(const Speaker& speaker, const Redemption& redemption, rules::CodeNumber number,
                 const Facts& facts, const Setting& setting) {
  const std::string shown = std::to_string(number);
  std::string text = render(setting, speaker.text("redeem_done"), speaker.language,
                            {{"code", shown},
                             {"collect", money(*speaker.club, redemption.invoice_amount - redemption.used)},
                             {"used", money(*speaker.club, redemption.used)},
                             {"left", money(*speaker.club, redemption.left)}});
  add_tier(text, speaker, facts.rank(redemption.member), setting);
  return text;
}

std::string refused(const Speaker& speaker, rules::RedeemRefusal why, const Code& code,
                    const std::string& invoice, const Facts& facts, const Setting& setting) {
  const Club& club = *speaker.club;
  const std::string shown = std::to_string(code.number);
  switch (why) {
    case rules::RedeemRefusal::already_taken:
      return taken_text(speaker, "redeem_refused_already_taken", code, facts, setting);
    case rules::RedeemRefusal::expired:
      return render(
          setting, "redeem_refused_expired", speaker.language,
          {{"code", shown}, {"until", templates::LastDay{facts.lot(code.lot)->expires_at, club.time_zone}}});
    case rules::RedeemRefusal::wrong_branch:
      return wrong_branch_text(speaker, "redeem_refused_wrong_branch", code, facts, setting);
    case rules::RedeemRefusal::held:
      return held_text(speaker, "redeem_refused_held", code, facts, setting);
    case rules::RedeemRefusal::invoice_closed:
      return render(setting, "redeem_refused_invoice_closed", speaker.language,
                    {{"code", shown}, {"invoice", invoice}});
    case rules::RedeemRefusal::invoice_too_small:
      return render(setting, "redeem_refused_invoice_too_small", speaker.language,
                    {{"code", shown}, {"min", money(club, club.policy.invoice_min)}});
    case rules::RedeemRefusal::nothing_to_use:
      return render(setting, "redeem_refused_nothing_to_use", speaker.language, {{"code", shown}});
  }
  throw std::logic_error("refused: not a RedeemRefusal");
}

Said redeem_ordered(const Speaker& speaker, const RedeemOrder& order, const Facts& facts, Setting& setting) {
  const Club& club = *speaker.club;
  const std::string shown = std::to_string(order.code);
  const auto say = [&](std::string_view key) {
    return render(setting, key, speaker.language,
                  {{"code", shown}, {"word", club.word}, {"amount", money(club, order.invoice_amount)}});
  };
  const auto missed = [&](std::string_view key) {
    Said said{.reply = say(key)};
    said.effects.push_back(miss(speaker, facts, setting.now));
    return said;
  };

  if (rules::is_locked(facts.attempts(speaker.key()), setting.now)) {
    return {.reply = locked_text(speaker, "redeem_refused_locked", facts, setting)};
  }
  if (club.policy.redeem_auth == CashierAuth::pin && !order.confirmed) {
    if (order.pin.empty() || speaker.cashier->pin_hash.empty())
      return {.reply = say(order.last4.empty() ? "redeem_refused_pin_missing"
                                               : "redeem_refused_last4_pin_missing")};
    if (!setting.pin_matches(speaker.cashier->pin_hash, order.pin)) return missed("redeem_refused_pin_wrong");
  }
  const Code* code = facts.code({club.id, order.code});
  if (code == nullptr) return missed("redeem_refused_unknown_code");
  if (is_item(*code)) return hand_over(speaker, order, *code, facts, setting);
  const std::span<const Redemption> before = facts.redemptions(code->id);
  if (const Redemption* same = repeated(before, speaker, order, setting.now))
    return {.reply = done(speaker, *same, order.code, facts, setting)};

  if (is_open_gift(*code, facts, setting.now)) return {.reply = say("redeem_refused_gift")};
  const Taker taker{.club = &club, .branch = speaker.cashier->branch, .cashier = speaker.phone};
  const Bill bill{.invoice = order.invoice, .amount = order.invoice_amount};
  const auto result = judge(taker, *code, bill, facts, setting.now);
  if (const auto* why = std::get_if<rules::RedeemRefusal>(&result)) {
    return {.reply = refused(speaker, *why, *code, order.invoice, facts, setting)};
  }
  const rules::Amount used = std::get<rules::Taken>(result).used;
  if (auto refusal = last4_refusal(speaker, order, *code, used, facts, setting)) return std::move(*refusal);
  if (auto asked = redeem_challenge(speaker, order, facts, setting)) return std::move(*asked);
  if (wants_handset(club, order, *code, used, facts, setting.now))
    return ask_handset(speaker, order, *code, used, facts, setting);
  Redeemed redeemed = take(taker, *code, bill, used, 0, facts, setting);
  Said said{.reply = done(speaker, redeemed.effect.redemption, order.code, facts, setting)};
  said.effects.push_back(std::move(redeemed.effect));
  said.texts.push_back(std::move(redeemed.notice));
  return said;
}

}  // namespace

Said redeem(const Speaker& speaker, const RedeemOrder& order, const Facts& facts, Setting& setting) {
  return over_with_code(redeem_ordered(speaker, order, facts, setting), {speaker.club->id, order.code}, facts,
                        setting.now);
}

}  // namespace peyk::handlers
