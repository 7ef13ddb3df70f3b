#include "store/mysql/audit.hpp"

#include <vector>

#include "store/mysql/audit_bills.hpp"
#include "store/mysql/audit_items.hpp"

namespace peyk::store {
namespace {

// One row a breach, one column: the breach in words. Each ends where LIMIT can follow.
// Kinds and accounts: handlers/rules/ledger.hpp. States: handlers/facts.hpp.
constexpr const char* kChecks[] = {
    // A balance is the sum of its entries.
    "SELECT CONCAT('member ', m.member_id, ' of club ', m.club_id, ' has balance ', m.balance,"
    " ', but her ledger entries come to ', COALESCE(e.balance, 0) + COALESCE(t.balance, 0))"
    " FROM member m LEFT JOIN (SELECT member_id,"
    " SUM(CASE WHEN debit_account = 1 THEN -amount WHEN credit_account = 1 THEN amount ELSE 0 END) AS "
    "balance FROM ledger_entry GROUP BY "
    "member_id) e"
    " ON e.member_id = m.member_id LEFT JOIN (SELECT to_member_id, SUM(amount) AS balance FROM ledger_entry"
    " WHERE kind = 6 GROUP BY to_member_id) t ON t.to_member_id = m.member_id"
    " WHERE m.balance <> COALESCE(e.balance, 0) + COALESCE(t.balance, 0) ORDER BY m.member_id",

    // An entry belongs to the club and the member of its lot.
    "SELECT CONCAT('ledger entry ', e.entry_id, ' is of member ', e.member_id, ' and club ', e.club_id, ', "
    "its lot ',"
    " l.lot_id, ' of member ', l.member_id, ' and club ', l.club_id)"
    " FROM ledger_entry e JOIN lot l ON l.lot_id = e.lot_id"
    " WHERE l.member_id <> e.member_id OR l.club_id <> e.club_id ORDER BY e.entry_id",

    // What moves arrives whole in a lot of its own, of the member and club that it names, lives no longer and
    // is of the same branch (0: a program wrote it that knew of none).
    "SELECT CONCAT('ledger entry ', e.entry_id, ' moves ', e.amount, ' of lot ', e.lot_id, ' into lot ',"
    " e.to_lot_id, CASE WHEN t.lot_id IS NULL THEN ', which is not there'"
    " WHEN t.issued <> e.amount THEN CONCAT(', which was issued with ', t.issued)"
    " WHEN t.expires_at <> f.expires_at THEN ', which has another expiry'"
    " WHEN t.kind <> f.kind THEN ', which is of another kind'"
    " WHEN t.branch_no NOT IN (0, f.branch_no) THEN ', which is of another branch'"
    " ELSE ', which is of another member or club' END)"
    " FROM ledger_entry e LEFT JOIN lot f ON f.lot_id = e.lot_id LEFT JOIN lot t ON t.lot_id = e.to_lot_id"
    " WHERE e.kind = 6 AND (t.lot_id IS NULL OR f.lot_id IS NULL OR t.issued <> e.amount"
    " OR t.expires_at <> f.expires_at OR t.kind <> f.kind OR t.branch_no NOT IN (0, f.branch_no)"
    " OR t.member_id <> e.to_member_id"
    " OR t.club_id <> e.club_id) ORDER BY e.entry_id",

    // A move is the sum of its entries.
    "SELECT CONCAT('move ', m.move_id, ' is of ', m.amount, ' in ', m.lots, ' lots, its entries of ',"
    " COALESCE(e.amount, 0), ' in ', COALESCE(e.lots, 0))"
    " FROM credit_move m LEFT JOIN (SELECT move_id, member_id, to_member_id, SUM(amount) AS amount,"
    " COUNT(*) AS lots FROM ledger_entry WHERE kind = 6 GROUP BY move_id, member_id, to_member_id) e"
    " ON e.move_id = m.move_id AND e.member_id = m.from_member_id AND e.to_member_id = m.to_member_id"
    " WHERE m.amount <> COALESCE(e.amount, 0) OR m.lots <> COALESCE(e.lots, 0) ORDER BY m.move_id",
    // What a transfer gave back is what undid it.
    "SELECT CONCAT('move ', t.move_id, ' gave back ', t.returned, ', but what undid it comes to ',"
    " COALESCE(u.amount, 0))"
    " FROM credit_move t LEFT JOIN (SELECT undoes, SUM(amount) AS amount FROM credit_move WHERE kind = 4"
    " GROUP BY undoes) u ON u.undoes = t.move_id WHERE t.returned <> COALESCE(u.amount, 0) ORDER BY "
    "t.move_id",
    "SELECT CONCAT('ledger entry ', e.entry_id, ' moves credit, but no move tells of it')"
    " FROM ledger_entry e LEFT JOIN credit_move m ON m.move_id = e.move_id"
    " WHERE e.kind = 6 AND m.move_id IS NULL ORDER BY e.entry_id",

    // A lot is granted once, whole, or filled by a move.
    "SELECT CONCAT('lot ', l.lot_id, ' was issued with ', l.issued, ', but ', COALESCE(e.grants, 0),"
    " ' entries grant ', COALESCE(e.granted, 0), ' for it')"
    " FROM lot l LEFT JOIN (SELECT lot, COUNT(*) AS grants, SUM(amount) AS granted FROM (SELECT"
    " CASE WHEN kind = 1 THEN lot_id ELSE to_lot_id END AS lot, amount FROM ledger_entry WHERE kind IN (1, "
    "6))"
    " g GROUP BY lot) e ON e.lot = l.lot_id"
    " WHERE l.kind <> 7 AND (COALESCE(e.grants, 0) <> 1 OR e.granted <> l.issued) ORDER BY l.lot_id",

    // What is left in a lot is what was issued less what was spent and stayed so, or has lapsed.
    "SELECT CONCAT('lot ', l.lot_id, ' has ', l.remaining, ' left, but ', l.issued, ' were issued and ',"
    " COALESCE(e.taken, 0), ' taken')"
    " FROM lot l LEFT JOIN (SELECT lot_id, SUM(CASE WHEN debit_account = 1 THEN amount WHEN credit_account = "
    "1 THEN"
    " -amount ELSE 0 END) AS taken"
    " FROM ledger_entry WHERE kind <> 1"
    " GROUP BY lot_id) e ON e.lot_id = l.lot_id"
    " WHERE l.remaining <> l.issued - COALESCE(e.taken, 0) ORDER BY l.lot_id",

    // A redemption is an entry, of the same sum, member, club and lot.
    "SELECT CONCAT('redemption ', r.redemption_id, ' of code ', r.code_id, ' used ', r.used, ', but ',"
    " CASE WHEN e.entry_id IS NULL THEN 'it has no ledger entry'"
    " WHEN e.kind <> 2 THEN CONCAT('its entry ', e.entry_id, ' is no redemption')"
    " WHEN e.amount <> r.used THEN CONCAT('its entry ', e.entry_id, ' is of ', e.amount)"
    " ELSE CONCAT('its entry ', e.entry_id, ' is of another member, club or lot') END)"
    " FROM redemption r LEFT JOIN ledger_entry e ON e.entry_id = r.entry_id"
    " LEFT JOIN code c ON c.code_id = r.code_id"
    " WHERE e.entry_id IS NULL OR e.kind <> 2 OR e.amount <> r.used OR e.member_id <> r.member_id"
    " OR e.club_id <> r.club_id OR c.code_id IS NULL OR e.lot_id <> c.lot_id ORDER BY r.redemption_id",

    // And no entry spends without one.
    "SELECT CONCAT('ledger entry ', e.entry_id, ' spends ', e.amount, ' of lot ', e.lot_id, ' without a "
    "redemption')"
    " FROM ledger_entry e LEFT JOIN redemption r ON r.entry_id = e.entry_id"
    " WHERE e.kind = 2 AND r.redemption_id IS NULL ORDER BY e.entry_id",

    // A redemption that was taken back is an entry that returns the same sum to the same lot.
    "SELECT CONCAT('redemption ', v.redemption_id, ' was taken back, but ',"
    " CASE WHEN r.redemption_id IS NULL THEN 'it is not there'"
    " WHEN e.entry_id IS NULL THEN 'nothing was given back by the ledger'"
    " WHEN e.kind <> 4 THEN CONCAT('its entry ', e.entry_id, ' gives nothing back')"
    " WHEN e.amount <> r.used THEN CONCAT('its entry ', e.entry_id, ' is of ', e.amount, ', not of ', r.used)"
    " ELSE CONCAT('its entry ', e.entry_id, ' is of another member, club or lot') END)"
    " FROM redemption_void v LEFT JOIN redemption r ON r.redemption_id = v.redemption_id"
    " LEFT JOIN ledger_entry e ON e.entry_id = v.entry_id LEFT JOIN code c ON c.code_id = r.code_id"
    " WHERE r.redemption_id IS NULL OR e.entry_id IS NULL OR e.kind <> 4 OR e.amount <> r.used"
    " OR e.member_id <> r.member_id OR e.club_id <> r.club_id OR c.code_id IS NULL OR e.lot_id <> c.lot_id"
    " ORDER BY v.redemption_id",

    // And no entry gives back without one.
    "SELECT CONCAT('ledger entry ', e.entry_id, ' gives ', e.amount, ' back to lot ', e.lot_id,"
    " ', but no redemption was taken back by it')"
    " FROM ledger_entry e LEFT JOIN redemption_void v ON v.entry_id = e.entry_id"
    " WHERE e.kind = 4 AND v.redemption_id IS NULL ORDER BY e.entry_id",

    // No code ever pays more than it was worth.
    "SELECT CONCAT('code ', r.code_id, ' paid ', r.used, ' in ', r.redemptions, ' redemptions, its lot ', "
    "l.lot_id,"
    " ' was issued with ', l.issued)"
    " FROM (SELECT r.code_id, SUM(r.used - r.returned) AS used, COUNT(*) AS redemptions FROM redemption r"
    " LEFT JOIN redemption_void v ON v.redemption_id = r.redemption_id WHERE v.redemption_id IS NULL"
    " GROUP BY r.code_id) r"
    " JOIN code c ON c.code_id = r.code_id JOIN lot l ON l.lot_id = c.lot_id"
    " WHERE r.used > l.issued ORDER BY r.code_id",

    // Nothing lapses before its time.
    "SELECT CONCAT('ledger entry ', e.entry_id, ' lets lot ', e.lot_id, ' lapse before its time')"
    " FROM ledger_entry e JOIN lot l ON l.lot_id = e.lot_id WHERE e.kind = 3 AND e.at < l.expires_at ORDER "
    "BY e.entry_id",

    // What has something left is found when its time is over; the number of what has ended, when it has
    // rested.
    "SELECT CONCAT('lot ', l.lot_id, ' has ', l.remaining, ' left, but nothing will look at it when it "
    "expires')"
    " FROM lot l LEFT JOIN lot_due d ON d.expires_at = l.expires_at AND d.lot_id = l.lot_id"
    " WHERE l.remaining > 0 AND d.lot_id IS NULL ORDER BY l.lot_id",
    "SELECT CONCAT('code ', c.code_id, ' has ended, but nothing will free its number')"
    " FROM code c LEFT JOIN code_rest r ON r.free_on = c.ended_at + INTERVAL 90 DAY AND r.code_id = c.code_id"
    " WHERE c.state <> 1 AND c.reserved_number IS NOT NULL AND r.code_id IS NULL ORDER BY c.code_id",

    // A code is redeemed when nothing is left, and live only while something is.
    "SELECT CONCAT('code ', c.code_id, CASE WHEN c.state = 2 THEN ' is redeemed, but its lot ' ELSE"
    " ' is live, but its lot ' END, l.lot_id, ' has ', l.remaining, ' left')"
    " FROM code c JOIN lot l ON l.lot_id = c.lot_id"
    " WHERE l.kind <> 7 AND ((c.state = 2 AND l.remaining <> 0) OR (c.state = 1 AND l.remaining = 0)) ORDER "
    "BY"
    " c.code_id",

    // A code is of its lot's member and club.
    "SELECT CONCAT('code ', c.code_id, ' is of member ', c.member_id, ' and club ', c.club_id, ', its lot ', "
    "l.lot_id,"
    " ' of member ', l.member_id, ' and club ', l.club_id)"
    " FROM code c JOIN lot l ON l.lot_id = c.lot_id"
    " WHERE c.member_id <> l.member_id OR c.club_id <> l.club_id ORDER BY c.code_id",

    // A live code's number is its alone in the club.
    "SELECT CONCAT('code ', code_id, ' of club ', club_id, ' is live without its number being reserved for "
    "it')"
    " FROM code WHERE state = 1 AND (reserved_number IS NULL OR reserved_number <> number) ORDER BY code_id",
    "SELECT CONCAT('in club ', club_id, ' the codes ', MIN(code_id), ' and ', MAX(code_id),"
    " ' are live with the same number') FROM code WHERE state = 1 GROUP BY club_id, number HAVING COUNT(*) > "
    "1"
    " ORDER BY MIN(code_id)",

    // What she owes is what refunds could not take back, less what was settled of it.
    "SELECT CONCAT('member ', m.member_id, ' of club ', m.club_id, ' has debt ', m.debt,"
    " ', but her ledger entries come to ', COALESCE(e.debt, 0))"
    " FROM member m LEFT JOIN (SELECT member_id, SUM(CASE WHEN debit_account = 6 THEN amount ELSE -amount "
    "END)"
    " AS debt FROM ledger_entry WHERE kind IN (9, 10) GROUP BY member_id) e ON e.member_id = m.member_id"
    " WHERE m.debt <> COALESCE(e.debt, 0) OR m.debt < 0 ORDER BY m.member_id",

    // Credit that comes back with a refund is an entry of the same sum into the lot that it came from, and a
    // redemption knows what of it came back: no more than it used, and nothing if it was taken back itself.
    "SELECT CONCAT('refund ', b.refund_id, ' returned ', b.amount, ' of redemption ', b.redemption_id,"
    " ', but its ledger entry says otherwise')"
    " FROM refund_return b LEFT JOIN ledger_entry e ON e.entry_id = b.entry_id"
    " LEFT JOIN redemption r ON r.redemption_id = b.redemption_id LEFT JOIN code c ON c.code_id = r.code_id"
    " WHERE b.entry_id <> 0 AND (e.entry_id IS NULL OR e.kind <> 8 OR e.amount <> b.amount"
    " OR c.code_id IS NULL OR e.lot_id <> c.lot_id OR e.member_id <> r.member_id) ORDER BY b.refund_id",
    "SELECT CONCAT('ledger entry ', e.entry_id, ' returns ', e.amount, ' to lot ', e.lot_id,"
    " ', but no refund tells of it') FROM ledger_entry e LEFT JOIN refund_return b ON b.entry_id = e.entry_id"
    " WHERE e.kind = 8 AND b.refund_id IS NULL ORDER BY e.entry_id",
    "SELECT CONCAT('redemption ', r.redemption_id, ' used ', r.used, ', of which ', r.returned,"
    " ' came back, its refunds say ', COALESCE(b.amount, 0))"
    " FROM redemption r LEFT JOIN (SELECT redemption_id, SUM(amount) AS amount FROM refund_return"
    " GROUP BY redemption_id) b ON b.redemption_id = r.redemption_id"
    " LEFT JOIN redemption_void v ON v.redemption_id = r.redemption_id"
    " WHERE r.returned <> COALESCE(b.amount, 0) OR r.returned > r.used"
    " OR (r.returned > 0 AND v.redemption_id IS NOT NULL) ORDER BY r.redemption_id",

    // What is refunded of a purchase is the sum of its refunds, and they take back no more than it earned.
    "SELECT CONCAT('purchase ', p.purchase_id, ' of ', p.amount, ' earned ', p.earned, ' and has ', "
    "p.refunded,"
    " ' refunded, its refunds come to ', COALESCE(f.amount, 0), ' and took back ', COALESCE(f.taken, 0))"
    " FROM purchase p LEFT JOIN (SELECT purchase_id, SUM(amount) AS amount,"
    " SUM(clawed_back + lapsed + owed + withheld) AS taken FROM refund WHERE state = 1 GROUP BY purchase_id) "
    "f"
    " ON f.purchase_id = p.purchase_id"
    " WHERE p.refunded <> COALESCE(f.amount, 0) OR p.refunded > p.amount OR COALESCE(f.taken, 0) > p.earned"
    " OR (p.refunded = p.amount AND COALESCE(f.taken, 0) <> p.earned) ORDER BY p.purchase_id",
    "SELECT CONCAT('in club ', c.club_id, ' refunds took back ', COALESCE(f.taken, 0), ' and ',"
    " COALESCE(f.owed, 0), ' are owed, by the ledger ', COALESCE(e.taken, 0), ' and ', COALESCE(e.owed, 0))"
    " FROM club c LEFT JOIN (SELECT club_id, SUM(clawed_back) AS taken, SUM(owed) AS owed FROM refund"
    " GROUP BY club_id) f ON f.club_id = c.club_id"
    " LEFT JOIN (SELECT club_id, SUM(CASE WHEN kind = 7 THEN amount ELSE 0 END) AS taken,"
    " SUM(CASE WHEN kind = 9 THEN amount ELSE 0 END) AS owed FROM ledger_entry WHERE kind IN (7, 9)"
    " GROUP BY club_id) e ON e.club_id = c.club_id"
    " WHERE COALESCE(f.taken, 0) <> COALESCE(e.taken, 0) OR COALESCE(f.owed, 0) <> COALESCE(e.owed, 0)"
    " ORDER BY c.club_id",

    // A gift is worth what was issued for it, to one member, once; till then to nobody.
    "SELECT CONCAT('the gift account ', g.member_id, ' of club ', g.club_id, CASE WHEN m.member_id IS NULL"
    " THEN ' is not there' WHEN m.club_id <> g.club_id THEN ' is of another club' ELSE ' has a phone' END)"
    " FROM gift_account g LEFT JOIN member m ON m.member_id = g.member_id"
    " WHERE m.member_id IS NULL OR m.club_id <> g.club_id OR m.phone IS NOT NULL ORDER BY g.club_id",
    "SELECT CONCAT('gift code ', g.code_id, ' of batch ', b.batch_id, CASE WHEN l.lot_id IS NULL"
    " THEN ' has no lot' WHEN a.member_id IS NULL OR a.club_id <> b.club_id THEN ' is of no gift account'"
    " WHEN l.issued <> b.amount THEN CONCAT(' was issued with ', l.issued, ', not with ', b.amount)"
    " ELSE ' has another expiry than its batch' END)"
    " FROM gift_code g JOIN gift_batch b ON b.batch_id = g.batch_id LEFT JOIN code c ON c.code_id = g.code_id"
    " LEFT JOIN lot l ON l.lot_id = c.lot_id LEFT JOIN gift_account a ON a.member_id = l.member_id"
    " WHERE l.lot_id IS NULL OR a.member_id IS NULL OR a.club_id <> b.club_id OR l.issued <> b.amount"
    " OR l.expires_at <> b.expires_at ORDER BY g.code_id",
    "SELECT CONCAT('lot ', l.lot_id, ' of the gift account of club ', a.club_id, ' is of no batch')"
    " FROM gift_account a JOIN lot l ON l.member_id = a.member_id LEFT JOIN code c ON c.lot_id = l.lot_id"
    " LEFT JOIN gift_code g ON g.code_id = c.code_id WHERE g.code_id IS NULL ORDER BY l.lot_id",
    "SELECT CONCAT('gift lot ', l.lot_id, ' of ', l.issued, ' was used ', COUNT(*), ' times, for ',"
    " SUM(e.amount))"
    " FROM gift_account a JOIN lot l ON l.member_id = a.member_id JOIN ledger_entry e ON e.lot_id = l.lot_id"
    " AND e.kind <> 1 GROUP BY l.lot_id, l.issued HAVING COUNT(*) <> 1 OR SUM(e.amount) <> l.issued"
    " ORDER BY l.lot_id",
    "SELECT CONCAT('ledger entry ', e.entry_id, CASE WHEN e.kind = 11 THEN ' withdraws ' ELSE ' gives ' END,"
    " e.amount, ' of lot ', e.lot_id, CASE WHEN a.member_id IS NULL THEN ', which is no gift'"
    " WHEN e.kind = 11 THEN ', whose code is not void' ELSE ', which nobody has redeemed' END)"
    " FROM ledger_entry e LEFT JOIN gift_account a ON a.member_id = e.member_id"
    " LEFT JOIN credit_move v ON v.move_id = e.move_id LEFT JOIN code c ON c.lot_id = e.lot_id"
    " WHERE (e.kind = 11 AND (a.member_id IS NULL OR c.code_id IS NULL OR c.state <> 4))"
    " OR (e.kind = 6 AND (a.member_id IS NULL) <> (COALESCE(v.kind, 0) <> 5)) ORDER BY e.entry_id",

    // What a club owes: granted less redeemed, expired and clawed back, and what is owed to it; the sum of
    // balances, the sum of lots.
    "SELECT CONCAT('club ', c.club_id, ' owes ', COALESCE(e.owed, 0), ' by its ledger, ', COALESCE(m.owed, "
    "0),"
    " ' by its members'' balances, ', COALESCE(l.owed, 0), ' by its lots')"
    " FROM club c"
    " LEFT JOIN (SELECT club_id, SUM(CASE WHEN debit_account = 2 THEN amount ELSE 0 END)"
    " - SUM(CASE WHEN credit_account = 3 THEN amount WHEN debit_account = 3 THEN -amount ELSE 0 END)"
    " - SUM(CASE WHEN credit_account IN (4, 5) THEN amount ELSE 0 END)"
    " + SUM(CASE WHEN debit_account = 6 THEN amount WHEN credit_account = 6 THEN -amount ELSE 0 END)"
    " AS owed FROM ledger_entry GROUP BY club_id) e"
    " ON e.club_id = c.club_id"
    " LEFT JOIN (SELECT club_id, SUM(balance) AS owed FROM member GROUP BY club_id) m ON m.club_id = "
    "c.club_id"
    " LEFT JOIN (SELECT club_id, SUM(remaining) AS owed FROM lot GROUP BY club_id) l ON l.club_id = c.club_id"
    " WHERE COALESCE(e.owed, 0) <> COALESCE(m.owed, 0) OR COALESCE(e.owed, 0) <> COALESCE(l.owed, 0)"
    " ORDER BY c.club_id",

    // What a purchase earned is what its lots were issued with: the first by its code, the others by the
    // grants
    // of its offers; hers who bought, but for gifts to give away.
    "SELECT CONCAT('purchase ', p.purchase_id, ' earned ', p.earned, ', its lots were issued with ',"
    " COALESCE(l.issued, 0)) FROM purchase p LEFT JOIN (SELECT purchase_id, SUM(issued) AS issued FROM ("
    "SELECT p.purchase_id, l.lot_id, l.issued FROM purchase p JOIN code c ON c.code_id = p.code_id"
    " JOIN lot l ON l.lot_id = c.lot_id UNION SELECT g.purchase_id, l.lot_id, l.issued FROM offer_grant g"
    " JOIN lot l ON l.lot_id = g.lot_id WHERE g.purchase_id <> 0) its GROUP BY purchase_id) l"
    " ON l.purchase_id = p.purchase_id WHERE p.earned <> COALESCE(l.issued, 0) ORDER BY p.purchase_id",
    "SELECT CONCAT('purchase ', p.purchase_id, CASE WHEN l.lot_id IS NULL THEN ' names a code that is not "
    "there'"
    " ELSE CONCAT(' names lot ', l.lot_id, ', which is none of its own, of member ', l.member_id) END)"
    " FROM purchase p LEFT JOIN code c ON c.code_id = p.code_id LEFT JOIN lot l ON l.lot_id = c.lot_id"
    " WHERE p.code_id IS NOT NULL AND (l.lot_id IS NULL OR l.origin <> 1 OR p.member_id IS NULL"
    " OR l.member_id <> p.member_id) ORDER BY p.purchase_id",

    // And nothing is granted for a purchase without one, or by two.
    "SELECT CONCAT('lot ', l.lot_id, ' was earned by purchase, but ', COUNT(DISTINCT s.purchase_id),"
    " ' purchases name it') FROM lot l JOIN ledger_entry e ON e.lot_id = l.lot_id AND e.kind = 1"
    " LEFT JOIN (SELECT c.lot_id, p.purchase_id FROM purchase p JOIN code c ON c.code_id = p.code_id"
    " UNION SELECT lot_id, purchase_id FROM offer_grant WHERE lot_id IS NOT NULL AND purchase_id <> 0) s"
    " ON s.lot_id = l.lot_id"
    " WHERE l.origin = 1 GROUP BY l.lot_id HAVING COUNT(DISTINCT s.purchase_id) <> 1 ORDER BY l.lot_id",

    // What was earned at a branch says so, that it may be spent where the club wants it.
    "SELECT CONCAT('lot ', l.lot_id, ' is of branch ', l.branch_no, ', its purchase ', s.purchase_id, ' of "
    "branch ',"
    " s.branch_no) FROM lot l JOIN (SELECT c.lot_id, p.purchase_id, p.branch_no FROM purchase p JOIN code c"
    " ON c.code_id = p.code_id UNION SELECT g.lot_id, p.purchase_id, p.branch_no FROM offer_grant g"
    " JOIN purchase p ON p.purchase_id = g.purchase_id WHERE g.lot_id IS NOT NULL) s ON s.lot_id = l.lot_id"
    " WHERE l.branch_no NOT IN (0, s.branch_no) ORDER BY l.lot_id",

    // Points are the sum of their entries, and never below nothing.
    "SELECT CONCAT('member ', s.member_id, ' of club ', s.club_id, ' has ', s.points, ' points, her entries "
    "come to ',"
    " COALESCE(e.points, 0)) FROM standing s LEFT JOIN (SELECT member_id, SUM(points) AS points FROM "
    "point_entry"
    " GROUP BY member_id) e ON e.member_id = s.member_id"
    " WHERE s.points <> COALESCE(e.points, 0) OR s.points < 0 ORDER BY s.member_id",
    "SELECT CONCAT('member ', e.member_id, ' has points, but no total') FROM (SELECT DISTINCT member_id FROM"
    " point_entry) e LEFT JOIN standing s ON s.member_id = e.member_id WHERE s.member_id IS NULL"
    " ORDER BY e.member_id",

    // A budget's spending is the sum of its grants.
    "SELECT CONCAT('offer ', o.offer_id, ' of club ', o.club_id, ' has spent ', o.spent, ', its grants come "
    "to ',"
    " COALESCE(g.spent, 0)) FROM offer o LEFT JOIN (SELECT offer_id, SUM(of_budget) AS spent FROM offer_grant"
    " GROUP BY offer_id) g ON g.offer_id = o.offer_id WHERE o.spent <> COALESCE(g.spent, 0) ORDER BY "
    "o.offer_id",

    // How she buys is the fold of her purchases: how many there are, and for how much. Their days are of the
    // club's calendar, which no SQL of both databases knows.
    "SELECT CONCAT('member ', m.member_id, ' of club ', m.club_id, ' has bought ', COALESCE(p.purchases, 0),"
    " ' times for ', COALESCE(p.spent, 0), ', her behaviour says ', COALESCE(b.purchases, 0), ' times for ',"
    " COALESCE(b.spent, 0)) FROM member m LEFT JOIN (SELECT member_id, COUNT(*) AS purchases,"
    " SUM(amount - refunded) AS spent FROM purchase WHERE member_id IS NOT NULL AND refunded < amount GROUP "
    "BY"
    " member_id) p ON p.member_id = m.member_id"
    " LEFT JOIN behaviour b ON b.member_id = m.member_id AND b.branch_no = 0"
    " WHERE m.phone IS NOT NULL AND COALESCE(b.visits = 0 AND b.purchases > 0, 0) = 0 AND "
    "(COALESCE(p.purchases, 0) <>"
    " COALESCE(b.purchases, 0) OR COALESCE(p.spent, 0) <> COALESCE(b.spent, 0)) ORDER BY m.member_id",
    "SELECT CONCAT('member ', b.member_id, ' of club ', b.club_id, ' has bought at its branches for ', "
    "SUM(CASE WHEN"
    " b.branch_no = 0 THEN 0 ELSE b.spent END), ', in all for ', SUM(CASE WHEN b.branch_no = 0 THEN b.spent "
    "ELSE"
    " 0 END)) FROM behaviour b GROUP BY b.member_id, b.club_id HAVING SUM(CASE WHEN b.branch_no = 0 THEN"
    " b.spent ELSE 0 END) <> SUM(CASE WHEN b.branch_no = 0 THEN 0 ELSE b.spent END)"
    " OR SUM(CASE WHEN b.branch_no = 0 THEN b.purchases ELSE 0 END) <> SUM(CASE WHEN b.branch_no = 0 AND"
    " b.visits = 0 THEN b.purchases WHEN b.branch_no = 0 THEN 0 ELSE b.purchases END) ORDER BY b.member_id",
};

void run_check(Connection& connection, const std::string& check, Audit& audit) {
  const std::size_t wanted = kAuditProblemsMax + 1 - audit.problems.size();
  Rows rows = connection.prepare(check + " LIMIT " + std::to_string(wanted)).query();
  while (rows.next()) {
    if (audit.problems.size() == kAuditProblemsMax) {
      audit.has_more = true;
      return;
    }
    audit.problems.push_back(rows.text());
  }
}

std::uint64_t count_entries(Connection& connection) {
  Rows rows = connection.prepare("SELECT COUNT(*) FROM ledger_entry").query();
  return rows.next() ? rows.u64() : 0;
}

}  // namespace

Audit audit_ledger(Connection& connection) {
  connection.begin_snapshot();
  Audit audit;
  audit.entries = count_entries(connection);
  std::vector<const char*> checks(std::begin(kChecks), std::end(kChecks));
  checks.insert(checks.end(), bill_checks().begin(), bill_checks().end());
  checks.insert(checks.end(), item_checks().begin(), item_checks().end());
  for (const char* check : checks) {
    run_check(connection, check, audit);
    if (audit.has_more) break;
  }
  connection.rollback();
  return audit;
}

}  // namespace peyk::store
