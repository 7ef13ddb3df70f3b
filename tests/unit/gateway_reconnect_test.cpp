// When a connection comes back, and how often a carrier is called in all: time and chance are numbers here.
#include "gateway/reconnect.hpp"

#include "gateway/carrier_attempts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace peyk::gateway::gateway_reconnect_test {
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
    all.push_back(policy.ended(how, now, chance));
    now += all.back();
  }
  return all;
}

// A carrier as its connections see it.
struct Carrier {
  AttemptLimits limits;
  ReconnectOptions reconnect;
  int connections = 1;
  End how = End::lost;
  bool credentials_refused = false;
  milliseconds bound_for{0};  // 0: it lets nobody in
  double chance = 0;

  // When attempts begin in that time.
  std::vector<smpp::Time> attempts(std::chrono::minutes time) const;
};

struct Connection {
  explicit Connection(const Carrier& of) : policy(of.reconnect) {}
  Reconnect policy;
  smpp::Time not_before = kStart, bound_until{};
  std::optional<smpp::Time> begun;
};

std::vector<smpp::Time> Carrier::attempts(std::chrono::minutes time) const {
  CarrierAttempts gate(limits);
  std::vector<Connection> all(static_cast<std::size_t>(connections), Connection(*this));
  std::vector<smpp::Time> began;
  for (smpp::Time now = kStart; now < kStart + time; now += 10ms) {
    for (Connection& one : all) {
      if (one.begun && now >= one.bound_until) {
        milliseconds wait = one.policy.ended(how, now, chance);
        if (credentials_refused) wait = std::max(wait, gate.refused(chance));
        bound_for > 0ms ? gate.ended(*one.begun, now) : gate.failed(now, wait);
        one.begun.reset();
        one.not_before = now + wait;
      }
      if (one.begun || now < one.not_before || gate.until_permitted(now) > 0ms) continue;
      gate.begin(now);
      one.begun = now;
      one.bound_until = now + std::max(bound_for, 10ms);
      began.push_back(now);
      if (bound_for == 0ms) continue;
      gate.let_in(now, now);
      one.policy.bound(now);
    }
  }
  return began;
}

std::size_t busiest_minute(const std::vector<smpp::Time>& attempts, smpp::Time from = kStart) {
  std::size_t most = 0;
  for (auto first = std::ranges::lower_bound(attempts, from), last = first; last != attempts.end(); ++last) {
    while (*last - *first >= 1min) ++first;
    most = std::max(most, static_cast<std::size_t>(last - first) + 1);
  }
  return most;
}

ReconnectOptions between(milliseconds min, milliseconds max) {
  return {.min = min, .max = max};
}

TEST(Reconnect, doubles_from_min_to_max) {
  EXPECT_EQ(waits(between(1s, 60s), End::unreachable, 8),
            (std::vector<milliseconds>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}));
  EXPECT_EQ(waits(between(5s, 5s), End::lost, 3), (std::vector<milliseconds>{5s, 5s, 5s}));
}

TEST(Reconnect, spreads_by_a_fifth_either_way) {
  for (const auto& [chance, wait] : {std::pair{-1.0, 800ms}, {0.0, 1000ms}, {0.5, 1100ms}, {1.0, 1200ms}}) {
    Reconnect policy(between(1s, 60s));
    EXPECT_EQ(policy.ended(End::unreachable, kStart, chance), wait) << chance;
  }
}

TEST(Reconnect, begins_anew_only_after_a_connection_that_stayed) {
  for (const auto& [bound_for, then] : {std::pair{29999ms, 8s}, {30000ms, 1s}}) {
    Reconnect policy(between(1s, 60s));
    smpp::Time now = kStart;
    for (int i = 0; i < 3; ++i) {
      now += policy.ended(End::unreachable, now, 0);
    }
    policy.bound(now);
    now += bound_for;
    EXPECT_EQ(policy.ended(End::lost, now, 0), then) << bound_for.count();
  }
}

TEST(Reconnect, takes_longer_to_call_a_carrier_that_believes_we_are_bound) {
  EXPECT_EQ(waits(between(1s, 60s), End::already_bound, 5),
            (std::vector<milliseconds>{10s, 20s, 40s, 60s, 60s}));
}

TEST(CarrierAttempts, wrong_credentials_are_tried_after_a_minute_growing_to_a_quarter_of_an_hour) {
  CarrierAttempts gate({});
  std::vector<milliseconds> all;
  for (int i = 0; i < 6; ++i) all.push_back(gate.refused(-1));
  EXPECT_EQ(all, (std::vector<milliseconds>{60s, 120s, 240s, 480s, 900s, 900s}));
  for (const double chance : {-1.0, -0.5, 0.0, 1.0}) EXPECT_GE(CarrierAttempts({}).refused(chance), 60s);
}

TEST(CarrierAttempts, a_refusal_of_credentials_is_forgotten_once_somebody_was_let_in) {
  CarrierAttempts gate({});
  for (int i = 0; i < 3; ++i) gate.refused(0);
  gate.begin(kStart);
  gate.let_in(kStart, kStart);
  EXPECT_EQ(gate.refused(-1), 60s);
}

TEST(CarrierAttempts, a_wrong_password_is_offered_by_one_connection_for_all) {
  const Carrier carrier{.connections = 128, .credentials_refused = true, .chance = -1};
  const auto attempts = carrier.attempts(30min);
  // 0, 1, 3, 7, 15 and 30 minutes, whoever's turn it is.
  ASSERT_EQ(attempts.size(), 5u);
  EXPECT_GE(attempts[1] - attempts[0], 60s);
  EXPECT_GE(attempts[4] - attempts[3], 480s);
}

TEST(CarrierAttempts, one_that_is_refused_does_not_hold_up_the_others_while_somebody_is_in) {
  CarrierAttempts gate({});
  gate.begin(kStart);
  gate.let_in(kStart, kStart);
  gate.begin(kStart);
  gate.failed(kStart, gate.refused(0));
  EXPECT_EQ(gate.until_permitted(kStart), 0ms);
  gate.ended(kStart, kStart + 1h);
  EXPECT_EQ(gate.until_permitted(kStart + 1h), 0ms);
}

TEST(CarrierAttempts, while_nobody_is_in_they_try_one_at_a_time) {
  CarrierAttempts gate({});
  gate.begin(kStart);
  EXPECT_GT(gate.until_permitted(kStart), 0ms);
  gate.failed(kStart + 10s, 5s);
  EXPECT_EQ(gate.until_permitted(kStart + 10s), 5s) << "what it says to one it says to all";
  EXPECT_EQ(gate.until_permitted(kStart + 15s), 0ms);
  gate.begin(kStart + 15s);
  gate.let_in(kStart + 15s, kStart + 15s);
  gate.begin(kStart + 16s);
  EXPECT_EQ(gate.until_permitted(kStart + 16s), 0ms) << "now side by side";
}

TEST(CarrierAttempts, a_carrier_that_lets_all_in_is_not_kept_waiting_by_the_cap) {
  const Carrier carrier{.limits = {.per_minute = 2}, .connections = 64, .bound_for = 10h};
  const auto attempts = carrier.attempts(1min);
  ASSERT_EQ(attempts.size(), 64u);
  EXPECT_LT(attempts.back() - attempts.front(), 1s);
}

TEST(CarrierAttempts, once_one_has_stayed_the_others_come_as_fast_as_before) {
  CarrierAttempts gate({.per_minute = 2});
  gate.begin(kStart);
  gate.let_in(kStart, kStart);
  gate.ended(kStart, kStart + 1s);
  smpp::Time now = kStart + 2s;
  gate.begin(now);
  gate.let_in(now, now);
  EXPECT_GT(gate.until_permitted(now), 0ms) << "one that did not stay, and one that may not";
  now = kStart + 62s;
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(gate.until_permitted(now), 0ms) << i;
    gate.begin(now);
    gate.let_in(now, now);
  }
}

TEST(Trap10, a_carrier_that_says_already_bound_for_minutes_hears_a_few_attempts_a_minute) {
  for (const double chance : {-1.0, 0.0, 1.0}) {
    EXPECT_LE(busiest_minute(Carrier{.how = End::already_bound, .chance = chance}.attempts(2h)), 4u);
    EXPECT_LE(
        busiest_minute(Carrier{.connections = 24, .how = End::already_bound, .chance = chance}.attempts(1h)),
        6u);
  }
}

TEST(Trap10, bind_then_close_in_a_loop_hears_a_few_attempts_a_minute) {
  for (const milliseconds bound_for : {10ms, 500ms, 29000ms}) {
    EXPECT_LE(busiest_minute(Carrier{.bound_for = bound_for, .chance = -1}.attempts(2h)), 6u);
    // Many, let in once all at the same time and then thrown out, come back a few at a time.
    const Carrier many{.connections = 24, .bound_for = bound_for, .chance = -1};
    EXPECT_LE(busiest_minute(many.attempts(1h), kStart + 1min), 6u);
  }
}

TEST(CarrierAttempts, are_never_more_than_the_cap_whatever_else_is_set) {
  const ReconnectOptions hasty{.min = 1ms, .max = 1ms, .steady_after = 0ms};
  for (const int connections : {1, 16}) {
    for (const End how : {End::unreachable, End::lost, End::already_bound}) {
      const Carrier carrier{.reconnect = hasty, .connections = connections, .how = how, .chance = -1};
      EXPECT_EQ(busiest_minute(carrier.attempts(20min)), 6u);
      Carrier free = carrier;
      free.limits.per_minute = 1'000'000;
      EXPECT_GT(busiest_minute(free.attempts(2min)), 100u) << "the cap is what held it";
    }
  }
}

TEST(Reconnect, counts_the_attempts_that_came_to_nothing) {
  Reconnect policy({});
  smpp::Time now = kStart;
  policy.bound(now);
  policy.ended(End::lost, now + 1s, 0);
  policy.ended(End::unreachable, now, 0);
  EXPECT_EQ(policy.failures(now), 2u);
  policy.bound(now);
  policy.ended(End::lost, now + 1min, 0);
  EXPECT_EQ(policy.failures(now), 1u);
}

}  // namespace
}  // namespace peyk::gateway::gateway_reconnect_test
