// What one purchase may give and what its rows may hold, at their edges: a long list of long names, very many
// offers, a batch that wants more ids than it reserved. None of them fails anybody.
#include <gmock/gmock.h>

#include <set>

#include "handlers/measures.hpp"
#include "store/mysql/chance.hpp"
#include "tests/kit/process.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_limits_test {
namespace {

using nlohmann::json;
using rules::EffectKind;
using testing::HasSubstr;
using Verdict = store::Result::Verdict;
using namespace std::chrono_literals;

// Of forty characters, nearly all of two octets.
std::string long_name(int number) {
  std::string name = std::to_string(100 + number);
  for (int i = 0; i < 37; ++i) name += "ن";
  return name;
}

handlers::Club club_of_a_long_list() {
  handlers::Club club = stored_club();
  rules::Condition items{.set = rules::WordSet::item};
  for (int i = 0; i < 50; ++i) {
    items.word_names.push_back(long_name(i));
    items.words.push_back(handlers::word_of({.name = long_name(i)}));
  }
  club.programme.offers = {{.name = "list",
                            .title = "The long list",
                            .when = {items},
                            .then = {{.kind = EffectKind::credit, .value = 20'000}}}};
  return club;
}

// All fit: a point each, the later the higher.
handlers::Club club_of_very_many(int count) {
  handlers::Club club = stored_club();
  std::string title;
  for (int i = 0; i < 60; ++i) title += "پ";
  for (int i = 0; i < count; ++i)
    club.programme.offers.push_back({.name = "o-" + std::to_string(1000 + i),
                                     .title = title,
                                     .then = {{.kind = EffectKind::points, .value = 1}},
                                     .priority = i});
  return club;
}

class MysqlLimits : public ShopTalk {
 protected:
  MysqlLimits() : ShopTalk("limits") {}
};

TEST_F(MysqlLimits, a_sale_of_forty_seven_long_items_is_recorded_and_explained) {
  Shop shop(database, 1, 200, club_of_a_long_list());
  handlers::Request request = purchase_of(kShopper, 400'000, "A", "A");
  auto& items = std::get<handlers::PurchaseRequest>(request.what).items;
  for (int i = 0; i < 47; ++i) items.push_back({.name = long_name(i)});
  const store::Result bought = shop.ask(request);
  ASSERT_EQ(bought.verdict, Verdict::done);
  EXPECT_EQ(json::parse(bought.answer).at("credit"), 40'000);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase_item"), 47);
  EXPECT_LE(database.number("SELECT CHAR_LENGTH(facts) FROM offer_grant"),
            static_cast<std::int64_t>(handlers::kFactsMax));
  const json facts = json::parse(database.query("SELECT facts FROM offer_grant"));
  EXPECT_GT(facts.at("item").size(), 5U);
  EXPECT_EQ(facts.at("item").size() + facts.at("item_more").get<std::size_t>(), 47U);
  EXPECT_THAT(say(shop, kShopper, "WHY"), HasSubstr("The long list: 20,000 rials of credit"));
  const store::Result again = shop.ask(request);
  EXPECT_EQ(again.verdict, Verdict::repeated);
  EXPECT_EQ(again.answer, bought.answer);
  database.expect_clean_ledger();
}

TEST_F(MysqlLimits, very_many_offers_that_fit_give_fifty_things_and_the_same_answer_again) {
  Shop shop(database, 1, 200, club_of_very_many(1'000));
  const handlers::Request request = purchase_of(kShopper, 400'000, "A", "A");
  const auto results = shop.ask_all({{0, request}, {0, text_from(kOtherShopper, "JOIN", "1")}});
  ASSERT_EQ(results[0].verdict, Verdict::done);
  EXPECT_EQ(results[1].verdict, Verdict::done) << "her neighbour";
  const json answer = json::parse(results[0].answer);
  ASSERT_EQ(answer.at("offers").size(), rules::kGivenMax);
  EXPECT_EQ(answer.at("offers").front().at("offer"), "o-1999");
  EXPECT_EQ(answer.at("offers").back().at("offer"), "o-1950");
  EXPECT_EQ(answer.at("points"), 50);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM offer_grant"), 50);
  EXPECT_EQ(database.number("SELECT grants FROM purchase"), 50);

  const store::Result again = shop.ask(request);
  EXPECT_EQ(again.verdict, Verdict::repeated);
  EXPECT_EQ(again.answer, results[0].answer);
  json by_invoice = json::parse(shop.ask(purchase_of(kShopper, 400'000, "A", "B")).answer);
  EXPECT_EQ(by_invoice.at("duplicate"), true);
  by_invoice["duplicate"] = false;
  by_invoice["member"] = answer.at("member");
  EXPECT_EQ(by_invoice, answer);
  EXPECT_EQ(shop.logged("request_failed"), 0);
  database.expect_clean_ledger();
}

TEST_F(MysqlLimits, a_batch_that_wants_more_ids_than_a_block_fails_nobody) {
  Shop shop(database, 1, 200, club_of_very_many(60));
  shop.ask(text_from(kShopper, "JOIN", "1"));
  store::Connection other(database.options());
  other.open();
  {
    store::Rows rows =
        other.prepare("SELECT member_id FROM member WHERE phone = ? FOR UPDATE").add(kShopper).query();
    ASSERT_TRUE(rows.next());
  }
  // While one waits for her row, two hundred gather behind it, and each wants more than a hundred ids.
  constexpr std::size_t kMany = 200;
  const auto answers = std::make_shared<Answers>(1 + kMany);
  ASSERT_TRUE(shop.submit(0, purchase_of(kShopper, 400'000, "first", "first"), answers, 0));
  ASSERT_TRUE(eventually(20s, [&] { return database.number(kLockWaits) == 1; }));
  for (std::size_t i = 0; i < kMany; ++i) {
    const std::string invoice = "I-" + std::to_string(i);
    ASSERT_TRUE(shop.submit(0, purchase_of(kOtherShopper + i, 400'000, invoice, invoice), answers, i + 1));
  }
  other.rollback();
  for (const store::Result& result : answers->wait(120s)) EXPECT_EQ(result.verdict, Verdict::done);
  EXPECT_EQ(shop.largest_batch(), kMany);
  EXPECT_EQ(shop.logged("request_failed"), 0);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM purchase"), 201);
  EXPECT_EQ(database.number("SELECT COUNT(*) FROM offer_grant"), 201 * 50);
  database.expect_clean_ledger();
}

TEST_F(MysqlLimits, ids_that_run_out_come_back_as_twice_as_many_and_each_once) {
  store::SystemChance chance;
  std::set<std::uint64_t> seen;
  const auto draw_all = [&] {
    chance.reserve_ids(database.connection, 1);
    for (std::size_t drawn = 0; drawn < 1'000'000; ++drawn) {
      try {
        EXPECT_TRUE(seen.insert(chance.next_id()).second);
      } catch (const store::SqlError& e) {
        EXPECT_EQ(e.kind(), store::SqlError::Kind::conflict) << "so that whoever decides begins anew";
        return drawn;
      }
    }
    throw std::runtime_error("ids without an end");
  };
  const std::size_t first = draw_all();
  EXPECT_GE(draw_all(), 2 * first);
  EXPECT_GE(draw_all(), 4 * first);
  store::SystemChance neighbour;
  neighbour.reserve_ids(database.connection, 1);
  EXPECT_TRUE(seen.insert(neighbour.next_id()).second);
}

}  // namespace
}  // namespace peyk::tests::mysql_limits_test
