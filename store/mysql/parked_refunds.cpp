#include "store/mysql/parked_refunds.hpp"

namespace peyk::store {

std::vector<ParkedRefund> load_parked_refunds(Connection& connection, std::optional<handlers::ClubId> club,
                                              rules::Instant before, std::uint32_t limit) {
  const std::string of_club = club ? " AND f.club_id = ?" : "";
  Statement& statement = connection.prepare(
      "SELECT f.refund_id, c.slug, f.branch_no, f.invoice, f.credit_note, f.till_key, f.asked, f.at"
      " FROM refund f FORCE INDEX (refund_parked) STRAIGHT_JOIN club c ON c.club_id = f.club_id"
      " WHERE f.state = 2" +
      of_club + " AND f.at < ? ORDER BY f.club_id, f.at LIMIT ?");
  if (club) statement.add(*club);
  std::vector<ParkedRefund> parked;
  for (Rows rows = statement.add(before).add(limit).query(); rows.next();) {
    ParkedRefund one{.id = rows.u64()};
    one.club = rows.text();
    one.branch = rows.u32();
    one.invoice = rows.text();
    one.credit_note = rows.text();
    one.till = rows.text();
    one.asked = rows.i64();
    one.at = rows.instant();
    parked.push_back(std::move(one));
  }
  return parked;
}

}  // namespace peyk::store
