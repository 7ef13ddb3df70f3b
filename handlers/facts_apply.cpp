// What a decision changed, seen by those after it in the batch: one function an effect. An effect that does
// not fit the facts throws, and nothing of its request is kept.
#include <algorithm>
#include <cassert>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/facts_rows.hpp"

namespace peyk::handlers {

void Facts::post(const LedgerEntry& entry) {
  assert(entry.amount > 0);
  must_find(members_, entry.member, "member").balance += rules::effect_on_member(entry.kind, entry.amount);
  if (entry.kind == rules::EntryKind::move)
    must_find(members_, entry.to_member, "member").balance += entry.amount;
}

void Facts::count(const Redemption& redemption, int by) {
  for (auto& [key, day] : branch_days_) {
    if (key.club != redemption.club || key.branch != redemption.branch || redemption.at < key.from) continue;
    day.redemptions += static_cast<std::uint64_t>(by);
    day.used += by * redemption.used;
  }
}

void Facts::apply(const EnrolMember& effect) {
  load(effect.member);
  load_visits(effect.member.id, {});  // she has bought nothing, and has no credit
  load_wallet_of(effect.member.id);
}

void Facts::apply(const ChangeMember& effect) {
  Member& member = must_find(members_, effect.member, "member");
  member.language = effect.language;
  member.strangers = effect.strangers;
}

void Facts::apply(const EndMembership& effect) {
  Member& member = must_find(members_, effect.member, "member");
  member_ids_.erase({member.club, member.phone});
  member.phone = 0;
  member.referred_by.reset();
  profiles_.erase(effect.member);
  for (const LedgerEntry& entry : effect.entries) {
    post(entry);
    must_find(lots_, entry.lot, "lot").remaining -= entry.amount;
    lapsed_[entry.lot] += entry.amount;
  }
  const auto end = [&](CodeId id, CodeState state) {
    Code& code = must_find(codes_, id, "code");
    code.state = state;
    code.ended_at = effect.at;
  };
  for (CodeId id : effect.voided) end(id, CodeState::voided);
  for (CodeId id : effect.expired) end(id, CodeState::expired);
}

void Facts::apply(const OpenLot& effect) {
  post(effect.entry);
  load(effect.lot);
}

void Facts::apply(const IssueCode& effect) {
  load(effect.code);
}

void Facts::apply(const TakeFromLot& effect) {
  Lot& lot = must_find(lots_, effect.entry.lot, "lot");
  if (effect.entry.amount > lot.remaining) throw std::logic_error("a decision takes more than its lot holds");
  post(effect.entry);
  lot.remaining -= effect.entry.amount;
  count(effect.redemption, 1);
  if (effect.code_ended) {
    Code& code = must_find(codes_, effect.redemption.code, "code");
    code.state = CodeState::redeemed;
    code.ended_at = effect.redemption.at;
  }
  load(effect.redemption);
}

void Facts::apply(const VoidRedemption& effect) {
  auto& all = must_find(redemptions_, effect.code, "redemption");
  const auto redemption = std::find_if(
      all.begin(), all.end(), [&effect](const Redemption& one) { return one.id == effect.redemption; });
  if (redemption == all.end() || redemption->voided || redemption->returned > 0 ||
      redemption->used != effect.entry.amount)
    throw std::logic_error("a decision takes back what is not there to be taken back");
  Lot& lot = must_find(lots_, effect.entry.lot, "lot");
  if (effect.entry.amount > lot.issued - lot.remaining)
    throw std::logic_error("a decision gives a lot more than it was issued with");
  Code& code = must_find(codes_, effect.code, "code");
  post(effect.entry);
  lot.remaining += effect.entry.amount;
  if (has_ended(code)) code.state = CodeState::live;
  count(*redemption, -1);
  redemption->voided = effect.voided;
}

void Facts::apply(const MoveCredit& effect) {
  for (const MoveCredit::Part& part : effect.parts) {
    Lot& from = must_find(lots_, part.entry.lot, "lot");
    if (part.entry.amount > from.remaining)
      throw std::logic_error("a decision takes more than its lot holds");
    if (part.lot.issued != part.entry.amount || part.lot.expires_at != from.expires_at)
      throw std::logic_error("credit that moves keeps its amount and its expiry");
    post(part.entry);
    from.remaining -= part.entry.amount;
    if (part.ended) {
      Code& code = must_find(codes_, *part.ended, "code");
      code.state = CodeState::redeemed;
      code.ended_at = part.entry.at;
    }
    load(part.lot);
    load(part.code);
    load_moved(effect.move.id, part.lot.id);
  }
  moves_[effect.move.id] = effect.move;
  if (effect.move.undoes != 0) must_find(moves_, effect.move.undoes, "move").returned += effect.move.amount;
}

void Facts::apply(const RecordPurchase& effect) {
  const Purchase& purchase = effect.purchase;
  for (auto& [key, day] : branch_days_) {
    const bool in_it = key.club == purchase.key.club && key.branch == purchase.key.branch &&
                       purchase.recorded_at >= key.from;
    if (!in_it) continue;
    ++day.purchases;
    day.sold += purchase.amount;
    day.granted += purchase.earned;
  }
  load(purchase);
  for (const std::uint64_t id : effect.paid_by) {
    auto& all = must_find(redemptions_, must_find(code_of_redemption_, id, "redemption"), "redemption");
    Redemption& redemption = *std::ranges::find(all, id, &Redemption::id);
    if (redemption.voided || redemption.purchase != 0)
      throw std::logic_error("a purchase is paid by a redemption that pays for none or another");
    redemption.purchase = purchase.id;
    redemptions_of_purchase_[purchase.id].insert(id);
  }
  if (!purchase.member) {
    const auto stranger = strangers_.find({purchase.key.club, purchase.phone});
    if (stranger != strangers_.end()) ++stranger->second;
    return;
  }
  visit(purchase);
  must_find(members_, *purchase.member, "member").last_purchase = {.id = purchase.id,
                                                                   .branch = purchase.key.branch,
                                                                   .amount = purchase.amount,
                                                                   .at = purchase.recorded_at};
}
void Facts::apply(const SetPromo& effect) {
  line_phones_[effect.key].promo_stopped = effect.stopped;
}
void Facts::apply(const NoteHelp& effect) {
  line_phones_[effect.key].help_sent_at = effect.at;
}
void Facts::apply(const SetGuesses& effect) {
  attempts_[effect.phone] = effect.row;
}
void Facts::apply(const SetAttempts& effect) {
  attempts_[effect.cashier] = effect.row;
}
void Facts::apply(const RecordSale& effect) {
  load(effect.sale);
}
void Facts::apply(const RecordDispute& effect) {
  must_find(disputable_, effect.dispute.member, "redemption to be disputed").disputed = true;
}
void Facts::apply(const SetMissWindow& effect) {
  miss_windows_[effect.key] = effect.row;
}
void Facts::apply(const NoteMiss&) {}  // no decision asks for it
void Facts::apply(const CancelText&) {}
void Facts::apply(const SetPending& effect) {
  pendings_[effect.row.key] = effect.row;
}

void Facts::apply(const SetTillAttempts& effect) {
  till_attempts_[effect.key] = effect.row;
}

void Facts::apply(const BeginHold& effect) {
  const Hold& hold = effect.hold;
  Lot& lot = must_find(lots_, hold.lot, "lot");
  if (hold.amount <= 0 || hold.amount > available(lot, hold.begun_at) || hold.until > lot.expires_at)
    throw std::logic_error("a decision holds what cannot be held");
  lot.hold = hold.id;
  lot.held = hold.amount;
  lot.held_until = hold.until;
  load(hold);
}

void Facts::apply(const EndHold& effect) {
  Hold& hold = must_find(holds_, effect.hold, "hold");
  if (hold.state != HoldState::active) throw std::logic_error("a decision ends a hold that has ended");
  hold.state = effect.state;
  hold.redemption = effect.redemption;
  hold.ended_at = effect.at;
  Lot& lot = must_find(lots_, hold.lot, "lot");
  if (lot.hold != hold.id) return;
  lot.hold = 0;
  lot.held = 0;
  lot.held_until = {};
}

void Facts::apply(const TakeBack& effect) {
  Lot& lot = must_find(lots_, effect.entry.lot, "lot");
  if (effect.entry.amount > lot.remaining)
    throw std::logic_error("a decision takes back more than its lot holds");
  post(effect.entry);
  lot.remaining -= effect.entry.amount;
  if (effect.entry.kind == rules::EntryKind::settle)
    must_find(members_, effect.entry.member, "member").debt -= effect.entry.amount;
  if (!effect.ended) return;
  Code& code = must_find(codes_, *effect.ended, "code");
  code.state = CodeState::voided;
  code.ended_at = effect.entry.at;
}

void Facts::apply(const ReturnCredit& effect) {
  auto& all = must_find(redemptions_, effect.code, "redemption");
  const auto redemption = std::ranges::find(all, effect.redemption, &Redemption::id);
  if (redemption == all.end() || redemption->voided ||
      redemption->returned + effect.amount > redemption->used)
    throw std::logic_error("a decision returns more than was used");
  redemption->returned += effect.amount;
  if (!effect.entry) return;
  Lot& lot = must_find(lots_, effect.entry->lot, "lot");
  if (effect.amount > lot.issued - lot.remaining)
    throw std::logic_error("a decision gives a lot more than it was issued with");
  post(*effect.entry);
  lot.remaining += effect.amount;
  Code& code = must_find(codes_, effect.code, "code");
  if (has_ended(code)) code.state = effect.revives ? CodeState::live : CodeState::voided;
}

void Facts::apply(const Owe& effect) {
  post(effect.entry);
  must_find(members_, effect.entry.member, "member").debt += effect.entry.amount;
}

void Facts::apply(const RecordRefund& effect) {
  const Refund& refund = effect.refund;
  refunds_[refund.id] = refund;
  if (refund.state != RefundState::applied) return;
  const PurchaseKey& whose = must_find(purchase_keys_, refund.purchase, "purchase");
  Purchase& purchase = must_find(purchases_, whose, "purchase");
  purchase.refunded += refund.amount;
  if (purchase.member) give_back(purchase, refund.amount);
  for (auto& [key, day] : branch_days_) {
    if (key.club != refund.bill.club || key.branch != refund.bill.branch || refund.at < key.from) continue;
    ++day.refunds;
    day.refunded += refund.amount;
    day.taken_back += refund.clawed_back + refund.owed;
    day.returned += refund.returned + refund.expired;
  }
}

}  // namespace peyk::handlers
