#include "store/mysql/welcomed.hpp"

#include <bit>
#include <vector>

namespace peyk::store {
namespace {

using handlers::MemberKey;

constexpr std::size_t kPhonesAtOnce = 64;  // a statement has one part for each

// The club's own credit for a profile, among the offers of a phone: no offer has this id.
constexpr const char* kOwnCredit = "0";

// `sql` of each some: it has the phones as m, and `after` behind them. The last one fills up the statement:
// who is found twice is found.
template <typename Done>
void of_phones(Connection& connection, const std::set<MemberKey>& phones, const std::string& before,
               const std::string& after, Done done) {
  const std::vector<MemberKey> all(phones.begin(), phones.end());
  for (std::size_t begin = 0; begin < all.size(); begin += kPhonesAtOnce) {
    const std::size_t count = std::min(all.size() - begin, kPhonesAtOnce), padded = std::bit_ceil(count);
    std::string rows;
    for (std::size_t i = 0; i < padded; ++i) {
      rows += i == 0 ? "SELECT CAST(? AS UNSIGNED) AS club_id, CAST(? AS UNSIGNED) AS phone"
                     : " UNION ALL SELECT CAST(? AS UNSIGNED), CAST(? AS UNSIGNED)";
    }
    Statement& statement = connection.prepare(before + "(" + rows + ") m" + after);
    for (std::size_t i = 0; i < padded; ++i) {
      const MemberKey& key = all[begin + std::min(i, count - 1)];
      statement.add(key.club).add(key.phone);
    }
    done(statement);
  }
}

}  // namespace

void load_thanked(Connection& connection, const std::set<MemberKey>& phones, handlers::Facts& facts) {
  of_phones(connection, phones, "SELECT m.club_id, m.phone FROM ",
            " CROSS JOIN phone_secret k JOIN welcomed w ON w.club_id = m.club_id AND w.phone_key = " +
                kPhoneKey + " WHERE w.offer_id = " + kOwnCredit,
            [&facts](Statement& statement) {
              for (Rows rows = statement.query(); rows.next();) {
                const handlers::ClubId club = rows.u32();
                facts.load_thanked({club, rows.u64()});
              }
            });
}

void save_thanked(Connection& connection, const std::set<MemberKey>& phones) {
  of_phones(connection, phones,
            "INSERT IGNORE INTO welcomed (club_id, phone_key, offer_id) SELECT m.club_id, " + kPhoneKey +
                ", " + kOwnCredit + " FROM ",
            " CROSS JOIN phone_secret k", [](Statement& statement) { statement.run(); });
}

}  // namespace peyk::store
