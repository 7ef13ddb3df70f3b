// What members tell of themselves against a real database: kept, changed, rewarded once, forgotten; and
// closed clubs, which count what strangers buy.
#include <gmock/gmock.h>

#include "store/mysql/erasure.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_profiles_test {
namespace {

using namespace std::chrono_literals;
using handlers::Membership;
using store::Result;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class MysqlProfiles : public ShopTalk {
 protected:
  MysqlProfiles() : ShopTalk("profiles") {}

  static handlers::Club rewarding_club() {
    handlers::Club club = stored_club();
    club.policy.profile_credit = 100'000;
    return club;
  }
  std::string row() {
    return database.query(
        "SELECT name, born_year, born_month, born_day, city, gender, born_changed_at IS NULL,"
        " completed_at IS NULL FROM profile");
  }
};

TEST_F(MysqlProfiles, are_kept_as_they_were_told) {
  Shop shop(database, 2, 200, rewarding_club());
  say(shop, kShopper, "JOIN");
  EXPECT_THAT(say(shop, kShopper, "NAME"), HasSubstr("Still missing"));
  EXPECT_EQ(row(), "") << "a question writes nothing";
  say(shop, kShopper, "نام ساراي می‌نا");
  EXPECT_EQ(row(), "سارای می‌نا\t0\t0\t0\t\t0\t1\t1\n");
  say(shop, kShopper, "BORN 1375/12/30");
  say(shop, kShopper, "CITY Shiraz");
  EXPECT_EQ(balance(kShopper), 0);
  EXPECT_THAT(say(shop, kShopper, "GENDER F"), HasSubstr("100,000 rials of credit is yours until"));
  EXPECT_EQ(row(), "سارای می‌نا\t1375\t12\t30\tShiraz\t1\t1\t0\n");
  EXPECT_EQ(balance(kShopper), 100'000);
  EXPECT_EQ(database.query("SELECT origin, kind, issued FROM lot"), "2\t2\t100000\n");

  shop.advance(24h);
  EXPECT_THAT(say(shop, kShopper, "BORN 1370/05/12"), HasSubstr("Born: 1991-08-03"));
  EXPECT_EQ(row(), "سارای می‌نا\t1370\t5\t12\tShiraz\t1\t0\t0\n");
  EXPECT_THAT(say(shop, kShopper, "BORN 1370/05/13"), HasSubstr("stays as it is"));
  EXPECT_THAT(say(shop, kShopper, "GENDER M"), Not(HasSubstr("credit")));
  EXPECT_EQ(balance(kShopper), 100'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlProfiles, told_at_the_same_moment_are_rewarded_once_and_none_is_lost) {
  Shop shop(database, 4, 4, rewarding_club());
  say(shop, kShopper, "JOIN");
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  std::uint64_t turn = 0;
  for (const auto* text :
       {"NAME Sara", "BORN 1370/05/12", "CITY Shiraz", "GENDER F", "NAME Mina", "CITY Yazd"})
    requests.emplace_back(turn++, text_from(kShopper, text, text));
  int rewards = 0;
  for (const Result& result : shop.ask_all(std::move(requests)))
    rewards += heard(result, kShopper).find("is complete") != std::string::npos ? 1 : 0;
  EXPECT_EQ(rewards, 1);
  EXPECT_EQ(balance(kShopper), 100'000);
  EXPECT_EQ(
      database.number("SELECT COUNT(*) FROM profile WHERE name <> '' AND born_year = 1370 AND city <> ''"
                      " AND gender = 1 AND completed_at IS NOT NULL"),
      1);
  database.expect_clean_ledger();
}

TEST_F(MysqlProfiles, go_with_the_membership) {
  Shop shop(database, 2, 200, rewarding_club());
  for (const auto phone : {kShopper, kOtherShopper}) {
    say(shop, phone, "JOIN");
    say(shop, phone, "NAME Sara");
  }
  say(shop, kShopper, "LEAVE");
  const std::string number = database.query("SELECT number FROM pending WHERE kind = 8").substr(0, 5);
  EXPECT_THAT(say(shop, kShopper, number), HasSubstr("You have left"));
  EXPECT_EQ(database.query("SELECT phone FROM profile JOIN member USING (member_id)"),
            std::to_string(kOtherShopper) + "\n");
  say(shop, kShopper, "JOIN");
  EXPECT_THAT(say(shop, kShopper, "NAME"), Not(HasSubstr("Sara\n")));
}

TEST_F(MysqlProfiles, bring_a_phone_its_credit_once_however_often_it_leaves_and_joins_again) {
  Shop shop(database, 2, 200, rewarding_club());
  const auto tell_all = [&] {
    say(shop, kShopper, "JOIN");
    for (const auto* text : {"NAME Sara", "BORN 1370/05/12"}) say(shop, kShopper, text);
    const std::string promised = say(shop, kShopper, "CITY Shiraz");
    return promised + say(shop, kShopper, "GENDER F");
  };
  EXPECT_THAT(tell_all(), AllOf(HasSubstr("100,000"), HasSubstr("Code: ")));
  for (int again = 0; again < 2; ++again) {
    say(shop, kShopper, "LEAVE");
    say(shop, kShopper, database.query("SELECT number FROM pending WHERE kind = 8").substr(0, 5));
    ASSERT_EQ(database.number("SELECT COUNT(*) FROM member WHERE phone IS NOT NULL"), 0);
    store::erase_due(database.connection, kNoon + 1min, 10, 100);
    database.connection.commit();
    EXPECT_THAT(tell_all(), AllOf(HasSubstr("is complete"), Not(HasSubstr("100,000"))));
    EXPECT_EQ(balance(kShopper), 0);
  }
  EXPECT_EQ(database.number("SELECT SUM(issued) FROM lot"), 100'000);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM welcomed WHERE offer_id = 0"), 1) << "by no phone";
  say(shop, kOtherShopper, "JOIN");
  EXPECT_THAT(say(shop, kOtherShopper, "NAME Mina"), HasSubstr("100,000")) << "it has had nothing";
  database.expect_clean_ledger();
}

TEST_F(MysqlProfiles, bring_nothing_again_to_who_joins_and_tells_all_in_one_batch) {
  Shop shop(database, 1, 200, rewarding_club());
  const auto all_at_once = [&](const std::string& key) {
    std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
    for (const auto* text : {"JOIN", "NAME Sara", "BORN 1370/05/12", "CITY Shiraz", "GENDER F"})
      requests.emplace_back(0, text_from(kShopper, text, key + text));
    shop.ask_all(std::move(requests));
  };
  all_at_once("first");
  EXPECT_EQ(balance(kShopper), 100'000);
  say(shop, kShopper, "LEAVE");
  say(shop, kShopper, database.query("SELECT number FROM pending WHERE kind = 8").substr(0, 5));
  all_at_once("second");
  EXPECT_EQ(balance(kShopper), 0);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM profile WHERE completed_at IS NOT NULL"), 1);
  database.expect_clean_ledger();
}

class MysqlClosedClub : public ShopTalk {
 protected:
  MysqlClosedClub() : ShopTalk("closed_club") {}

  static handlers::Club closed_club(bool on_purchase) {
    handlers::Club club = stored_club();
    club.policy.membership = Membership::closed;
    club.policy.join_after_purchases = 2;
    club.policy.join_on_purchase = on_purchase;
    return club;
  }
  Result buy(Shop& shop, handlers::PhoneNumber phone, const std::string& invoice) {
    return shop.ask(purchase_of(phone, 1'000'000, invoice, invoice));
  }
  std::int64_t members() { return database.number("SELECT COUNT(*) FROM member WHERE phone IS NOT NULL"); }
};

TEST_F(MysqlClosedClub, opens_by_the_second_purchase_to_her_who_bought) {
  Shop shop(database, 2, 200, closed_club(false));
  EXPECT_THAT(say(shop, kShopper, "JOIN"), HasSubstr("Buy 2 times"));
  EXPECT_EQ(heard(buy(shop, kShopper, "A-1"), kShopper), "");
  EXPECT_EQ(heard(buy(shop, kOtherShopper, "A-2"), kOtherShopper), "") << "another's does not count";
  EXPECT_THAT(say(shop, kShopper, "JOIN"), HasSubstr("Buy 2 times"));
  EXPECT_THAT(heard(buy(shop, kShopper, "A-3"), kShopper), HasSubstr("You may join the club now"));
  EXPECT_EQ(heard(buy(shop, kShopper, "A-4"), kShopper), "");
  EXPECT_EQ(members(), 0);
  EXPECT_THAT(say(shop, kShopper, "JOIN"), HasSubstr("Welcome"));
  EXPECT_THAT(say(shop, kOtherShopper, "JOIN"), HasSubstr("Buy 2 times"));
  EXPECT_EQ(members(), 1);
}

TEST_F(MysqlClosedClub, enrols_by_the_second_purchase_also_of_one_batch) {
  Shop shop(database, 1, 200, closed_club(true));
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  for (const auto phone : {kShopper, kOtherShopper, kShopper}) {
    const std::string invoice = "A-" + std::to_string(requests.size());
    requests.emplace_back(0, purchase_of(phone, 1'000'000, invoice, invoice));
  }
  shop.ask_all(std::move(requests));
  EXPECT_EQ(members(), 1);
  EXPECT_EQ(balance(kShopper), 50'000);
  database.expect_clean_ledger();
}

TEST_F(MysqlClosedClub, takes_many_strangers_of_one_batch_each_for_herself) {
  Shop shop(database, 1, 200, closed_club(true));
  for (int round = 0; round < 2; ++round) {
    std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
    for (std::uint64_t i = 0; i < 37; ++i) {
      if (round == 1 && i % 3 == 0) continue;
      const std::string invoice = std::to_string(round) + "-" + std::to_string(i);
      requests.emplace_back(0, purchase_of(kShopper + i, 1'000'000, invoice, invoice));
    }
    shop.ask_all(std::move(requests));
    EXPECT_EQ(members(), round == 0 ? 0 : 24);
  }
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase_of_stranger"), 37);
}

}  // namespace
}  // namespace peyk::tests::mysql_profiles_test
