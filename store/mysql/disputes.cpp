#include "store/mysql/disputes.hpp"

#include "store/mysql/sets.hpp"

namespace peyk::store {

using namespace handlers;

void load_disputable(Connection& connection, const std::map<MemberKey, rules::Instant>& wanted,
                     Facts& facts) {
  for (const auto& [key, since] : wanted) {
    const Member* member = facts.member(key);
    if (member == nullptr) continue;
    Rows rows = connection
                    .prepare(
                        "SELECT r.redemption_id, r.code_id, r.branch_no, r.cashier_phone, r.invoice_amount,"
                        " r.used, r.at, r.till_key, d.redemption_id FROM redemption r"
                        " LEFT JOIN redemption_void v ON v.redemption_id = r.redemption_id"
                        " LEFT JOIN dispute d ON d.redemption_id = r.redemption_id"
                        " WHERE r.member_id = ? AND r.at > ? AND v.redemption_id IS NULL"
                        " ORDER BY d.redemption_id IS NULL DESC, r.at DESC, r.redemption_id DESC LIMIT 1")
                    .add(member->id)
                    .add(since)
                    .query();
    if (!rows.next()) continue;
    Disputable found{.redemption = {.id = rows.u64(), .club = key.club, .member = member->id}};
    Redemption& redemption = found.redemption;
    redemption.code = rows.u64();
    redemption.branch = rows.u32();
    redemption.cashier = rows.u64();
    redemption.invoice_amount = rows.i64();
    redemption.used = rows.i64();
    redemption.at = rows.instant();
    redemption.till = rows.text();
    found.disputed = rows.maybe_u64().has_value();
    facts.load(std::move(found));
  }
}

void save_disputes(Connection& connection, const std::vector<const Dispute*>& disputes) {
  insert_set(connection, "INSERT INTO dispute (redemption_id, club_id, member_id, at) VALUES ", 4, disputes,
             [](Statement& s, const Dispute* dispute) {
               s.add(dispute->redemption).add(dispute->club).add(dispute->member).add(dispute->at);
             });
}

}  // namespace peyk::store
