#include "store/mysql/till_records.hpp"

#include <algorithm>

#include "store/mysql/handovers.hpp"
#include "store/mysql/refunds.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr const char* kHoldColumns =
    "SELECT hold_id, club_id, code_id, member_id, lot_id, branch_no, till_key, invoice, invoice_amount, "
    "amount,"
    " begun_at, until_at, state, redemption_id, ended_at FROM code_hold ";

const auto bind_record = [](Statement& s, const RecordKey& key) { s.add(key.club).add(key.id); };

Hold read_hold(Rows& rows) {
  Hold hold;
  hold.id = rows.u64();
  hold.club = rows.u32();
  hold.code = rows.u64();
  hold.member = rows.u64();
  hold.lot = rows.u64();
  hold.branch = rows.u32();
  hold.till = rows.text();
  hold.invoice = rows.text();
  hold.invoice_amount = rows.i64();
  hold.amount = rows.i64();
  hold.begun_at = rows.instant();
  hold.until = rows.instant();
  hold.state = static_cast<HoldState>(rows.u64());
  hold.redemption = rows.u64();
  hold.ended_at = rows.instant();
  return hold;
}

void find_holds(Connection& connection, const std::set<RecordKey>& ids, OldRecords& found,
                std::set<MemberId>& members) {
  select_in(connection, std::string(kHoldColumns) + "WHERE (club_id, hold_id) IN (", "", 2, ids, bind_record,
            [&](Rows& rows) {
              const Hold hold = read_hold(rows);
              found.codes.insert(hold.code);
              members.insert(hold.member);
              if (!hold.invoice.empty()) found.bills.insert({hold.club, hold.branch, hold.invoice});
            });
}

// Those that are asked for, and those that matter to bills: the latest, and what paid for a purchase that is
// to be refunded. A number that comes back each morning names strangers' of years ago.
void find_redemptions(Connection& connection, const Needs& needs, OldRecords& found,
                      std::set<MemberId>& members) {
  std::set<RecordKey> others = needs.redemptions;  // which may be of items
  select_in(
      connection,
      "SELECT club_id, redemption_id, code_id, member_id FROM redemption WHERE (club_id, redemption_id) IN (",
      "", 2, needs.redemptions, bind_record, [&](Rows& rows) {
        const ClubId club = rows.u32();
        others.erase({club, rows.u64()});
        found.codes.insert(rows.u64());
        members.insert(rows.u64());
      });
  find_handovers(connection, others, found.codes, members);
  std::set<std::uint64_t> refunded;
  for (const PurchaseKey& bill : found.refunded_bills) {
    const auto its = found.on_bills.purchases.find(as_bill(bill));
    if (its != found.on_bills.purchases.end()) refunded.insert(its->second.begin(), its->second.end());
  }
  select_in(connection, "SELECT code_id, member_id, at, purchase_id FROM redemption WHERE redemption_id IN (",
            "", 1, found.on_bills.redemptions, bind_id, [&](Rows& rows) {
              const CodeId code = rows.u64();
              const MemberId member = rows.u64();
              const rules::Instant at = rows.instant();
              const std::uint64_t purchase = rows.u64();
              if (purchase == 0 ? at < needs.bills_since : !refunded.contains(purchase)) return;
              found.codes.insert(code);
              members.insert(member);
            });
}

}  // namespace

void lock_tills(Connection& connection, const std::set<std::string>& keys, Facts& facts) {
  select_in(
      connection,
      "SELECT key_id, misses, miss_window_at, locked_until, invites, invites_since FROM till_key"
      " WHERE key_id IN (",
      "ORDER BY key_id FOR UPDATE", 1, keys, [](Statement& s, const std::string& key) { s.add(key); },
      [&facts](Rows& rows) {
        const std::string key = rows.text();
        rules::Attempts attempts{.misses = rows.u32()};
        attempts.window_started_at = rows.instant();
        attempts.locked_until = rows.instant();
        attempts.invites = rows.u32();
        attempts.invites_since = rows.instant();
        facts.load_till_attempts(key, attempts);
      });
}

OldRecords find_old_records(Connection& connection, const Needs& needs, Facts& facts,
                            std::set<MemberId>& members) {
  OldRecords found{.bills = needs.bills};
  find_holds(connection, needs.holds, found, members);
  find_refunded_bills(connection, needs, found);
  found.bills.insert(found.refunded_bills.begin(), found.refunded_bills.end());
  find_on_bills(connection, found.bills, facts, found.on_bills);
  find_buyers(connection, found, members);
  find_redemptions(connection, needs, found, members);
  return found;
}

void find_payments(Connection& connection, const Needs& needs, const Facts& facts, OldRecords& old) {
  std::set<MemberId> members;
  TimeSpan span{rules::Instant::max(), rules::Instant::min()};  // of all: each decision looks at its own
  for (const auto& [key, wanted] : needs.payments) {
    const Member* member = facts.member(key);
    if (member == nullptr) continue;
    members.insert(member->id);
    span.from = std::min(span.from, wanted.from);
    span.until = std::max(span.until, wanted.until);
  }
  select_in(
      connection,
      "SELECT code_id FROM redemption WHERE at >= ? AND at < ? AND invoice = '' AND purchase_id = 0 AND"
      " member_id IN (",
      "", 1, members,
      [&span, bound = std::size_t{0}](Statement& s, MemberId id) mutable {
        if (bound++ % kSetRowsMax == 0)
          s.add(span.from).add(span.until);  // each statement's first parameters
        s.add(id);
      },
      [&old](Rows& rows) { old.codes.insert(rows.u64()); });
}

void load_bills_of_voids(Connection& connection, const Needs& needs, const OldRecords& old, Facts& facts) {
  std::set<PurchaseKey> bills;
  OnBills found;
  const auto add = [&](const Redemption& one) {
    const PurchaseKey bill{one.club, one.branch, one.invoice};
    if (one.purchase != 0) found.purchases[bill].insert(one.purchase);
    if (!one.voided && !one.invoice.empty() && !old.bills.contains(bill)) bills.insert(bill);
  };
  for (const RecordKey& key : needs.redemptions) {
    if (const Redemption* one = facts.redemption(key.id)) add(*one);
  }
  for (const CodeKey& key : needs.voids) {
    const Code* code = facts.code(key);
    if (code == nullptr) continue;
    for (const Redemption& one : facts.redemptions(code->id)) add(one);
  }
  find_on_bills(connection, bills, facts, found);
  load_purchases(connection, found, facts);
}

void load_holds(Connection& connection, const Needs& needs, Facts& facts) {
  // One that was begun since it was looked for has not brought its code: a moment ago it was not there.
  select_in(connection, std::string(kHoldColumns) + "WHERE (club_id, hold_id) IN (", "", 2, needs.holds,
            bind_record, [&facts](Rows& rows) {
              Hold hold = read_hold(rows);
              if (facts.code(hold.code) != nullptr) facts.load(std::move(hold));
            });
  const auto take = [&facts](Rows& rows) {
    Hold hold = read_hold(rows);
    if (facts.member(hold.member) != nullptr) facts.load(std::move(hold));
  };
  std::set<MemberId> holders;
  for (const CodeKey& key : needs.holders) {
    if (const Code* code = facts.code(key)) holders.insert(code->member);
  }
  select_in(
      connection, std::string(kHoldColumns) + "WHERE begun_at > ? AND member_id IN (", "", 1, holders,
      [&needs, bound = std::size_t{0}](Statement& s, MemberId id) mutable {
        if (bound++ % kSetRowsMax == 0) s.add(needs.holders_since);  // each statement's first parameter
        s.add(id);
      },
      take);
}

void save_holds(Connection& connection, std::span<const Hold* const> begun, const std::set<HoldId>& ended,
                const Facts& facts) {
  insert_set(
      connection,
      "INSERT INTO code_hold (hold_id, club_id, code_id, member_id, lot_id, branch_no, till_key, invoice,"
      " invoice_amount, amount, begun_at, until_at, state, redemption_id, ended_at) VALUES ",
      15, begun, [&facts](Statement& s, const Hold* first) {
        const Hold& hold = *facts.hold(first->id);  // it may have ended in the same batch
        s.add(hold.id).add(hold.club).add(hold.code).add(hold.member).add(hold.lot).add(hold.branch);
        s.add(hold.till).add(hold.invoice).add(hold.invoice_amount).add(hold.amount);
        s.add(hold.begun_at).add(hold.until).add(static_cast<std::uint32_t>(hold.state));
        s.add(hold.redemption).add(hold.ended_at);
      });
  std::set<HoldId> before = ended;
  for (const Hold* hold : begun) before.erase(hold->id);
  for (const HoldId id : before) {
    const Hold& hold = *facts.hold(id);
    connection.prepare("UPDATE code_hold SET state = ?, redemption_id = ?, ended_at = ? WHERE hold_id = ?")
        .add(static_cast<std::uint32_t>(hold.state))
        .add(hold.redemption)
        .add(hold.ended_at)
        .add(id)
        .run();
  }
}

void save_till_attempts(Connection& connection, const std::map<std::string, rules::Attempts>& attempts) {
  for (const auto& [key, row] : attempts) {
    connection
        .prepare(
            "UPDATE till_key SET misses = ?, miss_window_at = ?, locked_until = ?, invites = ?,"
            " invites_since = ? WHERE key_id = ?")
        .add(row.misses)
        .add(row.window_started_at)
        .add(row.locked_until)
        .add(row.invites)
        .add(row.invites_since)
        .add(key)
        .run();
  }
}

}  // namespace peyk::store
