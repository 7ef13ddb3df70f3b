#include "sim/window_counter.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace peyk::tests::sim_window_counter_test {
namespace {

using sim::WindowCounter;

TEST(TheWindowCounter, countsABurstAcrossTwoCalendarSeconds) {
  WindowCounter counter;
  for (const std::int64_t at_us : {900'000, 950'000, 1'000'000, 1'050'000, 1'899'999}) counter.add(at_us);
  EXPECT_EQ(counter.max_in_any_second(), 5U);
}

TEST(TheWindowCounter, doesNotJoinTwoEventsExactlyOneSecondApart) {
  WindowCounter counter;
  counter.add(0);
  counter.add(1'000'000);
  EXPECT_EQ(counter.max_in_any_second(), 1U);
  EXPECT_EQ(counter.total(), 2U);
}

TEST(TheWindowCounter, countsOfWhatItSawLateOnlyWhatIsCertain) {
  WindowCounter counter;
  counter.add(100'000, 40'000);  // seen late, with whatever came in the sixty milliseconds before
  counter.add(1'039'999);
  EXPECT_EQ(counter.max_in_any_second(), 2U) << "however late the first was seen";
  counter.add(1'050'000);
  EXPECT_EQ(counter.max_in_any_second(), 2U) << "the first may have come a second before";
}

RC_GTEST_PROP(TheWindowCounter, agreesWithTryingEveryWindow, ()) {
  const auto steps_us =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 400'000));
  std::vector<std::int64_t> times;
  WindowCounter counter;
  std::int64_t at_us = 0;
  for (const std::uint32_t step : steps_us) {
    times.push_back(at_us += step);
    counter.add(at_us);
  }
  std::size_t best = 0;
  for (const std::int64_t begin : times) {
    best = std::max(best, static_cast<std::size_t>(std::ranges::count_if(times, [begin](std::int64_t t) {
                      return t >= begin && t < begin + WindowCounter::kWindowUs;
                    })));
  }
  RC_ASSERT(counter.max_in_any_second() == best);
}

}  // namespace
}  // namespace peyk::tests::sim_window_counter_test
