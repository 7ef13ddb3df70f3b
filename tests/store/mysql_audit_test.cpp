// The audit says nothing of right books, and names each way in which a hand at the SQL prompt makes them
// wrong.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_audit_test {
namespace {

using testing::Contains;
using testing::HasSubstr;

// Two purchases: one code redeemed in two steps, one untouched.
class MysqlAudit : public testing::Test {
 protected:
  MysqlAudit() {
    Shop shop(database, 1);
    shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
    shop.ask(purchase_of(kOtherShopper, 2'000'000, "A-2", "2"));
    const std::string code = database.query("SELECT number FROM code ORDER BY code_id LIMIT 1").substr(0, 7);
    shop.ask(text_from(kVanakCashier, code + " 150000 4321", "1"));
    shop.ask(text_from(kVanakCashier, code + " 160000 4321", "2"));
  }
  // Past the constraints, as only a restore or a bug could be.
  void spoil(const std::string& sql) {
    database.query("SET foreign_key_checks = 0, check_constraint_checks = 0; " + sql);
  }

  TestDatabase database{"audit"};
};

TEST_F(MysqlAudit, finds_nothing_in_right_books) {
  const store::Audit audit = store::audit_ledger(database.connection);
  EXPECT_TRUE(audit.balanced()) << testing::PrintToString(audit.problems);
  EXPECT_EQ(audit.entries, 4U);
  EXPECT_FALSE(audit.has_more);
}

TEST_F(MysqlAudit, finds_nothing_in_an_empty_ledger) {
  TestDatabase empty("audit_empty");
  EXPECT_TRUE(store::audit_ledger(empty.connection).balanced());
}

struct Damage {
  const char* sql;
  const char* found;
};

TEST_F(MysqlAudit, names_each_damage) {
  const std::vector<Damage> damages = {
      {"DELETE FROM bill_record WHERE kind = 3 LIMIT 1", "has 0 places"},
      {"UPDATE purchase SET by_credit = 1 LIMIT 1", "was paid with 1 of credit"},
      {"UPDATE redemption SET purchase_id = 7 LIMIT 1", "paid for purchase 7, which is not there"},
      {"UPDATE redemption SET purchase_id = (SELECT MIN(purchase_id) FROM purchase), branch_no = 14 LIMIT 1",
       "which is of another club or branch"},
      {"UPDATE lot SET hold_id = 7, held = 1 LIMIT 1", "held by hold 7, which is not there"},
      {"UPDATE lot SET hold_id = 7, held = remaining + 1, held_until = '2999-01-01' LIMIT 1",
       "but hold 7 holds"},
      {"UPDATE member SET balance = balance + 1 ORDER BY member_id LIMIT 1", "her ledger entries come to"},
      {"UPDATE member SET balance = balance + 1 ORDER BY member_id LIMIT 1", "by its members' balances"},
      {"UPDATE lot SET remaining = remaining - 1 WHERE remaining = 100000", "issued and 0 taken"},
      {"UPDATE lot SET remaining = remaining - 1 WHERE remaining = 100000", "by its lots"},
      {"UPDATE lot SET issued = issued + 1 WHERE remaining = 100000", "entries grant"},
      {"DELETE FROM ledger_entry WHERE kind = 1 ORDER BY entry_id LIMIT 1", "0 entries grant 0"},
      {"INSERT INTO ledger_entry (entry_id, club_id, kind, debit_account, credit_account, member_id, lot_id,"
       " amount, at) SELECT entry_id + 1000000, club_id, kind, debit_account, credit_account, "
       "member_id,"
       " lot_id, amount, at FROM ledger_entry WHERE kind = 1",
       "2 entries grant"},
      {"UPDATE ledger_entry SET amount = amount + 1 WHERE kind = 2 LIMIT 1", "its entry"},
      {"UPDATE redemption SET entry_id = entry_id + 1000000 LIMIT 1", "it has no ledger entry"},
      {"UPDATE redemption SET entry_id = (SELECT MIN(entry_id) FROM ledger_entry) LIMIT 1",
       "is no redemption"},
      {"UPDATE ledger_entry SET lot_id = (SELECT MAX(lot_id) FROM lot) WHERE kind = 2 LIMIT 1",
       "of another member, club or lot"},
      {"DELETE FROM redemption LIMIT 1", "without a redemption"},
      {"UPDATE redemption SET used = 900000 LIMIT 1", "its lot"},
      {"UPDATE ledger_entry SET club_id = 2 WHERE kind = 2 LIMIT 1", "and club 2, its lot"},
      {"UPDATE code SET state = 1", "is live, but its lot"},
      {"UPDATE code SET state = 2", "is redeemed, but its lot"},
      {"UPDATE code SET member_id = (SELECT MAX(member_id) FROM member)", "its lot"},
      {"UPDATE code SET reserved_number = NULL WHERE state = 1", "without its number being reserved"},
      {"UPDATE code SET state = 1, number = 1234567", "are live with the same number"},
      {"UPDATE purchase SET earned = earned + 1 LIMIT 1", "its lots were issued with"},
      {"UPDATE purchase SET code_id = NULL LIMIT 1", "its lots were issued with 0"},
      {"UPDATE behaviour SET spent = spent + 1 LIMIT 1", "her behaviour says"},
      {"UPDATE behaviour SET purchases = purchases + 1 WHERE branch_no <> 0 LIMIT 1", "at its branches"},
      {"INSERT INTO standing (member_id, club_id, points, tier, since_day, until_day) SELECT member_id, "
       "club_id,"
       " 5, 0, 0, 0 FROM member LIMIT 1",
       "has 5 points, her entries come to 0"},
      {"UPDATE purchase SET code_id = 1 LIMIT 1", "names a code that is not there"},
      {"DELETE FROM purchase LIMIT 1", "0 purchases name it"},
  };
  const std::vector<std::string> tables = {"member",   "lot",       "code",     "ledger_entry", "redemption",
                                           "purchase", "behaviour", "standing", "bill_record"};
  for (const auto& table : tables) spoil("CREATE TABLE kept_" + table + " AS SELECT * FROM " + table);
  for (const Damage& damage : damages) {
    spoil(damage.sql);
    EXPECT_THAT(store::audit_ledger(database.connection).problems, Contains(HasSubstr(damage.found)))
        << damage.sql;
    for (const auto& table : tables)
      spoil("DELETE FROM " + table + "; INSERT INTO " + table + " SELECT * FROM kept_" + table);
  }
  EXPECT_THAT(store::audit_ledger(database.connection).problems, testing::IsEmpty());
}

// The first lot was taken from at noon.
TEST_F(MysqlAudit, lets_be_taken_what_was_held_once_that_is_over_and_not_before) {
  const auto told_of_hold_until = [this](const std::string& until) {
    spoil("UPDATE lot SET hold_id = 7, held = remaining + 1, held_until = '" + until +
          "' ORDER BY lot_id LIMIT 1");
    const auto problems = store::audit_ledger(database.connection).problems;
    return std::ranges::any_of(
        problems, [](const std::string& one) { return one.find("but hold 7 holds") != one.npos; });
  };
  EXPECT_TRUE(told_of_hold_until("2026-11-21 12:00:00.000001"));
  EXPECT_FALSE(told_of_hold_until("2026-11-21 12:00:00")) << "it was over at that moment";
  spoil("UPDATE ledger_entry SET kind = 5 WHERE kind = 2 LIMIT 1");
  EXPECT_FALSE(told_of_hold_until("2026-11-21 12:00:01")) << "she has left";
}

TEST_F(MysqlAudit, tells_a_hundred_problems_and_that_there_are_more) {
  spoil(
      "INSERT INTO member (member_id, club_id, card, language, joined_at, balance)"
      " SELECT 9000000 + seq, 1, 9000000 + seq, 0, NOW(), 5 FROM seq_1_to_150");
  const store::Audit audit = store::audit_ledger(database.connection);
  EXPECT_EQ(audit.problems.size(), store::kAuditProblemsMax);
  EXPECT_TRUE(audit.has_more);
}

TEST_F(MysqlAudit, tells_no_phone_and_no_code) {
  spoil(
      "UPDATE member SET balance = 7; UPDATE code SET state = 1; DELETE FROM redemption; DELETE FROM "
      "purchase");
  const std::string code = database.query("SELECT number FROM code ORDER BY code_id LIMIT 1").substr(0, 7);
  for (const std::string& problem : store::audit_ledger(database.connection).problems) {
    EXPECT_EQ(problem.find("98912"), std::string::npos) << problem;
    EXPECT_EQ(problem.find(code), std::string::npos) << problem;
  }
}

}  // namespace
}  // namespace peyk::tests::mysql_audit_test
