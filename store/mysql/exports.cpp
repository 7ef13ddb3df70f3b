#include "store/mysql/exports.hpp"

namespace peyk::store {

using namespace handlers;

std::vector<Member> members_after(Connection& connection, ClubId club, std::uint64_t after) {
  std::vector<Member> members;
  Rows rows = connection
                  .prepare(
                      "SELECT member_id, COALESCE(phone, 0), card, language, joined_at, referred_by, balance,"
                      " debt FROM member WHERE club_id = ? AND member_id > ? AND member_id NOT IN"
                      " (SELECT member_id FROM gift_account WHERE club_id = ?) ORDER BY member_id LIMIT ?")
                  .add(club)
                  .add(after)
                  .add(club)
                  .add(kExportPage)
                  .query();
  while (rows.next()) {
    Member member{.id = rows.u64(), .club = club};
    member.phone = rows.u64();
    member.card = rows.u64();
    member.language = static_cast<Language>(rows.u64());
    member.joined_at = rows.instant();
    member.referred_by = rows.maybe_u64();
    member.balance = rows.i64();
    member.debt = rows.i64();
    members.push_back(member);
  }
  return members;
}

std::vector<Purchase> purchases_after(Connection& connection, ClubId club, std::uint64_t after) {
  std::vector<Purchase> purchases;
  Rows rows = connection
                  .prepare(
                      "SELECT purchase_id, branch_no, invoice, COALESCE(phone, 0), amount, by_credit, earned,"
                      " purchased_at, recorded_at FROM purchase WHERE club_id = ? AND purchase_id > ?"
                      " ORDER BY purchase_id LIMIT ?")
                  .add(club)
                  .add(after)
                  .add(kExportPage)
                  .query();
  while (rows.next()) {
    Purchase purchase{.id = rows.u64()};
    purchase.key.club = club;
    purchase.key.branch = rows.u32();
    purchase.key.invoice = rows.text();
    purchase.phone = rows.u64();
    purchase.amount = rows.i64();
    purchase.by_credit = rows.i64();
    purchase.earned = rows.i64();
    purchase.purchased_at = rows.instant();
    purchase.recorded_at = rows.instant();
    purchases.push_back(std::move(purchase));
  }
  return purchases;
}

std::vector<ExportedEntry> entries_after(Connection& connection, ClubId club, std::uint64_t after) {
  std::vector<ExportedEntry> entries;
  Rows rows = connection
                  .prepare(
                      "SELECT e.entry_id, e.kind, e.member_id, e.lot_id, e.amount, e.at,"
                      " COALESCE(e.to_member_id, 0), COALESCE(e.to_lot_id, 0), m.card, COALESCE(t.card, 0)"
                      " FROM ledger_entry e JOIN member m ON m.member_id = e.member_id"
                      " LEFT JOIN member t ON t.member_id = e.to_member_id"
                      " WHERE e.club_id = ? AND e.entry_id > ? ORDER BY e.entry_id LIMIT ?")
                  .add(club)
                  .add(after)
                  .add(kExportPage)
                  .query();
  while (rows.next()) {
    ExportedEntry one{.entry = {.id = rows.u64(), .club = club}};
    one.entry.kind = static_cast<rules::EntryKind>(rows.u64());
    one.entry.member = rows.u64();
    one.entry.lot = rows.u64();
    one.entry.amount = rows.i64();
    one.entry.at = rows.instant();
    one.entry.to_member = rows.u64();
    one.entry.to_lot = rows.u64();
    one.card = rows.u64();
    one.to_card = rows.u64();
    entries.push_back(one);
  }
  return entries;
}

}  // namespace peyk::store
