// Items against a real database: what an offer gave is handed over once, by whomever, and no sum ever has it.
#include <gmock/gmock.h>

#include "store/mysql/expiry.hpp"
#include "store/mysql/gifts.hpp"
#include "store/mysql/liability.hpp"
#include "store/mysql/programmes.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_items_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using store::Result;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A croissant with each purchase, for fourteen days.
handlers::Club stored_bakery() {
  handlers::Club club = stored_club();
  rules::Offer offer{.name = "croissant", .title = "Breakfast"};
  offer.then = {{.kind = rules::EffectKind::item, .value = 1, .valid_days = 14, .text = "a croissant"}};
  club.programme.offers = {std::move(offer)};
  return club;
}

class MysqlItems : public ShopTalk {
 protected:
  MysqlItems() : ShopTalk("items") {}

  std::string item_of(const std::string& invoice) {
    const Result bought = shop.ask(purchase_of(kShopper, 1'000'000, invoice, invoice));
    return json::parse(bought.answer).at("items").at(0).at("code");
  }
  template <typename What>
  json order(What what, int status) {
    const std::string key = std::to_string(++orders);
    const Result result = shop.ask({.key = hash_of("till " + key),
                                    .fingerprint = hash_of(key),
                                    .received_at = kNoon,
                                    .what = handlers::TillOrder{{1, 12, "till-12"}, std::move(what)}});
    EXPECT_EQ(result.status, status) << result.answer;
    return json::parse(result.answer);
  }

  Shop shop{database, 4, 200, stored_bakery()};
  store::SystemChance chance;
  int orders = 0;
};

TEST_F(MysqlItems, are_granted_handed_over_refused_and_taken_back) {
  const std::string code = item_of("A-1");
  EXPECT_EQ(database.query("SELECT issued, remaining, kind, origin FROM lot WHERE kind = 7"), "0\t0\t7\t1\n");
  EXPECT_THAT(say(shop, kShopper, "CREDIT"), HasSubstr(code + ": a croissant"));
  EXPECT_THAT(say(shop, kVanakCashier, code), HasSubstr("good for: a croissant"));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM handover"), 0);
  EXPECT_THAT(say(shop, kVanakCashier, code + " 4321"), HasSubstr("GOOD: hand over a croissant"));
  EXPECT_THAT(heard(last, kShopper), HasSubstr("Handed over"));
  EXPECT_THAT(say(shop, kTajrishCashier, code + " 9876"), AllOf(HasSubstr("is used"), HasSubstr("Vanak")));
  EXPECT_THAT(say(shop, kVanakCashier, "TODAY"), HasSubstr("Codes taken: 0"));
  database.expect_clean_ledger();

  EXPECT_THAT(say(shop, kVanakCashier, "VOID " + code + " 4321"), HasSubstr("take back a croissant"));
  EXPECT_EQ(database.query("SELECT state FROM code WHERE item <> ''"), "1\n");
  EXPECT_EQ(database.query("SELECT place, voided_by FROM handover"),
            "1\t" + std::to_string(kVanakCashier) + "\n");
  database.expect_clean_ledger();
  EXPECT_THAT(say(shop, kTajrishCashier, code + " 350000 9876"), HasSubstr("collect the whole 350,000"));
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM redemption"), 0);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM ledger_entry"), 1) << "the club's own 5 %";
  EXPECT_EQ(balance(kShopper), 50'000);

  const store::Liability owed = store::liability_of(database.connection, 1, kNoon);
  EXPECT_EQ(owed.open, 50'000);
  EXPECT_EQ(owed.in_lots, 50'000);
  EXPECT_THAT(say(shop, kShopper, "HISTORY"),
              AllOf(HasSubstr("free for you: a croissant"), HasSubstr("handed over: a croissant")));
  EXPECT_THAT(say(shop, kShopper, "WHY"), HasSubstr("Breakfast: a croissant for free"));
  std::uint64_t rows = store::kReachRowsMax;
  const auto reach = store::load_offer_reach(
      database.connection, static_cast<std::uint32_t>(database.number("SELECT offer_id FROM offer")), rows);
  EXPECT_EQ(reach.items, 1U);
  EXPECT_EQ(reach.money, 0);
  database.connection.rollback();
  database.expect_clean_ledger();
}

TEST_F(MysqlItems, two_cashiers_at_once_get_one_good) {
  for (int round = 0; round < 10; ++round) {
    const std::string key = std::to_string(round), code = item_of("R-" + key);
    std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
    for (std::uint64_t i = 0; i < 6; ++i) {
      const std::string one = key + "-" + std::to_string(i);
      requests.emplace_back(2 * i, text_from(kVanakCashier, code + " 4321", "v" + one));
      requests.emplace_back(2 * i + 1, text_from(kTajrishCashier, code + " 9876", "t" + one));
    }
    int good = 0;
    for (const Result& result : shop.ask_all(std::move(requests))) {
      const std::string text = heard(result, kVanakCashier) + heard(result, kTajrishCashier);
      good += text.find("GOOD") != text.npos ? 1 : 0;
    }
    EXPECT_EQ(good, 1) << "round " << round;
    shop.advance(24h);
  }
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM handover"), 10);
  database.expect_clean_ledger();
}

TEST_F(MysqlItems, hand_over_and_void_in_one_batch_see_one_another) {
  const std::string code = item_of("A-1");
  std::vector<std::pair<std::uint64_t, handlers::Request>> requests;
  int order = 0;
  for (const std::string& text : {code + " 4321", "VOID " + code + " 4321", code + " 4321"})
    requests.emplace_back(0, text_from(kVanakCashier, text, "o" + std::to_string(++order)));
  for (const Result& result : shop.ask_all(std::move(requests)))
    EXPECT_EQ(result.verdict, Result::Verdict::done);
  EXPECT_EQ(database.query("SELECT state FROM code WHERE item <> ''"), "2\n");
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM handover WHERE voided_at IS NULL"), 1);
  database.expect_clean_ledger();
}

TEST_F(MysqlItems, a_till_takes_back_what_it_handed_over_by_its_number) {
  const auto code = static_cast<rules::CodeNumber>(std::stoul(item_of("A-1")));
  const json taken = order(handlers::TillRedemption{code, "B-1", 850'000}, 201);
  EXPECT_EQ(taken.at("item"), "a croissant");
  EXPECT_EQ(taken.at("collect"), 850'000);
  EXPECT_EQ(order(handlers::TillRedemption{code, "B-1", 850'000}, 200).at("duplicate"), true);
  order(handlers::TillRedemption{code, "B-2", 850'000}, 409);
  const handlers::TillVoid undo{std::stoull(taken.at("id").get<std::string>())};
  EXPECT_EQ(order(undo, 200).at("item"), "a croissant");
  EXPECT_EQ(order(undo, 200).at("duplicate"), true);
  EXPECT_EQ(order(handlers::TillCheck{code}, 200).at("good"), true);
  // A purchase by that invoice was paid by nothing.
  EXPECT_EQ(json::parse(shop.ask(purchase_of(kShopper, 850'000, "B-1", "B-1")).answer).at("by_credit"), 0);
  database.expect_clean_ledger();
}

TEST_F(MysqlItems, end_with_their_day_and_with_her_membership) {
  const std::string lapsed = item_of("A-1");
  shop.advance(24h * 15);
  EXPECT_THAT(say(shop, kVanakCashier, lapsed + " 4321"), HasSubstr("ended on"));
  const store::Expired swept = store::expire_due(database.connection, chance, kNoon + 24h * 15, 100);
  database.connection.commit();
  EXPECT_EQ(swept.looked_at, 1U);
  EXPECT_EQ(swept.lots, 0U) << "no rial lapsed";
  EXPECT_EQ(database.query("SELECT state FROM code WHERE item <> ''"), "3\n");
  EXPECT_THAT(say(shop, kVanakCashier, lapsed + " 4321"), HasSubstr("ended on"));
  database.expect_clean_ledger();

  const std::string left = item_of("A-2");
  say(shop, kShopper, "LEAVE");
  const std::string number =
      std::to_string(database.number("SELECT number FROM pending ORDER BY pending_id DESC LIMIT 1"));
  say(shop, kShopper, number);
  EXPECT_THAT(say(shop, kVanakCashier, left + " 4321"), AllOf(HasSubstr("voided"), Not(HasSubstr("GOOD"))));
  database.expect_clean_ledger();
}

TEST_F(MysqlItems, a_batch_of_them_is_for_whoever_shows_one_and_can_be_withdrawn) {
  std::vector<rules::CodeNumber> codes;
  const std::uint64_t batch =
      store::issue_gifts(database.connection, chance,
                         {.club = 1,
                          .item = "a lemonade",
                          .count = 3,
                          .expires_at = kNoon + 24h * 30,
                          .now = kNoon,
                          .by = "tester"},
                         [&](auto some) { codes.insert(codes.end(), some.begin(), some.end()); });
  ASSERT_EQ(codes.size(), 3U);
  database.expect_clean_ledger();
  EXPECT_THAT(say(shop, kVanakCashier, std::to_string(codes[0]) + " 4321"),
              HasSubstr("hand over a lemonade"));
  const store::WithdrawOrder order{.club = 1, .now = kNoon, .by = "tester"};
  EXPECT_EQ(store::withdraw_batch(database.connection, chance, order, batch), 2U);
  EXPECT_THAT(say(shop, kVanakCashier, std::to_string(codes[1]) + " 4321"), HasSubstr("was voided"));
  const auto batches = store::list_gifts(database.connection, 1, kNoon, 10);
  database.connection.rollback();
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches[0].item, "a lemonade");
  EXPECT_EQ(batches[0].amount, 0);
  EXPECT_EQ(batches[0].redeemed, 1U);
  EXPECT_EQ(batches[0].withdrawn, 2U);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM ledger_entry"), 0);
  database.expect_clean_ledger();
}

TEST_F(MysqlItems, the_database_itself_refuses_a_rial_in_one) {
  item_of("A-1");
  for (const char* change :
       {"UPDATE lot SET issued = 5, remaining = 5 WHERE kind = 7", "UPDATE lot SET kind = 1 WHERE kind = 7",
        "UPDATE lot SET kind = 7 WHERE kind = 1"})
    EXPECT_ANY_THROW(database.query(change)) << change;
}

// The audit finds each way in which it could go wrong.
TEST_F(MysqlItems, the_audit_tells_a_second_piece) {
  const std::string code = item_of("A-1");
  say(shop, kVanakCashier, code + " 4321");
  const auto finds = [this](const std::string& change, const char* words) {
    database.query(change);
    std::string all;
    for (const std::string& problem : store::audit_ledger(database.connection).problems)
      all += problem + "\n";
    EXPECT_THAT(all, HasSubstr(words)) << change;
  };
  finds("UPDATE code SET state = 1 WHERE item <> ''", "is not handed over, but 1 handovers stand");
  finds("UPDATE code SET state = 2, item = '' WHERE item <> ''", "has no item, but its lot");
  finds("UPDATE code SET item = 'a croissant' WHERE lot_id IN (SELECT lot_id FROM lot WHERE kind = 7)", "");
  finds("UPDATE handover SET at = at + INTERVAL 30 DAY", "came after its time");
  finds("DELETE FROM offer_grant", "came of 0 grants");
}

}  // namespace
}  // namespace peyk::tests::mysql_items_test
