// Redemptions taken back, and orders typed again, against a real database and many at once.
#include <gmock/gmock.h>

#include "store/mysql/lookup.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_void_test {
namespace {

using namespace std::chrono_literals;
using handlers::PhoneNumber;
using store::Result;
using testing::AllOf;
using testing::HasSubstr;
using Verdict = store::Result::Verdict;

class MysqlVoid : public ShopTalk {
 protected:
  MysqlVoid() : ShopTalk("voids") {}
};

TEST_F(MysqlVoid, returns_the_credit_in_one_commit_and_the_audit_finds_nothing) {
  Shop shop(database, 1);
  const std::string code = earn(shop, 200'000, "A-1");
  const std::string expiry = database.query("SELECT expires_at FROM lot");
  say(shop, kVanakCashier, code + " 850000 4321");
  EXPECT_EQ(database.number("SELECT state FROM code"), 2);
  EXPECT_THAT(say(shop, kVanakCashier, "VOID " + code + " 4321"),
              AllOf(HasSubstr("Give back: 650,000"), HasSubstr("On the code now: 200,000")));
  EXPECT_THAT(heard(last, kShopper), HasSubstr("Credit now: 200,000"));
  EXPECT_EQ(database.query("SELECT state, remaining, balance FROM code JOIN lot JOIN member"),
            "1\t200000\t200000\n");
  EXPECT_EQ(database.query("SELECT expires_at FROM lot"), expiry);
  EXPECT_EQ(
      database.query("SELECT kind, debit_account, credit_account, amount FROM ledger_entry WHERE kind = 4"),
      "4\t3\t1\t200000\n");
  EXPECT_EQ(database.number("SELECT cashier_phone FROM redemption_void"),
            static_cast<std::int64_t>(kVanakCashier));
  EXPECT_THAT(say(shop, kVanakCashier, "TODAY"), HasSubstr("Codes taken: 0"));
  EXPECT_THAT(say(shop, kTajrishCashier, code + " 850000 9876"), HasSubstr("Collect: 650,000"));
  const auto found = store::find_member(database.connection, "", kShopper, kNoon);
  ASSERT_EQ(found.at(0).redemptions.size(), 2U);
  EXPECT_FALSE(found[0].redemptions[0].voided_at);
  EXPECT_EQ(found[0].redemptions[1].voided_at, kNoon);
  database.connection.rollback();
  database.expect_clean_ledger();
}

TEST_F(MysqlVoid, redeem_void_and_redeem_in_one_batch_see_one_another) {
  Shop shop(database, 1);
  const std::string code = earn(shop, 200'000, "A-1");
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  requests.emplace_back(0, text_from(kVanakCashier, code + " 850000 4321", "a"));
  requests.emplace_back(0, text_from(kVanakCashier, "VOID " + code + " 4321", "b"));
  requests.emplace_back(0, text_from(kVanakCashier, code + " 150000 4321", "c"));
  requests.emplace_back(0, text_from(kVanakCashier, "VOID " + code + " 4321", "d"));
  for (const Result& result : shop.ask_all(std::move(requests))) EXPECT_EQ(result.verdict, Verdict::done);
  EXPECT_EQ(database.query("SELECT state, remaining FROM code JOIN lot"), "1\t200000\n");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM redemption_void"), 2);
  EXPECT_EQ(database.query("SELECT place FROM redemption ORDER BY redemption_id"), "1\n2\n");
  database.expect_clean_ledger();
}

// However they interleave, what stands at the end is one redemption or none, and everybody was told one
// story.
TEST_F(MysqlVoid, twenty_voids_and_redemptions_at_once_leave_one_outcome) {
  Shop shop(database, 4);
  for (int round = 0; round < 5; ++round) {
    const std::string key = std::to_string(round);
    const std::string code = earn(shop, 200'000, "R-" + key);
    ASSERT_THAT(say(shop, kVanakCashier, code + " 850000 4321"), HasSubstr("Collect: 650,000"));
    std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
    for (std::uint64_t i = 0; i < 20; ++i) {
      const std::string one = key + "-" + std::to_string(i);
      requests.emplace_back(i, text_from(kVanakCashier, "VOID " + code + " 4321", "v" + one));
      requests.emplace_back(i + 1, text_from(kTajrishCashier, code + " 850000 9876", "r" + one));
    }
    int given_back = 0, redeemed = 0;
    std::set<std::string> undone;
    for (const Result& result : shop.ask_all(std::move(requests))) {
      ASSERT_EQ(result.verdict, Verdict::done);
      if (const auto text = heard(result, kVanakCashier); !text.empty()) undone.insert(text);
      const std::string member = heard(result, kShopper);
      given_back += member.find("was given back") != std::string::npos ? 1 : 0;
      redeemed += member.find("was used at") != std::string::npos ? 1 : 0;
    }
    EXPECT_EQ(given_back, 1);
    EXPECT_EQ(undone.size(), 1U) << "each VOID got the same answer";
    EXPECT_LE(redeemed, 1);
    const auto lot = "(SELECT lot_id FROM code WHERE number = " + code + ")";
    EXPECT_EQ(database.number("SELECT remaining FROM lot WHERE lot_id = " + lot),
              redeemed == 1 ? 0 : 200'000);
    EXPECT_EQ(database.number("SELECT state FROM code WHERE number = " + code), redeemed == 1 ? 2 : 1);
    database.expect_clean_ledger();
  }
}

TEST_F(MysqlVoid, an_order_typed_again_takes_nothing_whoever_came_between) {
  Shop shop(database, 2);
  const std::string code = earn(shop, 2'000'000, "A-1");
  const std::string first = say(shop, kVanakCashier, code + " 500000 4321");
  say(shop, kTajrishCashier, code + " 300000 9876");
  shop.advance(5min);
  EXPECT_EQ(say(shop, kVanakCashier, code + " 500000 4321"), first);
  EXPECT_EQ(database.number("SELECT remaining FROM lot"), 1'200'000);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM redemption"), 2);
  database.expect_clean_ledger();
}

TEST_F(MysqlVoid, redemptions_from_before_places_were_counted_keep_their_order) {
  Shop shop(database, 1);
  const std::string code = earn(shop, 2'000'000, "A-1");
  say(shop, kVanakCashier, code + " 500000 4321");
  say(shop, kVanakCashier, code + " 300000 4321");
  database.query("UPDATE redemption SET place = 0");
  say(shop, kTajrishCashier, code + " 100000 9876");
  EXPECT_EQ(database.number("SELECT MAX(place) FROM redemption"), 3);
  EXPECT_THAT(say(shop, kVanakCashier, "VOID " + code + " 4321"), HasSubstr("Back to credit: 300,000"));
  database.expect_clean_ledger();
}

TEST_F(MysqlVoid, the_audit_names_what_was_taken_back_without_its_entry_and_an_entry_without_it) {
  Shop shop(database, 1);
  const std::string code = earn(shop, 200'000, "A-1");
  say(shop, kVanakCashier, code + " 150000 4321");
  say(shop, kVanakCashier, "VOID " + code + " 4321");
  const auto spoil = [this](const std::string& sql) {
    database.query("SET foreign_key_checks = 0, check_constraint_checks = 0; " + sql);
    return testing::PrintToString(store::audit_ledger(database.connection).problems);
  };
  database.expect_clean_ledger();
  EXPECT_THAT(spoil("UPDATE ledger_entry SET amount = 149999 WHERE kind = 4"), HasSubstr("not of 150000"));
  spoil("UPDATE ledger_entry SET amount = 150000 WHERE kind = 4");
  EXPECT_THAT(spoil("UPDATE redemption_void SET entry_id = entry_id + 1000000"),
              AllOf(HasSubstr("nothing was given back"), HasSubstr("no redemption was taken back by it")));
}

}  // namespace
}  // namespace peyk::tests::mysql_void_test
