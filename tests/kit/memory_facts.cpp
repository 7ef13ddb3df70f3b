// What a decision asks for, out of the maps of MemoryStore, as store/mysql/facts.cpp does it out of tables.
#include <algorithm>
#include <set>

#include "tests/kit/memory_store.hpp"

namespace peyk::tests {

using namespace handlers;

const Member* MemoryStore::find(const MemberKey& key) const {
  for (const auto& [id, member] : members_) {
    if (member.club == key.club && member.phone == key.phone) return &member;
  }
  return nullptr;
}

void MemoryStore::load_wallet(MemberId member, Facts& facts) const {
  facts.load_wallet_of(member);
  for (const auto& [id, lot] : lots_) {
    if (lot.member == member && lot.remaining > 0) facts.load(lot);
  }
  for (const auto& [id, code] : codes_) {
    if (code.member != member || code.state != CodeState::live) continue;
    facts.load(code);
    if (!code.item.empty()) facts.load(lots_.at(code.lot));
  }
}

void MemoryStore::load_reading(const ReadingKey& key, Facts& facts) const {
  const Member* member = find({key.club, key.phone});
  if (member == nullptr) return;
  std::vector<Past> purchases, others;
  for (const auto& [purchase_key, one] : purchases_) {
    if (one.member != member->id || (key.what == Reading::why && !one.code)) continue;
    Past past{.at = one.purchased_at, .amount = one.amount, .credit = one.earned, .row = one.id};
    past.share = one.earn_share;
    past.refunded = one.refunded;
    if (one.code) past.expires_at = lots_.at(codes_.at(*one.code).lot).expires_at;
    for (const OfferGrant& grant : grants_) {
      const bool beside = key.what == Reading::statement && grant.purchase == one.id && grant.lot != 0;
      if (beside && grant.kind == rules::EffectKind::item) past.item = item_of(grant.lot);
    }
    purchases.push_back(past);
  }
  for (const LedgerEntry& entry : entries_) {
    if (entry.member != member->id || key.what != Reading::history) continue;
    static const std::map<rules::EntryKind, Event> kEvents = {
        {rules::EntryKind::redeem, Event::redeemed},
        {rules::EntryKind::expire, Event::expired},
        {rules::EntryKind::void_redemption, Event::given_back},
        {rules::EntryKind::claw_back, Event::taken_back},
        {rules::EntryKind::return_credit, Event::returned},
        {rules::EntryKind::settle, Event::settled}};
    const auto event = kEvents.find(entry.kind);
    if (event == kEvents.end()) continue;
    others.push_back({.what = event->second, .at = entry.at, .amount = entry.amount, .row = entry.id});
  }
  for (const auto& [id, move] : moves_) {
    const bool gift = move.kind == MoveKind::gift;
    const bool between = gift || move.kind == MoveKind::transfer || move.kind == MoveKind::undo;
    if (!between || key.what == Reading::statement || (move.from != member->id && move.to != member->id))
      continue;
    Past past{.what = move.to == member->id ? Event::received : Event::given,
              .at = move.at,
              .amount = move.amount,
              .row = id};
    if (key.what == Reading::why && (past.what == Event::given || move.kind == MoveKind::undo)) continue;
    if (gift) past.what = Event::gift;
    past.other = members_.at(move.from).phone;
    for (const auto& [lot_id, lot] : lots_) {
      if (lot.member == move.to && lot.created_at == move.at) past.expires_at = lot.expires_at;
    }
    others.push_back(past);
  }
  if (key.what != Reading::statement) load_given(*member, others);
  if (key.what == Reading::why)
    std::erase_if(others, [](const Past& one) { return one.what == Event::handed_over; });
  const auto later = [](const Past& a, const Past& b) {
    return std::tie(a.at, a.row) > std::tie(b.at, b.row);
  };
  std::sort(purchases.begin(), purchases.end(), later);
  if (key.what == Reading::statement) {
    purchases.erase(purchases.begin(),
                    purchases.begin() + std::min<std::ptrdiff_t>(key.skip, std::ssize(purchases)));
    if (purchases.size() > kStatementRows + 1) purchases.resize(kStatementRows + 1);
  }
  for (const Past& past : purchases) facts.load(key, past);
  for (const Past& past : others) facts.load(key, past);
  for (const OfferGrant& grant : grants_) {
    if (key.what == Reading::why && grant.member == member->id) facts.load(grant);
  }
}

std::string MemoryStore::item_of(LotId lot) const {
  const auto code = std::ranges::find_if(codes_, [lot](const auto& one) { return one.second.lot == lot; });
  return code == codes_.end() ? std::string() : code->second.item;
}

// The club's own credit for her profile, and items. Occasions are no requests: this store knows none.
void MemoryStore::load_given(const Member& member, std::vector<Past>& all) const {
  for (const OfferGrant& grant : grants_) {
    if (grant.member != member.id || grant.kind != rules::EffectKind::item || grant.lot == 0) continue;
    Past past{.what = Event::item, .at = grant.at, .row = grant.id, .item = item_of(grant.lot)};
    past.expires_at = lots_.at(grant.lot).expires_at;
    all.push_back(std::move(past));
  }
  for (const Handover& one : handovers_) {
    if (one.member == member.id && !one.voided)
      all.push_back(
          {.what = Event::handed_over, .at = one.at, .row = one.id, .item = codes_.at(one.code).item});
  }
  const auto profile = profiles_.find(member.id);
  if (profile == profiles_.end()) return;
  for (const auto& [id, lot] : lots_) {
    if (lot.member == member.id && lot.origin == LotOrigin::gift &&
        lot.created_at == profile->second.completed_at) {
      all.push_back({.what = Event::profile,
                     .at = lot.created_at,
                     .amount = lot.issued,
                     .row = id,
                     .expires_at = lot.expires_at});
    }
  }
}

std::vector<Pending> MemoryStore::pendings_of(const std::set<MemberKey>& phones) const {
  std::vector<Pending> found;
  for (const auto& [key, row] : pendings_) {
    if (phones.contains({key.club, key.phone})) found.push_back(row);
  }
  return found;
}

BranchDay MemoryStore::branch_day(const BranchDayKey& key) const {
  BranchDay day;
  for (const Redemption& redemption : redemptions_) {
    if (redemption.club != key.club || redemption.branch != key.branch || redemption.at < key.from ||
        redemption.voided)
      continue;
    ++day.redemptions;
    day.used += redemption.used;
  }
  for (const auto& [bill, purchase] : purchases_) {
    if (bill.club != key.club || bill.branch != key.branch || purchase.recorded_at < key.from) continue;
    ++day.purchases;
    day.sold += purchase.amount;
    day.granted += purchase.earned;
  }
  for (const auto& [id, refund] : refunds_) {
    if (refund.bill.club != key.club || refund.bill.branch != key.branch || refund.at < key.from ||
        refund.state != RefundState::applied)
      continue;
    ++day.refunds;
    day.refunded += refund.amount;
    day.taken_back += refund.clawed_back + refund.owed;
    day.returned += refund.returned + refund.expired;
  }
  return day;
}

void MemoryStore::load_code(const Code& code, Facts& facts) const {
  facts.load(code);
  facts.load(members_.at(code.member));
  facts.load(lots_.at(code.lot));
  for (const auto& [id, lot] : lots_) {
    if (lot.member == code.member && lot.remaining > 0) facts.load(lot);
  }
  for (const Redemption& redemption : redemptions_) {
    if (redemption.code == code.id) facts.load(redemption);
  }
  for (const Handover& handover : handovers_) {
    if (handover.code == code.id) facts.load(handover);
  }
}

Facts MemoryStore::load(const Needs& needs) const {
  Facts facts;
  for (const MemberKey& key : needs.members) {
    if (const Member* member = find(key)) facts.load(*member);
  }
  for (const MemberKey& key : needs.wallets) {
    if (const Member* member = find(key)) {
      facts.load(*member);
      load_wallet(member->id, facts);
    }
  }
  std::set<CodeId> codes;
  std::set<PurchaseKey> bills = needs.bills;
  for (const Redemption& redemption : redemptions_) {
    const Code& code = codes_.at(redemption.code);
    if (!needs.redemptions.contains({redemption.club, redemption.id}) &&
        !needs.voids.contains({code.club, code.number}))
      continue;
    bills.insert({redemption.club, redemption.branch, redemption.invoice});
    for (const auto& [key, purchase] : purchases_) {
      if (purchase.id == redemption.purchase) facts.load(purchase);
    }
  }
  for (const auto& [id, code] : codes_) {
    if (needs.codes.contains({code.club, code.number})) codes.insert(id);
  }
  for (const Redemption& redemption : redemptions_) {
    if (needs.redemptions.contains({redemption.club, redemption.id})) codes.insert(redemption.code);
    for (const auto& [key, span] : needs.payments) {
      const Member* member = find(key);
      const bool hers = member != nullptr && redemption.member == member->id && redemption.invoice.empty();
      if (hers && redemption.purchase == 0 && redemption.at >= span.from && redemption.at < span.until)
        codes.insert(redemption.code);
    }
  }
  for (const Handover& handover : handovers_) {
    if (needs.redemptions.contains({handover.club, handover.id})) codes.insert(handover.code);
  }
  for (const auto& [id, hold] : holds_) {
    if (!needs.holds.contains({hold.club, id})) continue;
    facts.load(hold);
    codes.insert(hold.code);
    bills.insert({hold.club, hold.branch, hold.invoice});
  }
  std::set<PurchaseKey> refunded;
  std::set<MemberId> buyers;
  for (const PurchaseKey& key : needs.refunded_bills) refunded.insert(as_bill(key));
  for (const auto& [key, purchase] : purchases_) {
    if (!needs.refunded.contains({key.club, purchase.id}) && !refunded.contains(as_bill(key))) continue;
    bills.insert(key);
    for (const Redemption& redemption : redemptions_) {
      if (redemption.purchase == purchase.id) codes.insert(redemption.code);
    }
    if (purchase.member) {
      facts.load(members_.at(*purchase.member));
      load_wallet(*purchase.member, facts);
      buyers.insert(*purchase.member);
    }
    std::set<LotId> opened;
    for (const OfferGrant& grant : grants_) {
      if (grant.purchase != purchase.id) continue;
      facts.load(grant);
      if (grant.lot != 0 && grant.kind != rules::EffectKind::gift) opened.insert(grant.lot);
    }
    if (purchase.code) opened.insert(codes_.at(*purchase.code).lot);
    for (const auto& [id, code] : codes_) {
      if (opened.contains(code.lot)) codes.insert(id);
    }
    for (const LotId lot : opened) {
      rules::Amount lapsed = 0;
      for (const LedgerEntry& entry : entries_) {
        const bool gone = entry.kind == rules::EntryKind::expire || entry.kind == rules::EntryKind::forfeit;
        if (entry.lot == lot && gone) lapsed += entry.amount;
      }
      if (lapsed > 0) facts.load_lapsed(lot, lapsed);
    }
  }
  bills.insert(needs.refunded_bills.begin(), needs.refunded_bills.end());
  std::set<PurchaseKey> folded;
  for (const PurchaseKey& key : bills) folded.insert(as_bill(key));
  for (const Redemption& redemption : redemptions_) {
    if (redemption.purchase == 0 && redemption.at >= needs.bills_since &&
        folded.contains(as_bill({redemption.club, redemption.branch, redemption.invoice})))
      codes.insert(redemption.code);
  }
  for (const CodeId id : codes) load_code(codes_.at(id), facts);
  for (const auto& [id, code] : codes_) {
    if (!needs.holders.contains({code.club, code.number})) continue;
    for (const auto& [hold_id, hold] : holds_) {
      if (hold.member == code.member && hold.begun_at > needs.holders_since) facts.load(hold);
    }
  }
  for (const auto& [key, since] : needs.transfers) {
    const Member* member = find(key);
    for (const auto& [id, move] : moves_) {
      if (member == nullptr || move.from != member->id || move.at < since) continue;
      facts.load(move);
      if (move.kind != MoveKind::transfer) continue;
      facts.load(members_.at(move.to));
      load_wallet(move.to, facts);
      for (const LedgerEntry& entry : entries_) {
        if (entry.move == id) facts.load_moved(id, entry.to_lot);
      }
    }
  }
  for (const ReadingKey& key : needs.readings) load_reading(key, facts);
  for (const auto& [key, since] : needs.moves) {
    const Member* member = find(key);
    for (const auto& [id, move] : moves_) {
      if (member != nullptr && move.from == member->id && move.at >= since) facts.load(move);
    }
  }
  for (const auto& [key, row] : till_attempts_) {
    if (needs.tills.contains(key)) facts.load_till_attempts(key, row);
  }
  for (const auto& [key, purchase] : purchases_) {
    if (folded.contains(as_bill(key))) facts.load(purchase);
  }
  for (const auto& [id, refund] : refunds_) {
    if (folded.contains(as_bill(refund.bill))) {
      for (const auto& [key, span] : needs.payments) {
        if (const Member* member = find(key)) load_wallet(member->id, facts);
      }
    }
    if (folded.contains(as_bill(refund.bill)) ||
        needs.references.contains({{refund.bill.club, refund.bill.branch, ""}, refund.reference}))
      facts.load(refund);
  }
  for (const CodeKey& candidate : needs.candidates) {
    for (const auto& [id, code] : codes_) {
      if (code.club == candidate.club && code.number == candidate.number) facts.load_taken(candidate);
    }
  }
  for (const auto& [key, row] : line_phones_) {
    if (needs.line_phones.contains(key)) facts.load(key, row);
  }
  for (const auto& [key, row] : attempts_) {
    if (needs.cashiers.contains(key) || needs.guessers.contains(key)) facts.load_attempts(key, row);
  }
  for (const CodeKey& key : needs.owners_pendings) {
    const Code* code = facts.code(key);
    if (code == nullptr) continue;
    for (Pending& row : pendings_of({{key.club, members_.at(code->member).phone}}))
      facts.load(std::move(row));
  }
  for (const auto& [key, phone] : needs.items_pendings) {
    const Code* code = facts.code(key);
    if (code == nullptr || code->item.empty()) continue;
    for (Pending& row : pendings_of({phone})) facts.load(std::move(row));
  }
  for (const auto* phones : {&needs.pendings, &needs.replies}) {
    for (Pending& row : pendings_of(*phones)) facts.load(std::move(row));
  }
  for (const MemberKey& key : needs.profiles) {
    const Member* member = find(key);
    const auto told = member == nullptr ? profiles_.end() : profiles_.find(member->id);
    if (told != profiles_.end()) facts.load(told->second);
  }
  for (const MemberKey& key : needs.thanked) {
    if (thanked_.contains(key)) facts.load_thanked(key);
  }
  for (const MemberKey& key : needs.tags) {
    const Member* member = find(key);
    if (member != nullptr && tags_.contains(member->id)) facts.load_tags(member->id, tags_.at(member->id));
  }
  for (const MemberKey& key : needs.survey_scores) {
    const Member* member = find(key);
    if (member != nullptr && survey_scores_.contains(member->id))
      facts.load(member->id, survey_scores_.at(member->id));
  }
  for (const auto& [key, event] : member_events_) {
    if (needs.member_events.contains(key)) facts.load(event);
  }
  for (const auto& [key, purchase] : purchases_) {
    if (!needs.rated_purchases.contains({key.club, purchase.id})) continue;
    const auto rates = [&purchase](const auto& one) { return one.second.purchase == purchase.id; };
    facts.load(purchase.id, RatedPurchase{.member = purchase.member.value_or(0),
                                          .rated = std::ranges::any_of(member_events_, rates)});
  }
  for (const auto& [key, most] : needs.strangers) {
    std::uint32_t bought = 0;
    for (const auto& [bill, one] : purchases_) {
      const bool counts = bill.club == key.club && one.phone == key.phone && !one.member &&
                          one.refunded < one.amount && bought < most;
      bought += counts ? 1U : 0U;
    }
    if (find(key) == nullptr) facts.load_stranger(key, bought);
  }
  for (const BranchDayKey& key : needs.branch_days) facts.load(key, branch_day(key));
  for (const auto& [key, since] : needs.disputes) {
    const Member* member = find(key);
    const auto hers = [&](const Redemption& one) {
      return member != nullptr && one.member == member->id && !one.voided && one.at > since;
    };
    const auto undisputed = [&](const Redemption& one) { return hers(one) && !disputed_.contains(one.id); };
    auto last = std::find_if(redemptions_.rbegin(), redemptions_.rend(), undisputed);
    if (last == redemptions_.rend()) last = std::find_if(redemptions_.rbegin(), redemptions_.rend(), hers);
    if (last != redemptions_.rend()) facts.load(Disputable{*last, disputed_.contains(last->id)});
  }
  for (const Sale& sale : sales_) {
    const auto wanted = needs.sales.find(sale.cashier);
    if (wanted != needs.sales.end() && sale.at > wanted->second) facts.load(sale);
  }
  load_customers(needs, buyers, facts);
  return facts;
}

}  // namespace peyk::tests
