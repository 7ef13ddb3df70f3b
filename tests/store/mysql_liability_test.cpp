// What a club owes, by kind and month, as its ledger and its lots have it.
#include <gmock/gmock.h>

#include "store/mysql/expiry.hpp"
#include "store/mysql/liability.hpp"
#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_liability_test {
namespace {

using namespace std::chrono_literals;

TEST(MysqlLiability, tells_what_was_given_what_became_of_it_and_when_the_rest_lapses) {
  TestDatabase database("liability");
  Shop shop(database, 1);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(purchase_of(kOtherShopper, 2'000'000, "A-2", "2"));
  const std::string code = database.query("SELECT number FROM code ORDER BY code_id LIMIT 1").substr(0, 7);
  shop.ask(text_from(kVanakCashier, code + " 150000 4321", "1"));
  shop.ask(text_from(kVanakCashier, "VOID " + code + " 4321", "2"));
  shop.ask(text_from(kVanakCashier, code + " 120000 4321", "3"));
  shop.advance(24h * 20);
  shop.ask(purchase_of(kShopper, 1'000'000, "A-3", "3"));

  const store::Liability found = store::liability_of(database.connection, 1, kNoon + 24h * 20);
  ASSERT_EQ(found.kinds.size(), 1U);
  EXPECT_EQ(found.kinds[0].origin, "purchase");
  EXPECT_EQ(found.kinds[0].granted, 350'000);
  EXPECT_EQ(found.kinds[0].redeemed, 120'000) << "less what was taken back";
  EXPECT_EQ(found.kinds[0].lapsed, 0);
  EXPECT_EQ(found.kinds[0].moved, 0);
  EXPECT_EQ(found.kinds[0].open, 230'000);
  EXPECT_EQ(found.open, 230'000);
  EXPECT_EQ(found.in_lots, 230'000);
  EXPECT_EQ(found.overdue, 0);
  EXPECT_EQ(found.members, 2U);
  ASSERT_EQ(found.months.size(), 2U);
  EXPECT_EQ(found.months[0].month, "2026-12");
  EXPECT_EQ(found.months[0].open, 180'000);
  EXPECT_EQ(found.months[1].month, "2027-01");
  EXPECT_EQ(found.months[1].open, 50'000);

  const rules::Instant later = kNoon + 24h * 35;
  EXPECT_EQ(store::liability_of(database.connection, 1, later).overdue, 180'000);
  store::SystemChance chance;
  store::expire_due(database.connection, chance, later, 100);
  database.connection.commit();
  const store::Liability swept = store::liability_of(database.connection, 1, later);
  EXPECT_EQ(swept.kinds[0].lapsed, 180'000);
  EXPECT_EQ(swept.open, 50'000);
  EXPECT_EQ(swept.overdue, 0);
  EXPECT_EQ(swept.members, 1U);
  EXPECT_TRUE(store::liability_of(database.connection, 2, later).kinds.empty()) << "of another club, nothing";
}

}  // namespace
}  // namespace peyk::tests::mysql_liability_test
