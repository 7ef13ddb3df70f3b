#include "store/mysql/managers.hpp"

#include <vector>

#include "store/mysql/sets.hpp"

namespace peyk::store {

using namespace handlers;

std::map<PhoneNumber, Language> languages_of_managers(Connection& connection, const Club& club) {
  std::vector<PhoneNumber> managers;
  for (const Cashier& one : club.cashiers) {
    if (one.manager) managers.push_back(one.phone);
  }
  std::map<PhoneNumber, Language> languages;
  select_in(
      connection, "SELECT phone, language FROM member WHERE (club_id, phone) IN (", "", 2, managers,
      [&club](Statement& s, PhoneNumber phone) { s.add(club.id).add(phone); },
      [&languages](Rows& rows) {
        const PhoneNumber phone = rows.u64();
        languages[phone] = static_cast<Language>(rows.u64());
      });
  return languages;
}

}  // namespace peyk::store
