// What waits to be saved: sets, and halves of those that could not be.
#include "gateway/halving_sets.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace peyk::tests::gateway_halving_sets_test {
namespace {

using gateway::HalvingSets;

TEST(HalvingSets, a_set_is_what_has_come_up_to_the_limit_and_in_its_order) {
  HalvingSets<int> sets(3);
  for (int one = 1; one <= 4; ++one) sets.push(one);
  EXPECT_EQ(*sets.next(), (std::vector{1, 2, 3}));
  EXPECT_EQ(*sets.next(), (std::vector{4}));
  EXPECT_TRUE(sets.empty());
}

TEST(HalvingSets, the_halves_of_a_set_that_failed_come_before_what_came_later) {
  HalvingSets<int> sets(3);
  for (int one = 1; one <= 4; ++one) sets.push(one);
  EXPECT_TRUE(sets.halve(sets.next()));
  EXPECT_EQ(*sets.next(), (std::vector{1}));
  EXPECT_EQ(*sets.next(), (std::vector{2, 3}));
  EXPECT_EQ(*sets.next(), (std::vector{4}));
}

TEST(HalvingSets, one_alone_stays_with_whoever_tried_it) {
  HalvingSets<int> sets(3);
  sets.push(7);
  const HalvingSets<int>::Set alone = sets.next();
  EXPECT_FALSE(sets.halve(alone));
  EXPECT_EQ(*alone, (std::vector{7}));
  EXPECT_TRUE(sets.empty());
}

TEST(HalvingSets, what_comes_back_is_not_counted_as_waiting_but_is_not_forgotten) {
  HalvingSets<int> sets(2);
  sets.push(1);
  sets.push(2);
  EXPECT_TRUE(sets.halve(sets.next()));
  EXPECT_EQ(sets.waiting(), 0U);
  EXPECT_FALSE(sets.empty());
}

}  // namespace
}  // namespace peyk::tests::gateway_halving_sets_test
