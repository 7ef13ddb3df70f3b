// The bounds by which a club scores its members (rules/lrfm.hpp), reckoned of how all of them buy.
//
//   behaviour of the whole club, page by page, without locks -> Quintiles -> lrfm_bounds, the club's version
//
// Who runs it rests after each page (kNightRest in nights.hpp).
//
// What must stay true: no row of a member is written or locked, so nobody at a till waits for it; what is
// kept in memory is twenty-four octets a member.
#pragma once

#include <cstdint>

#include "handlers/club.hpp"
#include "handlers/rules/lrfm.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Members read in one go: less than a millisecond, which is what a redemption may have to wait for a
// processor.
inline constexpr std::uint32_t kLrfmPage = 300;

class LrfmPass {
 public:
  LrfmPass(handlers::ClubId club, rules::DayNumber today) : club_(club), today_(today) {}

  // Reads the next page; false: that was the last, and save() comes next. A page that fails is as if it had
  // not been asked for. The caller commits. Throws SqlError.
  bool step(Connection& connection, std::uint32_t page = kLrfmPage);
  // The caller commits. Returns the bounds.
  rules::LrfmBounds save(Connection& connection, rules::Instant now);
  // Saved with them.
  const rules::SpendPlaces& places() const { return places_; }

  std::uint64_t members() const { return quintiles_.members(); }
  // How many it will be, about: for who waits. Throws SqlError.
  std::uint64_t expected(Connection& connection) const;

 private:
  handlers::ClubId club_;
  rules::DayNumber today_;
  std::uint64_t after_ = 0;
  rules::Quintiles quintiles_;
  rules::SpendPlaces places_{};
};

}  // namespace peyk::store
