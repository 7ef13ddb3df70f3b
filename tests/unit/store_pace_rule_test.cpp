// The pace without Redis: slots are numbers, time is an argument.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "store/redis/pace.hpp"

namespace peyk::store::store_pace_rule_test {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000'000;
constexpr std::int64_t kHorizon = 100'000;
constexpr std::int64_t kSecond = 1'000'000;

using Offsets = std::vector<std::int64_t>;

// A pace that was asked long ago, so that its silence is over.
Pace settled(Spacings spacings, std::int64_t now = kNow) {
  Pace pace;
  EXPECT_FALSE(pace.take(spacings, now - 10 * kSecond, kHorizon, 1));
  return pace;
}

// The most sends in any window [t, t + 1 s).
std::size_t most_in_a_second(std::vector<std::int64_t> sends) {
  std::sort(sends.begin(), sends.end());
  std::size_t most = 0, first = 0;
  for (std::size_t last = 0; last < sends.size(); ++last) {
    while (sends[last] - sends[first] >= kSecond) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

// Takes all it can for `seconds`, looking every `poll_us`; absolute slots.
std::vector<std::int64_t> saturate(Pace& pace, Spacings spacings, std::int64_t seconds,
                                   std::int64_t poll_us) {
  std::vector<std::int64_t> sends;
  for (std::int64_t now = kNow; now < kNow + seconds * kSecond; now += poll_us) {
    while (const auto slots = pace.take(spacings, now, kHorizon, 1)) sends.push_back(now + slots->front());
  }
  return sends;
}

TEST(Pace, without_limits_everything_leaves_at_once) {
  Pace pace;
  EXPECT_EQ(pace.take({}, kNow, kHorizon, 3), (Offsets{0, 0, 0}));
  EXPECT_EQ(pace.take({}, kNow, kHorizon, 1), (Offsets{0}));
}

TEST(Pace, that_is_unknown_is_silent_for_a_second) {
  const Spacings spacings = spacings_of(101, 0);  // a slot each 10 ms
  Pace pace;
  EXPECT_FALSE(pace.take(spacings, kNow, kHorizon, 1));
  EXPECT_FALSE(pace.take(spacings, kNow + kSecond - kHorizon - 1, kHorizon, 1));
  EXPECT_EQ(pace.take(spacings, kNow + kSecond - kHorizon, kHorizon, 1), (Offsets{kHorizon}));
}

TEST(Pace, gives_each_part_a_slot_of_its_own) {
  const Spacings spacings = spacings_of(101, 0);
  Pace pace = settled(spacings);
  EXPECT_EQ(pace.take(spacings, kNow, kHorizon, 3), (Offsets{0, 10'000, 20'000}));
  EXPECT_EQ(pace.take(spacings, kNow, kHorizon, 1), (Offsets{30'000}));
}

TEST(Pace, saves_nothing_up_while_idle) {
  const Spacings spacings = spacings_of(101, 0);
  Pace pace = settled(spacings);
  const std::int64_t later = kNow + 3600 * kSecond;
  EXPECT_EQ(pace.take(spacings, later, kHorizon, 2), (Offsets{0, 10'000}));
}

TEST(Pace, looks_no_further_ahead_than_its_horizon) {
  const Spacings spacings = spacings_of(10.1, 0);  // a slot each 100 ms
  Pace pace = settled(spacings);
  EXPECT_TRUE(pace.take(spacings, kNow, kHorizon, 1));
  EXPECT_EQ(pace.take(spacings, kNow, kHorizon, 1), (Offsets{100'000}));
  EXPECT_FALSE(pace.take(spacings, kNow, kHorizon, 1));
  EXPECT_FALSE(pace.take(spacings, kNow + 99'999, kHorizon, 1));
  EXPECT_TRUE(pace.take(spacings, kNow + 100'000, kHorizon, 1));
}

TEST(Pace, of_a_clock_that_was_set_back_is_silent_and_then_goes_on) {
  const Spacings spacings = spacings_of(100, 0);
  Pace pace = settled(spacings);
  ASSERT_TRUE(pace.take(spacings, kNow, kHorizon, 1));
  const std::int64_t yesterday = kNow - 86'400 * kSecond;
  EXPECT_FALSE(pace.take(spacings, yesterday, kHorizon, 1));
  EXPECT_TRUE(pace.take(spacings, yesterday + kSecond, kHorizon, 1));
}

TEST(Pace, refuses_rates_that_are_none) {
  EXPECT_EQ(spacings_of(0, 0).line_us, 0);
  EXPECT_EQ(spacings_of(1, 0).line_us, 1'010'000);
  for (const double rate : {-1.0, 0.0001, 1e9, std::numeric_limits<double>::infinity(), std::nan("")}) {
    EXPECT_THROW(spacings_of(rate, 0), std::invalid_argument) << rate;
    EXPECT_THROW(spacings_of(0, rate), std::invalid_argument) << rate;
  }
}

TEST(Pace, of_an_account_is_not_held_up_by_a_long_text_on_a_slow_line) {
  const Spacings slow = spacings_of(1, 100), fast = spacings_of(0, 100);
  Pace pace = settled(slow);
  ASSERT_TRUE(pace.take(slow, kNow, kHorizon, 5));  // its last part leaves in four seconds
  Pace other;
  other.account = pace.account;
  const auto sends = saturate(other, fast, 10, 20'000);
  EXPECT_GE(sends.size(), 985U);
}

TEST(Pace, gives_no_point_of_an_account_to_two_lines) {
  const Spacings spacings = spacings_of(50, 60);
  Pace a = settled(spacings), b = a;
  std::vector<std::int64_t> sends;
  for (std::int64_t now = kNow; now < kNow + 5 * kSecond; now += 7'000) {
    for (auto [from, to] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
      while (const auto slots = from->take(spacings, now, kHorizon, 2)) {
        for (const std::int64_t slot : *slots) sends.push_back(now + slot);
      }
      to->account = from->account;
    }
  }
  std::sort(sends.begin(), sends.end());
  EXPECT_EQ(std::adjacent_find(sends.begin(), sends.end()), sends.end());
  EXPECT_LE(most_in_a_second(sends), 60U);
  EXPECT_GE(sends.size(), 290U);
}

TEST(Pace, that_was_too_fast_pauses_then_goes_half_as_fast_then_recovers) {
  const Spacings spacings = spacings_of(101, 0);
  Pace pace = settled(spacings);
  pace.line.throttle.penalise(kNow, 2 * kSecond);
  EXPECT_FALSE(pace.take(spacings, kNow, kHorizon, 1));
  EXPECT_EQ(pace.take(spacings, kNow + 2 * kSecond, kHorizon, 2), (Offsets{0, 20'000}));
  // A tenth a second: after two and a half seconds 3/4 of the rate, after five all of it.
  EXPECT_EQ(pace.take(spacings, kNow + 9 * kSecond / 2, kHorizon, 2), (Offsets{0, 13'334}));
  EXPECT_EQ(pace.take(spacings, kNow + 7 * kSecond, kHorizon, 2), (Offsets{0, 10'000}));
}

TEST(Pace, takes_a_flood_of_complaints_for_one_but_heeds_the_next) {
  Throttle throttle;
  throttle.penalise(kNow, kSecond);
  throttle.penalise(kNow + 1000, kSecond);
  EXPECT_EQ(throttle.factor, 500);
  EXPECT_EQ(throttle.slow_until_us, kNow + 1000 + kSecond);
  throttle.penalise(kNow + 2000, 1);
  EXPECT_EQ(throttle.slow_until_us, kNow + 1000 + kSecond);
  throttle.penalise(kNow + 2 * kSecond, kSecond);
  EXPECT_LT(throttle.factor, 300);
  for (int i = 2; i < 20; ++i) throttle.penalise(kNow + i * 2 * kSecond, kSecond);
  EXPECT_EQ(throttle.factor, kFactorMin);
}

TEST(Pace, of_a_slowed_account_uses_its_share_of_the_grid) {
  const Spacings spacings = spacings_of(0, 100);
  Pace pace = settled(spacings);
  pace.account.throttle = {kNow, 500};
  const auto sends = saturate(pace, spacings, 1, 10'000);
  EXPECT_NEAR(static_cast<double>(sends.size()), 60, 5);  // half the rate, recovering, and the horizon
}

TEST(Pace, of_an_account_whose_rate_changes_keeps_its_distance) {
  Pace pace = settled(spacings_of(0, 1));
  ASSERT_TRUE(pace.take(spacings_of(0, 1), kNow, kHorizon + kSecond, 3));
  const auto far = *pace.account.taken.rbegin() * pace.account.spacing_us;
  std::int64_t now = kNow;
  std::optional<Offsets> slots;
  while (!(slots = pace.take(spacings_of(0, 100), now, kHorizon, 1))) now += 10'000;
  EXPECT_GT(now + slots->front(), far);
}

RC_GTEST_PROP(PaceProperty, no_window_of_a_second_holds_more_than_the_rate_even_when_senders_are_late, ()) {
  const double line_rate = *rc::gen::element(0.0, 0.7, 1.0, 2.5, 10.0, 33.0, 99.0, 250.0, 1000.0);
  const double account_rate = *rc::gen::element(0.0, 1.0, 7.5, 30.0, 120.0, 800.0);
  const Spacings spacings = spacings_of(line_rate, account_rate);
  const int lines_count = *rc::gen::inRange(1, 4);
  std::vector<Pace> lines(static_cast<std::size_t>(lines_count));
  std::vector<std::vector<std::int64_t>> sends(lines.size());
  AccountPace account;
  std::int64_t now = kNow;
  const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int, int>>>(
      200,
      rc::gen::tuple(rc::gen::inRange(0, 150'000), rc::gen::inRange(0, lines_count), rc::gen::inRange(1, 6),
                     rc::gen::inRange(0, static_cast<int>(kSlotToleranceUs) + 1)));
  for (const auto& [step_us, line, parts, late_us] : steps) {
    now += step_us;
    const auto index = static_cast<std::size_t>(line);
    lines[index].account = account;
    for (int message = 0; message < 20; ++message) {
      const auto slots = lines[index].take(spacings, now, kHorizon, parts);
      if (!slots) break;
      for (const std::int64_t slot : *slots) {
        RC_ASSERT(slot >= 0);
        sends[index].push_back(now + slot + (message + late_us) % (kSlotToleranceUs + 1));
      }
    }
    account = lines[index].account;
  }
  std::vector<std::int64_t> all;
  for (const auto& of_line : sends) {
    if (line_rate > 0) RC_ASSERT(static_cast<double>(most_in_a_second(of_line)) <= std::ceil(line_rate));
    all.insert(all.end(), of_line.begin(), of_line.end());
  }
  if (account_rate > 0) RC_ASSERT(static_cast<double>(most_in_a_second(all)) <= std::ceil(account_rate));
}

// As several processes do it, one call after the other (gateway/outbound_grants.cpp).
RC_GTEST_PROP(PaceProperty, a_line_that_goes_by_two_carriers_keeps_its_rate_and_each_accounts, ()) {
  const double rate = *rc::gen::element(1.0, 5.0, 20.0, 99.0, 250.0, 1000.0);
  const double own = *rc::gen::element(0.0, 30.0, 120.0, 800.0);
  const double other = *rc::gen::element(0.0, 7.5, 30.0, 120.0, 800.0);
  const double slowest = own > 0 && other > 0 ? std::min(own, other) : std::max(own, other);
  const Spacings by_own = spacings_of(rate, own, slowest), by_line = spacings_of(rate, 0, slowest);
  const Spacings behind = spacings_of(0, other), neighbours = spacings_of(50, other);
  Pace line = settled(by_own), neighbour = settled(neighbours);
  std::vector<std::int64_t> sends, own_sends, other_sends;
  std::int64_t now = kNow;
  const auto leave = [&](const Offsets& slots, std::vector<std::int64_t>& account, bool of_line) {
    for (const std::int64_t slot : slots) {
      account.push_back(now + slot +
                        static_cast<std::int64_t>(account.size()) * 7'919 % (kSlotToleranceUs + 1));
      if (of_line) sends.push_back(account.back());
    }
  };
  const auto send_by_own = [&](int parts) {
    if (const auto slots = line.take(by_own, now, kHorizon, parts)) leave(*slots, own_sends, true);
  };
  const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int, int>>>(
      200, rc::gen::tuple(rc::gen::inRange(0, 60'000), rc::gen::inRange(0, 4), rc::gen::inRange(1, 5),
                          rc::gen::inRange(1, 9)));
  for (const auto& [step_us, what, parts, count] : steps) {
    now += step_us;
    if (what == 0) {
      for (int i = 0; i < count; ++i) send_by_own(parts);
    } else if (what == 1) {
      if (const auto slots = neighbour.take(neighbours, now, kHorizon, parts))
        leave(*slots, other_sends, false);
    } else {
      Pace granting{line.line, {}};
      const std::int64_t before_us = line.line.last_us;
      std::int64_t followed_us = before_us;
      Followed so_far;
      std::vector<Offsets> used;
      std::size_t on_time = 0;
      bool has_room = true;
      for (int i = 0; i < count; ++i) {
        const auto its = granting.take(by_line, now, kHorizon, parts);
        if (!its) break;
        Pace following{{}, neighbour.account};
        const auto slots = has_room ? following.follow(behind, now, kHorizon, *its, so_far) : std::nullopt;
        neighbour.account = following.account;
        has_room = slots.has_value();
        if (!slots) continue;
        used.push_back(*slots);
        followed_us = granting.line.last_us + so_far.late_us;
        if (so_far.late_us == 0) on_time = used.size();
      }
      line.line = granting.line;
      if (what == 3) send_by_own(1);
      const bool moved = line.line.move_last(granting.line.last_us, followed_us);
      if (!moved && so_far.late_us > 0) used.resize(on_time);
      for (const Offsets& slots : used) leave(slots, other_sends, true);
    }
  }
  RC_ASSERT(static_cast<double>(most_in_a_second(sends)) <= rate);
  if (own > 0) RC_ASSERT(static_cast<double>(most_in_a_second(own_sends)) <= std::ceil(own));
  if (other > 0) RC_ASSERT(static_cast<double>(most_in_a_second(other_sends)) <= std::ceil(other));
}

RC_GTEST_PROP(PaceProperty, a_line_with_work_uses_98_percent_of_its_rate, ()) {
  const double rate = *rc::gen::element(1.0, 5.0, 49.0, 100.0, 700.0, 1500.0);
  const double account_rate = rate < 100 ? 0.0 : *rc::gen::element(0.0, rate, rate * 1.3, rate * 4);
  const Spacings spacings = spacings_of(rate, account_rate);
  Pace pace = settled(spacings);
  const auto sends = saturate(pace, spacings, 100, *rc::gen::inRange(1'000, 90'000));
  RC_ASSERT(static_cast<double>(sends.size()) >= 0.98 * rate * 100);
}

}  // namespace
}  // namespace peyk::store::store_pace_rule_test
