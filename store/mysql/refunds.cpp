#include "store/mysql/refunds.hpp"

#include "store/mysql/offer_uses.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr const char* kRefundColumns =
    "SELECT refund_id, club_id, branch_no, invoice, reference, credit_note, till_key, state, purchase_id, "
    "asked,"
    " amount, clawed_back, lapsed, owed, withheld, returned, expired, at FROM refund ";

std::string_view octets(const RequestKey& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

Refund read_refund(Rows& rows) {
  Refund refund;
  refund.id = rows.u64();
  refund.bill.club = rows.u32();
  refund.bill.branch = rows.u32();
  refund.bill.invoice = rows.text();
  const std::string reference = rows.text();
  if (reference.size() != refund.reference.size())
    throw SqlError(SqlError::Kind::broken, 0, "a refund's reference is not 32 octets long");
  std::copy(reference.begin(), reference.end(), refund.reference.begin());
  refund.credit_note = rows.text();
  refund.till = rows.text();
  refund.state = static_cast<RefundState>(rows.u64());
  refund.purchase = rows.u64();
  refund.asked = rows.i64();
  refund.amount = rows.i64();
  refund.clawed_back = rows.i64();
  refund.lapsed = rows.i64();
  refund.owed = rows.i64();
  refund.withheld = rows.i64();
  refund.returned = rows.i64();
  refund.expired = rows.i64();
  refund.at = rows.instant();
  return refund;
}

// What had lapsed of the lots that refunded purchases opened: it needs no taking back.
void load_lapsed(Connection& connection, const std::set<LotId>& lots, Facts& facts) {
  select_in(
      connection,
      "SELECT lot_id, CAST(SUM(amount) AS SIGNED) FROM ledger_entry WHERE kind IN (3, 5) AND lot_id IN (",
      "GROUP BY lot_id", 1, lots, bind_id, [&facts](Rows& rows) {
        const LotId lot = rows.u64();
        facts.load_lapsed(lot, rows.i64());
      });
}

constexpr const char* kInsertRefund =
    "INSERT INTO refund (refund_id, club_id, branch_no, invoice, reference, credit_note, till_key, state,"
    " purchase_id, asked, amount, clawed_back, lapsed, owed, withheld, returned, expired, at) VALUES ";

void save_returned(Connection& connection, std::span<const ReturnCredit* const> returned,
                   const Facts& facts) {
  insert_set(connection, "INSERT INTO refund_return (refund_id, redemption_id, amount, entry_id) VALUES ", 4,
             returned, [](Statement& s, const ReturnCredit* one) {
               s.add(one->refund).add(one->redemption).add(one->amount);
               s.add(one->entry ? one->entry->id : std::uint64_t{0});
             });
  std::set<std::uint64_t> redemptions;
  for (const ReturnCredit* one : returned) redemptions.insert(one->redemption);
  for (const std::uint64_t id : redemptions)
    connection.prepare("UPDATE redemption SET returned = ? WHERE redemption_id = ?")
        .add(facts.redemption(id)->returned)
        .add(id)
        .run();
}

}  // namespace

void find_refunded_bills(Connection& connection, const Needs& needs, OldRecords& old) {
  old.refunded_bills = needs.refunded_bills;
  select_in(
      connection, "SELECT club_id, branch_no, invoice FROM purchase WHERE (club_id, purchase_id) IN (", "", 2,
      needs.refunded, [](Statement& s, const RecordKey& key) { s.add(key.club).add(key.id); },
      [&old](Rows& rows) {
        PurchaseKey key;
        key.club = rows.u32();
        key.branch = rows.u32();
        key.invoice = rows.text();
        old.refunded_bills.insert(std::move(key));
      });
}

void find_buyers(Connection& connection, OldRecords& old, std::set<MemberId>& members) {
  std::set<std::uint64_t> purchases;
  for (const PurchaseKey& bill : old.refunded_bills) {
    const auto its = old.on_bills.purchases.find(as_bill(bill));
    if (its != old.on_bills.purchases.end()) purchases.insert(its->second.begin(), its->second.end());
  }
  std::set<std::uint64_t> with_grants;
  select_in(connection,
            "SELECT member_id, code_id, grants, purchase_id FROM purchase WHERE member_id IS NOT NULL AND"
            " purchase_id IN (",
            "", 1, purchases, bind_id, [&](Rows& rows) {
              const MemberId member = rows.u64();
              members.insert(member);
              old.wallets.insert(member);
              if (const auto code = rows.maybe_u64()) old.codes.insert(*code);
              if (rows.u64() > 0) with_grants.insert(rows.u64());
            });
  // Of lots of hers alone: a gift to give away is in no wallet.
  select_in(connection,
            "SELECT c.code_id FROM offer_grant g JOIN code c ON c.lot_id = g.lot_id WHERE g.kind <> 6 AND"
            " g.purchase_id IN (",
            "", 1, with_grants, bind_id, [&old](Rows& rows) { old.codes.insert(rows.u64()); });
}

std::set<MemberId> buyers_of(const OldRecords& old, const Facts& facts) {
  std::set<MemberId> buyers;
  for (const PurchaseKey& bill : old.refunded_bills) {
    for (const Purchase* purchase : facts.purchases_on(bill)) {
      if (purchase->member && facts.member(*purchase->member) != nullptr) buyers.insert(*purchase->member);
    }
  }
  return buyers;
}

void load_refunds(Connection& connection, const Needs& needs, const OldRecords& old, Facts& facts) {
  const auto take = [&facts](Rows& rows) { facts.load(read_refund(rows)); };
  select_in(
      connection, std::string(kRefundColumns) + "WHERE (club_id, branch_no, reference) IN (", "", 3,
      needs.references,
      [](Statement& s, const auto& key) {
        s.add(key.first.club).add(key.first.branch).add(octets(key.second));
      },
      take);
  select_in(connection, std::string(kRefundColumns) + "WHERE refund_id IN (", "", 1, old.on_bills.refunds,
            bind_id, take);
  std::set<LotId> lots;
  std::set<std::uint64_t> with_grants;
  for (const PurchaseKey& bill : old.refunded_bills) {
    for (const Purchase* purchase : facts.purchases_on(bill)) {
      if (purchase->grants > 0) with_grants.insert(purchase->id);
      const Code* code = purchase->code ? facts.code(*purchase->code) : nullptr;
      if (code != nullptr) lots.insert(code->lot);
    }
  }
  load_grants(connection, with_grants, facts);
  for (const std::uint64_t purchase : with_grants) {
    for (const OfferGrant* grant : facts.grants(purchase)) {
      if (grant->lot != 0 && grant->kind != rules::EffectKind::gift) lots.insert(grant->lot);
    }
  }
  load_lapsed(connection, lots, facts);
}

void save_refunds(Connection& connection, const std::set<std::uint64_t>& fresh, std::set<std::uint64_t> known,
                  std::span<const ReturnCredit* const> returned, const Facts& facts) {
  const auto bind = [&facts](Statement& s, std::uint64_t id) {
    const Refund& r = *facts.refund(id);
    s.add(r.id).add(r.bill.club).add(r.bill.branch).add(r.bill.invoice).add(octets(r.reference));
    s.add(r.credit_note).add(r.till).add(static_cast<std::uint32_t>(r.state)).add(r.purchase).add(r.asked);
    s.add(r.amount).add(r.clawed_back).add(r.lapsed).add(r.owed).add(r.withheld).add(r.returned);
    s.add(r.expired).add(r.at);
  };
  insert_set(connection, kInsertRefund, 18, fresh, bind);
  for (const std::uint64_t id : fresh) known.erase(id);  // parked and applied in one batch
  upsert_set(
      connection, kInsertRefund,
      "state = VALUES(state), purchase_id = VALUES(purchase_id), amount = VALUES(amount), clawed_back ="
      " VALUES(clawed_back), lapsed = VALUES(lapsed), owed = VALUES(owed), withheld = VALUES(withheld),"
      " returned = VALUES(returned), expired = VALUES(expired), at = VALUES(at)",
      18, known, bind);
  save_returned(connection, returned, facts);
}

void save_refunded(Connection& connection, const std::set<std::uint64_t>& purchases, const Facts& facts) {
  for (const std::uint64_t id : purchases)
    connection.prepare("UPDATE purchase SET refunded = ? WHERE purchase_id = ?")
        .add(facts.purchase(id)->refunded)
        .add(id)
        .run();
}

}  // namespace peyk::store
