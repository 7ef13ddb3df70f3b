#include "store/mysql/tier_days.hpp"

#include <vector>

#include "handlers/measures.hpp"
#include "handlers/tier_day.hpp"
#include "store/mysql/decided_set.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr std::uint32_t kIdsPerMember = 2;

struct Due {
  std::vector<MemberId> members;
  std::vector<MemberKey> keys;
  std::vector<MemberId> gone;  // who have left
};

Due read_due(Connection& connection, const Club& club, rules::DayNumber today, std::uint32_t limit) {
  Due due;
  Rows rows =
      connection
          .prepare(
              "SELECT s.member_id, COALESCE(m.phone, 0) FROM standing s FORCE INDEX (standing_due) JOIN "
              "member m"
              " ON m.member_id = s.member_id WHERE s.club_id = ? AND s.until_day > 0 AND s.until_day <= ?"
              " ORDER BY s.until_day, s.member_id LIMIT ?")
          .add(club.id)
          .add(today)
          .add(limit)
          .query();
  while (rows.next()) {
    due.members.push_back(rows.u64());
    const PhoneNumber phone = rows.u64();
    if (phone == 0) due.gone.push_back(due.members.back());
    if (phone != 0) due.keys.push_back({club.id, phone});
  }
  return due;
}

}  // namespace

TiersLooked look_at_tiers(Connection& connection, SystemChance& chance, const Directory& directory,
                          const Club& club, rules::Instant now, std::uint32_t limit) {
  chance.reserve_ids(connection, limit * kIdsPerMember);
  const Due due = read_due(connection, club, day_of(club, now), limit);
  TiersLooked looked{.is_done = due.members.size() < limit};
  DecidedSet set(connection, chance, directory, now);
  Needs needs;
  for (const MemberKey& key : due.keys) needs.merge(needs_tier_day(club, key, now));
  if (!due.keys.empty()) set.load(needs);
  for (const MemberKey& key : due.keys) {
    const Member* member = set.facts().member(key);
    if (member == nullptr) continue;
    Outcome outcome = tier_day(club, *member, set.facts(), set.setting());
    looked.members += outcome.effects.empty() ? 0 : 1;
    set.take(std::move(outcome));
  }
  looked.texts = set.texts();
  if (looked.members > 0) set.save();
  update_in(connection, "UPDATE standing SET until_day = 0 WHERE member_id IN (", due.gone);
  return looked;
}

}  // namespace peyk::store
