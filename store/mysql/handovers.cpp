#include "store/mysql/handovers.hpp"

#include "store/mysql/sets.hpp"

namespace peyk::store {

using namespace handlers;

void load_handovers(Connection& connection, const std::set<CodeId>& codes, Facts& facts) {
  select_in(connection,
            "SELECT handover_id, club_id, code_id, member_id, branch_no, cashier_phone, till_key, invoice, "
            "place, at,"
            " COALESCE(voided_till, ''), voided_at, voided_by FROM handover WHERE code_id IN (",
            "", 1, codes, bind_id, [&facts](Rows& rows) {
              Handover row{.id = rows.u64()};
              row.club = rows.u32();
              row.code = rows.u64();
              row.member = rows.u64();
              row.branch = rows.u32();
              row.cashier = rows.u64();
              row.till = rows.text();
              row.invoice = rows.text();
              row.place = rows.u32();
              row.at = rows.instant();
              Voided voided{.till = rows.text()};
              voided.at = rows.instant();
              if (const auto cashier = rows.maybe_u64()) {
                voided.cashier = *cashier;
                row.voided = std::move(voided);
              }
              facts.load(std::move(row));
            });
}

void load_item_lots(Connection& connection, const std::set<LotId>& lots, Facts& facts) {
  select_in(connection,
            "SELECT lot_id, club_id, member_id, origin, kind, created_at, expires_at, branch_no FROM lot "
            "WHERE lot_id IN (",
            "", 1, lots, bind_id, [&facts](Rows& rows) {
              Lot lot{.id = rows.u64()};
              lot.club = rows.u32();
              lot.member = rows.u64();
              lot.origin = static_cast<LotOrigin>(rows.u64());
              lot.kind = static_cast<LotOrigin>(rows.u64());
              lot.created_at = rows.instant();
              lot.expires_at = rows.instant();
              lot.branch = rows.u32();
              facts.load(lot);
            });
}

void find_handovers(Connection& connection, const std::set<RecordKey>& ids, std::set<CodeId>& codes,
                    std::set<MemberId>& members) {
  select_in(
      connection, "SELECT code_id, member_id FROM handover WHERE (club_id, handover_id) IN (", "", 2, ids,
      [](Statement& s, const RecordKey& key) { s.add(key.club).add(key.id); },
      [&](Rows& rows) {
        codes.insert(rows.u64());
        members.insert(rows.u64());
      });
}

void save_handovers(Connection& connection, std::span<const Handover* const> made,
                    std::span<const TakeItemBack* const> undone) {
  insert_set(
      connection,
      "INSERT INTO handover (handover_id, club_id, code_id, member_id, branch_no, cashier_phone, till_key,"
      " invoice, place, at) VALUES ",
      10, made, [](Statement& s, const Handover* handover) {
        const Handover& h = *handover;
        s.add(h.id).add(h.club).add(h.code).add(h.member).add(h.branch).add(h.cashier).add(h.till);
        s.add(h.invoice).add(h.place).add(h.at);
      });
  for (const TakeItemBack* one : undone) {
    const Voided& v = one->voided;
    connection
        .prepare("UPDATE handover SET voided_at = ?, voided_by = ?, voided_till = ? WHERE handover_id = ?")
        .add(v.at)
        .add(v.cashier)
        .add(v.till)
        .add(one->handover)
        .run();
  }
}

}  // namespace peyk::store
