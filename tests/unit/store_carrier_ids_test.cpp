// Message ids in disguise, and the habit of a carrier.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "store/carrier_ids.hpp"

namespace peyk::tests::store_carrier_ids_test {
namespace {

using namespace store;

TEST(CarrierIds, lose_case_padding_prefix_and_the_dashes_of_a_uuid) {
  EXPECT_EQ(id_key("0034265880"), "34265880");
  EXPECT_EQ(id_key("70BA8A69"), "70ba8a69");
  EXPECT_EQ(id_key(" 0x0070BA8A69 "), "70ba8a69");
  EXPECT_EQ(id_key("2F1C9A30-77de-4B52-9A0E-5D1F6C2AB001"), "2f1c9a3077de4b529a0e5d1f6c2ab001");
  EXPECT_EQ(id_key("000"), "0");
  EXPECT_EQ(id_key("  "), "");
}

TEST(CarrierIds, that_are_words_keep_their_zeros_and_dashes) {
  EXPECT_EQ(id_key("00Msg-17"), "00msg-17");
  EXPECT_EQ(id_key("20AC92EF3xy"), "20ac92ef3xy");
  EXPECT_EQ(id_key("2f1c9a30-77de"), "2f1c9a30-77de");
  const IdKeys keys = submitted_keys("20ac92ef3xy");
  EXPECT_EQ(keys[1], "");
  EXPECT_EQ(keys[2], "");
}

TEST(CarrierIds, are_found_as_numbers_of_the_other_base_at_any_length) {
  EXPECT_EQ(submitted_keys("1891273321")[1], "70ba8a69");
  EXPECT_EQ(submitted_keys("70BA8A69")[2], "1891273321");
  EXPECT_EQ(receipted_keys("70BA8A69")[1], "1891273321");
  EXPECT_EQ(receipted_keys("1891273321")[2], "70ba8a69");
  EXPECT_EQ(submitted_keys("99999999999999999999999")[1], "152d02c7e14af67fffff");
  EXPECT_EQ(submitted_keys("152D02C7E14AF67FFFFF")[2], "99999999999999999999999");
  EXPECT_EQ(submitted_keys(std::string(64, 'f'))[2].size(), 78U);
  EXPECT_EQ(submitted_keys("7")[1], "") << "7 is 7";
}

TEST(CarrierIds, longer_than_the_wire_allows_are_no_numbers) {
  const std::string longest(64, '9'), longer(65, '9');
  EXPECT_NE(submitted_keys(longest)[1], "");
  EXPECT_EQ(submitted_keys(longer)[1], "");
  EXPECT_LE(id_key(std::string(300, 'z')).size(), kIdKeyMax);
}

RC_GTEST_PROP(CarrierIds, go_to_the_other_base_and_back, ()) {
  const std::string id = *rc::gen::container<std::string>(rc::gen::inRange<char>('0', '9' + 1));
  RC_PRE(!id.empty() && id.size() <= kCarrierIdMax);
  const std::string hex = submitted_keys(id)[1];
  if (hex.empty()) return;
  RC_ASSERT(submitted_keys(hex)[2] == id_key(id));
  RC_ASSERT(receipted_keys(hex)[1] == id_key(id));
}

TEST(IdHabit, is_known_after_three_and_lost_when_it_is_broken_often) {
  IdHabit habit;
  EXPECT_FALSE(habit.usual());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(habit.saw(IdStyle::hex_to_decimal));
  EXPECT_EQ(habit.usual(), IdStyle::hex_to_decimal);
  EXPECT_TRUE(habit.saw(IdStyle::same));
  EXPECT_FALSE(habit.usual()) << "one of four is no exception";
  for (int i = 0; i < 7; ++i) habit.saw(IdStyle::hex_to_decimal);
  EXPECT_EQ(habit.usual(), IdStyle::hex_to_decimal);
}

TEST(IdHabit, is_not_counted_further_than_it_takes_to_know_it) {
  IdHabit habit;
  int counted = 0;
  for (int i = 0; i < 1000; ++i) counted += habit.saw(IdStyle::same) ? 1 : 0;
  EXPECT_EQ(counted, 20);
  EXPECT_TRUE(habit.saw(IdStyle::decimal_to_hex)) << "an exception is always news";
}

TEST(IdHabit, of_a_carrier_that_mixes_is_none) {
  IdHabit habit;
  for (int i = 0; i < 300; ++i) {
    habit.saw(IdStyle::same);
    habit.saw(IdStyle::hex_to_decimal);
  }
  EXPECT_FALSE(habit.usual());
}

}  // namespace
}  // namespace peyk::tests::store_carrier_ids_test
