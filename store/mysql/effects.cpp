#include <algorithm>
#include <map>
#include <variant>

#include "store/mysql/behaviours.hpp"
#include "store/mysql/codes.hpp"
#include "store/mysql/disputes.hpp"
#include "store/mysql/erasure.hpp"
#include "store/mysql/expiry.hpp"
#include "store/mysql/guesses.hpp"
#include "store/mysql/handovers.hpp"
#include "store/mysql/member_events.hpp"
#include "store/mysql/miss_windows.hpp"
#include "store/mysql/moves.hpp"
#include "store/mysql/offer_uses.hpp"
#include "store/mysql/pendings.hpp"
#include "store/mysql/profiles.hpp"
#include "store/mysql/purchase_items.hpp"
#include "store/mysql/refunds.hpp"
#include "store/mysql/sales.hpp"
#include "store/mysql/sets.hpp"
#include "store/mysql/tables.hpp"
#include "store/mysql/tags.hpp"
#include "store/mysql/till_records.hpp"
#include "store/mysql/welcomed.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

// The effects of a batch, sorted by what they do to which table. Of several changes to one row only the last
// counts: the working set has it.
struct Sorted {
  std::vector<const Member*> enrolled;
  std::vector<const Lot*> opened;
  std::vector<const Code*> issued;
  std::vector<const Purchase*> purchases;
  std::map<std::uint64_t, std::span<const std::uint64_t>> paid_by;  // redemptions, by their purchases
  std::vector<ItemLine> items;
  std::vector<LedgerEntry> entries;
  std::vector<const TakeFromLot*> taken;
  std::vector<const VoidRedemption*> voided;
  std::vector<const Handover*> handed_over;
  std::vector<const TakeItemBack*> items_back;
  std::vector<const CreditMove*> moves;
  std::map<LinePhoneKey, bool> promo_stopped;
  std::map<LinePhoneKey, rules::Instant> helped;
  std::map<MemberKey, rules::Attempts> attempts;
  std::set<MemberId> changed_members;
  std::set<LotId> changed_lots;
  std::map<CodeId, EndedCode> ended_codes;
  std::set<CodeId> revived_codes;
  std::vector<const EndMembership*> ended;
  std::map<PendingKey, const Pending*> pendings;
  std::vector<const Sale*> sales;
  std::vector<const RecordLetter*> letters;
  std::vector<const Dispute*> disputes;
  std::map<MissKey, rules::MissWindow> miss_windows;
  std::map<NoteMiss, std::uint32_t> missed;
  std::map<std::string, rules::Attempts> till_attempts;
  std::vector<const Hold*> holds_begun;
  std::set<HoldId> holds_ended;
  std::set<std::uint64_t> refunds_new, refunds_known;
  std::vector<const ReturnCredit*> returned;
  std::map<MemberKey, rules::Attempts> guesses;
  std::set<std::uint64_t> refunded_purchases;
  std::set<MemberId> changed_profiles, changed_tags, changed_scores;
  std::set<MemberKey> thanked;
  std::vector<const MemberEvent*> member_events;
  BehaviourRows behaviours;
  OfferEffects offers;

  void operator()(const EnrolMember& effect) { enrolled.push_back(&effect.member); }
  void operator()(const ChangeMember& effect) { changed_members.insert(effect.member); }
  void operator()(const EndMembership& effect) {
    changed_members.insert(effect.member);
    for (const LedgerEntry& entry : effect.entries) {
      entries.push_back(entry);
      changed_lots.insert(entry.lot);
    }
    for (const CodeId id : effect.voided) end_code(id, CodeState::voided, effect.at);
    for (const CodeId id : effect.expired) end_code(id, CodeState::expired, effect.at);
    ended.push_back(&effect);
  }
  void operator()(const OpenLot& effect) {
    opened.push_back(&effect.lot);
    entries.push_back(effect.entry);
    changed_members.insert(effect.entry.member);
  }
  void operator()(const IssueCode& effect) { issued.push_back(&effect.code); }
  void operator()(const TakeFromLot& effect) {
    entries.push_back(effect.entry);
    taken.push_back(&effect);
    changed_members.insert(effect.entry.member);
    changed_lots.insert(effect.entry.lot);
    if (effect.code_ended) end_code(effect.redemption.code, CodeState::redeemed, effect.redemption.at);
  }
  void operator()(const VoidRedemption& effect) {
    entries.push_back(effect.entry);
    voided.push_back(&effect);
    changed_members.insert(effect.entry.member);
    changed_lots.insert(effect.entry.lot);
    ended_codes.erase(effect.code);
    revived_codes.insert(effect.code);
  }
  void operator()(const MoveCredit& effect) {
    for (const MoveCredit::Part& part : effect.parts) {
      entries.push_back(part.entry);
      opened.push_back(&part.lot);
      issued.push_back(&part.code);
      changed_members.insert({part.entry.member, part.entry.to_member});
      changed_lots.insert(part.entry.lot);
      if (part.ended) end_code(*part.ended, CodeState::redeemed, effect.move.at);
    }
    moves.push_back(&effect.move);
  }
  void operator()(const RecordPurchase& effect) {
    purchases.push_back(&effect.purchase);
    if (!effect.paid_by.empty()) paid_by[effect.purchase.id] = effect.paid_by;
    for (std::size_t i = 0; i < effect.items.size(); ++i)
      items.push_back({effect.purchase.id, static_cast<std::uint32_t>(i), &effect.items[i]});
    if (effect.purchase.member) changed_members.insert(*effect.purchase.member);
  }
  void operator()(const SetPromo& effect) { promo_stopped[effect.key] = effect.stopped; }
  void operator()(const NoteHelp& effect) { helped[effect.key] = effect.at; }
  void operator()(const SetAttempts& effect) { attempts[effect.cashier] = effect.row; }
  void operator()(const RecordDispute& effect) { disputes.push_back(&effect.dispute); }
  void operator()(const RecordSale& effect) { sales.push_back(&effect.sale); }
  void operator()(const NoteMiss& effect) { ++missed[effect]; }
  void operator()(const SetMissWindow& effect) { miss_windows[effect.key] = effect.row; }
  void operator()(const SetGuesses& effect) { guesses[effect.phone] = effect.row; }
  void operator()(const SetPending& effect) { pendings[effect.row.key] = &effect.row; }
  void operator()(const SetTillAttempts& effect) { till_attempts[effect.key] = effect.row; }
  void operator()(const BeginHold& effect) {
    holds_begun.push_back(&effect.hold);
    changed_lots.insert(effect.hold.lot);
  }
  void operator()(const EndHold& effect) { holds_ended.insert(effect.hold); }
  void operator()(const TakeBack& effect) {
    entries.push_back(effect.entry);
    changed_members.insert(effect.entry.member);
    changed_lots.insert(effect.entry.lot);
    if (effect.ended) end_code(*effect.ended, CodeState::voided, effect.entry.at);
  }
  void operator()(const ReturnCredit& effect) {
    returned.push_back(&effect);
    if (!effect.entry) return;
    entries.push_back(*effect.entry);
    changed_members.insert(effect.entry->member);
    changed_lots.insert(effect.entry->lot);
    ended_codes.erase(effect.code);
    revived_codes.insert(effect.code);
  }
  void operator()(const Owe& effect) {
    entries.push_back(effect.entry);
    changed_members.insert(effect.entry.member);
  }
  void operator()(const SetProfile& effect) { changed_profiles.insert(effect.row.member); }
  void operator()(const ThankPhone& effect) { thanked.insert(effect.phone); }
  void operator()(const RecordRefund& effect) {
    const Refund& refund = effect.refund;
    (effect.known ? refunds_known : refunds_new).insert(refund.id);
    if (refund.state == RefundState::applied) refunded_purchases.insert(refund.purchase);
  }
  void operator()(const SetBehaviour& effect) { behaviours[{effect.member, effect.branch}] = &effect; }
  void operator()(const SetStanding& effect) { offers.standings[effect.member] = effect.club; }
  void operator()(const RecordPoints& effect) {
    offers.points.push_back(&effect.entry);
    offers.standings[effect.entry.member] = effect.entry.club;
  }
  void operator()(const SetOfferUse& effect) { offers.uses[effect.key] = &effect; }
  void operator()(const RecordGrant& effect) { offers.grants.push_back(&effect.grant); }
  void operator()(const OpenGiftAccount& effect) {
    enrolled.push_back(&effect.account);
    offers.gift_accounts.push_back(&effect.account);
  }
  void operator()(const IssueGift& effect) {
    opened.push_back(&effect.lot);
    entries.push_back(effect.entry);
    issued.push_back(&effect.code);
    changed_members.insert(effect.entry.member);
    offers.gifts.push_back(&effect);
  }
  void operator()(const IssueItem& effect) {
    opened.push_back(&effect.lot);
    issued.push_back(&effect.code);
  }
  void operator()(const HandOver& effect) {
    handed_over.push_back(&effect.handover);
    end_code(effect.handover.code, CodeState::redeemed, effect.handover.at);
  }
  void operator()(const TakeItemBack& effect) {
    items_back.push_back(&effect);
    ended_codes.erase(effect.code);
    revived_codes.insert(effect.code);
  }
  void operator()(const VoidItem& effect) { end_code(effect.code, CodeState::voided, effect.at); }
  void operator()(const CancelText&) {}  // once the texts are saved (schedule.hpp)
  void operator()(const SetTags& effect) { changed_tags.insert(effect.member); }
  void operator()(const SetSurveyScore& effect) { changed_scores.insert(effect.member); }
  void operator()(const RecordMemberEvent& effect) { member_events.push_back(&effect.event); }
  void operator()(const BeginOffer& effect) { offers.begun.push_back(&effect); }
  void operator()(const EndOffer& effect) { offers.ended.push_back(&effect); }
  void operator()(const RecordLetter& effect) { letters.push_back(&effect); }

 private:
  void end_code(CodeId id, CodeState state, rules::Instant at) {
    ended_codes[id] = {.id = id, .state = state, .at = at};
  }
};

// For columns that are never NULL, so that a row has its size from the start (the epoch is bound as NULL).
rules::Instant never_null(rules::Instant at) {
  constexpr rules::Instant long_ago{std::chrono::days{1}};
  return std::max(at, long_ago);
}

void bind_member(Statement& s, const Member& member) {
  const auto phone = member.phone == 0 ? std::optional<std::uint64_t>() : member.phone;
  s.add(member.id)
      .add(member.club)
      .add(phone)
      .add(member.card)
      .add(static_cast<std::uint32_t>(member.language));
  s.add(member.joined_at)
      .add(member.referred_by)
      .add(member.strangers.named)
      .add(never_null(member.strangers.since))
      .add(member.balance)
      .add(member.debt);
  const LastPurchase& last = member.last_purchase;
  s.add(last.id).add(last.branch).add(last.amount).add(never_null(last.at));
}

void bind_lot(Statement& s, const Lot& lot) {
  s.add(lot.id).add(lot.club).add(lot.member).add(static_cast<std::uint32_t>(lot.origin));
  s.add(static_cast<std::uint32_t>(lot.kind))
      .add(lot.issued)
      .add(lot.remaining)
      .add(lot.created_at)
      .add(lot.expires_at);
  s.add(lot.hold).add(lot.held).add(never_null(lot.held_until)).add(lot.branch);
}

constexpr const char* kInsertMember =
    "INSERT INTO member (member_id, club_id, phone, card, language, joined_at, referred_by, strangers, "
    "strangers_since, balance, debt, last_purchase_id, last_purchase_branch, last_purchase_amount, "
    "last_purchase_at) VALUES ";
constexpr const char* kInsertLot =
    "INSERT INTO lot (lot_id, club_id, member_id, origin, kind, issued, remaining, created_at, expires_at,"
    " hold_id, held, held_until, branch_no) VALUES ";

// Those who change come first: who leaves gives up her phone, and somebody enrolled in the same batch may
// have it.
void save_members(Connection& connection, const Sorted& sorted, const Facts& facts) {
  std::set<MemberId> changed = sorted.changed_members;
  for (const Member* member : sorted.enrolled) changed.erase(member->id);
  upsert_set(connection, kInsertMember,
             "phone = VALUES(phone), language = VALUES(language), referred_by = VALUES(referred_by),"
             " strangers = VALUES(strangers), strangers_since = VALUES(strangers_since),"
             " balance = VALUES(balance), debt = VALUES(debt),"
             " last_purchase_id = VALUES(last_purchase_id), last_purchase_branch ="
             " VALUES(last_purchase_branch), last_purchase_amount = VALUES(last_purchase_amount),"
             " last_purchase_at = VALUES(last_purchase_at)",
             15, changed, [&facts](Statement& s, MemberId id) { bind_member(s, *facts.member(id)); });
  // A member enrolled in this batch may already have changed in it: she is inserted as she is at its end.
  insert_set(connection, kInsertMember, 15, sorted.enrolled,
             [&facts](Statement& s, const Member* member) { bind_member(s, *facts.member(member->id)); });
}

void save_lots(Connection& connection, const Sorted& sorted, const Facts& facts) {
  std::set<LotId> changed = sorted.changed_lots;
  for (const HoldId id : sorted.holds_ended) changed.insert(facts.hold(id)->lot);
  for (const Lot* lot : sorted.opened) changed.erase(lot->id);
  insert_set(connection, kInsertLot, 13, sorted.opened,
             [&facts](Statement& s, const Lot* lot) { bind_lot(s, *facts.lot(lot->id)); });
  upsert_set(connection, kInsertLot,
             "remaining = VALUES(remaining), hold_id = VALUES(hold_id), held = VALUES(held),"
             " held_until = VALUES(held_until)",
             13, changed, [&facts](Statement& s, LotId id) { bind_lot(s, *facts.lot(id)); });
  std::set<const Lot*> filled;
  for (const LedgerEntry& entry : sorted.entries) {
    if (rules::effect_on_member(entry.kind, entry.amount) > 0) filled.insert(facts.lot(entry.lot));
    if (entry.kind == rules::EntryKind::move) filled.insert(facts.lot(entry.to_lot));
  }
  // One for an item is never filled, and is to be looked at all the same.
  for (const Lot* lot : sorted.opened) {
    if (lot->kind == LotOrigin::item) filled.insert(facts.lot(lot->id));
  }
  const std::vector<const Lot*> due(filled.begin(), filled.end());
  list_due(connection, due);
}

void save_codes(Connection& connection, const Sorted& sorted, const Facts& facts) {
  insert_set(
      connection,
      "INSERT INTO code (code_id, club_id, number, reserved_number, member_id, lot_id, state, issued_at, "
      "item) "
      "VALUES ",
      9, sorted.issued, [](Statement& s, const Code* code) {
        s.add(code->id).add(code->club).add(code->number).add(code->number).add(code->member).add(code->lot);
        s.add(static_cast<std::uint32_t>(code->state)).add(code->issued_at);
        s.add(code->item);
      });
  // A redemption of what had expired since leaves its code as it was, one whose number is gone makes it void.
  std::vector<CodeId> revived, voided;
  for (CodeId id : sorted.revived_codes) {
    const CodeState state = facts.code(id)->state;
    if (state == CodeState::live) revived.push_back(id);
    if (state == CodeState::voided && !sorted.ended_codes.contains(id)) voided.push_back(id);
  }
  update_in(connection, "UPDATE code SET state = 4 WHERE code_id IN (", voided);
  update_in(connection, "UPDATE code SET state = 1 WHERE code_id IN (", revived);
  std::vector<EndedCode> ended;
  for (const auto& [id, code] : sorted.ended_codes) ended.push_back(code);
  save_ended_codes(connection, ended);
}

void save_redemptions(Connection& connection, const Sorted& sorted) {
  insert_set(
      connection,
      "INSERT INTO redemption (redemption_id, club_id, code_id, member_id, branch_no, cashier_phone, invoice,"
      " invoice_amount, used, left_on_code, entry_id, at, place, till_key) VALUES ",
      14, sorted.taken, [](Statement& s, const TakeFromLot* taken) {
        const Redemption& r = taken->redemption;
        s.add(r.id).add(r.club).add(r.code).add(r.member).add(r.branch).add(r.cashier).add(r.invoice);
        s.add(r.invoice_amount).add(r.used).add(r.left).add(taken->entry.id).add(r.at).add(r.place);
        s.add(r.till);
      });
}

void save_voided(Connection& connection, const Sorted& sorted) {
  insert_set(
      connection,
      "INSERT INTO redemption_void (redemption_id, entry_id, cashier_phone, left_on_code, at, till_key) "
      "VALUES ",
      6, sorted.voided, [](Statement& s, const VoidRedemption* effect) {
        const Voided& v = effect->voided;
        s.add(effect->redemption).add(effect->entry.id).add(v.cashier).add(v.left).add(v.at).add(v.till);
      });
}

void save_purchases(Connection& connection, const Sorted& sorted) {
  insert_set(
      connection,
      "INSERT INTO purchase (purchase_id, club_id, branch_no, invoice, member_id, amount, earned, code_id,"
      " phone, answer, purchased_at, recorded_at, earn_share, by_credit, discount, earned_whole, points,"
      " grants) VALUES ",
      18, sorted.purchases, [](Statement& s, const Purchase* p) {
        s.add(p->id).add(p->key.club).add(p->key.branch).add(p->key.invoice).add(p->member).add(p->amount);
        s.add(p->earned).add(p->code).add(p->phone).add(p->answer).add(p->purchased_at).add(p->recorded_at);
        s.add(p->earn_share).add(p->by_credit).add(p->discount).add(p->earned_whole).add(p->points);
        s.add(p->grants);
      });
  for (const auto& [purchase, redemptions] : sorted.paid_by)
    update_in(connection, "UPDATE redemption SET purchase_id = ? WHERE redemption_id IN (", redemptions,
              [purchase](Statement& s) { s.add(purchase); });
}

void save_line_phones(Connection& connection, const Sorted& sorted) {
  upsert_set(
      connection, "INSERT INTO line_phone (line, phone, promo_stopped) VALUES ",
      "promo_stopped = VALUES(promo_stopped)", 3, sorted.promo_stopped,
      [](Statement& s, const auto& row) { s.add(row.first.line).add(row.first.phone).add(row.second); });
  upsert_set(connection, "INSERT INTO line_phone (line, phone, promo_stopped, help_sent_at) VALUES ",
             "help_sent_at = VALUES(help_sent_at)", 4, sorted.helped, [](Statement& s, const auto& row) {
               s.add(row.first.line).add(row.first.phone).add(false).add(row.second);
             });
}

void save_attempts(Connection& connection, const Sorted& sorted) {
  for (const auto& [cashier, row] : sorted.attempts) {
    connection
        .prepare(
            "UPDATE cashier SET misses = ?, miss_window_at = ?, locked_until = ?, invites = ?,"
            " invites_since = ? WHERE club_id = ? AND phone = ?")
        .add(row.misses)
        .add(row.window_started_at)
        .add(row.locked_until)
        .add(row.invites)
        .add(row.invites_since)
        .add(cashier.club)
        .add(cashier.phone)
        .run();
  }
}

// Those of phones that are no members are found by nothing else.
void list_strangers(Connection& connection, const Sorted& sorted) {
  std::vector<const Purchase*> strangers;
  for (const Purchase* purchase : sorted.purchases) {
    if (!purchase->member) strangers.push_back(purchase);
  }
  insert_set(connection, "INSERT INTO purchase_of_stranger (club_id, phone, purchase_id) VALUES ", 3,
             strangers, [](Statement& s, const Purchase* p) { s.add(p->key.club).add(p->phone).add(p->id); });
}

}  // namespace

void save_entries(Connection& connection, std::span<const LedgerEntry> entries) {
  insert_set(
      connection,
      "INSERT INTO ledger_entry (entry_id, club_id, kind, debit_account, credit_account, member_id, lot_id,"
      " amount, at, to_member_id, to_lot_id, move_id) VALUES ",
      12, entries, [](Statement& s, const LedgerEntry& entry) {
        const rules::Sides sides = rules::accounts_of(entry.kind);
        s.add(entry.id).add(entry.club).add(static_cast<std::uint32_t>(entry.kind));
        s.add(static_cast<std::uint32_t>(sides.debit)).add(static_cast<std::uint32_t>(sides.credit));
        s.add(entry.member).add(entry.lot).add(entry.amount).add(entry.at);
        for (const std::uint64_t id : {entry.to_member, entry.to_lot, entry.move})
          s.add(id == 0 ? std::optional<std::uint64_t>() : id);
      });
}

void save_effects(Connection& connection, std::span<const Effect> effects, const Facts& facts) {
  Sorted sorted;
  for (const Effect& effect : effects) std::visit(sorted, effect);
  save_attempts(connection, sorted);
  save_till_attempts(connection, sorted.till_attempts);
  save_members(connection, sorted, facts);
  save_profiles(connection, sorted.changed_profiles, sorted.ended, facts);
  save_thanked(connection, sorted.thanked);
  save_tags(connection, sorted.changed_tags, sorted.ended, facts);
  save_survey_scores(connection, sorted.changed_scores, sorted.ended, facts);
  save_pendings(connection, sorted.pendings);
  save_lots(connection, sorted, facts);
  save_codes(connection, sorted, facts);
  save_entries(connection, sorted.entries);
  save_redemptions(connection, sorted);
  save_handovers(connection, sorted.handed_over, sorted.items_back);
  save_holds(connection, sorted.holds_begun, sorted.holds_ended, facts);
  save_voided(connection, sorted);
  save_refunds(connection, sorted.refunds_new, sorted.refunds_known, sorted.returned, facts);
  save_moves(connection, sorted.moves);
  save_guesses(connection, sorted.guesses);
  save_purchases(connection, sorted);
  save_member_events(connection, sorted.member_events);
  save_purchase_items(connection, sorted.items);
  save_on_bills(connection, effects, facts);
  save_refunded(connection, sorted.refunded_purchases, facts);
  save_sales(connection, sorted.sales);
  save_letters(connection, sorted.letters);
  save_disputes(connection, sorted.disputes);
  save_behaviours(connection, sorted.behaviours);
  save_offer_effects(connection, sorted.offers, facts);
  list_strangers(connection, sorted);
  save_line_phones(connection, sorted);
  save_miss_windows(connection, sorted.miss_windows);
  save_misses_of_day(connection, sorted.missed);
  list_erasures(connection, sorted.ended);
}

}  // namespace peyk::store
