// Why a message was written, as the books tell it.
#include "store/mysql/outbox.hpp"
#include "store/mysql/trace.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/store/mysql_fixture.hpp"

namespace peyk::tests::mysql_trace_test {
namespace {

using namespace std::chrono_literals;
using store::CauseTrace;
using store::MessageTrace;
using What = CauseTrace::What;

class MysqlTrace : public testing::Test {
 protected:
  // What the answer to a request told a phone, as an operator sees it.
  MessageTrace told(const store::Result& result, handlers::PhoneNumber phone) {
    const auto text = std::ranges::find(result.texts, phone, &store::QueuedText::to);
    if (text == result.texts.end()) throw std::runtime_error("she was told nothing");
    return store::trace_message(database.connection, text->id).value();
  }

  TestDatabase database{"trace"};
  Shop shop{database};
};

TEST_F(MysqlTrace, a_message_names_the_purchase_or_the_redemption_it_is_about) {
  shop.ask(text_from(kShopper, "JOIN", "1"));
  shop.advance(1s);
  const auto bought = shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  const MessageTrace receipt = told(bought, kShopper);
  ASSERT_EQ(receipt.causes.size(), 1U);
  EXPECT_EQ(receipt.causes[0].what, What::purchase);
  EXPECT_EQ(receipt.causes[0].branch, 12U);
  EXPECT_EQ(receipt.causes[0].invoice, "A-1");
  EXPECT_EQ(receipt.causes[0].amount, 4'000'000);

  shop.advance(1s);
  const std::string code = nlohmann::json::parse(bought.answer).at("code");
  const auto taken = shop.ask(text_from(kVanakCashier, code + " 850000 4321", "2"));
  for (const handlers::PhoneNumber phone : {kShopper, kVanakCashier}) {
    const MessageTrace message = told(taken, phone);
    ASSERT_EQ(message.causes.size(), 1U) << phone;
    EXPECT_EQ(message.causes[0].what, What::redemption);
    EXPECT_EQ(message.causes[0].amount, 850'000);
    EXPECT_EQ(message.causes[0].used, 200'000);
    EXPECT_EQ(message.causes[0].cashier, kVanakCashier);
  }
}

TEST_F(MysqlTrace, a_message_about_nothing_that_was_booked_and_one_of_another_moment_names_none) {
  const auto joined = shop.ask(text_from(kShopper, "JOIN", "1"));
  shop.advance(1s);
  shop.ask(purchase_of(kShopper, 4'000'000, "A-1", "1"));
  shop.ask(purchase_of(kOtherShopper, 4'000'000, "A-2", "2"));
  EXPECT_TRUE(told(joined, kShopper).causes.empty());
  shop.advance(1s);
  EXPECT_TRUE(told(shop.ask(text_from(kShopper, "credit", "3")), kShopper).causes.empty());
}

}  // namespace
}  // namespace peyk::tests::mysql_trace_test
