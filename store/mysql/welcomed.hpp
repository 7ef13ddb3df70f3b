// What a phone has had once for good, whatever became of its membership (docs/decisions/0022): offers for
// joining, for birthdays and for whole profiles, and the club's own credit for a profile.
//
// Kept is no phone, but what this database alone can make of one.
#pragma once

#include <set>
#include <string>

#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// SQL: of m.phone in the club m.club_id, with the secret k.
inline const std::string kPhoneKey = "UNHEX(SHA2(CONCAT(k.octets, m.club_id, ':', m.phone), 256))";

// Which of these phones have had the club's own credit for a profile, members or not.
void load_thanked(Connection& connection, const std::set<handlers::MemberKey>& phones,
                  handlers::Facts& facts);
void save_thanked(Connection& connection, const std::set<handlers::MemberKey>& phones);

}  // namespace peyk::store
