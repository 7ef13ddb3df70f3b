#include "store/mysql/segment_pass.hpp"

#include <algorithm>
#include <bitset>
#include <map>
#include <utility>

#include "handlers/measures.hpp"
#include "store/mysql/customer_pages.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr rules::DayNumber kDaysKept = 400;

std::map<MemberId, rules::SegmentMask> masks_before(Connection& connection,
                                                    const std::vector<Customer>& page) {
  std::map<MemberId, rules::SegmentMask> masks;
  select_in(
      connection, "SELECT member_id, mask FROM segment_mask WHERE member_id IN (", "", 1, page,
      [](Statement& s, const Customer& one) { s.add(one.member.id); },
      [&masks](Rows& rows) {
        const MemberId member = rows.u64();
        masks[member] = rows.u64();
      });
  return masks;
}

// Nobody's row is known to be there, and a night that is done again writes it again.
void save_masks(Connection& connection, const std::vector<std::pair<MemberId, rules::SegmentMask>>& changed) {
  upsert_set(connection, "INSERT INTO segment_mask (member_id, mask) VALUES ", "mask = VALUES(mask)", 2,
             changed, [](Statement& s, const auto& one) { s.add(one.first).add(one.second); });
}

}  // namespace

SegmentPass::SegmentPass(Club club, rules::DayNumber day) : club_(std::move(club)), day_(day) {
  club_.programme.use.all =
      use_in(club_.programme);  // asked anew for each member it would cost more than judging her
  done_.counts.resize(club_.programme.segments.size());
  staged_ = done_;
}

void SegmentPass::find_places(Connection& connection) {
  std::map<std::string, std::uint8_t> by_name;
  {
    Rows rows =
        connection.prepare("SELECT place, name FROM segment_place WHERE club_id = ?").add(club_.id).query();
    while (rows.next()) {
      const auto place = static_cast<std::uint8_t>(rows.u64());
      by_name[rows.text()] = place;
    }
  }
  const auto& segments = club_.programme.segments;
  std::bitset<rules::kSegmentsMax> taken;
  for (const rules::Segment& one : segments) {
    if (const auto known = by_name.find(one.name); known != by_name.end()) taken.set(known->second);
  }
  places_.clear();
  known_ = 0;
  std::size_t free = 0;
  for (const rules::Segment& one : segments) {
    if (const auto known = by_name.find(one.name); known != by_name.end()) {
      places_.push_back(known->second);
      known_ |= rules::SegmentMask{1} << known->second;
      continue;
    }
    while (taken.test(free)) ++free;
    taken.set(free);
    places_.push_back(static_cast<std::uint8_t>(free));
  }
}

bool SegmentPass::step(Connection& connection, rules::Instant now, std::uint32_t page_size) {
  staged_ = done_;
  if (!placed_) find_places(connection);
  CustomerPages pages(club_, CustomerPages::Whom::members, done_.after);
  Facts facts;
  const std::vector<Customer> page = pages.next(connection, facts, page_size);
  const auto before = masks_before(connection, page);
  std::vector<std::pair<MemberId, rules::SegmentMask>> changed;
  const ClubMoment moment = moment_of(club_, now);
  for (const Customer& one : page) {
    const rules::SegmentMask in = rules::segments_of(
        club_.programme.segments, measures_of(club_, &one.member, facts, moment, &one.profile));
    const auto known = before.find(one.member.id);
    const rules::SegmentMask stored = known == before.end() ? 0 : known->second;
    rules::SegmentMask mask = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const rules::SegmentMask bit = rules::SegmentMask{1} << places_[i];
      const bool is_in = (in >> i & 1U) != 0, was_in = (stored & known_ & bit) != 0;
      if (is_in) mask |= bit;
      SegmentCount& count = staged_.counts[i];
      count.members += is_in ? 1 : 0;
      count.entered += is_in && !was_in ? 1 : 0;
      count.left += was_in && !is_in ? 1 : 0;
    }
    if (mask != stored) changed.emplace_back(one.member.id, mask);
  }
  save_masks(connection, changed);
  staged_.looked_at += page.size();
  staged_.after = pages.after();
  return !page.empty();
}

void SegmentPass::adopt() {
  done_ = staged_;
  placed_ = true;
}

void SegmentPass::save(Connection& connection) {
  const auto& segments = club_.programme.segments;
  if (!placed_) find_places(connection);
  std::vector<std::size_t> all(segments.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  connection.prepare("DELETE FROM segment_place WHERE club_id = ?").add(club_.id).update();
  insert_set(connection, "INSERT INTO segment_place (club_id, place, name) VALUES ", 3, all,
             [&](Statement& s, std::size_t i) {
               s.add(club_.id).add(std::uint32_t{places_[i]}).add(segments[i].name);
             });
  connection.prepare("DELETE FROM segment_day WHERE club_id = ? AND (day = ? OR day < ?)")
      .add(club_.id)
      .add(day_)
      .add(day_ - kDaysKept)
      .update();
  insert_set(connection, "INSERT INTO segment_day (club_id, day, name, members, entered, left_it) VALUES ", 6,
             all, [&](Statement& s, std::size_t i) {
               const SegmentCount& count = done_.counts[i];
               s.add(club_.id).add(day_).add(segments[i].name);
               s.add(count.members).add(count.entered).add(count.left);
             });
}

std::vector<SegmentDay> load_segment_days(Connection& connection, ClubId club, rules::DayNumber from) {
  std::vector<SegmentDay> days;
  Rows rows = connection
                  .prepare(
                      "SELECT day, name, members, entered, left_it FROM segment_day WHERE club_id = ? AND day"
                      " >= ? ORDER BY day, name")
                  .add(club)
                  .add(from)
                  .query();
  while (rows.next()) {
    SegmentDay one;
    one.day = static_cast<rules::DayNumber>(rows.i64());
    one.name = rows.text();
    one.count.members = rows.u64();
    one.count.entered = rows.u64();
    one.count.left = rows.u64();
    days.push_back(std::move(one));
  }
  return days;
}

}  // namespace peyk::store
