#include "sim/reading.hpp"

#include <gtest/gtest.h>

namespace peyk::tests::sim_reading_test {
namespace {

using sim::international_phone;
using sim::mentions_amount;
using sim::mentions_code;
using sim::national_phone;

TEST(AReader, findsAnAmountInAnyDigitsAndEitherUnit) {
  EXPECT_TRUE(mentions_amount("مبلغ خرید: ۸۵٬۰۰۰ تومان", 850'000));
  EXPECT_TRUE(mentions_amount("850,000 rials", 850'000));
  EXPECT_TRUE(mentions_amount("٨٥٠٠٠٠", 850'000));
  EXPECT_FALSE(mentions_amount("۸۵٬۰۰۱ تومان", 850'000));
  EXPECT_FALSE(mentions_amount("1,850,000 rials", 850'000));
}

TEST(AReader, keepsTwoNumbersWithASpaceBetweenThemApart) {
  EXPECT_TRUE(mentions_amount("4417203 850000", 850'000));
  EXPECT_FALSE(mentions_amount("85, 000", 850'000));
}

TEST(AReader, takesACodeOnlyAsOneNumberOfItsOwn) {
  EXPECT_TRUE(mentions_code("کد: ۴۴۱۷۲۰۳\nلغو۱۱", "4417203"));
  EXPECT_FALSE(mentions_code("44172031", "4417203"));
  EXPECT_FALSE(mentions_code("4,417,203 rials", "4417203"));
}

TEST(AReader, writesAPhoneBothWays) {
  EXPECT_EQ(international_phone("09121234567"), "989121234567");
  EXPECT_EQ(international_phone("+98 912 123 4567"), "989121234567");
  EXPECT_EQ(international_phone("۰۹۱۲۱۲۳۴۵۶۷"), "989121234567");
  EXPECT_EQ(international_phone("00989121234567"), "989121234567");
  EXPECT_EQ(national_phone("989121234567"), "09121234567");
  EXPECT_EQ(national_phone("30001234"), "30001234");
}

}  // namespace
}  // namespace peyk::tests::sim_reading_test
