// A line that one process sends by its own carrier and another by an alternate: one pace for both, and each
// account's own. On a clock of the test's; the calls are those of gateway/outbound_grants.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "tests/store/lanes_fixture.hpp"

namespace peyk::tests::redis_alternate_test {
namespace {

using store::Slots;
using Times = std::vector<std::int64_t>;

struct Contract {
  double line, account, other_account, other_line;
};

class RedisAlternate : public testing::Test {
 protected:
  explicit RedisAlternate() { redis.command({"FLUSHALL"}), clock.advance(seconds(0)); }

  void agree(Contract agreed) {
    contract = agreed;
    if (agreed.account > 0) slowest = agreed.account;
    if (agreed.other_account > 0)
      slowest = slowest > 0 ? std::min(slowest, agreed.other_account) : agreed.other_account;
    for (const LineKey& key : {line, neighbour}) {
      std::vector<QueuedMessage> all = messages(1, 6000);
      for (QueuedMessage& one : all) one.parts = static_cast<std::uint8_t>(1 + one.message_id % 3);
      redis.await(lanes.enqueue(key, std::move(all)));
    }
    by_own(), by_alternate({}), by_neighbour();  // silence begins
    clock.advance(seconds(2));
    sends.clear(), own_sends.clear(), other_sends.clear();
    begin_us = clock.now_us();
  }

  // A call takes a while, there and back, and Redis' clock stands in the middle of it.
  template <typename T>
  T call(boost::asio::awaitable<T> work) {
    asked_us = clock.now_us();
    clock.advance(microseconds(170));
    T answer = redis.await(std::move(work));
    clock.advance(microseconds(230));
    received_us = clock.now_us();
    return answer;
  }

  // As early or as late as the process may, which knows only when it asked and when it had the answer.
  void send(const Slots& slots, std::int64_t asked, Times& account, bool of_line) {
    for (const microseconds slot : slots) {
      const std::int64_t earliest = received_us + slot.count();
      const std::int64_t latest = asked + slot.count() + store::kSlotToleranceUs;
      ASSERT_LE(earliest, latest);
      const auto turn = static_cast<std::int64_t>(account.size());
      account.push_back(earliest + turn * 7'919 % (latest - earliest + 1));
      if (of_line) sends.push_back(account.back());
    }
  }

  void by_own(std::uint32_t messages_max = 50) {
    const Rates rates{contract.line, contract.account, slowest};
    const Grant got = call(lanes.grant(line, rates, messages_max, kLease, "own"));
    for (const auto& message : got.messages) send(message.slots, asked_us, own_sends, true);
  }
  void by_neighbour() {
    const LineKey& key = neighbour;
    const Grant got =
        call(lanes.grant(key, {contract.other_line, contract.other_account}, 50, kLease, "its"));
    for (const auto& message : got.messages) send(message.slots, asked_us, other_sends, false);
  }
  // `meanwhile`: what others do between its calls.
  void by_alternate(const std::function<void()>& meanwhile, std::uint32_t messages_max = 50) {
    const Grant got =
        call(lanes.grant(line, {contract.line, 0, slowest}, messages_max, kLease, "other", hold));
    if (got.messages.empty()) return;
    const std::int64_t took = received_us - asked_us, had = received_us;
    if (meanwhile) meanwhile();
    std::vector<Slots> behind;
    for (const auto& message : got.messages) {
      behind.push_back(message.slots);
      for (microseconds& slot : behind.back()) slot -= microseconds(clock.now_us() - had);
    }
    const LineKey account{"other", line.number};
    const auto reserved = call(lanes.reserve(account, {0, contract.other_account}, behind));
    const std::int64_t asked = asked_us - took, answered = received_us;
    std::size_t usable = reserved.messages.size();
    const auto last_of = [&got](std::size_t message) { return got.messages[message].slots.back(); };
    std::int64_t last_us = got.before_us;
    if (usable > 0)
      last_us =
          got.last_us - (last_of(got.messages.size() - 1) - last_of(usable - 1) - reserved.late).count();
    bool moved = last_us == got.last_us;
    if (!moved) moved = call(lanes.move_last(line, got.last_us, last_us)), ++moves;
    if (!moved && reserved.late.count() > 0) usable = reserved.on_time;
    refusals += !moved;
    received_us = answered;
    for (std::size_t i = 0; i < usable; ++i) send(reserved.messages[i], asked, other_sends, true);
    Ids back;
    for (std::size_t i = usable; i < got.messages.size(); ++i) back.push_back(got.messages[i].message_id);
    redis.await(lanes.give_back(line, "other", back, milliseconds(0)));
  }

  // No window of a second has more than that.
  static void expect_at_most(double rate, Times times) {
    std::sort(times.begin(), times.end());
    const auto most = static_cast<std::size_t>(rate);
    for (std::size_t i = most; i < times.size(); ++i) ASSERT_GE(times[i] - times[i - most], 1'000'000) << i;
  }
  void expect_kept() {
    expect_at_most(contract.line, sends);
    if (contract.account > 0) expect_at_most(contract.account, own_sends);
    if (contract.other_account > 0) expect_at_most(contract.other_account, other_sends);
  }
  double share_of(double rate, const Times& times) const {
    const double passed = static_cast<double>(clock.now_us() - begin_us) / 1e6;
    return static_cast<double>(times.size()) / passed / rate;
  }
  bool runs() const { return clock.now_us() < begin_us + 10'000'000; }

  RedisLoop redis;
  TestClock clock{redis};
  Lanes lanes{redis.redis, "test", {}, lanes_with_test_clock()};
  const LineKey line{"own", "3000"}, neighbour{"other", "4000"};
  Contract contract{};
  double slowest = 0;
  std::int64_t asked_us = 0, received_us = 0, begin_us = 0;
  Times sends, own_sends, other_sends;  // of the line; of the accounts
  microseconds hold{3'000};
  int moves = 0, refusals = 0;
};

TEST_F(RedisAlternate, a_line_by_two_carriers_at_once_is_within_its_rate_and_each_account_within_its_own) {
  agree({.line = 200, .account = 400, .other_account = 500, .other_line = 150});
  for (int turn = 0; runs(); ++turn) {
    if (turn % 3 == 0) by_own(1);
    if (turn % 2 == 0) by_neighbour();
    by_alternate(turn % 9 == 0 ? [this] { by_own(1); } : std::function<void()>());
    clock.advance(milliseconds(11));
  }
  expect_kept();
  EXPECT_GT(own_sends.size(), 200U);
  EXPECT_GT(other_sends.size(), 1000U);
  EXPECT_GT(moves, 0) << "or this has shown nothing";
  EXPECT_GE(share_of(200, sends), 0.98)
      << own_sends.size() << " " << other_sends.size() << " " << moves << " " << refusals;
}

TEST_F(RedisAlternate, the_second_in_which_a_process_goes_over_and_back_is_a_second_as_any) {
  agree({.line = 100, .account = 100, .other_account = 300, .other_line = 0});
  for (int turn = 0; runs(); ++turn) {
    turn / 20 % 2 == 0 ? by_own() : by_alternate({});
    clock.advance(milliseconds(20));
  }
  expect_kept();
  EXPECT_GE(share_of(100, sends), 0.98);
}

TEST_F(RedisAlternate, an_account_that_others_use_too_is_used_up_and_no_more) {
  agree({.line = 100, .account = 0, .other_account = 150, .other_line = 150});
  for (int turn = 0; runs(); ++turn) {
    by_alternate({});
    clock.advance(milliseconds(6));
    by_neighbour();
    clock.advance(milliseconds(6));
  }
  expect_kept();
  EXPECT_GE(share_of(150, other_sends), 0.98);
  EXPECT_GT(share_of(100, sends), 0.4);
}

TEST_F(RedisAlternate, slots_that_are_late_when_others_have_gone_on_are_not_used) {
  hold = microseconds(0);
  agree({.line = 200, .account = 400, .other_account = 250, .other_line = 100});
  for (int turn = 0; runs(); ++turn) {
    by_neighbour();
    by_alternate([this] { by_own(1); }, 1);
    clock.advance(milliseconds(11));
  }
  expect_kept();
  EXPECT_GT(refusals, 20) << moves;
}

TEST_F(RedisAlternate, while_slots_may_be_moved_nobody_is_granted_the_next) {
  agree({.line = 100, .account = 100, .other_account = 300, .other_line = 0});
  const Rates rates{100, 0, 100};
  const Grant got = redis.await(lanes.grant(line, rates, 1, kLease, "other", milliseconds(3)));
  ASSERT_EQ(got.messages.size(), 1U);
  clock.advance(milliseconds(1));
  const Grant held = redis.await(lanes.grant(line, rates, 1, kLease, "own"));
  EXPECT_TRUE(held.messages.empty());
  EXPECT_EQ(held.again_in, milliseconds(2));
  EXPECT_FALSE(held.full) << "it is a matter of a moment";
  EXPECT_TRUE(redis.await(lanes.move_last(line, got.last_us, got.last_us + 7'000)));
  const Grant next = redis.await(lanes.grant(line, rates, 1, kLease, "own"));
  ASSERT_EQ(next.messages.size(), 1U);
  EXPECT_EQ(next.messages[0].slots[0] - got.messages[0].slots.back(), microseconds(10'201 + 7'000 - 1'000));
  EXPECT_FALSE(redis.await(lanes.move_last(line, got.last_us, got.last_us + 7'000))) << "too late";
}

TEST_F(RedisAlternate, an_account_without_a_limit_leaves_the_line_its_own) {
  agree({.line = 100, .account = 100, .other_account = 0, .other_line = 0});
  for (int turn = 0; runs(); ++turn) {
    by_alternate({});
    if (turn % 3 == 0) by_own(2);
    clock.advance(milliseconds(20));
  }
  expect_kept();
  EXPECT_GE(share_of(100, sends), 0.98);
}

}  // namespace
}  // namespace peyk::tests::redis_alternate_test
