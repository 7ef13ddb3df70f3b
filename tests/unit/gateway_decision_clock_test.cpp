// The clock of decisions never goes back, never stands still and finds its way back to the wall's (invariant
// I40).
#include <gtest/gtest.h>

#include "gateway/decision_clock.hpp"

namespace peyk::tests::gateway_decision_clock_test {
namespace {

using namespace std::chrono_literals;

struct Clocks {
  rules::Instant wall = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 12h;
  std::chrono::steady_clock::time_point steady{};
  gateway::DecisionClock clock{[this] { return wall; }, [this] { return steady; }};

  void pass(std::chrono::microseconds step) {
    wall += step;
    steady += step;
  }
};

TEST(DecisionClock, is_the_walls_while_that_goes_on) {
  Clocks at;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(at.clock.now(), at.wall);
    EXPECT_EQ(at.clock.behind(), 0us);
    at.pass(1h);
  }
  at.wall += 24h;  // somebody sets it ahead
  EXPECT_EQ(at.clock.now(), at.wall);
}

TEST(DecisionClock, does_not_revive_what_had_expired_when_the_wall_is_set_back) {
  Clocks at;
  const rules::Instant expires_at = at.wall;
  EXPECT_GE(at.clock.now(), expires_at);
  at.wall -= 1h;
  EXPECT_GE(at.clock.now(), expires_at);
  EXPECT_EQ(at.clock.behind(), 1h);
}

TEST(DecisionClock, lets_who_waits_wait_no_more_than_twice_as_long) {
  Clocks at;
  const rules::Instant locked_until = at.clock.now() + 15min;
  at.wall -= 24h;
  at.pass(29min);
  EXPECT_LT(at.clock.now(), locked_until);
  at.pass(1min);
  EXPECT_GE(at.clock.now(), locked_until);
}

TEST(DecisionClock, is_right_again_after_twice_the_time_and_never_went_back) {
  Clocks at;
  rules::Instant last = at.clock.now();
  at.wall -= 1h;
  for (int i = 0; i < 2 * 60 * 60; ++i) {
    at.pass(1s);
    const rules::Instant now = at.clock.now();
    EXPECT_GT(now, last) << i;
    last = now;
  }
  EXPECT_EQ(at.clock.now(), at.wall);
  EXPECT_EQ(at.clock.behind(), 0us);
}

TEST(DecisionClock, begins_with_what_was_decided_before_it_began) {
  Clocks at;
  const rules::Instant decided = at.wall + 10min;
  at.clock.know(decided);
  EXPECT_EQ(at.clock.now(), decided);
  EXPECT_EQ(at.clock.behind(), 10min);
  at.clock.know(at.wall - 24h);  // old news
  EXPECT_EQ(at.clock.now(), decided);
}

}  // namespace
}  // namespace peyk::tests::gateway_decision_clock_test
