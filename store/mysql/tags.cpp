#include "store/mysql/tags.hpp"

#include "store/mysql/decided_set.hpp"
#include "store/mysql/sets.hpp"

namespace peyk::store {

using namespace handlers;

std::map<MemberId, std::vector<std::string>> tags_of(Connection& connection,
                                                     const std::set<MemberId>& members) {
  std::map<MemberId, std::vector<std::string>> all;
  select_in(
      connection, "SELECT member_id, tag FROM member_tag WHERE member_id IN (", "ORDER BY member_id, tag", 1,
      members, [](Statement& s, MemberId id) { s.add(id); },
      [&all](Rows& rows) {
        const MemberId member = rows.u64();
        all[member].push_back(rows.text());
      });
  return all;
}

void load_tags(Connection& connection, const std::set<MemberKey>& keys, Facts& facts) {
  std::set<MemberId> members;
  for (const MemberKey& key : keys) {
    if (const Member* member = facts.member(key)) members.insert(member->id);
  }
  for (auto& [member, tags] : tags_of(connection, members)) facts.load_tags(member, std::move(tags));
}

void save_tags(Connection& connection, const std::set<MemberId>& changed,
               std::span<const EndMembership* const> ended, const Facts& facts) {
  std::set<MemberId> emptied = changed, kept = changed;
  for (const EndMembership* end : ended) {
    emptied.insert(end->member);
    kept.erase(end->member);
  }
  update_in(connection, "DELETE FROM member_tag WHERE member_id IN (", emptied);
  std::vector<std::pair<MemberId, std::string_view>> rows;
  for (const MemberId id : kept) {
    for (const std::string& tag : facts.tags(id)) rows.emplace_back(id, tag);
  }
  insert_set(connection, "INSERT INTO member_tag (member_id, tag, club_id) VALUES ", 3, rows,
             [&facts](Statement& s, const auto& row) {
               s.add(row.first).add(row.second).add(facts.member(row.first)->club);
             });
}

TagAnswer change_tags(Connection& connection, SystemChance& chance, const Directory& directory,
                      const TagChange& change, rules::Instant now) {
  DecidedSet set(connection, chance, directory, now);
  set.load(needs_tag_change(change));
  TagAnswer answer = handlers::change_tags(change, set.facts());
  set.take(std::move(answer.outcome));
  set.save();
  return answer;
}

}  // namespace peyk::store
