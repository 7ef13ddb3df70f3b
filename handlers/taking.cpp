#include "handlers/taking.hpp"

#include "handlers/good_at.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {
namespace {

rules::Amount paid_on(const Taker& taker, const Bill& bill, const Facts& facts, rules::Instant now) {
  return bill.invoice.empty() ? 0 : used_by(open_on(taker.named(bill.invoice, now), facts));
}

std::string notice_to_member(const Taker& taker, const Member& member, const Redemption& redemption,
                             rules::Amount spendable, const Setting& setting) {
  return render(setting, "redeemed_member", member.language,
                {{"club", taker.club->name},
                 {"used", money(*taker.club, redemption.used)},
                 {"branch", branch_name(*taker.club, redemption.branch)},
                 {"word", taker.club->word},
                 {"left", money(*taker.club, spendable)}});
}

}  // namespace

void want_bill(Needs& needs, const Taker& taker, const std::string& invoice, rules::Instant now) {
  if (!invoice.empty()) want_bill(needs, taker.bill(invoice), now);
}

bool is_closed(const Taker& taker, const Bill& bill, const Facts& facts, rules::Instant now) {
  return !bill.invoice.empty() && is_recorded(taker.named(bill.invoice, now), facts);
}

rules::Amount payable(const Taker& taker, const Bill& bill, const Facts& facts, rules::Instant now) {
  return rules::share_of(bill.amount, taker.club->policy.credit_share_max) - paid_on(taker, bill, facts, now);
}

std::variant<rules::Taken, rules::RedeemRefusal> judge(const Taker& taker, const Code& code, const Bill& bill,
                                                       const Facts& facts, rules::Instant now) {
  const Club& club = *taker.club;
  const Lot& lot = *facts.lot(code.lot);
  return rules::redeem({.left = facts.available(lot, now),
                        .held = facts.held(lot, now),
                        .ended = has_ended(code),
                        .swept = code.state == CodeState::expired,
                        .expires_at = lot.expires_at,
                        .wrong_branch = !is_good_at(club, lot, taker.branch),
                        .invoice_min = club.policy.invoice_min,
                        .credit_share_max = club.policy.credit_share_max,
                        .invoice_closed = is_closed(taker, bill, facts, now),
                        .on_invoice = paid_on(taker, bill, facts, now)},
                       bill.amount, now);
}

Redeemed take(const Taker& taker, const Code& code, const Bill& bill, rules::Amount used, rules::Amount freed,
              const Facts& facts, Setting& setting) {
  const Club& club = *taker.club;
  const Lot& lot = *facts.lot(code.lot);
  const Member& member = *facts.member(code.member);
  const rules::Amount left = facts.available(lot, setting.now) + freed - used;
  const rules::Amount spendable = facts.spendable(member.id, setting.now) + freed - used;
  Redemption redemption{.id = setting.chance.next_id(),
                        .club = club.id,
                        .code = code.id,
                        .member = member.id,
                        .branch = taker.branch,
                        .cashier = taker.cashier,
                        .till = taker.till,
                        .invoice = bill.invoice,
                        .invoice_amount = bill.amount,
                        .used = used,
                        .left = left,
                        .at = setting.now,
                        .place = static_cast<std::uint32_t>(facts.redemptions(code.id).size() + 1)};
  OutgoingText notice = text_to(club, member.phone, Lane::notice,
                                notice_to_member(taker, member, redemption, spendable, setting), setting.now);
  return {.effect = {.entry = {.id = setting.chance.next_id(),
                               .club = club.id,
                               .kind = rules::EntryKind::redeem,
                               .member = member.id,
                               .lot = lot.id,
                               .amount = used,
                               .at = setting.now},
                     .redemption = std::move(redemption),
                     .code_ended = lot.remaining == used},
          .notice = std::move(notice)};
}

std::optional<VoidRefusal> void_refusal(const Club& club, const Redemption& redemption, const Code& code,
                                        const Facts& facts, rules::Instant now) {
  if (now - redemption.at >= std::chrono::minutes{club.policy.void_window_minutes})
    return VoidRefusal::too_late;
  if (redemption.returned > 0) return VoidRefusal::refunded;
  if (redemption.purchase != 0) return VoidRefusal::invoice_closed;
  if (facts.member(code.member)->phone == 0) return VoidRefusal::member_left;
  if (code.state == CodeState::expired || now >= facts.lot(code.lot)->expires_at) return VoidRefusal::expired;
  return std::nullopt;
}

std::string closed_invoice(const Redemption& redemption, const Facts& facts) {
  const Purchase* purchase = facts.purchase(redemption.purchase);
  return purchase == nullptr ? redemption.invoice : purchase->key.invoice;
}

Undone undo(const Taker& taker, const Redemption& redemption, const Code& code, const Facts& facts,
            Setting& setting) {
  const Club& club = *taker.club;
  const Lot& lot = *facts.lot(code.lot);
  const Member& member = *facts.member(code.member);
  const rules::Amount spendable = facts.spendable(member.id, setting.now) + redemption.used;
  std::string text = render(setting, "voided_member", member.language,
                            {{"club", club.name},
                             {"used", money(club, redemption.used)},
                             {"branch", branch_name(club, redemption.branch)},
                             {"left", money(club, spendable)}});
  return {.effect = {.entry = {.id = setting.chance.next_id(),
                               .club = club.id,
                               .kind = rules::EntryKind::void_redemption,
                               .member = member.id,
                               .lot = lot.id,
                               .amount = redemption.used,
                               .at = setting.now},
                     .code = code.id,
                     .redemption = redemption.id,
                     .voided = {.cashier = taker.cashier,
                                .till = taker.till,
                                .left = facts.available(lot, setting.now) + redemption.used,
                                .at = setting.now}},
          .notice = text_to(club, member.phone, Lane::notice, std::move(text), setting.now)};
}

}  // namespace peyk::handlers
