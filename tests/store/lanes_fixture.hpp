// What the tests of the lanes share: messages, a line of their own on a clock of the test's.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/redis/lanes.hpp"
#include "tests/store/redis_fixture.hpp"

namespace peyk::tests {

using handlers::Lane;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using store::Grant;
using store::Lanes;
using store::LineKey;
using store::QueuedMessage;
using store::Rates;
using Ids = std::vector<std::uint64_t>;

constexpr milliseconds kLease{30'000};

inline Ids ids_of(const Grant& grant) {
  Ids ids;
  for (const auto& message : grant.messages) ids.push_back(message.message_id);
  return ids;
}

// `count` messages of one club and lane with ids from `first` on.
inline std::vector<QueuedMessage> messages(std::uint64_t first, std::size_t count, Lane lane = Lane::reply,
                                           handlers::ClubId club = 1) {
  std::vector<QueuedMessage> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = {first + i, lane, club};
  return all;
}

// A line of its own for each test, on a clock of the test's.
class LanesFixture : public testing::Test {
 protected:
  void SetUp() override { redis.command({"FLUSHALL"}), clock.advance(seconds(0)); }

  void enqueue(std::vector<QueuedMessage> all) { redis.await(lanes.enqueue(line, std::move(all))); }
  Grant grant(std::uint32_t messages_max, std::string owner = "me", milliseconds lease = kLease) {
    return redis.await(lanes.grant(line, Rates{}, messages_max, lease, std::move(owner)));
  }
  std::uint32_t acknowledge(Ids ids) { return redis.await(lanes.acknowledge(line, std::move(ids))); }
  std::uint32_t give_back(Ids ids, std::string owner = "me", milliseconds delay = milliseconds(0)) {
    return redis.await(lanes.give_back(line, std::move(owner), std::move(ids), delay));
  }
  std::uint32_t keep(std::vector<QueuedMessage> all, std::string owner = "me", milliseconds lease = kLease) {
    return redis.await(lanes.keep(line, std::move(owner), std::move(all), lease));
  }
  store::LineDepth depth() { return redis.await(lanes.depth(line)); }
  // Nothing of the line is left but what says that it is seeded, and counters.
  std::vector<std::string> keys_left() {
    std::vector<std::string> names;
    for (const auto& name : redis.command({"KEYS", "*"}).elements) {
      if (name.text != "clock" && !name.text.ends_with(":counts")) names.push_back(name.text);
    }
    return names;
  }

  RedisLoop redis;
  TestClock clock{redis};
  Lanes lanes{redis.redis, "test", {}, lanes_with_test_clock()};
  const LineKey line{"hamrah", "3000"};
};

}  // namespace peyk::tests
