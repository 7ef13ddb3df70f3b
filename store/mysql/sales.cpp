#include "store/mysql/sales.hpp"

#include "store/mysql/sets.hpp"

namespace peyk::store {

using namespace handlers;

void load_sales(Connection& connection, const std::map<MemberKey, rules::Instant>& wanted, Facts& facts) {
  for (const auto& [cashier, since] : wanted) {
    Rows rows = connection
                    .prepare(
                        "SELECT s.purchase_id, s.branch_no, s.made_up, s.at, p.phone, p.amount, p.discount,"
                        " p.by_credit, p.earned"
                        " FROM cashier_sale s JOIN purchase p ON p.purchase_id = s.purchase_id"
                        " WHERE s.club_id = ? AND s.cashier_phone = ? AND s.at > ?")
                    .add(cashier.club)
                    .add(cashier.phone)
                    .add(since)
                    .query();
    while (rows.next()) {
      Sale sale{.purchase = rows.u64(), .cashier = cashier};
      sale.branch = rows.u32();
      sale.made_up = rows.flag();
      sale.at = rows.instant();
      sale.phone = rows.maybe_u64().value_or(0);
      sale.amount = rows.i64();
      sale.discount = rows.i64();
      sale.by_credit = rows.i64();
      sale.earned = rows.i64();
      facts.load(sale);
    }
  }
}

void save_sales(Connection& connection, const std::vector<const Sale*>& sales) {
  insert_set(connection,
             "INSERT INTO cashier_sale (purchase_id, club_id, cashier_phone, branch_no, made_up, at) VALUES ",
             6, sales, [](Statement& s, const Sale* sale) {
               s.add(sale->purchase).add(sale->cashier.club).add(sale->cashier.phone).add(sale->branch);
               s.add(sale->made_up).add(sale->at);
             });
}

void load_letters(Connection& connection, const std::map<MemberKey, rules::Instant>& wanted, Facts& facts) {
  for (const auto& [manager, since] : wanted) {
    Rows rows = connection
                    .prepare(
                        "SELECT COUNT(*) FROM manager_letter WHERE club_id = ? AND manager_phone = ? AND"
                        " at >= ?")
                    .add(manager.club)
                    .add(manager.phone)
                    .add(since)
                    .query();
    if (rows.next()) facts.load_letters(manager, static_cast<std::uint32_t>(rows.u64()));
  }
}

void save_letters(Connection& connection, const std::vector<const RecordLetter*>& letters) {
  insert_set(connection,
             "INSERT INTO manager_letter (letter_id, club_id, manager_phone, member_id, at) VALUES ", 5,
             letters, [](Statement& s, const RecordLetter* letter) {
               s.add(letter->id).add(letter->by.club).add(letter->by.phone).add(letter->member);
               s.add(letter->at);
             });
}

}  // namespace peyk::store
