#include "store/mysql/profiles.hpp"

#include <algorithm>

#include "store/mysql/sets.hpp"

namespace peyk::store {
namespace {

using namespace handlers;

constexpr std::size_t kStrangersAtOnce = 16;  // a statement has one part for each

Profile read_profile(Rows& rows) {
  Profile profile;
  profile.member = rows.u64();
  profile.name = rows.text();
  const auto year = static_cast<int>(rows.u32()), month = static_cast<int>(rows.u32());
  const auto day = static_cast<int>(rows.u32());
  if (year != 0) profile.born = templates::JalaliDate{year, month, day};
  profile.city = rows.text();
  profile.gender = static_cast<Gender>(rows.u32());
  profile.born_changed_at = rows.instant();
  profile.completed_at = rows.instant();
  return profile;
}

void bind_profile(Statement& s, const Profile& profile, ClubId club) {
  const templates::JalaliDate born = profile.born.value_or(templates::JalaliDate{});
  s.add(profile.member).add(club).add(profile.name);
  for (const int part : {born.year, born.month, born.day}) s.add(static_cast<std::uint32_t>(part));
  s.add(profile.city).add(static_cast<std::uint32_t>(profile.gender));
  s.add(profile.born_changed_at).add(profile.completed_at);
}

}  // namespace

std::vector<Profile> profiles_of(Connection& connection, const std::set<MemberId>& members) {
  std::vector<Profile> profiles;
  select_in(
      connection,
      "SELECT member_id, name, born_year, born_month, born_day, city, gender, born_changed_at, completed_at"
      " FROM profile WHERE member_id IN (",
      "", 1, members, [](Statement& s, MemberId id) { s.add(id); },
      [&profiles](Rows& rows) { profiles.push_back(read_profile(rows)); });
  return profiles;
}

void load_profiles(Connection& connection, const std::set<MemberKey>& keys, Facts& facts) {
  std::set<MemberId> members;
  for (const MemberKey& key : keys) {
    if (const Member* member = facts.member(key)) members.insert(member->id);
  }
  for (Profile& profile : profiles_of(connection, members)) facts.load(std::move(profile));
}

void save_profiles(Connection& connection, const std::set<MemberId>& changed,
                   std::span<const EndMembership* const> ended, const Facts& facts) {
  std::set<MemberId> gone, kept = changed;
  for (const EndMembership* end : ended) {
    gone.insert(end->member);
    kept.erase(end->member);
  }
  upsert_set(connection,
             "INSERT INTO profile (member_id, club_id, name, born_year, born_month, born_day, city, gender,"
             " born_changed_at, completed_at) VALUES ",
             "name = VALUES(name), born_year = VALUES(born_year), born_month = VALUES(born_month),"
             " born_day = VALUES(born_day), city = VALUES(city), gender = VALUES(gender),"
             " born_changed_at = VALUES(born_changed_at), completed_at = VALUES(completed_at)",
             10, kept, [&facts](Statement& s, MemberId id) {
               bind_profile(s, *facts.profile(id), facts.member(id)->club);
             });
  update_in(connection, "DELETE FROM profile WHERE member_id IN (", gone);
}

void load_strangers(Connection& connection, const Needs& needs, Facts& facts) {
  std::vector<std::pair<MemberKey, std::uint32_t>> strangers;
  for (const auto& [key, most] : needs.strangers) {
    if (facts.member(key) == nullptr) strangers.emplace_back(key, most);
  }
  for (std::size_t begin = 0; begin < strangers.size(); begin += kStrangersAtOnce) {
    const std::size_t count = std::min(strangers.size() - begin, kStrangersAtOnce);
    std::string sql;
    for (std::size_t i = 0; i < std::bit_ceil(count); ++i) {
      sql += (i == 0 ? "" : " UNION ALL ") +
             std::string(
                 "(SELECT s.club_id, s.phone FROM purchase_of_stranger s"
                 " JOIN purchase p ON p.purchase_id = s.purchase_id"
                 " WHERE s.club_id = ? AND s.phone = ? AND p.refunded < p.amount LIMIT ?)");
    }
    Statement& statement = connection.prepare(sql);
    for (std::size_t i = 0; i < std::bit_ceil(count); ++i) {
      // What fills up the statement is nobody's: it must not count anybody twice.
      const auto& [key, most] = i < count ? strangers[begin + i] : std::pair<MemberKey, std::uint32_t>{};
      statement.add(key.club).add(key.phone).add(most);
    }
    std::map<MemberKey, std::uint32_t> found;
    for (std::size_t i = 0; i < count; ++i) found[strangers[begin + i].first] = 0;
    for (Rows rows = statement.query(); rows.next();) {
      const ClubId club = rows.u32();
      ++found[{club, rows.u64()}];
    }
    for (const auto& [key, purchases] : found) facts.load_stranger(key, purchases);
  }
}

}  // namespace peyk::store
