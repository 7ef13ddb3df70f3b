#include "store/mysql/audit_items.hpp"

namespace peyk::store {
namespace {

// Lots of kind 7 are of items (LotOrigin::item).
constexpr const char* kItemChecks[] = {
    // A code has an item, or credit: never both.
    "SELECT CONCAT('code ', c.code_id, CASE WHEN l.kind = 7 THEN ' has no item, but its lot '"
    " ELSE CONCAT(' is for ', c.item, ', but its lot ') END, l.lot_id, ' was issued with ', l.issued)"
    " FROM code c JOIN lot l ON l.lot_id = c.lot_id WHERE (c.item <> '') <> (l.kind = 7) ORDER BY c.code_id",
    "SELECT CONCAT('lot ', l.lot_id, ' is of an item, but has ', l.issued, ' rials, ', l.remaining, ' left')"
    " FROM lot l WHERE l.kind = 7 AND (l.issued <> 0 OR l.remaining <> 0 OR l.held <> 0) ORDER BY l.lot_id",

    // Nothing of it is ever in the ledger, nor among what paid for an invoice.
    "SELECT CONCAT('ledger entry ', e.entry_id, ' of ', e.amount, ' names lot ', l.lot_id, ', which is of an "
    "item')"
    " FROM lot l JOIN ledger_entry e ON e.lot_id = l.lot_id WHERE l.kind = 7 ORDER BY e.entry_id",
    "SELECT CONCAT('redemption ', r.redemption_id, ' used ', r.used, ' of code ', c.code_id, ', which is for "
    "', c.item)"
    " FROM code c JOIN redemption r ON r.code_id = c.code_id WHERE c.item <> '' ORDER BY r.redemption_id",

    // It is handed over once: a code that has ended so has one handover that stands, any other none.
    "SELECT CONCAT('code ', c.code_id, ' for ', c.item, ' is ', CASE WHEN c.state = 2 THEN '' ELSE 'not ' "
    "END,"
    " 'handed over, but ', COALESCE(h.standing, 0), ' handovers stand') FROM code c LEFT JOIN (SELECT "
    "code_id,"
    " COUNT(*) AS standing FROM handover WHERE voided_at IS NULL GROUP BY code_id) h ON h.code_id = c.code_id"
    " WHERE c.item <> '' AND COALESCE(h.standing, 0) <> (c.state = 2) ORDER BY c.code_id",

    // In its time, and of its code's member and club.
    "SELECT CONCAT('handover ', h.handover_id, ' of code ', h.code_id, CASE WHEN c.item = '' THEN ' is of no "
    "item'"
    " WHEN h.at >= l.expires_at THEN ' came after its time' WHEN h.voided_at < h.at THEN ' was undone before "
    "it was'"
    " ELSE ' is of another member or club' END) FROM handover h JOIN code c ON c.code_id = h.code_id"
    " JOIN lot l ON l.lot_id = c.lot_id WHERE c.item = '' OR h.at >= l.expires_at OR h.voided_at < h.at"
    " OR h.member_id <> c.member_id OR h.club_id <> c.club_id ORDER BY h.handover_id",

    // Its end is found, as that of credit is.
    "SELECT CONCAT('code ', c.code_id, ' for ', c.item, ' is live, but nothing will look at it when it "
    "expires')"
    " FROM code c JOIN lot l ON l.lot_id = c.lot_id"
    " LEFT JOIN lot_due d ON d.expires_at = l.expires_at AND d.lot_id = l.lot_id"
    " WHERE c.item <> '' AND c.state = 1 AND d.lot_id IS NULL ORDER BY c.code_id",

    // An offer gave each once, and a batch those of its own.
    "SELECT CONCAT('code ', c.code_id, ' for ', c.item, ' came of ', COUNT(g.grant_id), ' grants') FROM code "
    "c"
    " JOIN lot l ON l.lot_id = c.lot_id LEFT JOIN offer_grant g ON g.lot_id = c.lot_id AND g.kind = 9"
    " WHERE c.item <> '' AND l.origin <> 2 GROUP BY c.code_id, c.item HAVING COUNT(g.grant_id) <> 1"
    " ORDER BY c.code_id",
    "SELECT CONCAT('gift code ', g.code_id, ' of batch ', b.batch_id, ' is for \"', c.item, '\", its batch "
    "for \"',"
    " b.item, '\"') FROM gift_code g JOIN gift_batch b ON b.batch_id = g.batch_id JOIN code c ON"
    " c.code_id = g.code_id WHERE c.item <> b.item ORDER BY g.code_id",
};

}  // namespace

std::span<const char* const> item_checks() {
  return kItemChecks;
}

}  // namespace peyk::store
