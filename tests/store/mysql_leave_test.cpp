// LEAVE: what is hers ends in the books at once, and after the job no row names her phone.
#include <gmock/gmock.h>

#include <sstream>

#include "store/mysql/erasure.hpp"
#include "store/mysql/expiry.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_leave_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

class MysqlLeave : public testing::Test {
 protected:
  void leave(Shop& shop, const std::string& key = "") {
    shop.ask(text_from(kShopper, "LEAVE", key + "first"));
    const std::string number = database.query("SELECT number FROM pending WHERE kind = 8").substr(0, 5);
    left = shop.ask(text_from(kShopper, number, key + "second"));
  }
  store::Erased erase(rules::Instant now, std::uint32_t rows_max = 100) {
    const store::Erased erased = store::erase_due(database.connection, now, 10, rows_max);
    database.connection.commit();
    return erased;
  }
  // Every text of the outbox is at the phone.
  void settle_all() { database.query("UPDATE outbox SET state = 3, settled_at = created_at"); }

  // "table.column" of each that has the number in it, as a number or within a text.
  std::vector<std::string> columns_with(handlers::PhoneNumber phone) {
    std::istringstream columns(
        database.query("SELECT c.TABLE_NAME, c.COLUMN_NAME FROM information_schema.COLUMNS c JOIN "
                       "information_schema.TABLES t"
                       " USING (TABLE_SCHEMA, TABLE_NAME) WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE "
                       "= 'BASE TABLE'"));
    const std::string national = std::to_string(phone).substr(2);  // however it is written: 0912…, +98912…
    std::string all;
    for (std::string table, column; columns >> table >> column;) {
      all += (all.empty() ? "" : " UNION ALL ") + ("(SELECT '" + table + "." + column) + "' FROM `" + table +
             "` WHERE CONVERT(`" + column + "` USING latin1) LIKE '%" + national + "%' LIMIT 1)";
    }
    std::vector<std::string> found;
    std::istringstream names(database.query(all));
    for (std::string name; names >> name;) found.push_back(name);
    return found;
  }

  TestDatabase database{"leave"};
  store::Result left;
};

TEST_F(MysqlLeave, forfeits_what_is_left_and_lets_lapse_what_had_lapsed) {
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.advance(24h * 20);
  shop.ask(purchase_of(kShopper, 2'000'000, "A-2", "2"));
  shop.advance(24h * 12);  // the first one's time is over
  leave(shop);
  EXPECT_THAT(left.texts.front().text, HasSubstr("You have left"));
  EXPECT_EQ(database.query("SELECT phone IS NULL, balance FROM member"), "1\t0\n");
  EXPECT_EQ(database.query(
                "SELECT kind, debit_account, credit_account, amount FROM ledger_entry ORDER BY entry_id"),
            "1\t2\t1\t200000\n1\t2\t1\t100000\n3\t1\t4\t200000\n5\t1\t4\t100000\n");
  EXPECT_EQ(database.query("SELECT state FROM code ORDER BY code_id"), "3\n4\n");
  EXPECT_EQ(database.number("SELECT SUM(remaining) FROM lot"), 0);
  database.expect_clean_ledger();

  store::SystemChance chance;
  EXPECT_EQ(store::expire_due(database.connection, chance, kNoon + 24h * 400, 100).lots, 0U);
  database.connection.commit();
  database.expect_clean_ledger();
}

TEST_F(MysqlLeave, and_its_job_leave_her_phone_in_no_column) {
  Shop shop(database, 1);
  shop.ask(text_from(kShopper, "what?", "0"));  // a row of the phone on the line
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(text_from(kOtherShopper, "JOIN " + std::to_string(kShopper), "invited"));
  shop.ask(text_from(kVanakCashier, database.query("SELECT number FROM code").substr(0, 7) + " 150000 4321",
                     "taken"));
  database.query("INSERT INTO promo_sent (club_id, phone, message_id, at) VALUES (1, " +
                 std::to_string(kShopper) +
                 ", 7, '2026-11-01'); INSERT INTO promo_phone (club_id, phone) VALUES (1, " +
                 std::to_string(kShopper) + ")");
  settle_all();
  leave(shop);
  EXPECT_THAT(columns_with(kShopper), testing::Not(IsEmpty()));

  erase(kNoon + 1min);
  EXPECT_EQ(
      database.query("SELECT COUNT(*) FROM outbox WHERE state = 1 AND phone = " + std::to_string(kShopper)),
      "2\n")
      << "what she was told last is still to be sent";
  EXPECT_THAT(columns_with(kShopper), testing::UnorderedElementsAre("outbox.phone", "erasure.phone"));

  settle_all();
  EXPECT_EQ(erase(kNoon + 2min).members, 0U) << "not every second";
  EXPECT_EQ(erase(kNoon + 1h).members, 1U);
  EXPECT_THAT(columns_with(kShopper), IsEmpty());
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM member WHERE phone = " + std::to_string(kOtherShopper)), 1)
      << "nobody else is forgotten";
  database.expect_clean_ledger();
}

TEST_F(MysqlLeave, leaves_nothing_of_her_habits_nor_of_the_segments_she_was_in) {
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(purchase_of(kOtherShopper, 4'000'000, "A-2", "2"));
  database.query("INSERT INTO segment_mask SELECT member_id, 5 FROM member");
  leave(shop);
  settle_all();
  EXPECT_EQ(erase(kNoon + 1h).members, 1U);
  for (const auto* table : {"segment_mask", "behaviour"})
    EXPECT_EQ(database.query("SELECT DISTINCT m.phone FROM " + std::string(table) +
                             " JOIN member m USING (member_id)"),
              std::to_string(kOtherShopper) + "\n")
        << table;
}

TEST_F(MysqlLeave, forgets_many_rows_a_bounded_piece_at_a_time) {
  Shop shop(database, 1);
  for (int i = 0; i < 9; ++i)
    shop.ask(purchase_of(kShopper, 100'000, "A-" + std::to_string(i), std::to_string(i)));
  leave(shop);
  settle_all();
  EXPECT_TRUE(erase(kNoon + 1min, 4).more);
  int rounds = 1;
  while (erase(kNoon + 1min, 4).more && rounds < 20) ++rounds;
  EXPECT_LT(rounds, 20);
  EXPECT_THAT(columns_with(kShopper), IsEmpty());
}

TEST_F(MysqlLeave, keeps_stop_and_a_new_membership) {
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(text_from(kShopper, "11", "stop"));
  leave(shop);
  shop.advance(1h);
  shop.ask(purchase_of(kShopper, 2'000'000, "A-2", "2"));
  settle_all();
  EXPECT_EQ(erase(kNoon + 2h).members, 1U);
  EXPECT_EQ(database.number("SELECT promo_stopped FROM line_phone WHERE phone = " + std::to_string(kShopper)),
            1);
  EXPECT_EQ(database.query("SELECT invoice FROM purchase WHERE phone = " + std::to_string(kShopper)),
            "A-2\n");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox WHERE phone = " + std::to_string(kShopper)), 1);
  database.expect_clean_ledger();
}

TEST_F(MysqlLeave, leaves_an_invoice_that_is_sent_again_what_it_was) {
  Shop shop(database, 1);
  const std::string first = shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1")).answer;
  leave(shop);
  settle_all();
  erase(kNoon + 1h);
  const store::Result same_key = shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  EXPECT_EQ(same_key.answer, first);
  const store::Result other_key = shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "2"));
  EXPECT_EQ(other_key.status, 200);
  EXPECT_THAT(other_key.answer, HasSubstr("\"duplicate\":true"));
  EXPECT_EQ(shop.ask(purchase_of(kShopper, 4'100'000, "A-1", "3")).status, 422);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 1);
  EXPECT_EQ(database.number("SELECT SUM(balance) FROM member"), 0);
  database.expect_clean_ledger();
}

TEST_F(MysqlLeave, does_not_take_the_guessers_lock_away) {
  Shop shop(database, 1);
  shop.ask(text_from(kShopper, "JOIN", "j"));
  leave(shop);
  settle_all();
  database.query("INSERT INTO code_guess (club_id, phone, misses, miss_window_at, locked_until) VALUES (1, " +
                 std::to_string(kShopper) + ", 5, '2026-11-21 12:00:00', '2026-11-21 12:15:00')");
  const rules::Instant noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 12h;
  EXPECT_EQ(erase(noon + 1min).members, 0U);
  EXPECT_EQ(database.number("SELECT misses FROM code_guess"), 5);
  EXPECT_EQ(erase(noon + 1h).members, 1U);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM code_guess"), 0);
}

TEST_F(MysqlLeave, empties_a_text_that_a_gateway_whose_clock_is_ahead_has_written) {
  Shop shop(database, 1);
  shop.ask(text_from(kShopper, "JOIN", "j"));
  leave(shop);
  settle_all();
  database.query("UPDATE outbox SET created_at = created_at + INTERVAL 20 SECOND");
  erase(kNoon + 1h);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM outbox WHERE phone = " + std::to_string(kShopper)), 0);
}

TEST_F(MysqlLeave, leaves_a_receipt_that_looks_for_another_clubs_text) {
  Shop shop(database, 1);
  shop.ask(text_from(kShopper, "JOIN", "j"));
  leave(shop);
  settle_all();
  database.query(
      "INSERT INTO receipt_parked (carrier, carrier_message_id, id_key, text_id, text_id_key, phone, state,"
      " receipt_word, error, done_at, parked_at, next_try_at) SELECT 'mci', 'x', 'x', '', '', phone, 3, '',"
      " '', NULL, left_at, left_at FROM erasure");
  EXPECT_EQ(erase(kNoon + 1h).members, 0U);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM receipt_parked"), 1);
  database.query("DELETE FROM receipt_parked");
  EXPECT_EQ(erase(kNoon + 2h).members, 1U);
}

TEST_F(MysqlLeave, finds_what_she_bought_before_she_joined) {
  Shop shop(database, 1);
  shop.ask(text_from(kShopper, "JOIN", "j"));
  // As recorded by a club that enrols nobody by purchase.
  database.query(
      "INSERT INTO purchase (purchase_id, club_id, branch_no, invoice, amount, earned, phone, answer,"
      " purchased_at, recorded_at) VALUES (1, 1, 12, 'B-1', 5, 0, " +
      std::to_string(kShopper) +
      ", '{}', '2026-11-01', '2026-11-01'); INSERT INTO purchase_of_stranger VALUES (1, " +
      std::to_string(kShopper) + ", 1)");
  leave(shop);
  settle_all();
  EXPECT_EQ(erase(kNoon + 1h).members, 1U);
  EXPECT_THAT(columns_with(kShopper), IsEmpty());
}

}  // namespace
}  // namespace peyk::tests::mysql_leave_test
