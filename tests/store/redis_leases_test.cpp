// What a process has of a line: leases that run out, are kept, given back or forgotten.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "tests/store/lanes_fixture.hpp"

namespace peyk::tests::redis_leases_test {
namespace {

class RedisLeases : public LanesFixture {};

TEST_F(RedisLeases, what_is_given_back_comes_first_again_and_in_its_order) {
  enqueue(messages(1, 6));
  EXPECT_EQ(ids_of(grant(4)), (Ids{1, 2, 3, 4}));
  EXPECT_EQ(give_back({2, 3, 3, 77}), 2U);
  EXPECT_EQ(give_back({2}), 0U);
  EXPECT_EQ(ids_of(grant(10)), (Ids{2, 3, 5, 6}));
}

TEST_F(RedisLeases, what_is_given_back_for_later_waits_that_long) {
  enqueue(messages(1, 3));
  grant(1);
  EXPECT_EQ(give_back({1}, "me", milliseconds(500)), 1U);
  EXPECT_EQ(depth().delayed, 1U);
  EXPECT_EQ(ids_of(grant(1)), (Ids{2}));
  clock.advance(milliseconds(499));
  clock.advance(milliseconds(1));
  EXPECT_EQ(ids_of(grant(10)), (Ids{1, 3}));
}

TEST_F(RedisLeases, a_delayed_message_waits_and_then_stands_behind) {
  enqueue({{1, Lane::reply, 1, 1, milliseconds(100)}, {2, Lane::reply, 1, 1, milliseconds(50)}});
  const Grant none = grant(10);
  EXPECT_TRUE(none.messages.empty());
  EXPECT_EQ(none.again_in, microseconds(50'000));
  enqueue(messages(3, 1));
  clock.advance(milliseconds(100));
  EXPECT_EQ(ids_of(grant(10)), (Ids{3, 2, 1}));
}

TEST_F(RedisLeases, what_is_withdrawn_is_granted_to_nobody_unless_somebody_has_it_already) {
  using store::Withdrawn;
  enqueue(messages(1, 4));
  enqueue({{5, Lane::reply, 1, 1, milliseconds(100)}});
  EXPECT_EQ(ids_of(grant(1)), (Ids{1}));
  std::vector<Withdrawn> told = redis.await(lanes.withdraw(line, Ids{1, 2, 5, 77, 2}));
  EXPECT_EQ(told, (std::vector<Withdrawn>{Withdrawn::leased, Withdrawn::forgotten, Withdrawn::forgotten,
                                          Withdrawn::unknown, Withdrawn::unknown}));
  EXPECT_EQ(depth().lanes[1].waiting, 2U);
  EXPECT_EQ(depth().delayed, 0U);
  EXPECT_EQ(give_back({1}), 1U) << "whoever has it goes on as if nothing were";
  told = redis.await(lanes.withdraw(line, Ids{1}));
  EXPECT_EQ(told, (std::vector<Withdrawn>{Withdrawn::forgotten}));
  clock.advance(milliseconds(200));
  EXPECT_EQ(ids_of(grant(10)), (Ids{3, 4}));
}

TEST_F(RedisLeases, a_lease_that_runs_out_returns_by_itself) {
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

TEST_F(RedisLeases, an_owner_who_lost_its_lease_cannot_give_it_back_or_keep_it_but_may_say_it_is_done) {
  enqueue(messages(1, 2));
  grant(2, "old", milliseconds(200));
  clock.advance(milliseconds(200));
  EXPECT_EQ(ids_of(grant(2, "new")), (Ids{1, 2}));
  EXPECT_EQ(give_back({1, 2}, "old"), 0U);
  EXPECT_EQ(keep(messages(1, 2), "old"), 0U);
  EXPECT_EQ(acknowledge({1}), 1U);
  EXPECT_EQ(give_back({1, 2}, "new"), 1U);
}

TEST_F(RedisLeases, who_has_a_message_and_for_how_long_is_told_and_stays_so) {
  using State = store::Whereabouts::State;
  const auto look = [this](std::uint64_t id) { return redis.await(lanes.look(line, id)); };
  enqueue(messages(1, 3));
  grant(2, "me", milliseconds(1000));
  clock.advance(milliseconds(400));
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(look(1).state, State::leased);
    EXPECT_EQ(look(1).owner, "me");
    EXPECT_EQ(look(1).left, milliseconds(600));
    EXPECT_EQ(look(3).state, State::waiting);
    EXPECT_EQ(look(3).owner, "");
    EXPECT_EQ(look(4).state, State::unknown);
  }
  give_back({2}, "me", milliseconds(5000));
  EXPECT_EQ(look(2).state, State::delayed);
  EXPECT_EQ(look(2).owner, "");
  EXPECT_EQ(look(2).left, milliseconds(5000));
  clock.advance(milliseconds(700));
  EXPECT_EQ(look(1).left, milliseconds(-100)) << "the next grant takes it from whoever had it";
  acknowledge({1});
  EXPECT_EQ(look(1).state, State::unknown);
}

TEST_F(RedisLeases, a_lease_that_is_kept_lasts_longer) {
  enqueue(messages(1, 2));
  grant(2, "me", milliseconds(200));
  EXPECT_EQ(keep(messages(1, 1), "me", milliseconds(1000)), 1U);
  clock.advance(milliseconds(500));
  EXPECT_EQ(ids_of(grant(2, "you")), (Ids{2}));
}

TEST_F(RedisLeases, an_owner_keeps_what_it_holds_though_the_lease_ran_out_or_redis_forgot_it) {
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

TEST_F(RedisLeases, what_was_seeded_waits_until_its_holder_has_spoken_and_is_read_anew_by_whoever_gets_it) {
  const milliseconds pause(3'000);
  enqueue({{1, Lane::reply, 1, 1, pause, true}, {2, Lane::reply, 1, 1, pause, true}});
  EXPECT_TRUE(grant(10).messages.empty());
  EXPECT_EQ(keep(messages(1, 1), "holder"), 1U);
  clock.advance(pause);
  const Grant later = grant(10);
  EXPECT_EQ(ids_of(later), (Ids{2}));
  EXPECT_TRUE(later.messages[0].known_elsewhere);
  EXPECT_EQ(later.messages[0].given_back_by, "");
}

TEST_F(RedisLeases, what_was_seeded_goes_at_once_when_it_comes_from_him_who_committed_it) {
  enqueue({{1, Lane::reply, 1, 1, milliseconds(3'000), true}});
  EXPECT_EQ(redis.await(lanes.enqueue(line, messages(1, 1))).added, 0U) << "it is known";
  const Grant now = grant(10);
  EXPECT_EQ(ids_of(now), (Ids{1}));
  EXPECT_FALSE(now.messages[0].known_elsewhere);
  clock.advance(milliseconds(3'000));
  EXPECT_TRUE(grant(10).messages.empty()) << "once only";
}

TEST_F(RedisLeases, what_is_done_while_it_waits_is_not_sent) {
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

TEST_F(RedisLeases, done_and_wanted_again_is_sent_once) {
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

TEST_F(RedisLeases, more_ghosts_than_one_call_may_meet_only_delay) {
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

TEST_F(RedisLeases, is_fresh_until_it_is_seeded_and_after_a_flush) {
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

TEST_F(RedisLeases, a_flush_while_seeding_is_noticed) {
  const std::string seed = redis.await(lanes.begin_seed(line));
  EXPECT_EQ(redis.await(lanes.begin_seed(line)), seed);  // another process joins in
  redis.command({"FLUSHALL"});
  clock.advance(seconds(0));
  EXPECT_FALSE(redis.await(lanes.finish_seed(line, seed)));
  const std::string again = redis.await(lanes.begin_seed(line));
  EXPECT_FALSE(redis.await(lanes.finish_seed(line, seed)));
  EXPECT_TRUE(redis.await(lanes.finish_seed(line, again)));
}

TEST_F(RedisLeases, a_line_with_a_rate_is_silent_for_a_second_after_a_flush) {
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

TEST_F(RedisLeases, tell_who_let_a_lease_run_out_and_what_was_given_back) {
  enqueue(messages(1, 3));
  redis.await(lanes.grant(line, {}, 2, kLease, "dead"));
  redis.await(lanes.give_back(line, "dead", {2}, milliseconds(0)));
  const Grant second = redis.await(lanes.grant(line, {}, 1, kLease, "me"));
  ASSERT_EQ(ids_of(second), (Ids{2}));
  EXPECT_TRUE(second.messages[0].known_elsewhere);
  EXPECT_EQ(second.messages[0].lost_by, "");
  EXPECT_EQ(second.messages[0].given_back_by, "dead");
  redis.await(lanes.acknowledge(line, {2}));
  clock.advance(kLease + milliseconds(1));
  const Grant third = redis.await(lanes.grant(line, {}, 2, kLease, "me"));
  ASSERT_EQ(ids_of(third), (Ids{1, 3}));
  EXPECT_EQ(third.messages[0].lost_by, "dead");
  EXPECT_TRUE(third.messages[0].known_elsewhere);
  EXPECT_EQ(third.messages[0].given_back_by, "") << "what it knew is lost";
  EXPECT_FALSE(third.messages[1].known_elsewhere) << "nobody had it";
  redis.await(lanes.give_back(line, "me", {1}, milliseconds(50)));
  clock.advance(milliseconds(51));
  const Grant fourth = redis.await(lanes.grant(line, {}, 1, kLease, "me"));
  ASSERT_EQ(ids_of(fourth), (Ids{1}));
  EXPECT_EQ(fourth.messages[0].lost_by, "") << "whoever gave it back knew what was sent";
  EXPECT_TRUE(fourth.messages[0].known_elsewhere);
  EXPECT_EQ(fourth.messages[0].given_back_by, "me");
}

}  // namespace
}  // namespace peyk::tests::redis_leases_test
