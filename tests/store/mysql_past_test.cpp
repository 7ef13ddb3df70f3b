// What is written of the past stays, against a real database: whatever comes later adds to it.
#include <gmock/gmock.h>

#include "store/mysql/expiry.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_past_test {
namespace {

using namespace std::chrono_literals;
using handlers::PhoneNumber;
using testing::HasSubstr;

class MysqlPast : public ShopTalk {
 protected:
  MysqlPast() : ShopTalk("past") {}

  // From here on no entry of the ledger may be another one, or gone.
  void remember() { database.query("CREATE OR REPLACE TABLE past_entry AS SELECT * FROM ledger_entry"); }
  void expect_all_remembered(const std::string& after_what) {
    EXPECT_EQ(database.query("SELECT * FROM past_entry EXCEPT SELECT * FROM ledger_entry"), "") << after_what;
    remember();
  }
  std::string confirm(Shop& shop, PhoneNumber from, const std::string& text) {
    say(shop, from, text);
    const std::string number =
        database.query("SELECT number FROM pending WHERE used = 0 AND phone = " + std::to_string(from) +
                       " ORDER BY asked_at DESC LIMIT 1");
    return say(shop, from, number.substr(0, 5));
  }
  store::Result refund(Shop& shop, const std::string& invoice) {
    const handlers::RequestKey key = hash_of("refund " + invoice);
    return shop.ask({.key = key,
                     .fingerprint = key,
                     .received_at = kNoon,
                     .what = handlers::TillOrder{
                         {1, 12, "till-12"}, handlers::TillRefund{.invoice = invoice, .reference = key}}});
  }
  void sweep(rules::Instant now) {
    store::SystemChance chance;
    store::expire_due(database.connection, chance, now, 100);
    database.connection.commit();
  }
};

TEST_F(MysqlPast, no_entry_of_the_ledger_is_ever_changed) {
  Shop shop(database, 2);
  remember();
  const std::string first = earn(shop, 200'000, "A-1");
  expect_all_remembered("a purchase");
  say(shop, kVanakCashier, first + " 150000 4321");
  expect_all_remembered("a redemption");
  say(shop, kVanakCashier, "VOID " + first + " 4321");
  expect_all_remembered("its VOID");
  say(shop, kShopper, "CODE 50000");
  expect_all_remembered("a code of a part");
  shop.ask(purchase_of(kOtherShopper, 2'000'000, "B-1", "B-1"));
  confirm(shop, kShopper, "GIVE 09120000102 60000");
  expect_all_remembered("a gift to another member");
  say(shop, kShopper, "UNDO");
  expect_all_remembered("its UNDO");
  earn(shop, 100'000, "A-2");
  EXPECT_EQ(refund(shop, "A-2").status, 201);
  expect_all_remembered("a refund");
  shop.advance(24h * 40);
  sweep(kNoon + 24h * 40);
  expect_all_remembered("the expiry");
  earn(shop, 70'000, "A-3");
  confirm(shop, kShopper, "LEAVE");
  expect_all_remembered("who leaves");
  EXPECT_EQ(database.query("SELECT DISTINCT kind FROM ledger_entry ORDER BY kind"), "1\n2\n3\n4\n5\n6\n7\n")
      << "some kind of movement was not tried";
  database.expect_clean_ledger();
}

TEST_F(MysqlPast, what_was_issued_keeps_its_amount_and_its_end_when_the_club_changes_its_rules) {
  const char* lots = "SELECT lot_id, issued, remaining, created_at, expires_at FROM lot ORDER BY lot_id";
  const char* codes = "SELECT code_id, number, state, lot_id FROM code ORDER BY code_id";
  std::string code, lots_then, codes_then;
  {
    Shop shop(database, 1);
    code = earn(shop, 200'000, "A-1");
    earn(shop, 100'000, "A-2");
    lots_then = database.query(lots);
    codes_then = database.query(codes);
  }
  handlers::Club changed = stored_club();
  changed.policy.earn_share = 1'000;
  changed.policy.credit_valid_days = 3;
  Shop shop(database, 1, 200, changed);
  EXPECT_EQ(database.query(lots), lots_then);
  EXPECT_EQ(database.query(codes), codes_then);

  EXPECT_EQ(refund(shop, "A-2").status, 201);
  EXPECT_EQ(database.number("SELECT SUM(amount) FROM ledger_entry WHERE kind = 7"), 100'000)
      << "what it had earned, not what it would earn now";
  shop.ask(purchase_of(kOtherShopper, 3'000'000, "B-1", "B-1"));
  EXPECT_EQ(database.number("SELECT issued FROM lot ORDER BY expires_at LIMIT 1"), 300'000)
      << "by today's rules";
  shop.advance(24h * 20);
  sweep(kNoon + 24h * 20);
  EXPECT_THAT(say(shop, kVanakCashier, code + " 150000 4321"), HasSubstr("From credit: 150,000"))
      << "of 30 days, as the text had said";
  database.expect_clean_ledger();
}

}  // namespace
}  // namespace peyk::tests::mysql_past_test
