// Which message leaves next: lanes, clubs, weights, pauses, slots.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "tests/store/lanes_fixture.hpp"

namespace peyk::tests::redis_lanes_test {
namespace {

class RedisLanes : public LanesFixture {};

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
  const store::Grant paused = grant(10);
  EXPECT_EQ(paused.again_in, microseconds(kLease)) << "no haste for what is paused";
  EXPECT_FALSE(paused.full) << "it is not the pace that holds it";
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

TEST_F(RedisLanes, depth_tells_what_of_it_is_kept_back_with_its_club) {
  enqueue(messages(1, 3, Lane::notice, 1));
  enqueue(messages(11, 2, Lane::notice, 2));
  enqueue(messages(21, 1, Lane::promo, 1));
  EXPECT_EQ(depth().lanes[2].paused, 0U);
  redis.await(lanes.govern(line, {.clubs_paused = {1, 3}}));
  const auto now = depth();
  EXPECT_EQ(now.lanes[2].waiting, 5U);
  EXPECT_EQ(now.lanes[2].paused, 3U);
  EXPECT_EQ(now.lanes[3].paused, 1U);
  EXPECT_EQ(now.lanes[1].paused, 0U);
  redis.await(lanes.govern(line, {.line_paused = true}));
  EXPECT_EQ(depth().lanes[2].paused, 0U) << "a line that is paused is no club that is";
}

TEST_F(RedisLanes, what_was_withdrawn_of_a_club_that_is_paused_is_not_kept_back_any_more) {
  const auto notices = [this] { return depth().lanes[2]; };
  enqueue(messages(1, 6, Lane::notice, 1));
  enqueue(messages(11, 2, Lane::notice, 2));
  redis.await(lanes.withdraw(line, {2}));  // before the pause
  redis.await(lanes.govern(line, {.clubs_paused = {1}}));
  EXPECT_EQ(notices().waiting, 7U);
  EXPECT_EQ(notices().paused, 5U);
  redis.await(lanes.withdraw(line, {4, 4, 77}));
  EXPECT_EQ(acknowledge({5}), 1U);
  EXPECT_EQ(keep({{3, Lane::notice, 1}}), 1U);
  EXPECT_EQ(notices().waiting, 4U);
  EXPECT_EQ(notices().paused, 2U);
  EXPECT_EQ(give_back({3}), 1U);
  enqueue(messages(4, 1, Lane::notice, 1));
  EXPECT_EQ(notices().paused, 4U) << "in the list twice, kept back once";
  redis.await(lanes.withdraw(line, {1, 3, 4, 6}));
  EXPECT_EQ(notices().waiting, 2U);
  EXPECT_EQ(notices().paused, 0U);
  redis.await(lanes.govern(line, {}));
  enqueue(messages(21, 1, Lane::notice, 1));
  EXPECT_EQ(ids_of(grant(10)), (Ids{11, 21, 12}));
  redis.await(lanes.govern(line, {.clubs_paused = {1}}));
  enqueue(messages(31, 3, Lane::notice, 1));
  EXPECT_EQ(notices().paused, 3U) << "nothing of what was met is remembered";
}

TEST_F(RedisLanes, counts_that_were_lost_are_none_and_not_below) {
  enqueue(messages(1, 5, Lane::notice));
  for (const auto& name : redis.command({"KEYS", "*:counts"}).elements) redis.command({"DEL", name.text});
  EXPECT_EQ(ids_of(grant(2)), (Ids{1, 2}));
  EXPECT_EQ(depth().lanes[2].waiting, 0U);
  enqueue(messages(11, 4, Lane::notice));
  EXPECT_EQ(depth().lanes[2].waiting, 2U);
}

TEST_F(RedisLanes, what_redis_is_told_anew_is_as_old_as_it_is) {
  redis.command({"FLUSHALL"}), clock.advance(seconds(0));
  const std::chrono::hours five(5);
  enqueue(
      {{.message_id = 1, .lane = Lane::promo, .club = 1, .delay = seconds(3), .seeded = true, .age = five}});
  enqueue({{.message_id = 2, .lane = Lane::promo, .club = 1, .age = milliseconds(-200)}});
  EXPECT_EQ(depth().lanes[3].oldest, milliseconds(0)) << "of a moment ahead: another machine's clock";
  clock.advance(seconds(3));
  grant(0);  // delays are over
  EXPECT_EQ(depth().lanes[3].oldest, milliseconds(3000)) << "its club's first";
  acknowledge({2});
  grant(0);
  const Grant got = grant(1, "me", seconds(1));
  ASSERT_EQ(got.messages.size(), 1U);
  EXPECT_EQ(got.messages[0].age, five + seconds(3));
  give_back({1});
  EXPECT_EQ(depth().lanes[3].oldest, five + seconds(3));
}

TEST_F(RedisLanes, what_is_kept_without_being_known_is_as_old_as_it_is) {
  keep({{.message_id = 7, .lane = Lane::notice, .club = 1, .age = seconds(90)}});
  clock.advance(seconds(1));
  EXPECT_EQ(give_back({7}), 1U);
  EXPECT_EQ(depth().lanes[2].oldest, seconds(91));
}

TEST_F(RedisLanes, lines_and_carriers_know_nothing_of_each_other) {
  enqueue(messages(1, 1));
  for (const LineKey& other : {LineKey{"hamrah", "3001"}, LineKey{"irancell", "3000"}}) {
    EXPECT_TRUE(redis.await(lanes.grant(other, {}, 10, kLease, "me")).messages.empty());
    EXPECT_EQ(redis.await(lanes.acknowledge(other, {1})), 0U);
  }
  EXPECT_EQ(ids_of(grant(10)), (Ids{1}));
}

TEST_F(RedisLanes, a_grant_takes_no_more_than_its_horizon_and_says_when_to_ask_again) {
  const Rates rates{100, 0};  // a slot each 10.1 ms
  redis.await(lanes.grant(line, rates, 10, kLease, "me"));
  clock.advance(seconds(2));
  enqueue(messages(1, 50));
  const Grant first = redis.await(lanes.grant(line, rates, 50, kLease, "me"));
  EXPECT_EQ(first.messages.size(), 10U);
  EXPECT_EQ(first.again_in, microseconds(1'000));
  EXPECT_TRUE(first.full);
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

TEST_F(RedisLanes, refuse_what_cannot_be_asked) {
  EXPECT_THROW(redis.await(lanes.enqueue(line, {{1, Lane::reply, 1, 0}})), std::invalid_argument);
  EXPECT_THROW(redis.await(lanes.grant(line, Rates{-1, 0}, 1, kLease, "me")), std::invalid_argument);
  EXPECT_THROW(redis.await(lanes.reserve(line, Rates{}, {{}})), std::invalid_argument);
}

TEST_F(RedisLanes, a_server_that_forgets_scripts_is_told_again) {
  enqueue(messages(1, 2));
  redis.command({"SCRIPT", "FLUSH"});
  EXPECT_EQ(ids_of(grant(1)), (Ids{1}));
}

}  // namespace
}  // namespace peyk::tests::redis_lanes_test
