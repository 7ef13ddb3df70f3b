#include "store/mysql/bills.hpp"

#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr const char* kPurchaseColumns =
    "SELECT purchase_id, club_id, branch_no, invoice, member_id, amount, earned, code_id, phone, answer, "
    "purchased_at,"
    " recorded_at, earn_share, by_credit, refunded, discount, earned_whole, points, grants FROM purchase ";

Purchase read_purchase(Rows& rows) {
  Purchase purchase;
  purchase.id = rows.u64();
  purchase.key.club = rows.u32();
  purchase.key.branch = rows.u32();
  purchase.key.invoice = rows.text();
  purchase.member = rows.maybe_u64();
  purchase.amount = rows.i64();
  purchase.earned = rows.i64();
  purchase.code = rows.maybe_u64();
  purchase.phone = rows.maybe_u64().value_or(0);
  purchase.answer = rows.text();
  purchase.purchased_at = rows.instant();
  purchase.recorded_at = rows.instant();
  purchase.earn_share = static_cast<rules::BasisPoints>(rows.i64());
  purchase.by_credit = rows.i64();
  purchase.refunded = rows.i64();
  purchase.discount = rows.i64();
  purchase.earned_whole = rows.i64();
  purchase.points = rows.i64();
  purchase.grants = rows.u32();
  return purchase;
}

struct Record {
  PurchaseKey bill;
  BillRecordKind kind{};
  std::uint64_t id = 0;
};

// Of an effect, in their order.
struct RecordsOf {
  const Facts& facts;

  std::vector<Record> operator()(const TakeFromLot& effect) const {
    return of(effect.redemption, BillRecordKind::redemption);
  }
  std::vector<Record> operator()(const VoidRedemption& effect) const {
    return of(*facts.redemption(effect.redemption), BillRecordKind::voided);
  }
  // And the redemptions that named no invoice: this is the one that they paid for.
  std::vector<Record> operator()(const RecordPurchase& effect) const {
    const Purchase& purchase = effect.purchase;
    const PurchaseKey bill = as_bill(purchase.key);
    std::vector<Record> records{
        {bill, purchase.typed ? BillRecordKind::typed_purchase : BillRecordKind::purchase, purchase.id}};
    for (const std::uint64_t id : effect.paid_by) {
      if (facts.redemption(id)->invoice.empty()) records.push_back({bill, BillRecordKind::redemption, id});
    }
    return records;
  }
  std::vector<Record> operator()(const RecordRefund& effect) const {
    if (effect.known) return {};
    return {{as_bill(effect.refund.bill), BillRecordKind::refund, effect.refund.id}};
  }
  template <typename Other>
  std::vector<Record> operator()(const Other&) const {
    return {};
  }

 private:
  static std::vector<Record> of(const Redemption& redemption, BillRecordKind kind) {
    if (redemption.invoice.empty()) return {};
    return {{as_bill({redemption.club, redemption.branch, redemption.invoice}), kind, redemption.id}};
  }
};

}  // namespace

void find_on_bills(Connection& connection, const std::set<PurchaseKey>& bills, Facts& facts, OnBills& found) {
  std::set<PurchaseKey> folded;
  for (const PurchaseKey& bill : bills) folded.insert(as_bill(bill));
  std::map<PurchaseKey, std::uint32_t> counts;
  const auto take = [&](Rows& rows) {
    PurchaseKey bill;
    bill.club = rows.u32();
    bill.branch = rows.u32();
    bill.invoice = rows.text();
    ++counts[bill];
    const auto kind = static_cast<BillRecordKind>(rows.u64());
    const std::uint64_t id = rows.u64();
    switch (kind) {
      case BillRecordKind::redemption:
      case BillRecordKind::voided:
        found.redemptions.insert(id);
        break;
      case BillRecordKind::refund:
        found.refunds.insert(id);
        break;
      case BillRecordKind::typed_purchase:
        found.typed.insert(id);
        [[fallthrough]];
      case BillRecordKind::purchase:
        found.purchases[bill].insert(id);
        break;
    }
  };
  select_in(
      connection,
      "SELECT club_id, branch_no, invoice, kind, record_id FROM bill_record WHERE (club_id, branch_no,"
      " invoice) IN (",
      "", 3, folded,
      [](Statement& s, const PurchaseKey& key) { s.add(key.club).add(key.branch).add(key.invoice); }, take);
  for (const auto& [bill, count] : counts) facts.load_records_on(bill, count);
}

void load_purchases(Connection& connection, const OnBills& found, Facts& facts) {
  std::set<std::uint64_t> ids;
  for (const auto& [bill, its] : found.purchases) ids.insert(its.begin(), its.end());
  select_in(
      connection, std::string(kPurchaseColumns) + "WHERE purchase_id IN (", "", 1, ids,
      [](Statement& s, std::uint64_t id) { s.add(id); },
      [&](Rows& rows) {
        Purchase purchase = read_purchase(rows);
        purchase.typed = found.typed.contains(purchase.id);
        facts.load(std::move(purchase));
      });
}

void save_on_bills(Connection& connection, std::span<const Effect> effects, const Facts& facts) {
  const RecordsOf records_of{facts};
  std::map<std::pair<PurchaseKey, std::uint32_t>, Record> records;  // by their places
  std::map<PurchaseKey, std::uint32_t> taken;
  for (const Effect& effect : effects) {
    for (Record& record : std::visit([&](const auto& one) { return records_of(one); }, effect)) {
      const auto place = taken.try_emplace(record.bill, facts.records_on(record.bill)).first;
      records.emplace(std::pair(record.bill, ++place->second), std::move(record));
    }
  }
  insert_set(connection,
             "INSERT INTO bill_record (club_id, branch_no, invoice, place, kind, record_id) VALUES ", 6,
             records, [](Statement& s, const auto& one) {
               const auto& [bill, place] = one.first;
               s.add(bill.club).add(bill.branch).add(bill.invoice).add(place);
               s.add(static_cast<std::uint32_t>(one.second.kind)).add(one.second.id);
             });
}

}  // namespace peyk::store
