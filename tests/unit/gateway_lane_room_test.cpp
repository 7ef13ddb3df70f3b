// How much more a lane takes: what comes in bulk is in nobody's way, and is given when it can be told.
#include "gateway/lane_room.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "templates/dates.hpp"

namespace peyk::tests::gateway_lane_room_test {
namespace {

using namespace gateway;
using namespace std::chrono_literals;
using handlers::Lane;

constexpr LaneCounts::Time kStart{100h};

store::LineDepth depth_of(std::uint64_t waiting, std::uint64_t paused = 0, bool fresh = false) {
  store::LineDepth depth;
  depth.lanes[static_cast<std::size_t>(Lane::notice)] = {.waiting = waiting, .paused = paused};
  depth.fresh = fresh;
  return depth;
}

TEST(LaneCounts, are_what_was_measured_and_what_came_since) {
  LaneCounts counts;
  EXPECT_EQ(counts.waiting(Lane::notice, kStart), std::nullopt) << "nobody has asked yet";
  counts.put_in(Lane::notice);
  counts.asked();
  counts.put_in(Lane::notice);  // Redis may have answered before it came there
  counts.answered(depth_of(7), kStart);
  EXPECT_EQ(counts.waiting(Lane::notice, kStart), 8U);
  EXPECT_EQ(counts.waiting(Lane::promo, kStart), 0U);
  counts.put_in(Lane::notice);
  EXPECT_EQ(counts.waiting(Lane::notice, kStart + 1s), 9U);
  counts.asked();
  EXPECT_EQ(counts.waiting(Lane::notice, kStart + 1s), 9U) << "not answered yet";
  counts.asked();  // that was refused, and is asked again
  EXPECT_EQ(counts.waiting(Lane::notice, kStart + 2s), 9U);
  counts.answered(depth_of(5), kStart + 2s);
  EXPECT_EQ(counts.waiting(Lane::notice, kStart + 2s), 5U);
}

TEST(LaneCounts, are_forgotten_when_redis_is_silent_or_knows_nothing) {
  LaneCounts counts;
  counts.asked();
  counts.answered(depth_of(7), kStart);
  EXPECT_EQ(counts.waiting(Lane::notice, kStart + 10s), 7U);
  EXPECT_EQ(counts.waiting(Lane::notice, kStart + 11s), std::nullopt);
  counts.asked();
  counts.answered(depth_of(0, 0, true), kStart + 12s);
  EXPECT_EQ(counts.waiting(Lane::notice, kStart + 12s), std::nullopt) << "the outbox has more than it knows";
}

TEST(LaneCounts, leave_out_what_an_operator_keeps_back_for_it_holds_up_nobody) {
  LaneCounts counts;
  counts.asked();
  counts.answered(depth_of(700, 690), kStart);
  EXPECT_EQ(counts.waiting(Lane::notice, kStart), 10U);
  counts.answered(depth_of(5, 6), kStart);
  EXPECT_EQ(counts.waiting(Lane::notice, kStart), 0U);
}

TEST(LaneRoom, is_some_seconds_of_what_the_line_lets_out_less_what_waits) {
  const struct {
    std::optional<std::uint64_t> waiting;
    double rate;
    std::uint32_t room;
  } rows[] = {{0, 100, 500},          {499, 100, 1}, {500, 100, 0}, {9'000, 100, 0},     {0, 0.1, 1},
              {std::nullopt, 100, 0}, {0, 0, 1'000}, {1'200, 0, 0}, {std::nullopt, 0, 0}};
  for (const auto& row : rows) {
    EXPECT_EQ(room_to_wake(Lane::notice, {.waiting = row.waiting, .rate = row.rate}), row.room)
        << row.rate << ", " << row.waiting.value_or(0);
  }
}

TEST(LaneRoom, has_no_end_for_what_answers_somebody) {
  for (const Lane lane : {Lane::urgent, Lane::reply}) {
    EXPECT_GT(room_to_wake(lane, {.waiting = 1'000'000, .rate = 1}), 1'000'000U);
    EXPECT_GT(room_to_wake(lane, {}), 1'000'000U);
  }
}

TEST(LaneRoom, of_advertising_is_greater_for_what_was_held_back_than_for_what_is_yet_to_be_given) {
  const LaneView full{.waiting = 6'000, .rate = 20, .could_send = true};
  EXPECT_EQ(room_to_wake(Lane::promo, full), 6'000U);
  EXPECT_EQ(room_to_give(full, {}, "UTC", {}).texts, 0U);
}

// Of 200,000 reminders for ten o'clock and a line of 100 a second, with a purchase each seven seconds.
TEST(LaneRoom, lets_a_purchases_code_leave_within_seconds_whatever_the_morning_has_to_tell) {
  constexpr int kRate = 100;
  std::uint64_t due = 200'000, reminded = 0;
  std::deque<int> lane;  // -1: a reminder; else the second of a purchase
  int longest = 0, second = 0;
  for (; reminded < 200'000 && second < 10'000; ++second) {
    if (second % 7 == 0) lane.push_back(second);
    const std::uint64_t woken =
        std::min<std::uint64_t>(due, room_to_wake(Lane::notice, {.waiting = lane.size(), .rate = kRate}));
    due -= woken;
    lane.insert(lane.end(), woken, -1);
    for (int sent = 0; sent < kRate && !lane.empty(); ++sent) {
      if (lane.front() < 0) {
        ++reminded;
      } else {
        longest = std::max(longest, second - lane.front());
      }
      lane.pop_front();
    }
  }
  EXPECT_EQ(reminded, 200'000U);
  EXPECT_LE(longest, 6) << "seconds";
  EXPECT_LE(second, 200'000 / kRate * 102 / 100) << "and the line is never idle";
}

TEST(RoomToGive, says_what_is_waited_for) {
  constexpr const char* kTehran = "Asia/Tehran";
  const handlers::PromoPolicy policy{
      .line_may = true, .quiet_from_minute = 13 * 60, .quiet_until_minute = 16 * 60};
  const rules::Instant day =
      templates::start_of_local_day(std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}, kTehran);
  const rules::Instant morning = day + 10h, noon = day + 14h;
  const LaneView well{.waiting = 100, .rate = 20, .could_send = true};
  LaneView paused = well, cut = well, unknown = well, full = well;
  paused.paused = true;
  cut.could_send = false;
  unknown.waiting.reset();
  full.waiting = 6'000;
  const struct {
    LaneView lane;
    rules::Instant now;
    std::uint32_t texts;
    std::string_view waits_for;
  } rows[] = {{well, morning, 5'900, ""},      {well, noon, 0, "quiet_hours"}, {paused, morning, 0, "resume"},
              {cut, morning, 0, "link"},       {unknown, morning, 0, "redis"}, {full, morning, 0, "queue"},
              {paused, noon, 0, "quiet_hours"}};
  for (const auto& row : rows) {
    const RoomToGive room = room_to_give(row.lane, policy, kTehran, row.now);
    EXPECT_EQ(room.texts, row.texts) << row.waits_for;
    EXPECT_EQ(room.waits_for, row.waits_for);
    EXPECT_EQ(std::ranges::count(kGivingWaitsFor, row.waits_for), row.waits_for.empty() ? 0 : 1);
  }
  LaneView boundless = well;
  boundless.rate = 0;
  EXPECT_EQ(room_to_give(boundless, policy, kTehran, morning).texts, 4'900U) << "a line without a rate";
}

}  // namespace
}  // namespace peyk::tests::gateway_lane_room_test
