// Credit that is good at its own branch only, against a real database: where it was earned comes back with
// its lot, however it moved, and the migration finds it for what there was.
#include <gmock/gmock.h>

#include "store/mysql/migrations.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_branches_test {
namespace {

using handlers::TillCapture;
using handlers::TillCheck;
using handlers::TillHold;
using handlers::TillRedemption;
using nlohmann::json;
using store::Result;
using testing::AllOf;
using testing::HasSubstr;

// A croissant with each purchase, for fourteen days.
handlers::Club club_of(const rules::SpendAt& spend_at) {
  handlers::Club club = stored_club();
  club.policy.spend_at = spend_at;
  rules::Offer offer{.name = "croissant", .title = "Breakfast"};
  offer.then = {{.kind = rules::EffectKind::item, .value = 1, .valid_days = 14, .text = "a croissant"}};
  club.programme.offers = {std::move(offer)};
  return club;
}
const rules::SpendAt kAny, kOwn{{12, {12}}, {14, {14}}};

class MysqlBranches : public ShopTalk {
 protected:
  MysqlBranches() : ShopTalk("branches") {}

  template <typename What>
  json order(Shop& shop, What what, handlers::BranchNo branch, int status) {
    const std::string key = std::to_string(++orders);
    const Result result = shop.ask(
        {.key = hash_of("till " + key),
         .fingerprint = hash_of(key),
         .received_at = kNoon,
         .what = handlers::TillOrder{{1, branch, "till-" + std::to_string(branch)}, std::move(what)}});
    EXPECT_EQ(result.status, status) << result.answer;
    return json::parse(result.answer);
  }
  static rules::CodeNumber number_of(const std::string& code) {
    return static_cast<rules::CodeNumber>(std::stoul(code));
  }
  std::string item_code() { return database.query("SELECT number FROM code WHERE item <> ''").substr(0, 7); }
  std::string last_code() {
    return database.query("SELECT number FROM code WHERE item = '' ORDER BY code_id DESC LIMIT 1")
        .substr(0, 7);
  }
  // Orders, and replies the number that comes.
  std::string confirm(Shop& shop, handlers::PhoneNumber from, const std::string& text) {
    say(shop, from, text);
    return say(shop, from,
               database
                   .query("SELECT number FROM pending WHERE used = 0 AND phone = " + std::to_string(from) +
                          " ORDER BY asked_at DESC LIMIT 1")
                   .substr(0, 5));
  }

  int orders = 0;
};

TEST_F(MysqlBranches, a_code_is_refused_elsewhere_in_the_right_words_and_good_at_its_own) {
  Shop shop(database, 2, 200, club_of(kOwn));
  const std::string code = earn(shop, 200'000, "A-1");
  EXPECT_EQ(database.query("SELECT DISTINCT branch_no FROM lot"), "12\n");
  EXPECT_THAT(say(shop, kTajrishCashier, code), HasSubstr("not good at this branch, but at: Vanak."));
  EXPECT_THAT(say(shop, kTajrishCashier, code + " 850000 9876"),
              HasSubstr("but at: Vanak. Nothing was taken."));
  EXPECT_EQ(database.number("SELECT SUM(misses) FROM cashier"), 0) << "a wrong branch is no guess";
  const json refused = order(shop, TillRedemption{number_of(code), "B-1", 850'000}, 14, 422);
  EXPECT_EQ(refused["type"], "urn:peyk:problem:wrong-branch");
  EXPECT_EQ(order(shop, TillHold{number_of(code), "B-1", 850'000, {}}, 14, 422)["type"], refused["type"]);
  EXPECT_EQ(order(shop, TillCheck{number_of(code)}, 14, 200)["branches"], json::array({12}));
  EXPECT_THAT(say(shop, kShopper, "CODES"), HasSubstr("(only Vanak)"));
  EXPECT_THAT(say(shop, kVanakCashier, code + " 150000 4321"), HasSubstr("From credit: 150,000"));
  order(shop, TillRedemption{number_of(code), "B-2", 850'000}, 12, 201);
  database.expect_clean_ledger();
}

TEST_F(MysqlBranches, an_item_is_handed_over_at_its_own) {
  Shop shop(database, 2, 200, club_of(kOwn));
  earn(shop, 200'000, "A-1");
  const std::string code = item_code();
  EXPECT_THAT(say(shop, kTajrishCashier, code + " 9876"), HasSubstr("but at: Vanak. Nothing was taken."));
  EXPECT_EQ(order(shop, TillRedemption{number_of(code), "B-1", 850'000}, 14, 422)["type"],
            "urn:peyk:problem:wrong-branch");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM handover"), 0);
  EXPECT_THAT(say(shop, kVanakCashier, code + " 4321"), HasSubstr("GOOD: hand over a croissant"));
  database.expect_clean_ledger();
}

TEST_F(MysqlBranches, what_moves_stays_of_its_branch_and_pays_there) {
  Shop shop(database, 2, 200, club_of(kOwn));
  earn(shop, 200'000, "A-1");
  say(shop, kOtherShopper, "JOIN");
  confirm(shop, kShopper, "GIVE 09120000102 50000");
  EXPECT_EQ(database.query("SELECT DISTINCT branch_no FROM lot"), "12\n");
  EXPECT_THAT(say(shop, kTajrishCashier, last_code() + " 850000 9876"), HasSubstr("but at: Vanak"));
  EXPECT_THAT(say(shop, kShopper, "PAY 850000 AT 14"),
              AllOf(HasSubstr("not good at Tajrish"), HasSubstr("good at: Vanak")));
  EXPECT_THAT(confirm(shop, kShopper, "PAY 850000 AT 12"),
              HasSubstr("150,000 rials of your credit paid at Vanak"));
  EXPECT_EQ(balance(kShopper), 0);
  EXPECT_EQ(balance(kOtherShopper), 50'000);
  database.expect_clean_ledger();
}

// What was begun under the old policy ends as it was begun.
TEST_F(MysqlBranches, a_hold_is_captured_and_a_redemption_undone_after_the_policy_has_changed) {
  std::string code;
  json held;
  {
    Shop shop(database, 1, 200, club_of(kAny));
    code = earn(shop, 200'000, "A-1");
    say(shop, kTajrishCashier, code + " 100000 9876");
    held = order(shop, TillHold{number_of(code), "B-1", 850'000, {}}, 14, 201);
  }
  Shop shop(database, 1, 200, club_of(kOwn));
  order(shop, TillCapture{std::stoull(held["id"].get<std::string>()), 100'000}, 14, 201);
  EXPECT_THAT(say(shop, kTajrishCashier, "VOID " + code + " 9876"), HasSubstr("undone"));
  EXPECT_THAT(say(shop, kTajrishCashier, code + " 850000 9876"), HasSubstr("but at: Vanak"));
  EXPECT_EQ(balance(kShopper), 100'000);
  database.expect_clean_ledger();
}

// Of its purchase, of what an offer gave with it, and however often it has moved since.
TEST_F(MysqlBranches, the_migration_finds_the_branch_of_the_credit_that_there_is) {
  const std::string lots = "SELECT lot_id, branch_no FROM lot ORDER BY lot_id";
  {
    Shop shop(database, 1, 200, club_of(kAny));
    earn(shop, 200'000, "A-1");
    say(shop, kShopper, "CODE 100000");
    say(shop, kOtherShopper, "JOIN");
    confirm(shop, kShopper, "GIVE 09120000102 150000");
    say(shop, kOtherShopper, "CODE 20000");
  }
  const std::string before = database.query(lots);
  ASSERT_EQ(database.number("SELECT COUNT(*) FROM lot WHERE branch_no = 12"), 6) << before;
  database.query(
      "ALTER TABLE lot DROP COLUMN branch_no; DROP TABLE branch_spend;"
      "DELETE FROM schema_migration WHERE name = '0053_spend_at'");
  store::migrate(database.connection);
  EXPECT_EQ(database.query(lots), before);
  database.expect_clean_ledger();
}

TEST_F(MysqlBranches, the_audit_finds_credit_that_changed_its_branch) {
  Shop shop(database, 1, 200, club_of(kOwn));
  earn(shop, 200'000, "A-1");
  say(shop, kShopper, "CODE 50000");
  database.expect_clean_ledger();
  database.query("UPDATE lot SET branch_no = 14 WHERE kind = 1");
  const auto problems = testing::PrintToString(store::audit_ledger(database.connection).problems);
  EXPECT_THAT(problems, HasSubstr("is of branch 14, its purchase"));
  database.query(
      "UPDATE lot SET branch_no = 12 WHERE lot_id = (SELECT * FROM (SELECT MIN(lot_id) FROM lot) l)");
  EXPECT_THAT(testing::PrintToString(store::audit_ledger(database.connection).problems),
              HasSubstr("which is of another branch"));
}

}  // namespace
}  // namespace peyk::tests::mysql_branches_test
