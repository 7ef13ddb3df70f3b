// The lanes as a whole: against a model, by several clients, on servers that go away.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "tests/store/lanes_fixture.hpp"

namespace peyk::tests::redis_lanes_together_test {
namespace {

// ---- whatever happens, in any order: a plain model beside it

RC_GTEST_PROP(RedisLanesProperty, nothing_is_lost_or_granted_twice, ()) {
  static RedisLoop redis;
  static TestClock clock(redis);
  static int lines = 0;
  Lanes lanes(redis.redis, "model", {}, lanes_with_test_clock());
  const LineKey line{"c" + std::to_string(++lines), "3000"};
  std::set<std::uint64_t> idle, leased;  // known, and who holds them
  for (int step = 0; step < 60; ++step) {
    const auto some =
        *rc::gen::container<Ids>(*rc::gen::inRange(1, 8), rc::gen::inRange<std::uint64_t>(1, 25));
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
      case 1: {
        std::vector<QueuedMessage> more;
        for (const std::uint64_t id : some) {
          more.push_back({id, static_cast<Lane>((id + static_cast<std::uint64_t>(step)) % 4),
                          static_cast<handlers::ClubId>(id % 3)});
          if (!leased.contains(id)) idle.insert(id);
        }
        redis.await(lanes.enqueue(line, more));
        break;
      }
      case 2:
      case 3: {
        const auto got =
            redis.await(lanes.grant(line, {}, *rc::gen::inRange(0U, 10U), milliseconds(100), "me"));
        for (const auto& message : got.messages) {
          RC_ASSERT(idle.erase(message.message_id) == 1U);
          leased.insert(message.message_id);
        }
        break;
      }
      case 4: {
        for (const std::uint64_t id : some) idle.erase(id), leased.erase(id);
        redis.await(lanes.acknowledge(line, some));
        break;
      }
      default: {
        const Ids mine(leased.begin(), leased.end());
        if (step % 2 == 0) {
          redis.await(lanes.give_back(line, "me", mine, milliseconds(step % 3 * 10)));
        }
        clock.advance(milliseconds(100));  // delays and leases are over
        redis.await(lanes.grant(line, {}, 0, milliseconds(100), "me"));
        idle.insert(leased.begin(), leased.end());
        leased.clear();
      }
    }
    const auto depth = redis.await(lanes.depth(line));
    std::uint64_t waiting = depth.delayed;
    for (const auto& lane : depth.lanes) waiting += lane.waiting;
    RC_ASSERT(waiting == idle.size());
    RC_ASSERT(depth.leased == leased.size());
  }
  clock.advance(milliseconds(100));
  std::set<std::uint64_t> rest;
  for (const auto& message : redis.await(lanes.grant(line, {}, 100, milliseconds(100), "me")).messages) {
    RC_ASSERT(rest.insert(message.message_id).second);
  }
  idle.insert(leased.begin(), leased.end());
  RC_ASSERT(rest == idle);
}

// ---- several clients, and servers that go away

// Grants, acknowledges, and counts, until everything is done.
asio::awaitable<void> work_off(Lanes* lanes, LineKey line, std::string owner,
                               std::map<std::uint64_t, int>* seen, std::size_t all) {
  while (seen->size() < all) {
    const Grant got = co_await lanes->grant(line, Rates{}, 97, kLease, owner);
    Ids done;
    for (const auto& message : got.messages) {
      ++(*seen)[message.message_id];
      done.push_back(message.message_id);
    }
    co_await lanes->acknowledge(line, std::move(done));
  }
}

TEST(RedisLanesTogether, three_clients_send_each_of_ten_thousand_messages_once) {
  PrivateRedis server;
  RedisLoop first(server);
  store::RedisConnection second(first.loop, RedisLoop::options_of(server)),
      third(first.loop, RedisLoop::options_of(server));
  second.start();
  third.start();
  first.until([&] { return second.connected() && third.connected(); });
  std::vector<Lanes> clients;
  for (store::RedisConnection* redis : {&first.redis, &second, &third}) clients.emplace_back(*redis, "test");

  const LineKey line{"hamrah", "3000"};
  std::vector<QueuedMessage> all;
  for (std::uint64_t id = 1; id <= 10'000; ++id) {
    all.push_back({id, static_cast<Lane>(id % 4), static_cast<handlers::ClubId>(id % 37)});
  }
  EXPECT_EQ(first.await(clients[0].enqueue(line, all)).added, 10'000U);
  EXPECT_EQ(first.await(clients[1].enqueue(line, all)).added, 0U);

  std::map<std::uint64_t, int> seen;
  int done = 0;
  std::vector<std::exception_ptr> broken(3);
  std::array<bool, 3> finished{};
  for (std::size_t i = 0; i < 3; ++i) {
    const Finish finish{&finished[i], &broken[i]};
    auto work = work_off(&clients[i], line, std::to_string(i), &seen, all.size());
    asio::co_spawn(first.loop, std::move(work), finish);
  }
  first.until([&] { return finished[0] && finished[1] && finished[2]; });
  for (const auto& error : broken) EXPECT_FALSE(error);
  for (const auto& [id, count] : seen) {
    ASSERT_EQ(count, 1) << id;
    ++done;
  }
  EXPECT_EQ(done, 10'000);
  const auto depth = first.await(clients[2].depth(line));
  EXPECT_EQ(depth.leased + depth.delayed + depth.lanes[0].waiting + depth.lanes[3].waiting, 0U);
}

TEST(RedisLanesTogether, a_server_that_loses_everything_says_so_and_is_seeded_again) {
  PrivateRedis server;
  RedisLoop redis(server);
  Lanes lanes(redis.redis, "test");
  const LineKey line{"hamrah", "3000"};
  const std::string seed = redis.await(lanes.begin_seed(line));
  redis.await(lanes.enqueue(line, messages(1, 100)));
  ASSERT_TRUE(redis.await(lanes.finish_seed(line, seed)));
  EXPECT_FALSE(redis.await(lanes.grant(line, {}, 10, kLease, "me")).fresh);

  server.kill();
  redis.until([&] { return !redis.redis.connected(); });
  try {
    redis.await(lanes.grant(line, {}, 10, kLease, "me"));
    FAIL() << "granted without a server";
  } catch (const store::RedisError& error) {
    EXPECT_EQ(error.failure(), store::RedisFailure::not_connected);
    EXPECT_FALSE(error.outcome_unknown());
  }
  server.start();
  redis.until([&] { return redis.redis.connected(); });
  EXPECT_TRUE(redis.await(lanes.grant(line, {}, 10, kLease, "me")).fresh);
  const std::string again = redis.await(lanes.begin_seed(line));
  EXPECT_EQ(redis.await(lanes.enqueue(line, messages(1, 100))).added, 100U);
  EXPECT_TRUE(redis.await(lanes.finish_seed(line, again)));
  EXPECT_EQ(redis.await(lanes.grant(line, {}, 1000, kLease, "me")).messages.size(), 100U);
}

// On Redis' own clock: nobody advances it for us.
TEST(RedisLanesTogether, a_short_lease_returns_on_the_clock_of_redis) {
  RedisLoop redis;
  redis.command({"FLUSHALL"});
  Lanes lanes(redis.redis, "test");
  const LineKey line{"hamrah", "3000"};
  redis.await(lanes.enqueue(line, messages(1, 2)));
  EXPECT_EQ(redis.await(lanes.grant(line, {}, 10, milliseconds(30), "dead")).messages.size(), 2U);
  Ids returned;
  redis.until([&] {
    for (const std::uint64_t id : ids_of(redis.await(lanes.grant(line, {}, 10, kLease, "me"))))
      returned.push_back(id);
    return returned.size() == 2;
  });
  EXPECT_EQ(returned, (Ids{1, 2}));
}

}  // namespace
}  // namespace peyk::tests::redis_lanes_together_test
