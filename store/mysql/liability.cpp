#include "store/mysql/liability.hpp"

#include <map>

#include "handlers/words.hpp"

namespace peyk::store {
namespace {

using handlers::LotOrigin;
using rules::Account;

std::uint32_t number(Account account) {
  return static_cast<std::uint32_t>(account);
}

// Gifts that nobody has redeemed yet are a kind of their own, behind the others.
using Key = std::pair<bool, LotOrigin>;
using Kinds = std::map<Key, Liability::Kind>;

Key read_key(Rows& rows) {
  const auto origin = static_cast<LotOrigin>(rows.u64());
  return {rows.u64() != 0, origin};
}

// What came to members and went from them, by the kind of their lots.
void read_ledger(Connection& connection, handlers::ClubId club, Kinds& kinds, Liability& found) {
  Rows rows = connection
                  .prepare(
                      "SELECT l.origin, g.member_id IS NOT NULL AS is_gift, e.debit_account, "
                      "e.credit_account, CAST(SUM(e.amount) AS SIGNED)"
                      " FROM ledger_entry e JOIN lot l ON l.lot_id = e.lot_id"
                      " LEFT JOIN gift_account g ON g.member_id = l.member_id WHERE e.club_id = ?"
                      " AND (e.debit_account = ?) <> (e.credit_account = ?)"
                      " GROUP BY l.origin, is_gift, e.debit_account, e.credit_account")
                  .add(club)
                  .add(number(Account::member_credit))
                  .add(number(Account::member_credit))
                  .query();
  while (rows.next()) {
    Liability::Kind& kind = kinds[read_key(rows)];
    const auto debit = static_cast<Account>(rows.u64());
    const auto credit = static_cast<Account>(rows.u64());
    const bool comes = credit == Account::member_credit;
    const rules::Amount amount = rows.i64();
    const rules::Amount sum = comes ? amount : -amount;
    found.open += sum;
    const Account other = comes ? debit : credit;
    if (other == Account::granted) kind.granted += sum;
    if (other == Account::redeemed) kind.redeemed -= sum;
    if (other == Account::expired) kind.lapsed -= sum;
  }
}

void read_lots(Connection& connection, handlers::ClubId club, rules::Instant now, Kinds& kinds,
               Liability& found) {
  std::map<std::string, rules::Amount> months;
  Rows rows = connection
                  .prepare(
                      "SELECT l.origin, g.member_id IS NOT NULL AS is_gift, DATE_FORMAT(l.expires_at, "
                      "'%Y-%m') AS month,"
                      " CAST(SUM(l.remaining) AS SIGNED),"
                      " CAST(SUM(CASE WHEN l.expires_at <= ? THEN l.remaining ELSE 0 END) AS SIGNED)"
                      " FROM lot l LEFT JOIN gift_account g ON g.member_id = l.member_id"
                      " WHERE l.club_id = ? AND l.remaining > 0 GROUP BY l.origin, is_gift, month")
                  .add(now)
                  .add(club)
                  .query();
  while (rows.next()) {
    Liability::Kind& kind = kinds[read_key(rows)];
    const std::string month = rows.text();
    const rules::Amount open = rows.i64();
    kind.open += open;
    months[month] += open;
    found.in_lots += open;
    found.overdue += rows.i64();
  }
  for (const auto& [month, open] : months) found.months.push_back({month, open});
}

}  // namespace

Liability liability_of(Connection& connection, handlers::ClubId club, rules::Instant now) {
  connection.begin_snapshot();
  Liability found;
  Kinds kinds;
  read_ledger(connection, club, kinds, found);
  read_lots(connection, club, now, kinds, found);
  for (auto& [key, kind] : kinds) {
    kind.origin = key.first ? "open gift" : word_of(key.second);
    kind.moved = kind.open - (kind.granted - kind.redeemed - kind.lapsed);
    found.kinds.push_back(kind);
  }
  Rows rows =
      connection
          .prepare("SELECT COUNT(*) FROM member WHERE club_id = ? AND balance > 0 AND phone IS NOT NULL")
          .add(club)
          .query();
  if (rows.next()) found.members = rows.u64();
  connection.rollback();
  return found;
}

}  // namespace peyk::store
