#include "store/mysql/audit_bills.hpp"

namespace peyk::store {

// Kinds: bills.hpp. States: handlers/facts.hpp.
std::span<const char* const> bill_checks() {
  static constexpr const char* kChecks[] = {
      // What is about an invoice has one place there: else two could decide without each other.
      "SELECT CONCAT(k.what, ' ', k.id, ' has ', COALESCE(b.places, 0), ' places among the records of its"
      " invoice') FROM (SELECT 'purchase' AS what, purchase_id AS id, 3 AS kind FROM purchase"
      " UNION ALL SELECT 'redemption', redemption_id, 1 FROM redemption WHERE invoice <> '' OR purchase_id"
      " <> 0 UNION ALL SELECT 'refund', refund_id, 2 FROM refund) k"
      " LEFT JOIN (SELECT kind_of, record_id, COUNT(*) AS places FROM (SELECT CASE WHEN kind = 4 THEN 3 ELSE"
      " kind END AS kind_of, record_id FROM bill_record WHERE kind <> 5) a GROUP BY kind_of, record_id) b"
      " ON b.kind_of = k.kind AND b.record_id = k.id WHERE COALESCE(b.places, 0) <> 1 ORDER BY k.id",

      // The credit that paid for a purchase is that of its redemptions, as far as it goes.
      "SELECT CONCAT('purchase ', p.purchase_id, ' of ', p.amount, ' was paid with ', p.by_credit,"
      " ' of credit, its redemptions come to ', COALESCE(u.used, 0))"
      " FROM purchase p LEFT JOIN (SELECT r.purchase_id, SUM(r.used) AS used FROM redemption r"
      " LEFT JOIN redemption_void v ON v.redemption_id = r.redemption_id"
      " WHERE r.purchase_id <> 0 AND v.redemption_id IS NULL GROUP BY r.purchase_id) u"
      " ON u.purchase_id = p.purchase_id WHERE p.by_credit <> LEAST(p.amount, COALESCE(u.used, 0))"
      " ORDER BY p.purchase_id",
      "SELECT CONCAT('redemption ', r.redemption_id, ' paid for purchase ', r.purchase_id,"
      " CASE WHEN p.purchase_id IS NULL THEN ', which is not there'"
      " WHEN v.redemption_id IS NOT NULL THEN ', though it was taken back'"
      " ELSE ', which is of another club or branch' END)"
      " FROM redemption r LEFT JOIN purchase p ON p.purchase_id = r.purchase_id"
      " LEFT JOIN redemption_void v ON v.redemption_id = r.redemption_id"
      " WHERE r.purchase_id <> 0 AND (p.purchase_id IS NULL OR v.redemption_id IS NOT NULL"
      " OR p.club_id <> r.club_id OR p.branch_no <> r.branch_no) ORDER BY r.redemption_id",

      // What a refund gave back is what its redemptions had of it, and they are of its purchase.
      "SELECT CONCAT('refund ', f.refund_id, ' returned ', f.returned, ' of credit and ', f.expired,"
      " ' had expired, its redemptions say ', COALESCE(b.returned, 0), ' and ', COALESCE(b.expired, 0))"
      " FROM refund f LEFT JOIN (SELECT refund_id, SUM(CASE WHEN entry_id <> 0 THEN amount ELSE 0 END) AS"
      " returned, SUM(CASE WHEN entry_id = 0 THEN amount ELSE 0 END) AS expired FROM refund_return"
      " GROUP BY refund_id) b ON b.refund_id = f.refund_id"
      " WHERE f.returned <> COALESCE(b.returned, 0) OR f.expired <> COALESCE(b.expired, 0)"
      " ORDER BY f.refund_id",
      "SELECT CONCAT('refund ', b.refund_id, ' of purchase ', f.purchase_id, ' returned credit of redemption "
      "',"
      " b.redemption_id, ', which paid for purchase ', r.purchase_id)"
      " FROM refund_return b JOIN refund f ON f.refund_id = b.refund_id"
      " JOIN redemption r ON r.redemption_id = b.redemption_id"
      " WHERE r.purchase_id <> 0 AND r.purchase_id <> f.purchase_id ORDER BY b.refund_id",

      // What a refund took back, and what is owed for it, is booked by entries of its buyer at its moment: an
      // entry names no refund, and refunds of a moment are one unit of work.
      "SELECT CONCAT('refunds of member ', b.member_id, ' at ', b.at, ', the latest ', MAX(b.refund_id), ',"
      " took back ', SUM(b.taken), ' and ', SUM(b.owed), ' are owed, her ledger entries say ',"
      " SUM(b.booked_taken), ' and ', SUM(b.booked_owed))"
      " FROM (SELECT p.member_id, f.at, f.refund_id, f.clawed_back AS taken, f.owed, 0 AS booked_taken, 0 AS"
      " booked_owed FROM refund f JOIN purchase p ON p.purchase_id = f.purchase_id"
      " WHERE f.clawed_back > 0 OR f.owed > 0"
      " UNION ALL SELECT member_id, at, 0, 0, 0, CASE WHEN kind = 7 THEN amount ELSE 0 END,"
      " CASE WHEN kind = 9 THEN amount ELSE 0 END FROM ledger_entry WHERE kind IN (7, 9)) b"
      " GROUP BY b.member_id, b.at HAVING SUM(b.taken) <> SUM(b.booked_taken)"
      " OR SUM(b.owed) <> SUM(b.booked_owed) ORDER BY b.member_id, b.at",

      // What a lot says of its hold is what the hold says.
      "SELECT CONCAT('lot ', l.lot_id, ' has ', l.held, ' held by hold ', l.hold_id,"
      " CASE WHEN h.hold_id IS NULL THEN ', which is not there' WHEN h.state <> 1 THEN ', which has ended'"
      " ELSE CONCAT(', which holds ', h.amount, ' of lot ', h.lot_id) END)"
      " FROM lot l LEFT JOIN code_hold h ON h.hold_id = l.hold_id WHERE l.hold_id <> 0"
      " AND (h.hold_id IS NULL OR h.state <> 1 OR h.lot_id <> l.lot_id OR h.amount <> l.held)"
      " ORDER BY l.lot_id",
      // What it holds nobody takes before its time is over: decisions take of what is not held. By which
      // clock it was over is told by the entry, so none is asked here. What lapses does so later still; who
      // leaves forfeits also what is held, and the till hears of it.
      "SELECT CONCAT('lot ', l.lot_id, ' has ', l.remaining, ' left, but hold ', l.hold_id, ' holds ',"
      " l.held, ' of it') FROM lot l WHERE l.hold_id <> 0 AND l.held > l.remaining AND NOT EXISTS"
      " (SELECT 1 FROM ledger_entry e WHERE e.lot_id = l.lot_id AND e.debit_account = 1"
      " AND (e.at >= l.held_until OR e.kind = 5)) ORDER BY l.lot_id",
      "SELECT CONCAT('hold ', h.hold_id, ' of ', h.amount, ' was captured by redemption ', h.redemption_id,"
      " CASE WHEN r.redemption_id IS NULL THEN ', which is not there'"
      " ELSE CONCAT(', which took ', r.used, ' of code ', r.code_id) END)"
      " FROM code_hold h LEFT JOIN redemption r ON r.redemption_id = h.redemption_id"
      " WHERE h.state = 2 AND (r.redemption_id IS NULL OR r.code_id <> h.code_id OR r.used > h.amount)"
      " ORDER BY h.hold_id",
  };
  return kChecks;
}

}  // namespace peyk::store
