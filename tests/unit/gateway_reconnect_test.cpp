// The reconnect policy: time and chance are numbers here.
#include "gateway/reconnect.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace peyk::gateway {
namespace {

using namespace std::chrono_literals;
using End = Reconnect::End;
using std::chrono::milliseconds;

constexpr smpp::Time kStart{std::chrono::hours(10)};

// What the policy says, from a fresh start, when each attempt ends at once.
std::vector<milliseconds> waits(ReconnectOptions options, End how, int count, double chance = 0) {
  Reconnect policy(options);
  smpp::Time now = kStart;
  std::vector<milliseconds> all;
  for (int i = 0; i < count; ++i) {
    policy.attempt(now);
    all.push_back(policy.ended(how, now, chance));
    now += all.back();
  }
  return all;
}

// Attempts in the busiest minute of two hours that always end like this.
std::size_t busiest_minute(ReconnectOptions options, End how, double chance, milliseconds bound_for) {
  Reconnect policy(options);
  std::vector<smpp::Time> attempts;
  for (smpp::Time now = kStart; now < kStart + 2h;) {
    policy.attempt(now);
    attempts.push_back(now);
    if (bound_for > 0ms) policy.bound(now);
    now += bound_for;
    now += std::max(policy.ended(how, now, chance), 1ms);
  }
  std::size_t most = 0;
  for (std::size_t first = 0, last = 0; last < attempts.size(); ++last) {
    while (attempts[last] - attempts[first] >= 1min) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

ReconnectOptions uncapped(milliseconds min, milliseconds max) {
  return {.min = min, .max = max, .attempts_per_minute = 1'000'000};
}

TEST(Reconnect, doubles_from_min_to_max) {
  EXPECT_EQ(waits(uncapped(1s, 60s), End::unreachable, 8),
            (std::vector<milliseconds>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}));
  EXPECT_EQ(waits(uncapped(5s, 5s), End::lost, 3), (std::vector<milliseconds>{5s, 5s, 5s}));
}

TEST(Reconnect, spreads_by_a_fifth_either_way) {
  for (const auto& [chance, wait] : {std::pair{-1.0, 800ms}, {0.0, 1000ms}, {0.5, 1100ms}, {1.0, 1200ms}}) {
    Reconnect policy(uncapped(1s, 60s));
    policy.attempt(kStart);
    EXPECT_EQ(policy.ended(End::unreachable, kStart, chance), wait) << chance;
  }
}

TEST(Reconnect, begins_anew_only_after_a_connection_that_stayed) {
  for (const auto& [bound_for, then] : {std::pair{29999ms, 8s}, {30000ms, 1s}}) {
    Reconnect policy(uncapped(1s, 60s));
    smpp::Time now = kStart;
    for (int i = 0; i < 3; ++i) {
      policy.attempt(now);
      now += policy.ended(End::unreachable, now, 0);
    }
    policy.attempt(now);
    policy.bound(now);
    now += bound_for;
    EXPECT_EQ(policy.ended(End::lost, now, 0), then) << bound_for.count();
  }
}

TEST(Reconnect, takes_longer_to_call_a_carrier_that_believes_we_are_bound) {
  EXPECT_EQ(waits(uncapped(1s, 60s), End::already_bound, 5),
            (std::vector<milliseconds>{10s, 20s, 40s, 60s, 60s}));
}

TEST(Reconnect, tries_wrong_credentials_after_a_minute_growing_to_a_quarter_of_an_hour) {
  EXPECT_EQ(waits(uncapped(10ms, 60s), End::credentials_refused, 6, -1),
            (std::vector<milliseconds>{60s, 120s, 240s, 480s, 900s, 900s}));
  for (const double chance : {-1.0, -0.5, 0.0, 1.0}) {
    Reconnect policy(uncapped(10ms, 60s));
    policy.attempt(kStart);
    EXPECT_GE(policy.ended(End::credentials_refused, kStart, chance), 60s) << chance;
  }
}

TEST(Reconnect, forgets_a_refusal_of_credentials_once_it_was_let_in) {
  Reconnect policy(uncapped(1s, 60s));
  smpp::Time now = kStart;
  for (int i = 0; i < 3; ++i) {
    policy.attempt(now);
    now += policy.ended(End::credentials_refused, now, 0);
  }
  policy.attempt(now);
  policy.bound(now);
  now += 1min;
  policy.ended(End::lost, now, 0);
  policy.attempt(now);
  EXPECT_EQ(policy.ended(End::credentials_refused, now, -1), 60s);
}

TEST(Trap10, a_carrier_that_says_already_bound_for_minutes_hears_a_few_attempts_a_minute) {
  for (const double chance : {-1.0, 0.0, 1.0}) {
    EXPECT_LE(busiest_minute({}, End::already_bound, chance, 0ms), 4u) << chance;
  }
}

TEST(Trap10, bind_then_close_in_a_loop_hears_a_few_attempts_a_minute) {
  for (const milliseconds bound_for : {1ms, 500ms, 29000ms}) {
    EXPECT_LE(busiest_minute({}, End::lost, -1, bound_for), 6u) << bound_for.count();
  }
}

TEST(Reconnect, never_tries_more_often_than_the_cap_whatever_else_is_set) {
  for (const End how : {End::unreachable, End::lost, End::already_bound}) {
    for (const milliseconds bound_for : {0ms, 1ms}) {
      const ReconnectOptions hasty{.min = 1ms, .max = 1ms, .attempts_per_minute = 6, .steady_after = 0ms};
      EXPECT_LE(busiest_minute(hasty, how, -1, bound_for), 6u);
    }
  }
  EXPECT_GT(busiest_minute(uncapped(1s, 2s), End::lost, 0, 0ms), 20u) << "the cap is what held it";
}

TEST(Reconnect, counts_the_attempts_that_came_to_nothing) {
  Reconnect policy({});
  smpp::Time now = kStart;
  policy.attempt(now);
  policy.bound(now);
  policy.ended(End::lost, now + 1s, 0);
  policy.attempt(now);
  policy.ended(End::unreachable, now, 0);
  EXPECT_EQ(policy.failures(), 2u);
  policy.attempt(now);
  policy.bound(now);
  policy.ended(End::lost, now + 1min, 0);
  EXPECT_EQ(policy.failures(), 1u);
}

}  // namespace
}  // namespace peyk::gateway
