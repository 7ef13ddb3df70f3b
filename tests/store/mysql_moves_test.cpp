// Credit that moves, against a real database and many at once.
#include <gmock/gmock.h>

#include "store/mysql/expiry.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_moves_test {
namespace {

using namespace std::chrono_literals;
using handlers::PhoneNumber;
using store::Result;
using testing::AllOf;
using testing::HasSubstr;
using Verdict = store::Result::Verdict;

class MysqlMoves : public ShopTalk {
 protected:
  MysqlMoves() : ShopTalk("moves") {}

  // Orders, and replies the number that comes.
  std::string confirm(Shop& shop, PhoneNumber from, const std::string& text) {
    const std::string answer = say(shop, from, text);
    const std::string number =
        database.query("SELECT number FROM pending WHERE used = 0 AND phone = " + std::to_string(from) +
                       " ORDER BY asked_at DESC LIMIT 1");
    return number.empty() ? answer : say(shop, from, number.substr(0, 5));
  }
  std::string last_code() {
    return database.query("SELECT number FROM code ORDER BY code_id DESC LIMIT 1").substr(0, 7);
  }
  std::string problems() { return testing::PrintToString(store::audit_ledger(database.connection).problems); }
};

TEST_F(MysqlMoves, a_new_code_takes_its_credit_with_it_in_one_commit) {
  Shop shop(database, 1);
  const std::string old = earn(shop, 200'000, "A-1");
  const std::string expiry = database.query("SELECT DISTINCT expires_at FROM lot");
  EXPECT_THAT(say(shop, kShopper, "CODE 50000"), HasSubstr("50,000 rials until"));
  EXPECT_EQ(database.query("SELECT issued, remaining, origin, kind FROM lot ORDER BY lot_id"),
            "200000\t150000\t1\t1\n50000\t50000\t1\t1\n");
  EXPECT_EQ(database.query("SELECT DISTINCT expires_at FROM lot"), expiry);
  EXPECT_EQ(database.query("SELECT debit_account, credit_account, amount, member_id = to_member_id,"
                           " lot_id <> to_lot_id FROM ledger_entry WHERE kind = 6"),
            "1\t1\t50000\t1\t1\n");
  EXPECT_EQ(database.query("SELECT kind, lots, amount FROM credit_move"), "1\t1\t50000\n");
  EXPECT_EQ(database.number("SELECT balance FROM member"), 200'000);
  const std::string fresh =
      database.query("SELECT number FROM code ORDER BY code_id DESC LIMIT 1").substr(0, 7);
  EXPECT_THAT(say(shop, kVanakCashier, fresh + " 850000 4321"), HasSubstr("From credit: 50,000"));
  EXPECT_THAT(say(shop, kShopper, "CODE 150000"), HasSubstr("150,000"));
  EXPECT_EQ(database.number("SELECT state FROM code WHERE number = " + old), 2) << "nothing is left on it";
  database.expect_clean_ledger();

  store::SystemChance chance;
  EXPECT_EQ(store::expire_due(database.connection, chance, kNoon + 24h * 40, 100).lots, 1U);
  database.connection.commit();
  EXPECT_EQ(database.number("SELECT balance FROM member"), 0);
  database.expect_clean_ledger();
}

TEST_F(MysqlMoves, a_code_split_and_redeemed_in_one_batch_sees_what_came_before) {
  Shop shop(database, 1);
  const std::string old = earn(shop, 200'000, "A-1");
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  requests.emplace_back(0, text_from(kShopper, "CODE 150000", "a"));
  requests.emplace_back(0, text_from(kVanakCashier, old + " 850000 4321", "b"));
  requests.emplace_back(0, text_from(kShopper, "CODE 150000", "c"));
  requests.emplace_back(0, text_from(kShopper, "CODE 20000", "d"));
  for (const Result& result : shop.ask_all(std::move(requests))) EXPECT_EQ(result.verdict, Verdict::done);
  EXPECT_EQ(database.number("SELECT balance FROM member"), 150'000);
  EXPECT_EQ(database.number("SELECT SUM(remaining) FROM lot"), 150'000);
  database.expect_clean_ledger();
}

// The day's limit holds, and no rial is there twice, whoever comes first.
TEST_F(MysqlMoves, forty_at_once_move_no_more_than_there_is) {
  Shop shop(database, 4);
  const std::string old = earn(shop, 200'000, "A-1");
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const std::string key = std::to_string(i);
    requests.emplace_back(i, text_from(kShopper, "CODE 30000", "c" + key));
    requests.emplace_back(i + 1, text_from(kVanakCashier, old + " 10" + key + "0000 4321", "r" + key));
  }
  for (const Result& result : shop.ask_all(std::move(requests))) EXPECT_EQ(result.verdict, Verdict::done);
  EXPECT_EQ(database.number("SELECT COALESCE(SUM(used), 0) FROM redemption") +
                database.number("SELECT SUM(remaining) FROM lot"),
            200'000);
  EXPECT_LE(database.number("SELECT COUNT(*) FROM credit_move"), 10);
  database.expect_clean_ledger();
}

TEST_F(MysqlMoves, a_transfer_changes_the_owner_and_nothing_else_and_comes_back) {
  Shop shop(database, 1);
  earn(shop, 200'000, "A-1");
  shop.ask(text_from(kOtherShopper, "JOIN", "j"));
  EXPECT_THAT(confirm(shop, kShopper, "GIVE 09120000102 150000"), HasSubstr("given to 0912xxx0102"));
  EXPECT_THAT(heard(last, kOtherShopper), HasSubstr("gave you 150,000"));
  EXPECT_EQ(database.query("SELECT origin, kind, issued, remaining FROM lot ORDER BY lot_id"),
            "1\t1\t200000\t50000\n4\t1\t150000\t150000\n");
  EXPECT_EQ(balance(kOtherShopper), 150'000);
  EXPECT_THAT(say(shop, kOtherShopper, "WHY"), HasSubstr("given to you by 0912xxx0101"));
  EXPECT_THAT(say(shop, kOtherShopper, "HISTORY"), HasSubstr("received: 150,000"));
  EXPECT_THAT(say(shop, kShopper, "HISTORY"), AllOf(HasSubstr("given away: 150,000"), HasSubstr("bought")));
  say(shop, kVanakCashier, last_code() + " 100000 4321");
  EXPECT_THAT(say(shop, kShopper, "UNDO"), HasSubstr("50,000 rials came back"));
  EXPECT_EQ(database.query("SELECT kind, amount, returned, undoes <> 0 FROM credit_move ORDER BY move_id"),
            "2\t150000\t50000\t0\n4\t50000\t0\t1\n");
  EXPECT_EQ(balance(kShopper), 100'000);
  EXPECT_EQ(balance(kOtherShopper), 0);
  EXPECT_THAT(say(shop, kShopper, "UNDO"), HasSubstr("already"));
  database.expect_clean_ledger();
}

// Each gives to the other while both spend and take back: no deadlock surfaces, and no rial is made.
TEST_F(MysqlMoves, transfers_both_ways_at_once_keep_every_rial) {
  Shop shop(database, 4);
  const std::string mine = earn(shop, 400'000, "A-1");
  shop.ask(purchase_of(kOtherShopper, 8'000'000, "A-2", "A-2"));
  for (int round = 0; round < 4; ++round) {
    say(shop, kShopper, "GIVE 09120000102 60000");
    say(shop, kOtherShopper, "GIVE 09120000101 50000");
    const auto number = [this](PhoneNumber phone) {
      return database.query("SELECT number FROM pending WHERE phone = " + std::to_string(phone)).substr(0, 5);
    };
    const std::string key = std::to_string(round);
    std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
    for (std::uint64_t i = 0; i < 6; ++i) {
      const std::string one = key + "-" + std::to_string(i);
      requests.emplace_back(i, text_from(kShopper, number(kShopper), "a" + one));
      requests.emplace_back(i + 1, text_from(kOtherShopper, number(kOtherShopper), "b" + one));
      requests.emplace_back(i + 2, text_from(kShopper, "UNDO", "u" + one));
      requests.emplace_back(
          i + 3,
          text_from(kVanakCashier, mine + " 1" + key + "0000" + std::to_string(i) + " 4321", "r" + one));
    }
    for (const Result& result : shop.ask_all(std::move(requests))) EXPECT_EQ(result.verdict, Verdict::done);
    EXPECT_EQ(balance(kShopper) + balance(kOtherShopper) +
                  database.number("SELECT COALESCE(SUM(used), 0) FROM redemption"),
              800'000);
    database.expect_clean_ledger();
    shop.advance(3min);
  }
  EXPECT_GT(database.number("SELECT COUNT(*) FROM credit_move WHERE kind = 2"), 2);
}

TEST_F(MysqlMoves, credit_paid_at_a_branch_is_a_redemption_that_its_cashier_can_take_back) {
  Shop shop(database, 1);
  earn(shop, 200'000, "A-1");
  shop.advance(24h);
  earn(shop, 100'000, "A-2");
  EXPECT_THAT(confirm(shop, kShopper, "PAY 850000 AT 12"), HasSubstr("collects 550,000"));
  EXPECT_THAT(heard(last, kVanakCashier), AllOf(HasSubstr("Collect: 550,000"), HasSubstr(last_code())));
  EXPECT_EQ(database.query("SELECT branch_no, cashier_phone, invoice_amount, used FROM redemption ORDER BY "
                           "redemption_id"),
            "12\t0\t200000\t200000\n12\t0\t650000\t100000\n");
  EXPECT_EQ(balance(kShopper), 0);
  EXPECT_THAT(say(shop, kVanakCashier, "TODAY"), HasSubstr("300,000"));
  EXPECT_THAT(say(shop, kVanakCashier, "VOID " + last_code() + " 4321"), HasSubstr("Give back: 550,000"));
  EXPECT_EQ(balance(kShopper), 100'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlMoves, who_asks_for_nothing_of_this_pays_no_statement_for_it) {
  Shop shop(database, 1);
  const std::string code = earn(shop, 200'000, "A-1");
  database.query("DROP TABLE credit_move");
  EXPECT_THAT(say(shop, kShopper, "CREDIT"), HasSubstr("200,000"));
  EXPECT_THAT(say(shop, kVanakCashier, code + " 150000 4321"), HasSubstr("From credit: 150,000"));
  EXPECT_EQ(shop.ask(purchase_of(kShopper, 4'000'000, "A-2", "A-2")).status, 200);
}

TEST_F(MysqlMoves, a_statement_has_pages) {
  Shop shop(database, 1);
  for (int i = 1; i <= 6; ++i) {
    earn(shop, 10'000 * i, std::to_string(i));
    shop.advance(1h);
  }
  EXPECT_THAT(say(shop, kShopper, "STATEMENT"),
              AllOf(HasSubstr("page 1"), HasSubstr("1,200,000 rials, credit +60,000"),
                    HasSubstr("600,000 rials, credit +30,000"), HasSubstr("STATEMENT 2")));
  EXPECT_THAT(say(shop, kShopper, "STATEMENT 2"),
              AllOf(HasSubstr("400,000 rials, credit +20,000"), HasSubstr("200,000 rials, credit +10,000"),
                    testing::Not(HasSubstr("More"))));
  EXPECT_THAT(say(shop, kShopper, "STATEMENT 3"), HasSubstr("no such page"));
  EXPECT_THAT(say(shop, kShopper, "WHY"),
              AllOf(HasSubstr("60,000 rials of credit"), HasSubstr("5% of what")));
}

TEST_F(MysqlMoves, the_audit_names_each_damage) {
  Shop shop(database, 1);
  earn(shop, 200'000, "A-1");
  say(shop, kShopper, "CODE 50000");
  const auto spoil = [this](const std::string& sql) {
    database.query("SET foreign_key_checks = 0, check_constraint_checks = 0; " + sql);
  };
  struct Damage {
    const char *sql, *found, *repair;
  };
  for (const Damage& one : std::vector<Damage>{
           {"UPDATE ledger_entry SET amount = 49999 WHERE kind = 6", "which was issued with 50000",
            "UPDATE ledger_entry SET amount = 50000 WHERE kind = 6"},
           {"UPDATE lot SET expires_at = expires_at + INTERVAL 1 DAY WHERE issued = 50000",
            "which has another expiry",
            "UPDATE lot SET expires_at = expires_at - INTERVAL 1 DAY WHERE issued = 50000"},
           {"UPDATE lot SET kind = 2 WHERE issued = 50000", "of another kind",
            "UPDATE lot SET kind = 1 WHERE issued = 50000"},
           {"UPDATE credit_move SET lots = 2", "in 2 lots, its entries of 50000 in 1",
            "UPDATE credit_move SET lots = 1"},
           {"UPDATE ledger_entry SET move_id = move_id + 1000000 WHERE kind = 6", "no move tells of it",
            "UPDATE ledger_entry SET move_id = move_id - 1000000 WHERE kind = 6"},
           {"UPDATE ledger_entry SET to_lot_id = to_lot_id + 1000000 WHERE kind = 6", "which is not there",
            "UPDATE ledger_entry SET to_lot_id = to_lot_id - 1000000 WHERE kind = 6"}}) {
    spoil(one.sql);
    EXPECT_THAT(problems(), HasSubstr(one.found)) << one.sql;
    spoil(one.repair);
  }
  database.expect_clean_ledger();
}

}  // namespace
}  // namespace peyk::tests::mysql_moves_test
