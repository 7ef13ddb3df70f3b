#include "store/mysql/behaviours.hpp"

#include <algorithm>
#include <map>

#include "handlers/measures.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {

using namespace handlers;

rules::Behaviour read_habits(Rows& rows) {
  rules::Behaviour row;
  row.purchases = rows.u32();
  row.visits = rows.u32();
  row.first_day = static_cast<rules::DayNumber>(rows.i64());
  row.last_day = static_cast<rules::DayNumber>(rows.i64());
  row.spent = rows.i64();
  row.gap_squares = rows.u64();
  row.recent = rows.i64();
  row.last_spent = rows.i64();
  return row;
}

namespace {

// Two octets an hour, the low one first.
std::string octets_of(const rules::Behaviour& row) {
  std::string octets;
  for (const std::uint16_t count : row.hours) {
    octets += static_cast<char>(count & 0xFFU);
    octets += static_cast<char>(count >> 8U);
  }
  return octets;
}

void read_hours(std::string_view octets, rules::Behaviour& row) {
  for (std::size_t i = 0; i < row.hours.size() && 2 * i + 1 < octets.size(); ++i) {
    const auto octet = [&](std::size_t at) { return static_cast<unsigned char>(octets[at]); };
    row.hours[i] = static_cast<std::uint16_t>(octet(2 * i) | octet(2 * i + 1) << 8U);
  }
}

bool is_old(const rules::Behaviour& row) {
  return row.purchases > 0 && (row.visits == 0 || row.last_spent == 0);
}

void load_visits(Connection& connection, MemberId member, Facts& facts) {
  std::vector<PastVisit> all;
  Rows rows = connection
                  .prepare(
                      "SELECT purchase_id, branch_no, purchased_at, amount - refunded FROM purchase"
                      " WHERE member_id = ? AND refunded < amount ORDER BY purchased_at DESC LIMIT ?")
                  .add(member)
                  .add(std::uint64_t{kVisitsMax + 1})
                  .query();
  while (rows.next()) {
    PastVisit visit{.purchase = rows.u64()};
    visit.branch = rows.u32();
    visit.at = rows.instant();
    visit.spent = rows.i64();
    all.push_back(visit);
  }
  if (all.size() <= kVisitsMax) facts.load_visits(member, std::move(all));
}

}  // namespace

void load_behaviours(Connection& connection, const Needs& needs, const std::set<MemberId>& refunded,
                     Facts& facts) {
  std::map<MemberId, DaySpan> wanted;
  for (const auto& [key, days] : needs.behaviours) {
    if (const Member* member = facts.member(key)) wanted.emplace(member->id, days);
  }
  std::set<MemberId> members = refunded, with_visits = refunded;
  for (const auto& [member, days] : wanted) {
    members.insert(member);
    if (days.earliest < days.latest) with_visits.insert(member);
  }
  select_in(connection,
            std::string("SELECT b.member_id, b.branch_no, ") + kHabitColumns +
                ", b.hours FROM behaviour b WHERE b.member_id IN (",
            "", 1, members, bind_id, [&](Rows& rows) {
              const MemberId member = rows.u64();
              const BranchNo branch = rows.u32();
              rules::Behaviour row = read_habits(rows);
              read_hours(rows.text(), row);
              facts.load(member, branch, row);
              if (branch != kWholeClub) return;
              const auto days = wanted.find(member);
              if (is_old(row) || (days != wanted.end() && row.last_day > days->second.earliest))
                with_visits.insert(member);
            });
  for (const MemberId member : with_visits) load_visits(connection, member, facts);
}

void save_behaviours(Connection& connection, const BehaviourRows& rows) {
  upsert_set(
      connection,
      "INSERT INTO behaviour (member_id, branch_no, club_id, purchases, visits, first_day, last_day, spent,"
      " gap_squares, hours, recent, last_spent) VALUES ",
      "purchases = VALUES(purchases), visits = VALUES(visits), first_day = VALUES(first_day), last_day ="
      " VALUES(last_day), spent = VALUES(spent), gap_squares = VALUES(gap_squares), hours = VALUES(hours),"
      " recent = VALUES(recent), last_spent = VALUES(last_spent)",
      12, rows, [](Statement& s, const auto& one) {
        const SetBehaviour& effect = *one.second;
        const rules::Behaviour& row = effect.row;
        s.add(effect.member).add(effect.branch).add(effect.club).add(row.purchases).add(row.visits);
        s.add(row.first_day).add(row.last_day).add(row.spent).add(row.gap_squares).add(octets_of(row));
        s.add(row.recent).add(row.last_spent);
      });
}

FoldedBehaviours fold_old_behaviours(Connection& connection, const Directory& directory, MemberId after,
                                     std::uint32_t limit) {
  struct Found {
    MemberId member = 0;
    ClubId club = 0;
    bool old = false;
  };
  std::vector<Found> found;
  {
    Rows rows =
        connection
            .prepare(
                "SELECT member_id, club_id, (visits = 0 OR last_spent = 0) AND purchases > 0 FROM behaviour"
                " WHERE branch_no = 0 AND member_id > ? ORDER BY member_id LIMIT ?")
            .add(after)
            .add(limit)
            .query();
    while (rows.next()) {
      Found one{.member = rows.u64()};
      one.club = rows.u32();
      one.old = rows.flag();
      found.push_back(one);
    }
  }
  FoldedBehaviours done{.after = found.size() < limit ? 0 : found.back().member};
  std::set<MemberId> old;
  for (const Found& one : found) {
    if (one.old) old.insert(one.member);
  }
  std::set<MemberId> locked;  // purchases change under the lock of their member alone
  select_in(connection, "SELECT member_id FROM member WHERE phone IS NOT NULL AND member_id IN (",
            "ORDER BY member_id FOR UPDATE", 1, old, bind_id,
            [&locked](Rows& rows) { locked.insert(rows.u64()); });
  Facts facts;
  std::vector<SetBehaviour> folded;
  for (const Found& one : found) {
    const Club* club = directory.club(one.club);
    if (club == nullptr || !locked.contains(one.member)) continue;
    load_visits(connection, one.member, facts);
    if (facts.visits(one.member) == nullptr) continue;
    for (SetBehaviour& row : behaviour_after(*club, one.member, {}, facts)) folded.push_back(std::move(row));
    ++done.members;
  }
  BehaviourRows rows;
  for (const SetBehaviour& row : folded) rows[{row.member, row.branch}] = &row;
  save_behaviours(connection, rows);
  return done;
}

}  // namespace peyk::store
