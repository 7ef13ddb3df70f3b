// What is the latest is told by the clock, against a real database: each worker gives numbers of a block of
// its own, and whose block is older gives lower ones to what happens later.
#include <gmock/gmock.h>

#include "store/mysql/lookup.hpp"
#include "store/mysql/trace.hpp"
#include "tests/store/shop_talk.hpp"

namespace peyk::tests::mysql_latest_test {
namespace {

using namespace handlers;
using namespace std::chrono_literals;
using testing::HasSubstr;

class MysqlLatest : public ShopTalk {
 protected:
  static constexpr std::uint64_t kOlder = 0, kYounger = 1;  // workers, by their blocks

  MysqlLatest() : ShopTalk("latest") {}

  // The younger block serves many a redemption, then the older one serves the last.
  void redeem_until_the_oldest_block_is_last(Shop& shop) {
    const std::string code = earn(shop, 4'000'000, "A-1");
    for (int i = 1; i <= 24; ++i) redeem(shop, code, 100'000 + i * 1'000, kYounger);
    redeem(shop, code, kLast, kOlder);
    ASSERT_EQ(database.number("SELECT used FROM redemption ORDER BY redemption_id LIMIT 1"), kLast)
        << "the numbers are not out of order: nothing is tested";
  }
  void redeem(Shop& shop, const std::string& code, rules::Amount amount, std::uint64_t worker) {
    shop.advance(1min);
    const std::string order = code + " " + std::to_string(amount) + " 4321";
    ASSERT_EQ(shop.ask(text_from(kVanakCashier, order, order), worker).verdict, store::Result::Verdict::done);
  }

  static constexpr rules::Amount kLast = 177'000;
};

TEST_F(MysqlLatest, a_dispute_and_a_history_begin_with_what_came_last) {
  Shop shop(database, 2);
  redeem_until_the_oldest_block_is_last(shop);
  EXPECT_THAT(say(shop, kShopper, "HISTORY"), HasSubstr("177,000"));
  say(shop, kShopper, "DISPUTE");
  EXPECT_THAT(heard(last, kTajrishCashier), HasSubstr("177,000"));
}

TEST_F(MysqlLatest, who_looks_a_phone_up_finds_what_came_last) {
  Shop shop(database, 2);
  redeem_until_the_oldest_block_is_last(shop);
  const auto found = store::find_member(database.connection, "", kShopper, kNoon);
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(found.front().redemptions.size(), store::kLookupRowsMax);
  EXPECT_EQ(found.front().redemptions.front().used, kLast);
  ASSERT_EQ(found.front().messages.size(), store::kLookupRowsMax);
  EXPECT_THAT(found.front().messages.front().text, HasSubstr("177,000"));
  database.connection.rollback();
  EXPECT_THAT(store::trace_phone(database.connection, kShopper, 1).front().text, HasSubstr("177,000"));
}

}  // namespace
}  // namespace peyk::tests::mysql_latest_test
