#include "store/redis/lanes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "tests/store/redis_fixture.hpp"

namespace peyk::tests {
namespace {

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

Ids ids_of(const Grant& grant) {
  Ids ids;
  for (const auto& message : grant.messages) ids.push_back(message.message_id);
  return ids;
}

// `count` messages of one club and lane with ids from `first` on.
std::vector<QueuedMessage> messages(std::uint64_t first, std::size_t count, Lane lane = Lane::reply,
                                    handlers::ClubId club = 1) {
  std::vector<QueuedMessage> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = {first + i, lane, club};
  return all;
}

// A line of its own for each test, on a clock of the test's.
class RedisLanes : public testing::Test {
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

TEST_F(RedisLanes, a_message_is_granted_once_and_forgotten_when_acknowledged) {
  enqueue({{42, Lane::notice, 7, 3}});
  const Grant first = grant(10);
  ASSERT_EQ(first.messages.size(), 1U);
  EXPECT_EQ(first.messages[0].message_id, 42U);
  EXPECT_EQ(first.messages[0].lane, Lane::notice);
  EXPECT_EQ(first.messages[0].club, 7U);
  EXPECT_EQ(first.messages[0].slots, std::vector<microseconds>(3, microseconds(0)));
  EXPECT_TRUE(grant(10).messages.empty());
  EXPECT_EQ(acknowledge({42}), 1U);
  EXPECT_EQ(acknowledge({42, 43}), 0U);
  EXPECT_EQ(keys_left(), std::vector<std::string>{});
}

TEST_F(RedisLanes, an_id_that_is_known_is_not_added_again) {
  EXPECT_EQ(redis.await(lanes.enqueue(line, messages(1, 3))).added, 3U);
  EXPECT_EQ(redis.await(lanes.enqueue(line, messages(1, 4))).added, 1U);  // waiting
  EXPECT_EQ(redis.await(lanes.enqueue(line, {{9, Lane::reply, 1}, {9, Lane::reply, 1}})).added, 1U);
  EXPECT_EQ(ids_of(grant(2)), (Ids{1, 2}));
  EXPECT_EQ(redis.await(lanes.enqueue(line, messages(1, 4))).added, 0U);  // leased
  acknowledge({1});
  EXPECT_EQ(redis.await(lanes.enqueue(line, messages(1, 4))).added, 1U);  // done, and wanted again
  EXPECT_EQ(ids_of(grant(10)), (Ids{3, 4, 9, 1}));
}

TEST_F(RedisLanes, ids_use_all_64_bits) {
  enqueue({{18'446'744'073'709'551'615U, Lane::reply, 4'294'967'295U, 255}});
  const Grant got = grant(1);
  ASSERT_EQ(got.messages.size(), 1U);
  EXPECT_EQ(got.messages[0].message_id, 18'446'744'073'709'551'615U);
  EXPECT_EQ(got.messages[0].club, 4'294'967'295U);
  EXPECT_EQ(got.messages[0].slots.size(), 255U);
}

TEST_F(RedisLanes, leave_in_the_order_of_their_urgency) {
  enqueue(messages(40, 2, Lane::promo));
  enqueue(messages(30, 2, Lane::notice));
  enqueue(messages(20, 2, Lane::reply));
  enqueue(messages(10, 2, Lane::urgent));
  EXPECT_EQ(ids_of(grant(5)), (Ids{10, 11, 20, 21, 30}));
  enqueue(messages(12, 1, Lane::urgent));
  EXPECT_EQ(ids_of(grant(5)), (Ids{12, 31, 40, 41}));
}

TEST_F(RedisLanes, get_their_share_however_much_is_more_urgent) {
  enqueue(messages(100'000, 2000, Lane::urgent));
  enqueue(messages(200'000, 2000, Lane::reply));
  enqueue(messages(300'000, 2000, Lane::notice));
  enqueue(messages(400'000, 2000, Lane::promo));
  std::map<Lane, int> count, since, longest;
  for (int call = 0; call < 100; ++call) {
    for (const auto& message : grant(10).messages) {
      ++count[message.lane];
      for (const Lane lane : {Lane::reply, Lane::notice, Lane::promo}) {
        since[lane] = lane == message.lane ? 0 : since[lane] + 1;
        longest[lane] = std::max(longest[lane], since[lane]);
      }
    }
  }
  EXPECT_EQ(count[Lane::urgent] + count[Lane::reply] + count[Lane::notice] + count[Lane::promo], 1000);
  EXPECT_GE(count[Lane::urgent], 800);
  EXPECT_NEAR(count[Lane::reply], 100, 12);
  EXPECT_NEAR(count[Lane::notice], 50, 6);
  EXPECT_NEAR(count[Lane::promo], 20, 3);
  EXPECT_LE(longest[Lane::promo], 52);
}

TEST_F(RedisLanes, a_club_with_many_messages_does_not_hold_back_anothers_one) {
  enqueue(messages(1, 1000, Lane::promo, 1));
  enqueue(messages(5001, 1, Lane::promo, 2));
  enqueue(messages(6001, 3, Lane::promo, 3));
  EXPECT_EQ(ids_of(grant(4)), (Ids{1, 5001, 6001, 2}));
  EXPECT_EQ(ids_of(grant(1)), (Ids{6002}));
  EXPECT_EQ(ids_of(grant(1)), (Ids{3}));
  enqueue(messages(7001, 1, Lane::promo, 4));
  EXPECT_EQ(ids_of(grant(4)), (Ids{6003, 4, 7001, 5}));
}

TEST_F(RedisLanes, a_club_that_enqueues_often_has_one_turn_a_round_all_the_same) {
  for (std::uint64_t id = 1; id <= 6; ++id) enqueue(messages(id, 1, Lane::promo, 1));
  enqueue(messages(11, 2, Lane::promo, 2));
  EXPECT_EQ(ids_of(grant(1)), (Ids{1}));
  EXPECT_EQ(give_back({1}), 1U);
  EXPECT_EQ(ids_of(grant(5)), (Ids{11, 1, 12, 2, 3}));
}

TEST_F(RedisLanes, all_of_many_clubs_take_turns_over_many_grants) {
  for (handlers::ClubId club = 1; club <= 30; ++club) {
    enqueue(messages(club * 1000, club, Lane::promo, club));
  }
  std::map<handlers::ClubId, std::uint64_t> served;
  std::size_t total = 0;
  for (std::uint32_t size = 1; total < 30 * 31 / 2; size = size % 17 + 1) {
    const Grant got = grant(size);
    ASSERT_FALSE(got.messages.empty());
    for (const auto& message : got.messages) {
      ASSERT_EQ(message.message_id, message.club * 1000 + served[message.club]++);
      for (const auto& [club, count] : served) {  // whoever still has some is not left behind
        if (count < club) {
          ASSERT_GE(count + 1, served[message.club]);
        }
      }
    }
    total += got.messages.size();
  }
  EXPECT_TRUE(grant(10).messages.empty());
}

TEST_F(RedisLanes, what_is_given_back_comes_first_again_and_in_its_order) {
  enqueue(messages(1, 6));
  EXPECT_EQ(ids_of(grant(4)), (Ids{1, 2, 3, 4}));
  EXPECT_EQ(give_back({2, 3, 3, 77}), 2U);
  EXPECT_EQ(give_back({2}), 0U);
  EXPECT_EQ(ids_of(grant(10)), (Ids{2, 3, 5, 6}));
}

TEST_F(RedisLanes, what_is_given_back_for_later_waits_that_long) {
  enqueue(messages(1, 3));
  grant(1);
  EXPECT_EQ(give_back({1}, "me", milliseconds(500)), 1U);
  EXPECT_EQ(depth().delayed, 1U);
  EXPECT_EQ(ids_of(grant(1)), (Ids{2}));
  clock.advance(milliseconds(499));
  clock.advance(milliseconds(1));
  EXPECT_EQ(ids_of(grant(10)), (Ids{1, 3}));
}

TEST_F(RedisLanes, a_delayed_message_waits_and_then_stands_behind) {
  enqueue({{1, Lane::reply, 1, 1, milliseconds(100)}, {2, Lane::reply, 1, 1, milliseconds(50)}});
  const Grant none = grant(10);
  EXPECT_TRUE(none.messages.empty());
  EXPECT_EQ(none.again_in, microseconds(50'000));
  enqueue(messages(3, 1));
  clock.advance(milliseconds(100));
  EXPECT_EQ(ids_of(grant(10)), (Ids{3, 2, 1}));
}

TEST_F(RedisLanes, a_lease_that_runs_out_returns_by_itself) {
  enqueue(messages(1, 3));
  EXPECT_EQ(ids_of(grant(2, "dead", milliseconds(200))), (Ids{1, 2}));
  const Grant rest = grant(10, "me");
  EXPECT_EQ(ids_of(rest), (Ids{3}));
  EXPECT_EQ(rest.again_in, microseconds(200'000));
  clock.advance(milliseconds(199));
  EXPECT_TRUE(grant(10, "me").messages.empty());
  clock.advance(milliseconds(1));
  EXPECT_EQ(ids_of(grant(10, "me")), (Ids{1, 2}));
}

TEST_F(RedisLanes, an_owner_who_lost_its_lease_cannot_give_it_back_or_keep_it_but_may_say_it_is_done) {
  enqueue(messages(1, 2));
  grant(2, "old", milliseconds(200));
  clock.advance(milliseconds(200));
  EXPECT_EQ(ids_of(grant(2, "new")), (Ids{1, 2}));
  EXPECT_EQ(give_back({1, 2}, "old"), 0U);
  EXPECT_EQ(keep(messages(1, 2), "old"), 0U);
  EXPECT_EQ(acknowledge({1}), 1U);
  EXPECT_EQ(give_back({1, 2}, "new"), 1U);
}

TEST_F(RedisLanes, a_lease_that_is_kept_lasts_longer) {
  enqueue(messages(1, 2));
  grant(2, "me", milliseconds(200));
  EXPECT_EQ(keep(messages(1, 1), "me", milliseconds(1000)), 1U);
  clock.advance(milliseconds(500));
  EXPECT_EQ(ids_of(grant(2, "you")), (Ids{2}));
}

TEST_F(RedisLanes, an_owner_keeps_what_it_holds_though_the_lease_ran_out_or_redis_forgot_it) {
  enqueue(messages(1, 2));
  grant(2, "me", milliseconds(200));
  clock.advance(milliseconds(300));
  EXPECT_TRUE(grant(0, "you").messages.empty());  // both wait again
  EXPECT_EQ(keep(messages(1, 1)), 1U);
  EXPECT_EQ(ids_of(grant(10, "you")), (Ids{2}));
  redis.command({"FLUSHALL"});
  clock.advance(milliseconds(1));
  EXPECT_EQ(keep(messages(1, 1)), 1U);
  EXPECT_EQ(keep(messages(1, 1)), 1U) << "as often as wanted";
  EXPECT_EQ(redis.await(lanes.enqueue(line, messages(1, 1))).added, 0U);
  EXPECT_TRUE(grant(10, "you").messages.empty());
  EXPECT_EQ(depth().leased, 1U);
  EXPECT_EQ(depth().lanes[static_cast<std::size_t>(Lane::reply)].waiting, 0U);
  EXPECT_EQ(acknowledge({1}), 1U);
}

TEST_F(RedisLanes, what_was_seeded_waits_until_its_holder_has_spoken_and_is_read_anew_by_whoever_gets_it) {
  const milliseconds pause(3'000);
  enqueue({{1, Lane::reply, 1, 1, pause, true}, {2, Lane::reply, 1, 1, pause, true}});
  EXPECT_TRUE(grant(10).messages.empty());
  EXPECT_EQ(keep(messages(1, 1), "holder"), 1U);
  clock.advance(pause);
  const Grant later = grant(10);
  EXPECT_EQ(ids_of(later), (Ids{2}));
  EXPECT_TRUE(later.messages[0].known_elsewhere);
}

TEST_F(RedisLanes, what_was_seeded_goes_at_once_when_it_comes_from_him_who_committed_it) {
  enqueue({{1, Lane::reply, 1, 1, milliseconds(3'000), true}});
  EXPECT_EQ(redis.await(lanes.enqueue(line, messages(1, 1))).added, 0U) << "it is known";
  const Grant now = grant(10);
  EXPECT_EQ(ids_of(now), (Ids{1}));
  EXPECT_FALSE(now.messages[0].known_elsewhere);
  clock.advance(milliseconds(3'000));
  EXPECT_TRUE(grant(10).messages.empty()) << "once only";
}

// Counts of granted messages by club.
std::map<handlers::ClubId, int> by_club(const Grant& grant) {
  std::map<handlers::ClubId, int> count;
  for (const auto& message : grant.messages) ++count[message.club];
  return count;
}

TEST_F(RedisLanes, clubs_share_a_lane_by_their_weights_whatever_their_backlog) {
  enqueue(messages(1'000, 900, Lane::promo, 1));
  enqueue(messages(2'000, 90, Lane::promo, 2));
  enqueue(messages(3'000, 60, Lane::promo, 3));
  redis.await(lanes.govern(line, {.weights = {{2, 3}, {3, 2}}}));
  std::map<handlers::ClubId, int> all;
  for (const std::uint32_t size : {1U, 1U, 2U, 1U, 3U, 4U, 7U, 11U, 30U, 120U}) {
    for (const auto& [club, count] : by_club(grant(size))) all[club] += count;
  }
  EXPECT_EQ(all, (std::map<handlers::ClubId, int>{{1, 30}, {2, 90}, {3, 60}}))
      << "180 are 30 rounds of 1 + 3 + 2";
  EXPECT_EQ(by_club(grant(10)), (std::map<handlers::ClubId, int>{{1, 10}})) << "alone, it has all";
}

RC_GTEST_FIXTURE_PROP(RedisLanes, a_turn_that_several_grants_cut_is_as_long_as_one_that_they_do_not, ()) {
  SetUp();
  const std::uint32_t weight = *rc::gen::inRange(1U, 9U);
  const std::uint32_t other = *rc::gen::inRange(1U, 9U);
  enqueue(messages(1'000, 40 * weight, Lane::notice, 1));
  enqueue(messages(2'000, 40 * other, Lane::notice, 2));
  redis.await(lanes.govern(line, {.weights = {{1, weight}, {2, other}}}));
  std::vector<handlers::ClubId> order;
  while (order.size() < 20 * (weight + other)) {
    const std::size_t left = 20 * (weight + other) - order.size();
    const auto size = *rc::gen::inRange<std::size_t>(1, 25);
    for (const auto& message : grant(static_cast<std::uint32_t>(std::min(size, left))).messages)
      order.push_back(message.club);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    RC_ASSERT(order[i] == (i % (weight + other) < weight ? 1U : 2U));
  }
}

TEST_F(RedisLanes, what_is_paused_stays_and_comes_when_it_is_resumed) {
  enqueue(messages(1, 2, Lane::urgent, 1));
  enqueue(messages(11, 2, Lane::promo, 1));
  enqueue(messages(21, 2, Lane::promo, 2));
  redis.await(lanes.govern(line, {.clubs_paused = {1}}));
  enqueue(messages(3, 1, Lane::urgent, 1));
  enqueue(messages(31, 1, Lane::reply, 1));
  EXPECT_EQ(ids_of(grant(10)), (Ids{21, 22}));
  EXPECT_EQ(give_back({21}), 1U);
  redis.await(lanes.govern(line, {.lanes_paused = {false, false, false, true}}));
  EXPECT_EQ(ids_of(grant(10)), (Ids{1, 2, 3, 31}));
  EXPECT_EQ(grant(10).again_in, microseconds(kLease)) << "no haste for what is paused";
  redis.await(lanes.govern(line, {.line_paused = true}));
  EXPECT_EQ(give_back({1}), 1U);
  EXPECT_TRUE(grant(10).messages.empty());
  EXPECT_EQ(depth().lanes[static_cast<std::size_t>(Lane::promo)].waiting, 3U) << "still to be seen";
  redis.await(lanes.govern(line, {}));
  EXPECT_EQ(ids_of(grant(10)), (Ids{1, 21, 11, 12}));
}

TEST_F(RedisLanes, to_pause_twice_is_to_pause_once) {
  enqueue(messages(1, 3, Lane::reply, 1));
  for (int i = 0; i < 2; ++i) redis.await(lanes.govern(line, {.clubs_paused = {1, 2}}));
  EXPECT_TRUE(grant(10).messages.empty());
  for (int i = 0; i < 2; ++i) redis.await(lanes.govern(line, {}));
  EXPECT_EQ(ids_of(grant(10)), (Ids{1, 2, 3}));
  acknowledge({1, 2, 3});
  EXPECT_EQ(keys_left(), std::vector<std::string>{});
}

TEST_F(RedisLanes, what_is_done_while_it_waits_is_not_sent) {
  enqueue(messages(1, 3));
  grant(1, "slow", milliseconds(100));
  clock.advance(milliseconds(100));
  EXPECT_EQ(grant(0, "me").messages.size(), 0U);  // the lease is over, 1 waits again
  EXPECT_EQ(acknowledge({1, 2}), 2U);
  EXPECT_EQ(depth().lanes[1].waiting, 1U);
  EXPECT_EQ(ids_of(grant(10)), (Ids{3}));
  acknowledge({3});
  EXPECT_EQ(keys_left(), std::vector<std::string>{});
}

TEST_F(RedisLanes, done_and_wanted_again_is_sent_once) {
  enqueue(messages(1, 2, Lane::promo));
  acknowledge({1});
  enqueue(messages(1, 1, Lane::promo));
  enqueue(messages(3, 1, Lane::promo));
  Ids all = ids_of(grant(10));
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (Ids{1, 2, 3}));
  EXPECT_TRUE(grant(10).messages.empty());
  acknowledge(all);
  EXPECT_EQ(keys_left(), std::vector<std::string>{});
}

TEST_F(RedisLanes, more_ghosts_than_one_call_may_meet_only_delay) {
  enqueue(messages(1, 2500, Lane::notice, 1));
  enqueue(messages(9001, 1, Lane::notice, 2));
  Ids ghosts(2499);
  for (std::size_t i = 0; i < ghosts.size(); ++i) ghosts[i] = i + 1;
  acknowledge(ghosts);
  Ids all;
  for (int call = 0; call < 5; ++call) {
    const Grant got = grant(10);
    for (const std::uint64_t id : ids_of(got)) all.push_back(id);
    if (all.size() < 2) {
      EXPECT_EQ(got.again_in, microseconds(0));
    }
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (Ids{2500, 9001}));
}

TEST_F(RedisLanes, depth_tells_what_waits_and_how_long) {
  enqueue(messages(1, 3, Lane::urgent));
  clock.advance(milliseconds(700));
  enqueue(messages(11, 2, Lane::promo));
  clock.advance(milliseconds(300));
  enqueue({{99, Lane::reply, 1, 1, seconds(5)}});
  grant(1);
  const auto now = depth();
  EXPECT_EQ(now.lanes[0].waiting, 2U);
  EXPECT_EQ(now.lanes[0].oldest, milliseconds(1000));
  EXPECT_EQ(now.lanes[1].waiting, 0U);
  EXPECT_EQ(now.lanes[1].oldest, milliseconds(0));
  EXPECT_EQ(now.lanes[3].waiting, 2U);
  EXPECT_EQ(now.lanes[3].oldest, milliseconds(300));
  EXPECT_EQ(now.leased, 1U);
  EXPECT_EQ(now.delayed, 1U);
}

TEST_F(RedisLanes, lines_and_carriers_know_nothing_of_each_other) {
  enqueue(messages(1, 1));
  for (const LineKey& other : {LineKey{"hamrah", "3001"}, LineKey{"irancell", "3000"}}) {
    EXPECT_TRUE(redis.await(lanes.grant(other, {}, 10, kLease, "me")).messages.empty());
    EXPECT_EQ(redis.await(lanes.acknowledge(other, {1})), 0U);
  }
  EXPECT_EQ(ids_of(grant(10)), (Ids{1}));
}

TEST_F(RedisLanes, is_fresh_until_it_is_seeded_and_after_a_flush) {
  EXPECT_TRUE(redis.await(lanes.enqueue(line, messages(1, 1))).fresh);
  EXPECT_TRUE(grant(1).fresh);
  const std::string seed = redis.await(lanes.begin_seed(line));
  EXPECT_TRUE(grant(1).fresh);
  EXPECT_TRUE(redis.await(lanes.finish_seed(line, seed)));
  EXPECT_FALSE(grant(1).fresh);
  EXPECT_FALSE(redis.await(lanes.enqueue(line, {})).fresh);
  redis.command({"FLUSHALL"});
  clock.advance(seconds(0));
  EXPECT_TRUE(grant(1).fresh);
  EXPECT_TRUE(depth().fresh);
}

TEST_F(RedisLanes, a_flush_while_seeding_is_noticed) {
  const std::string seed = redis.await(lanes.begin_seed(line));
  EXPECT_EQ(redis.await(lanes.begin_seed(line)), seed);  // another process joins in
  redis.command({"FLUSHALL"});
  clock.advance(seconds(0));
  EXPECT_FALSE(redis.await(lanes.finish_seed(line, seed)));
  const std::string again = redis.await(lanes.begin_seed(line));
  EXPECT_FALSE(redis.await(lanes.finish_seed(line, seed)));
  EXPECT_TRUE(redis.await(lanes.finish_seed(line, again)));
}

TEST_F(RedisLanes, a_line_with_a_rate_is_silent_for_a_second_after_a_flush) {
  const Rates rates{1000, 0};
  redis.await(lanes.grant(line, rates, 10, kLease, "me"));
  clock.advance(seconds(2));
  enqueue(messages(1, 1));
  EXPECT_EQ(redis.await(lanes.grant(line, rates, 10, kLease, "me")).messages.size(), 1U);
  redis.command({"FLUSHALL"});
  clock.advance(seconds(0));
  enqueue(messages(2, 1));
  const Grant silent = redis.await(lanes.grant(line, rates, 10, kLease, "me"));
  EXPECT_TRUE(silent.messages.empty());
  EXPECT_EQ(silent.again_in, microseconds(900'000));
  clock.advance(*silent.again_in);
  const Grant first = redis.await(lanes.grant(line, rates, 10, kLease, "me"));
  ASSERT_EQ(first.messages.size(), 1U);
  EXPECT_EQ(first.messages[0].slots, std::vector<microseconds>{microseconds(100'000)});
}

TEST_F(RedisLanes, a_grant_takes_no_more_than_its_horizon_and_says_when_to_ask_again) {
  const Rates rates{100, 0};  // a slot each 10.1 ms
  redis.await(lanes.grant(line, rates, 10, kLease, "me"));
  clock.advance(seconds(2));
  enqueue(messages(1, 50));
  const Grant first = redis.await(lanes.grant(line, rates, 50, kLease, "me"));
  EXPECT_EQ(first.messages.size(), 10U);
  EXPECT_EQ(first.again_in, microseconds(1'000));
  EXPECT_EQ(depth().lanes[1].waiting, 40U);
}

TEST_F(RedisLanes, an_urgent_message_is_next_however_many_promo_wait) {
  enqueue(messages(1, 3000, Lane::promo));
  const Rates rates{100, 0};
  redis.await(lanes.grant(line, rates, 10, kLease, "me"));
  clock.advance(seconds(2));
  redis.await(lanes.grant(line, rates, 10, kLease, "me"));
  clock.advance(milliseconds(50));
  enqueue(messages(9001, 1, Lane::urgent));
  const Grant got = redis.await(lanes.grant(line, rates, 10, kLease, "me"));
  ASSERT_FALSE(got.messages.empty());
  EXPECT_EQ(got.messages[0].message_id, 9001U);
  EXPECT_LE(got.messages[0].slots[0], milliseconds(100));
}

TEST_F(RedisLanes, a_line_that_was_too_fast_pauses_for_the_longest_time_it_was_told) {
  const Rates rates{100, 0};
  redis.await(lanes.grant(line, rates, 10, kLease, "me"));
  clock.advance(seconds(2));
  enqueue(messages(1, 5));
  redis.await(lanes.penalise_line(line, milliseconds(800)));
  redis.await(lanes.penalise_line(line, milliseconds(10)));
  const Grant paused = redis.await(lanes.grant(line, rates, 10, kLease, "me"));
  EXPECT_TRUE(paused.messages.empty());
  EXPECT_EQ(paused.again_in, microseconds(700'000));  // and then looks ahead as far as its horizon
  clock.advance(milliseconds(800));
  const Grant slowed = redis.await(lanes.grant(line, rates, 2, kLease, "me"));
  ASSERT_EQ(slowed.messages.size(), 2U);
  EXPECT_EQ(slowed.messages[1].slots[0], microseconds(20'200));
}

TEST_F(RedisLanes, tell_who_let_a_lease_run_out_and_what_was_given_back) {
  enqueue(messages(1, 3));
  redis.await(lanes.grant(line, {}, 2, kLease, "dead"));
  redis.await(lanes.give_back(line, "dead", {2}, milliseconds(0)));
  const Grant second = redis.await(lanes.grant(line, {}, 1, kLease, "me"));
  ASSERT_EQ(ids_of(second), (Ids{2}));
  EXPECT_TRUE(second.messages[0].known_elsewhere);
  EXPECT_EQ(second.messages[0].lost_by, "");
  redis.await(lanes.acknowledge(line, {2}));
  clock.advance(kLease + milliseconds(1));
  const Grant third = redis.await(lanes.grant(line, {}, 2, kLease, "me"));
  ASSERT_EQ(ids_of(third), (Ids{1, 3}));
  EXPECT_EQ(third.messages[0].lost_by, "dead");
  EXPECT_TRUE(third.messages[0].known_elsewhere);
  EXPECT_FALSE(third.messages[1].known_elsewhere) << "nobody had it";
  redis.await(lanes.give_back(line, "me", {1}, milliseconds(50)));
  clock.advance(milliseconds(51));
  const Grant fourth = redis.await(lanes.grant(line, {}, 1, kLease, "me"));
  ASSERT_EQ(ids_of(fourth), (Ids{1}));
  EXPECT_EQ(fourth.messages[0].lost_by, "") << "whoever gave it back knew what was sent";
  EXPECT_TRUE(fourth.messages[0].known_elsewhere);
}

TEST_F(RedisLanes, refuse_what_cannot_be_asked) {
  EXPECT_THROW(redis.await(lanes.enqueue(line, {{1, Lane::reply, 1, 0}})), std::invalid_argument);
  EXPECT_THROW(redis.await(lanes.grant(line, Rates{-1, 0}, 1, kLease, "me")), std::invalid_argument);
  EXPECT_THROW(redis.await(lanes.reserve(line, Rates{}, 0)), std::invalid_argument);
}

TEST_F(RedisLanes, a_server_that_forgets_scripts_is_told_again) {
  enqueue(messages(1, 2));
  redis.command({"SCRIPT", "FLUSH"});
  EXPECT_EQ(ids_of(grant(1)), (Ids{1}));
}

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
}  // namespace peyk::tests
