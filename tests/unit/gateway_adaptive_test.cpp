// Slowing down and speeding up again, with time as integers: rates, windows, routes.
#include <gtest/gtest.h>

#include "gateway/adaptive_rate.hpp"
#include "gateway/adaptive_window.hpp"
#include "gateway/route_choice.hpp"

namespace peyk::gateway::gateway_adaptive_test {
namespace {

using namespace std::chrono_literals;
using Time = AdaptiveRate::Time;

constexpr Time kStart{std::chrono::hours{100}};

TEST(AdaptiveRate, halves_at_once_and_grows_by_a_tenth_of_the_contract_a_second) {
  AdaptiveRate rate(100);
  EXPECT_EQ(rate.effective(kStart), 100);
  EXPECT_TRUE(rate.throttled(kStart, 1s));
  EXPECT_EQ(rate.effective(kStart), 50);
  EXPECT_EQ(rate.paused_until(), kStart + 1s);
  EXPECT_EQ(rate.effective(kStart + 1s), 50) << "it grows after the pause";
  EXPECT_NEAR(rate.effective(kStart + 2s), 60, 0.001);
  EXPECT_NEAR(rate.effective(kStart + 4s), 80, 0.001);
  EXPECT_EQ(rate.effective(kStart + 60s), 100) << "never above the contract";
}

TEST(AdaptiveRate, hears_a_flood_of_refusals_once) {
  AdaptiveRate rate(100);
  EXPECT_TRUE(rate.throttled(kStart, 1s));
  for (int i = 1; i < 100; ++i) EXPECT_FALSE(rate.throttled(kStart + i * 5ms, 1s));
  EXPECT_EQ(rate.effective(kStart + 500ms), 50);
  EXPECT_TRUE(rate.throttled(kStart + 2s, 1s));
  EXPECT_NEAR(rate.effective(kStart + 2s), 27.5, 0.6);
}

TEST(AdaptiveRate, does_not_fall_below_a_tenth_of_the_contract) {
  AdaptiveRate rate(100);
  for (int i = 0; i < 20; ++i) rate.throttled(kStart + i * 1s, 5s);
  EXPECT_EQ(rate.effective(kStart + 20s), 10);
  AdaptiveRate slow(0.5);
  slow.throttled(kStart, 1s);
  EXPECT_EQ(slow.effective(kStart), 0.5) << "one in two seconds is slow enough to find out";
}

TEST(AdaptiveRate, without_a_contract_starts_from_what_was_measured_and_ends_when_it_limits_nothing) {
  AdaptiveRate rate;
  EXPECT_EQ(rate.effective(kStart), 0);
  for (int i = 0; i < 600; ++i) rate.submitted(kStart + i * 5ms);  // 200 a second
  const Time refused = kStart + 3s;
  EXPECT_TRUE(rate.throttled(refused, 1s));
  EXPECT_NEAR(rate.effective(refused), 100, 2);
  EXPECT_NEAR(rate.effective(refused + 6s), 200, 4);
  EXPECT_NEAR(rate.effective(refused + 16s), 400, 8) << "what was measured is not what the carrier can";
  EXPECT_EQ(rate.effective(refused + 200s), 0);
  AdaptiveRate idle;
  EXPECT_TRUE(idle.throttled(kStart, 1s));
  EXPECT_EQ(idle.effective(kStart), 1);
}

TEST(AdaptiveRate, follows_congestion_state) {
  AdaptiveRate rate(100);
  EXPECT_FALSE(rate.congested(85, kStart));
  EXPECT_EQ(rate.effective(kStart), 100);
  EXPECT_TRUE(rate.congested(95, kStart));
  EXPECT_EQ(rate.effective(kStart), 50);
  for (int i = 1; i <= 20; ++i) EXPECT_FALSE(rate.congested(85, kStart + i * 100ms));
  EXPECT_NEAR(rate.effective(kStart + 2s), 70, 0.1);
  EXPECT_FALSE(rate.congested(40, kStart + 3s));
  EXPECT_NEAR(rate.effective(kStart + 4s), 90, 0.1);
}

void answer(AdaptiveWindow& window, std::chrono::microseconds latency, int times) {
  for (int i = 0; i < times; ++i) window.answered(latency);
}

TEST(AdaptiveWindow, narrows_when_answers_become_slow_and_widens_again) {
  AdaptiveWindow window(100);
  answer(window, 20ms, 160);
  EXPECT_EQ(window.limit(), 100U);
  answer(window, 5s, 160);
  const std::uint32_t narrow = window.limit();
  EXPECT_LT(narrow, 20U);
  EXPECT_GE(narrow, 1U);
  answer(window, 20ms, 16);
  EXPECT_GT(window.limit(), narrow);
  answer(window, 20ms, 16 * 16);
  EXPECT_EQ(window.limit(), 100U) << "never above what is configured";
}

TEST(AdaptiveWindow, is_not_moved_by_quick_answers_a_few_late_ones_or_a_carrier_that_is_always_slow) {
  AdaptiveWindow quick(100);
  answer(quick, 100us, 160);
  answer(quick, 30ms, 160);  // 300 times as long, and still quick
  EXPECT_EQ(quick.limit(), 100U);
  for (int i = 0; i < 50; ++i) {
    answer(quick, 10s, 4);
    answer(quick, 1ms, 12);
  }
  EXPECT_EQ(quick.limit(), 100U);
  AdaptiveWindow slow(10);
  answer(slow, 2s, 320);
  EXPECT_EQ(slow.limit(), 10U);
}

TEST(AdaptiveWindow, always_leaves_one) {
  AdaptiveWindow window(2);
  answer(window, 1ms, 16);
  answer(window, 50s, 1600);
  EXPECT_EQ(window.limit(), 1U);
}

using Choice = RouteChoice;

TEST(RouteChoice, waits_a_while_for_the_lines_own_carrier_and_goes_back_to_it_at_once) {
  Choice choice(2, kStart, 10s);
  choice.bound(1, true, kStart);
  EXPECT_EQ(choice.choose(kStart + 9s), 0U);
  EXPECT_EQ(choice.choose(kStart + 10s), 1U);
  choice.bound(0, true, kStart + 11s);
  EXPECT_EQ(choice.choose(kStart + 11s), 0U);
  choice.bound(0, false, kStart + 20s);
  choice.bound(0, false, kStart + 25s);  // said again
  EXPECT_EQ(choice.choose(kStart + 29s), 0U);
  EXPECT_EQ(choice.choose(kStart + 30s), 1U);
}

TEST(RouteChoice, leaves_a_carrier_that_refuses_for_a_while_if_there_is_another) {
  Choice choice(3, kStart);
  for (std::size_t route = 0; route < 3; ++route) choice.bound(route, true, kStart);
  choice.refused(0, kStart);
  EXPECT_EQ(choice.choose(kStart), 1U);
  EXPECT_TRUE(choice.another(1, kStart));
  choice.refused(1, kStart);
  EXPECT_EQ(choice.choose(kStart), 2U);
  EXPECT_FALSE(choice.another(2, kStart));
  choice.refused(2, kStart);
  EXPECT_EQ(choice.choose(kStart), 0U);
  EXPECT_EQ(choice.choose(kStart + Choice::kRefusalRemembered), 0U);
}

TEST(RouteChoice, without_an_alternate_is_always_the_lines_own_carrier) {
  Choice choice(1, kStart);
  choice.refused(0, kStart);
  EXPECT_EQ(choice.choose(kStart + 1h), 0U);
  EXPECT_FALSE(choice.another(0, kStart + 1h));
}

}  // namespace
}  // namespace peyk::gateway::gateway_adaptive_test
