#include "store/mysql/lrfm.hpp"

#include <vector>

#include "store/mysql/programmes.hpp"

namespace peyk::store {

bool LrfmPass::step(Connection& connection, std::uint32_t page) {
  std::vector<rules::Behaviour> read;
  std::uint64_t last = after_;
  std::uint32_t seen = 0;
  {
    Rows rows = connection
                    .prepare(
                        "SELECT member_id, visits, first_day, last_day, spent FROM behaviour FORCE INDEX"
                        " (behaviour_of_club) WHERE club_id = ? AND branch_no = 0 AND member_id > ?"
                        " ORDER BY member_id LIMIT ?")
                    .add(club_)
                    .add(after_)
                    .add(page)
                    .query();
    read.reserve(page);
    for (; rows.next(); ++seen) {
      last = rows.u64();
      rules::Behaviour one;
      one.visits = rows.u32();
      one.first_day = static_cast<rules::DayNumber>(rows.i64());
      one.last_day = static_cast<rules::DayNumber>(rows.i64());
      one.spent = rows.i64();
      read.push_back(one);
    }
  }
  for (const rules::Behaviour& one : read) quintiles_.add(one, today_);
  after_ = last;
  return seen == page;
}

rules::LrfmBounds LrfmPass::save(Connection& connection, rules::Instant now) {
  const rules::LrfmBounds bounds = quintiles_.bounds();
  save_reckoned_bounds(connection, club_, bounds, quintiles_.members(), now);
  places_ = quintiles_.places();
  save_places(connection, club_, places_);
  return bounds;
}

std::uint64_t LrfmPass::expected(Connection& connection) const {
  Rows rows = connection.prepare("SELECT COUNT(*) FROM behaviour WHERE club_id = ? AND branch_no = 0")
                  .add(club_)
                  .query();
  rows.next();
  return rows.u64();
}

}  // namespace peyk::store
