#include <algorithm>

#include "store/mysql/behaviours.hpp"
#include "store/mysql/disputes.hpp"
#include "store/mysql/guesses.hpp"
#include "store/mysql/handovers.hpp"
#include "store/mysql/managers_offers.hpp"
#include "store/mysql/member_events.hpp"
#include "store/mysql/moves.hpp"
#include "store/mysql/offer_uses.hpp"
#include "store/mysql/pendings.hpp"
#include "store/mysql/profiles.hpp"
#include "store/mysql/readings.hpp"
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

constexpr const char* kMemberColumns =
    "SELECT member_id, club_id, phone, card, language, joined_at, referred_by, strangers, strangers_since,"
    " balance, debt, last_purchase_id, last_purchase_branch, last_purchase_amount, last_purchase_at FROM "
    "member ";
constexpr const char* kLotColumns =
    "SELECT lot_id, club_id, member_id, origin, kind, issued, remaining, created_at, expires_at, hold_id, "
    "held,"
    " held_until, branch_no FROM lot ";
constexpr const char* kCodeColumns =
    "SELECT code_id, club_id, number, member_id, lot_id, state, issued_at, ended_at, item FROM code ";
constexpr const char* kRedemptionColumns =
    "SELECT r.redemption_id, r.club_id, r.code_id, r.member_id, r.branch_no, r.cashier_phone, r.invoice,"
    " r.invoice_amount, r.used, r.left_on_code, r.at, r.place, r.till_key, r.returned, r.purchase_id,"
    " v.cashier_phone, v.till_key, v.left_on_code, v.at"
    " FROM redemption r LEFT JOIN redemption_void v ON v.redemption_id = r.redemption_id ";
Member read_member(Rows& rows) {
  Member member;
  member.id = rows.u64();
  member.club = rows.u32();
  member.phone = rows.maybe_u64().value_or(0);
  member.card = rows.u64();
  member.language = static_cast<Language>(rows.u64());
  member.joined_at = rows.instant();
  member.referred_by = rows.maybe_u64();
  member.strangers.named = rows.u32();
  member.strangers.since = rows.instant();
  member.balance = rows.i64();
  member.debt = rows.i64();
  member.last_purchase.id = rows.u64();
  member.last_purchase.branch = rows.u32();
  member.last_purchase.amount = rows.i64();
  member.last_purchase.at = rows.instant();
  return member;
}

Lot read_lot(Rows& rows) {
  Lot lot;
  lot.id = rows.u64();
  lot.club = rows.u32();
  lot.member = rows.u64();
  lot.origin = static_cast<LotOrigin>(rows.u64());
  lot.kind = static_cast<LotOrigin>(rows.u64());
  lot.issued = rows.i64();
  lot.remaining = rows.i64();
  lot.created_at = rows.instant();
  lot.expires_at = rows.instant();
  lot.hold = rows.u64();
  lot.held = rows.i64();
  lot.held_until = rows.instant();
  lot.branch = rows.u32();
  return lot;
}

Code read_code(Rows& rows) {
  Code code;
  code.id = rows.u64();
  code.club = rows.u32();
  code.number = rows.u32();
  code.member = rows.u64();
  code.lot = rows.u64();
  code.state = static_cast<CodeState>(rows.u64());
  code.issued_at = rows.instant();
  code.ended_at = rows.instant();
  code.item = rows.text();
  return code;
}

Redemption read_redemption(Rows& rows) {
  Redemption redemption;
  redemption.id = rows.u64();
  redemption.club = rows.u32();
  redemption.code = rows.u64();
  redemption.member = rows.u64();
  redemption.branch = rows.u32();
  redemption.cashier = rows.u64();
  redemption.invoice = rows.text();
  redemption.invoice_amount = rows.i64();
  redemption.used = rows.i64();
  redemption.left = rows.i64();
  redemption.at = rows.instant();
  redemption.place = rows.u32();
  redemption.till = rows.text();
  redemption.returned = rows.i64();
  redemption.purchase = rows.u64();
  if (const auto cashier = rows.maybe_u64()) {
    Voided voided{.cashier = *cashier};
    voided.till = rows.text();
    voided.left = rows.i64();
    voided.at = rows.instant();
    redemption.voided = std::move(voided);
  }
  return redemption;
}

void lock_cashiers(Connection& connection, const std::set<MemberKey>& cashiers, Facts& facts) {
  select_in(
      connection,
      "SELECT club_id, phone, misses, miss_window_at, locked_until, invites, invites_since FROM cashier"
      " WHERE (club_id, phone) IN (",
      "ORDER BY club_id, phone FOR UPDATE", 2, cashiers,
      [](Statement& s, const MemberKey& key) { s.add(key.club).add(key.phone); },
      [&facts](Rows& rows) {
        const ClubId club = rows.u32();
        const PhoneNumber phone = rows.u64();
        const std::uint32_t misses = rows.u32();
        rules::Attempts row{.misses = misses};
        row.window_started_at = rows.instant();
        row.locked_until = rows.instant();
        row.invites = rows.u32();
        row.invites_since = rows.instant();
        facts.load_attempts({club, phone}, row);
      });
}

// Whose are they? Read without locks: a code never changes its owner.
void find_code_owners(Connection& connection, const std::set<CodeKey>& codes, std::set<MemberId>& owners) {
  select_in(
      connection, "SELECT member_id FROM code WHERE (club_id, reserved_number) IN (", "", 2, codes,
      [](Statement& s, const CodeKey& key) { s.add(key.club).add(key.number); },
      [&owners](Rows& rows) { owners.insert(rows.u64()); });
}

void find_members(Connection& connection, const std::set<MemberKey>& keys, std::set<MemberId>& found) {
  select_in(
      connection, "SELECT member_id FROM member WHERE (club_id, phone) IN (", "", 2, keys,
      [](Statement& s, const MemberKey& key) { s.add(key.club).add(key.phone); },
      [&found](Rows& rows) { found.insert(rows.u64()); });
}

}  // namespace

std::map<CardKey, PhoneNumber> find_cards(Connection& connection, const std::set<CardKey>& keys) {
  std::map<CardKey, PhoneNumber> found;
  select_in(
      connection, "SELECT club_id, card, phone FROM member WHERE card IN (", "AND phone IS NOT NULL", 1, keys,
      [](Statement& s, const CardKey& key) { s.add(key.card); },
      [&](Rows& rows) {
        const ClubId club = rows.u32();
        const CardKey key{club, rows.u64()};
        const PhoneNumber phone = rows.u64();
        if (keys.contains(key)) found[key] = phone;  // a card is one in all clubs
      });
  return found;
}

std::set<MemberKey> find_memberships(Connection& connection, const std::set<MemberKey>& keys) {
  std::set<MemberKey> found;
  select_in(
      connection, "SELECT club_id, phone FROM member WHERE (club_id, phone) IN (", "", 2, keys,
      [](Statement& s, const MemberKey& key) { s.add(key.club).add(key.phone); },
      [&found](Rows& rows) {
        const ClubId club = rows.u32();
        found.insert({club, rows.u64()});
      });
  return found;
}

namespace {

void lock_members(Connection& connection, const std::set<MemberId>& ids, Facts& facts) {
  select_in(
      connection, std::string(kMemberColumns) + "WHERE member_id IN (", "ORDER BY member_id FOR UPDATE", 1,
      ids, [](Statement& s, MemberId id) { s.add(id); },
      [&facts](Rows& rows) { facts.load(read_member(rows)); });
}

void load_open_lots(Connection& connection, const std::set<MemberId>& members, Facts& facts) {
  select_in(
      connection, std::string(kLotColumns) + "WHERE remaining > 0 AND member_id IN (", "", 1, members,
      [](Statement& s, MemberId id) { s.add(id); }, [&facts](Rows& rows) { facts.load(read_lot(rows)); });
}

void load_wallets(Connection& connection, const std::set<MemberId>& members, Facts& facts) {
  for (const MemberId id : members) facts.load_wallet_of(id);
  load_open_lots(connection, members, facts);
  std::set<LotId> of_items;
  select_in(
      connection, std::string(kCodeColumns) + "WHERE state = 1 AND member_id IN (", "", 1, members,
      [](Statement& s, MemberId id) { s.add(id); },
      [&](Rows& rows) {
        Code code = read_code(rows);
        if (!code.item.empty()) of_items.insert(code.lot);
        facts.load(std::move(code));
      });
  load_item_lots(connection, of_items, facts);
}

// Under the lock of their members: what the codes are now, their lots, who took them, and what else their
// owners may spend.
void load_codes(Connection& connection, const std::set<CodeKey>& keys, const std::set<CodeId>& ids,
                Facts& facts) {
  std::set<CodeId> codes, items;
  std::set<LotId> lots;
  std::set<MemberId> owners;
  const auto take = [&](Rows& rows) {
    Code code = read_code(rows);
    // Issued since its owner was looked for: a moment ago there was no such code.
    const Member* owner = facts.member(code.member);
    if (owner == nullptr) return;
    (code.item.empty() ? codes : items).insert(code.id);
    lots.insert(code.lot);
    // A gift account may have a hundred thousand, and spends none.
    if (owner->phone != 0) owners.insert(code.member);
    facts.load(code);
  };
  select_in(
      connection, std::string(kCodeColumns) + "WHERE (club_id, reserved_number) IN (", "", 2, keys,
      [](Statement& s, const CodeKey& key) { s.add(key.club).add(key.number); }, take);
  select_in(connection, std::string(kCodeColumns) + "WHERE code_id IN (", "", 1, ids, bind_id, take);
  load_open_lots(connection, owners, facts);
  std::erase_if(lots,
                [&facts](LotId id) { return facts.lot(id) != nullptr; });  // what is left: the empty ones
  select_in(connection, std::string(kLotColumns) + "WHERE lot_id IN (", "", 1, lots, bind_id,
            [&facts](Rows& rows) { facts.load(read_lot(rows)); });
  select_in(connection, std::string(kRedemptionColumns) + "WHERE r.code_id IN (", "", 1, codes, bind_id,
            [&facts](Rows& rows) { facts.load(read_redemption(rows)); });
  load_handovers(connection, items, facts);
}

void load_taken(Connection& connection, const std::vector<CodeKey>& candidates, Facts& facts) {
  select_in(
      connection, "SELECT club_id, reserved_number FROM code WHERE (club_id, reserved_number) IN (", "", 2,
      candidates, [](Statement& s, const CodeKey& key) { s.add(key.club).add(key.number); },
      [&facts](Rows& rows) {
        const ClubId club = rows.u32();
        facts.load_taken({club, rows.u32()});
      });
}

void load_line_phones(Connection& connection, const std::set<LinePhoneKey>& keys, Facts& facts) {
  select_in(
      connection, "SELECT line, phone, promo_stopped, help_sent_at FROM line_phone WHERE (line, phone) IN (",
      "", 2, keys, [](Statement& s, const LinePhoneKey& key) { s.add(key.line).add(key.phone); },
      [&facts](Rows& rows) {
        LinePhoneKey key;
        key.line = rows.text();
        key.phone = rows.u64();
        const bool stopped = rows.flag();
        facts.load(key, {.promo_stopped = stopped, .help_sent_at = rows.instant()});
      });
}

BranchDay read_branch_day(Connection& connection, const BranchDayKey& key) {
  BranchDay day;
  const auto ask = [&](const char* sql) -> Statement& {
    return connection.prepare(sql).add(key.club).add(key.branch).add(key.from);
  };
  {
    Rows rows = ask("SELECT COUNT(*), CAST(COALESCE(SUM(r.used), 0) AS SIGNED) FROM redemption r"
                    " LEFT JOIN redemption_void v ON v.redemption_id = r.redemption_id"
                    " WHERE r.club_id = ? AND r.branch_no = ? AND r.at >= ? AND v.redemption_id IS NULL")
                    .query();
    if (rows.next()) {
      day.redemptions = rows.u64();
      day.used = rows.i64();
    }
  }
  {
    Rows rows = ask("SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS SIGNED),"
                    " CAST(COALESCE(SUM(earned), 0) AS SIGNED) FROM purchase"
                    " WHERE club_id = ? AND branch_no = ? AND recorded_at >= ?")
                    .query();
    if (rows.next()) {
      day.purchases = rows.u64();
      day.sold = rows.i64();
      day.granted = rows.i64();
    }
  }
  Rows rows = ask("SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS SIGNED),"
                  " CAST(COALESCE(SUM(clawed_back + owed), 0) AS SIGNED),"
                  " CAST(COALESCE(SUM(returned + expired), 0) AS SIGNED) FROM refund"
                  " WHERE club_id = ? AND branch_no = ? AND at >= ? AND state = 1")
                  .query();
  if (rows.next()) {
    day.refunds = rows.u64();
    day.refunded = rows.i64();
    day.taken_back = rows.i64();
    day.returned = rows.i64();
  }
  return day;
}

void load_branch_days(Connection& connection, const std::set<BranchDayKey>& keys, Facts& facts) {
  for (const BranchDayKey& key : keys) facts.load(key, read_branch_day(connection, key));
}

}  // namespace

void load_facts(Connection& connection, const Needs& needs, Facts& facts) {
  lock_cashiers(connection, needs.cashiers, facts);
  lock_tills(connection, needs.tills, facts);

  std::set<MemberKey> keys = needs.members;
  keys.insert(needs.wallets.begin(), needs.wallets.end());
  std::set<MemberId> members;
  find_code_owners(connection, needs.codes, members);
  find_members(connection, keys, members);
  std::set<MemberId> recipients;
  find_recipients(connection, needs.transfers, recipients);
  members.insert(recipients.begin(), recipients.end());
  OldRecords old = find_old_records(connection, needs, facts, members);
  const auto gift_accounts = find_gift_accounts(connection, needs);
  for (const auto& [club, account] : gift_accounts) members.insert(account);
  lock_members(connection, members, facts);
  for (const auto& [club, account] : gift_accounts) facts.load_gift_account(*facts.member(account));

  std::set<MemberId> wallets = recipients;
  wallets.insert(old.wallets.begin(), old.wallets.end());
  for (const MemberKey& key : needs.wallets) {
    if (const Member* member = facts.member(key)) wallets.insert(member->id);
  }
  if (!old.on_bills.refunds.empty()) {  // one that waits for its purchase tells the buyer what she has
    for (const auto& [key, span] : needs.payments) {
      if (const Member* member = facts.member(key)) wallets.insert(member->id);
    }
  }
  find_payments(connection, needs, facts, old);
  load_purchases(connection, old.on_bills, facts);
  load_wallets(connection, wallets, facts);
  load_codes(connection, needs.codes, old.codes, facts);
  load_bills_of_voids(connection, needs, old, facts);
  load_holds(connection, needs, facts);
  load_refunds(connection, needs, old, facts);
  const std::set<MemberId> refunded = buyers_of(old, facts);
  load_behaviours(connection, needs, refunded, facts);
  load_standings(connection, needs, refunded, facts);
  lock_pendings(connection, needs, facts);
  lock_budgets(connection, needs.budgets, facts);
  lock_offer_desks(connection, needs.offer_desks, facts);
  load_taken(connection, needs.candidates, facts);
  load_line_phones(connection, needs.line_phones, facts);
  load_branch_days(connection, needs.branch_days, facts);
  load_moves(connection, needs, facts);
  load_sales(connection, needs.sales, facts);
  load_letters(connection, needs.letters, facts);
  load_disputable(connection, needs.disputes, facts);
  lock_guesses(connection, needs.guessers, facts);
  load_readings(connection, needs.readings, facts);
  load_profiles(connection, needs.profiles, facts);
  load_thanked(connection, needs.thanked, facts);
  load_strangers(connection, needs, facts);
  load_tags(connection, needs.tags, facts);
  load_survey_scores(connection, needs.survey_scores, facts);
  load_member_events(connection, needs, facts);
}

}  // namespace peyk::store
