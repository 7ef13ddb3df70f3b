// What a walk by ids has read and need not read again yet.
#include "store/mysql/resting_ranges.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace peyk::tests::store_resting_ranges_test {
namespace {

using namespace std::chrono_literals;
using store::RestingRanges;
using Range = RestingRanges::Range;

const rules::Instant kStart{std::chrono::days{20'000}};
constexpr std::uint64_t kNoEnd = RestingRanges::kNoEnd;

TEST(RestingRangesOfAWalk, are_passed_over_until_their_time) {
  RestingRanges resting;
  EXPECT_EQ(resting.next(0, kStart), (Range{0, kNoEnd}));
  resting.rest({0, 500}, kStart + 1h, 10min);
  resting.rest({900, 1'000}, kStart + 2h, 10min);
  EXPECT_EQ(resting.next(0, kStart), (Range{500, 900})) << "what lies between was never read";
  EXPECT_EQ(resting.next(900, kStart), (Range{1'000, kNoEnd}));
  EXPECT_EQ(resting.next(0, kStart + 1h), (Range{0, 900})) << "to its moment, no longer";
  EXPECT_EQ(resting.next(0, kStart + 2h), (Range{0, kNoEnd}));
}

TEST(RestingRangesOfAWalk, are_joined_where_their_times_are_near) {
  RestingRanges resting;
  resting.rest({0, 500}, kStart + 1h, 10min);
  resting.rest({500, 700}, kStart + 70min, 10min);
  EXPECT_EQ(resting.size(), 1U);
  resting.rest({700, 800}, kStart + 70min + 1s, 10min);
  EXPECT_EQ(resting.size(), 2U) << "near the first of those that were joined, not near the last";
  EXPECT_EQ(resting.next(0, kStart + 1h), (Range{0, 700}))
      << "of those that are joined the earlier moment counts";
}

TEST(RestingRangesOfAWalk, are_what_was_read_last) {
  RestingRanges resting;
  resting.rest({0, 1'000}, kStart, 10min);
  resting.rest({0, 500}, kStart + 5h, 10min);
  EXPECT_EQ(resting.next(0, kStart), (Range{500, kNoEnd})) << "the rest of it is still due";
  resting.rest({200, 300}, kStart + 1h, 10min);
  EXPECT_EQ(resting.next(0, kStart + 1h), (Range{200, 300}));
  resting.rest({7, 7}, kStart + 9h, 10min);
  EXPECT_EQ(resting.next(0, kStart + 1h), (Range{200, 300})) << "of an empty range nothing is known";
}

TEST(RestingRangesOfAWalk, stay_few_however_their_times_are_mixed) {
  RestingRanges resting;
  constexpr std::uint64_t kRanges = 5 * RestingRanges::kRestsMax;
  for (std::uint64_t i = 0; i < kRanges; ++i)
    resting.rest({i * 10, i * 10 + 10}, kStart + 1h * static_cast<int>(1 + i * 7'919 % 100), 1min);
  EXPECT_LE(resting.size(), RestingRanges::kRestsMax);
  EXPECT_EQ(resting.next(0, kStart), (Range{kRanges * 10, kNoEnd})) << "nothing is forgotten";
}

// Beside a moment for each id: nothing rests longer than it was said to.
RC_GTEST_PROP(RestingRangesOfAWalk, never_pass_over_what_is_due, ()) {
  RestingRanges resting;
  std::map<std::uint64_t, rules::Instant> due;
  constexpr std::uint64_t kIds = 60;
  for (int step = *rc::gen::inRange(0, 60); step > 0; --step) {
    const std::uint64_t after = *rc::gen::inRange<std::uint64_t>(0, kIds);
    const Range range{after, after + *rc::gen::inRange<std::uint64_t>(1, 20)};
    const rules::Instant until = kStart + 1min * *rc::gen::inRange(0, 100);
    resting.rest(range, until, 1min * *rc::gen::inRange(0, 30));
    for (std::uint64_t id = range.after + 1; id <= range.last; ++id) due[id] = until;
  }
  const rules::Instant now = kStart + 1min * *rc::gen::inRange(0, 100);
  std::map<std::uint64_t, bool> read;
  for (std::uint64_t after = 0; after != kNoEnd;) {
    const Range range = resting.next(after, now);
    for (std::uint64_t id = range.after + 1; id <= std::min(range.last, 2 * kIds); ++id) read[id] = true;
    after = range.last;
  }
  for (std::uint64_t id = 1; id <= kIds; ++id) RC_ASSERT(read[id] || (due.contains(id) && due.at(id) > now));
}

}  // namespace
}  // namespace peyk::tests::store_resting_ranges_test
