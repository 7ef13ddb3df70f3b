// Who is in which of a club's segments, each night: counted, and who came and went since the night before. Of
// all members, those who have bought nothing among them: offers judge them by the same rules.
//
//   members, page by page -> measures -> segments_of() -> segment_mask where it changed -> segment_day
//
// A segment has a bit of the masks as long as the club's file has its name (segment_place); one whose bit was
// another's before begins with nobody.
//
// What must stay true: what a page has counted is taken over once it is committed (adopt()), so a page that
// is done again counts once. Nobody is locked: a mask is a thing of the night's alone. A night that another
// gateway begins anew counts no more who came and went on the pages that were done before.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "handlers/club.hpp"
#include "handlers/rules/segments.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

inline constexpr std::uint32_t kSegmentPage = 200;  // members, as a night reads them

struct SegmentCount {
  std::uint64_t members = 0, entered = 0, left = 0;
};

class SegmentPass {
 public:
  // `club` as it is for the whole pass: its segments, and the bounds by which scores are given.
  SegmentPass(handlers::Club club, rules::DayNumber day);

  // The next page; false: that was the last, and save() comes next. The caller commits, and then adopts.
  // Throws SqlError.
  bool step(Connection& connection, rules::Instant now, std::uint32_t page);
  void adopt();
  // Forgets older days, too. The caller commits.
  void save(Connection& connection);

  std::uint64_t members() const { return done_.looked_at; }
  const std::vector<SegmentCount>& counts() const { return done_.counts; }  // in the file's order

 private:
  struct Progress {
    std::uint64_t after = 0, looked_at = 0;
    std::vector<SegmentCount> counts;
  };
  void find_places(Connection& connection);

  handlers::Club club_;
  rules::DayNumber day_;
  std::vector<std::uint8_t> places_;  // of each segment, its bit
  rules::SegmentMask known_ = 0;      // bits that meant the same in the night before
  bool placed_ = false;
  Progress done_, staged_;
};

struct SegmentDay {
  rules::DayNumber day = 0;
  std::string name;
  SegmentCount count;
};
// From that day on, by days and names. Throws SqlError.
std::vector<SegmentDay> load_segment_days(Connection& connection, handlers::ClubId club,
                                          rules::DayNumber from);

}  // namespace peyk::store
