// What cashiers order, against a real database: a purchase sent twice at once, shoppers asked in, misses of
// many phones counted to the last, the branch's day.
#include <gmock/gmock.h>

#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_cashier_orders_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using store::Result;
using testing::AllOf;
using testing::HasSubstr;

class MysqlCashierOrders : public ShopTalk {
 protected:
  MysqlCashierOrders() : ShopTalk("orders") {}
};

TEST_F(MysqlCashierOrders, the_same_purchase_sent_twelve_times_at_once_is_one) {
  Shop shop(database, 4, 3);
  say(shop, kShopper, "JOIN");
  for (const std::string invoice : {"", " F-17"}) {
    std::vector<std::pair<std::uint64_t, Request>> requests;
    for (std::uint64_t i = 0; i < 12; ++i) {
      requests.emplace_back(i, text_from(kVanakCashier, "BUY 09120000101 850000" + invoice + " 4321",
                                         invoice + std::to_string(i)));
    }
    std::set<std::string> answers;
    int thanked = 0;
    for (const Result& result : shop.ask_all(std::move(requests))) {
      ASSERT_EQ(result.verdict, Result::Verdict::done);
      answers.insert(heard(result, kVanakCashier));
      thanked += heard(result, kShopper).empty() ? 0 : 1;
    }
    EXPECT_EQ(answers.size(), 1U);
    EXPECT_THAT(*answers.begin(), HasSubstr("Credit given: 42,500"));
    EXPECT_EQ(thanked, 1);
  }
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 2);
  EXPECT_EQ(database.query("SELECT made_up, branch_no FROM cashier_sale ORDER BY made_up"),
            "0\t12\n1\t12\n");
  database.expect_clean_ledger();
}

TEST_F(MysqlCashierOrders, the_days_totals_are_of_the_branch_and_the_local_day) {
  Shop shop(database, 1);
  EXPECT_THAT(say(shop, kVanakCashier, "TODAY"),
              AllOf(HasSubstr("Purchases: 0, 0 rials"), HasSubstr("Codes taken: 0, 0 rials")));
  say(shop, kVanakCashier, "BUY 09120000101 4000000 4321");
  shop.ask(purchase_of(kOtherShopper, 1'000'000, "A-1", "a"));
  const std::string code = database.query("SELECT MIN(number) FROM code");
  say(shop, kTajrishCashier, code.substr(0, 7) + " 100000 9876");
  EXPECT_THAT(say(shop, kVanakCashier, "TODAY"),
              AllOf(HasSubstr("Purchases: 2, 5,000,000 rials"), HasSubstr("Credit given: 250,000 rials"),
                    HasSubstr("Codes taken: 0, 0 rials")));
  EXPECT_THAT(say(shop, kTajrishCashier, "TODAY"),
              AllOf(HasSubstr("Purchases: 0, 0 rials"), HasSubstr("Codes taken: 1, ")));
  shop.advance(24h);
  EXPECT_THAT(say(shop, kVanakCashier, "TODAY"), HasSubstr("Purchases: 0, 0 rials"));
}

TEST_F(MysqlCashierOrders, a_shopper_asked_by_two_at_once_joins_by_the_number_that_stands) {
  Shop shop(database, 2);
  shop.ask_all({{0, text_from(kVanakCashier, "JOIN 09120000102", "a")},
                {1, text_from(kTajrishCashier, "JOIN 09120000102", "b")}});
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM pending WHERE kind = 3"), 1);
  const std::string number = database.query("SELECT number FROM pending");
  EXPECT_THAT(say(shop, kOtherShopper, number), HasSubstr("Welcome"));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM member"), 1);
  EXPECT_EQ(database.number("SELECT SUM(invites) FROM cashier"), 2);
  EXPECT_THAT(heard(last, kVanakCashier) + heard(last, kTajrishCashier), HasSubstr("has joined"));
}

// Forty phones of two branches guess at the same moment: each miss counts, and the manager hears of each
// count once.
TEST_F(MysqlCashierOrders, parallel_guesses_of_many_phones_are_all_counted) {
  Club club = stored_club();
  club.policy.redeem_auth = CashierAuth::phone;
  club.policy.branch_misses_max = 10;
  club.policy.club_misses_max = 30;
  for (PhoneNumber phone = 989121113300; phone < 989121113340; ++phone)
    club.cashiers.push_back({.phone = phone, .branch = phone % 2 == 0 ? 12U : 14U});
  Shop shop(database, 4, 5, club);
  std::vector<std::pair<std::uint64_t, Request>> requests;
  for (PhoneNumber phone = 989121113300; phone < 989121113340; ++phone)
    requests.emplace_back(phone, text_from(phone, "1000001", "g"));
  int branches = 0, clubs = 0;
  for (const Result& result : shop.ask_all(std::move(requests))) {
    ASSERT_EQ(result.verdict, Result::Verdict::done);
    const std::string manager = heard(result, kTajrishCashier);
    branches += manager.find("11 wrong codes") != std::string::npos ? 1 : 0;
    clubs += manager.find("31 wrong codes") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(database.query("SELECT branch_no, misses, told FROM miss_window ORDER BY branch_no"),
            "0\t40\t1\n12\t20\t1\n14\t20\t1\n");
  EXPECT_EQ(branches, 2);
  EXPECT_EQ(clubs, 1);
}

TEST_F(MysqlCashierOrders, a_redemption_is_disputed_once_and_stands) {
  Shop shop(database, 2);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "a"));
  const std::string code = database.query("SELECT number FROM code").substr(0, 7);
  EXPECT_THAT(say(shop, kShopper, "DISPUTE"), HasSubstr("took nothing"));
  say(shop, kVanakCashier, code + " 100000 4321");
  std::vector<std::pair<std::uint64_t, Request>> requests;
  for (std::uint64_t i = 0; i < 6; ++i)
    requests.emplace_back(i, text_from(kShopper, "DISPUTE", "d" + std::to_string(i)));
  int told = 0;
  for (const Result& result : shop.ask_all(std::move(requests)))
    told += heard(result, kTajrishCashier).find("09121112233") != std::string::npos ? 1 : 0;
  EXPECT_EQ(told, 1);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM dispute d JOIN redemption r USING (redemption_id)"), 1);
  EXPECT_EQ(database.number("SELECT remaining FROM lot"), 100'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlCashierOrders, a_small_redemption_hides_no_large_one_and_her_own_payment_blames_no_till) {
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 8'000'000, "A-1", "a"));
  const std::string code = database.query("SELECT number FROM code").substr(0, 7);
  say(shop, kVanakCashier, code + " 200000 4321");
  say(shop, kVanakCashier, code + " 100000 4321");
  say(shop, kShopper, "PAY 100000 AT 12");
  say(shop, kShopper, database.query("SELECT number FROM pending").substr(0, 5));
  const auto manager_hears = [&](const std::string& key) {
    return heard(shop.ask(text_from(kShopper, "DISPUTE", "dispute " + key)), kTajrishCashier);
  };
  EXPECT_THAT(manager_hears("1"), testing::AllOf(HasSubstr("100,000"), HasSubstr("her own phone")));
  EXPECT_THAT(manager_hears("2"), testing::AllOf(HasSubstr("100,000"), HasSubstr("09121112233")));
  EXPECT_THAT(manager_hears("3"), testing::AllOf(HasSubstr("200,000"), HasSubstr("09121112233")));
  EXPECT_EQ(manager_hears("4"), "") << "all are disputed";
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM dispute"), 3);
}

TEST_F(MysqlCashierOrders, another_clubs_code_answers_as_one_that_does_not_exist) {
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "a"));
  const std::string code = database.query("SELECT number FROM code").substr(0, 7);
  database.query(
      "INSERT INTO club (slug, name, keyword, currency, time_zone, language, money_display, line,"
      " ussd_root, earn_share, credit_valid_days, invoice_min, credit_share_max, join_on_purchase,"
      " redeem_auth, repeat_window_minutes) SELECT 'other', name, 'other', currency, time_zone,"
      " language, money_display, line, '*7001', earn_share, credit_valid_days, invoice_min,"
      " credit_share_max, join_on_purchase, redeem_auth, repeat_window_minutes FROM club;"
      "UPDATE code SET club_id = 2");
  const std::string answer = say(shop, kVanakCashier, code);
  EXPECT_EQ(answer, "Code " + code + " was not found.");
  EXPECT_EQ(database.number("SELECT misses FROM cashier WHERE branch_no = 12"), 1);
}

}  // namespace
}  // namespace peyk::tests::mysql_cashier_orders_test
