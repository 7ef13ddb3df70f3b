// lanes.lua and its twin pace.cpp: the same loads, the same slots, on a clock of the test's.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "store/redis/pace.hpp"
#include "tests/store/redis_fixture.hpp"

namespace peyk::tests::redis_pace_test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using store::Lanes;
using store::LineKey;
using store::Pace;
using store::Rates;

struct Step {
  int advance_us;
  int kind;   // what happens, see below
  int parts;  // of each message
  int count;  // messages, or tens of milliseconds of a pause
};

rc::Gen<Step> any_step() {
  return rc::gen::apply(
      [](int advance_us, int kind, int parts, int count) {
        return Step{advance_us, kind, parts, count};
      },
      rc::gen::weightedOneOf<int>({{5, rc::gen::inRange(0, 2'000)},
                                   {5, rc::gen::inRange(0, 300'000)},
                                   {1, rc::gen::inRange(0, 90'000'000)}}),
      rc::gen::weightedElement<int>({{4, 0}, {12, 1}, {1, 2}, {1, 3}, {1, 4}, {2, 5}}),
      rc::gen::inRange(1, 6), rc::gen::inRange(1, 12));
}

std::vector<microseconds> as_slots(const std::vector<std::int64_t>& offsets) {
  std::vector<microseconds> slots;
  for (const std::int64_t offset : offsets) slots.emplace_back(offset);
  return slots;
}

RC_GTEST_PROP(RedisPace, the_script_and_its_twin_give_the_same_slots, ()) {
  static RedisLoop redis;
  static TestClock clock(redis);
  static int lines = 0;
  Lanes lanes(redis.redis, "twin", {}, lanes_with_test_clock());
  const LineKey line{"c" + std::to_string(++lines), "3000"};
  const auto any_rate = rc::gen::element(0.0, 0.5, 3.0, 10.1, 77.0, 300.0, 2500.0);
  const auto any_rates = rc::gen::apply(
      [](double its_line, double account, double slowest) {
        return Rates{its_line, account, slowest};
      },
      any_rate, any_rate, any_rate);
  Rates rates = *any_rates;
  const auto steps = *rc::gen::container<std::vector<Step>>(40, any_step());

  Pace twin;
  const std::int64_t horizon_us = store::LaneOptions{}.horizon.count();
  std::int64_t last_us = 0;  // of the last grant
  std::deque<int> waiting;   // parts of each
  std::uint64_t next_id = 1;
  for (const Step& step : steps) {
    clock.advance(microseconds(step.advance_us));
    const auto spacings = store::spacings_of(rates.line, rates.account, rates.slowest_account);
    if (step.kind == 0) {
      std::vector<store::Slots> behind;
      std::vector<store::Slots> expected;
      store::Followed so_far;
      std::size_t on_time = 0;
      for (int i = 0; i < step.count; ++i) {
        std::vector<std::int64_t> slots;
        for (int part = 0; part < step.parts; ++part)
          slots.push_back(static_cast<std::int64_t>(behind.size() * 11'003) + part * 2'477 - 5'000);
        behind.push_back(as_slots(slots));
        if (expected.size() + 1 < behind.size()) continue;  // none had one, so no later one has
        const auto got = twin.follow(spacings, clock.now_us(), horizon_us, slots, so_far);
        if (!got) continue;
        expected.push_back(as_slots(*got));
        if (so_far.late_us == 0) on_time = expected.size();
      }
      const auto got = redis.await(lanes.reserve(line, rates, behind));
      RC_ASSERT(got.messages == expected);
      RC_ASSERT(got.late.count() == so_far.late_us);
      RC_ASSERT(got.on_time == on_time);
    } else if (step.kind == 1) {
      std::vector<store::QueuedMessage> more;
      for (int i = 0; i < step.count; ++i) {
        more.push_back({next_id++, handlers::Lane::reply, 7, static_cast<std::uint8_t>(step.parts)});
        waiting.push_back(step.parts);
      }
      redis.await(lanes.enqueue(line, more));
      const auto grant = redis.await(lanes.grant(line, rates, 8, milliseconds(3'600'000), "me"));
      std::size_t i = 0;
      for (; i < 8 && !waiting.empty(); ++i) {
        const auto expected = twin.take(spacings, clock.now_us(), horizon_us, waiting.front());
        if (!expected) break;
        waiting.pop_front();
        RC_ASSERT(i < grant.messages.size());
        RC_ASSERT(grant.messages[i].slots == as_slots(*expected));
      }
      RC_ASSERT(grant.messages.size() == i);
      last_us = grant.last_us;
      RC_ASSERT(last_us == (rates.line > 0 ? twin.line.last_us : 0));
    } else if (step.kind == 2) {
      redis.await(lanes.penalise_line(line, milliseconds(step.count * 10)));
      twin.line.throttle.penalise(clock.now_us(), step.count * 10'000);
    } else if (step.kind == 3) {
      redis.await(lanes.penalise_account(line, milliseconds(step.count * 10)));
      twin.account.throttle.penalise(clock.now_us(), step.count * 10'000);
    } else if (step.kind == 4) {
      rates = *any_rates;
    } else {
      const std::int64_t to_us = last_us + (step.count - 4) * 3'001;
      const bool moved = redis.await(lanes.move_last(line, last_us, to_us));
      RC_ASSERT(moved == twin.line.move_last(last_us, to_us));
    }
  }
}

// The rule in time as it passes: two processes, grants and senders that are as late as they may be.
TEST(RedisPace, two_clients_share_a_rate_and_use_98_percent_of_it) {
  RedisLoop first, second;
  TestClock clock(first);
  const LineKey line{"shared", "3000"};
  const Rates rates{200, 0};
  std::vector<Lanes> clients;
  clients.emplace_back(first.redis, "two", store::LaneOptions{}, lanes_with_test_clock());
  clients.emplace_back(second.redis, "two", store::LaneOptions{}, lanes_with_test_clock());
  std::vector<store::QueuedMessage> all(3000);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = {i + 1, handlers::Lane::notice, 1, static_cast<std::uint8_t>(1 + i % 3)};
  first.await(clients[0].enqueue(line, all));

  std::vector<std::int64_t> sends;
  first.await(clients[0].grant(line, rates, 50, milliseconds(60'000), "0"));  // the silence begins
  clock.advance(std::chrono::seconds(1));
  const std::int64_t begin_us = clock.now_us();
  for (int turn = 0; clock.now_us() < begin_us + 10'000'000; ++turn) {
    RedisLoop& loop = turn % 2 == 0 ? first : second;
    const auto grant = loop.await(clients[static_cast<std::size_t>(turn % 2)].grant(
        line, rates, 50, milliseconds(60'000), std::to_string(turn % 2)));
    for (const auto& message : grant.messages) {
      for (const auto slot : message.slots) {
        const std::int64_t late_us =
            static_cast<std::int64_t>(sends.size()) * 7'919 % (store::kSlotToleranceUs + 1);
        sends.push_back(clock.now_us() + slot.count() + late_us);
      }
    }
    ASSERT_TRUE(grant.again_in);
    clock.advance(std::max(*grant.again_in, microseconds(13'000)));
  }
  std::sort(sends.begin(), sends.end());
  for (std::size_t i = 200; i < sends.size(); ++i) ASSERT_GE(sends[i] - sends[i - 200], 1'000'000);
  EXPECT_GE(sends.size(), 1960U);
}

}  // namespace
}  // namespace peyk::tests::redis_pace_test
