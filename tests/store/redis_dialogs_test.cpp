#include "store/redis/dialogs.hpp"

#include <gtest/gtest.h>

#include "tests/store/redis_fixture.hpp"

namespace peyk::tests {
namespace {

using std::chrono::seconds;
using store::DialogKey;
using store::Dialogs;

class RedisDialogs : public testing::Test {
 protected:
  DialogKey key(std::string session, handlers::PhoneNumber phone = 989120000101) {
    return {"hamrah", phone, std::move(session)};
  }
  void SetUp() override { redis.command({"FLUSHALL"}); }

  RedisLoop redis;
  Dialogs dialogs{redis.redis, "test"};
};

TEST_F(RedisDialogs, a_dialog_remembers_what_each_step_left) {
  EXPECT_FALSE(redis.await(dialogs.begin(key("s1"), "*7000", seconds(60))));
  auto dialog = redis.await(dialogs.get(key("s1")));
  ASSERT_TRUE(dialog);
  EXPECT_EQ(dialog->state, "");
  EXPECT_EQ(dialog->code, "*7000");
  EXPECT_EQ(dialog->step, 0U);
  EXPECT_TRUE(redis.await(dialogs.set(key("s1"), "menu", 0, seconds(60))));
  dialog = redis.await(dialogs.get(key("s1")));
  ASSERT_TRUE(dialog);
  EXPECT_EQ(dialog->state, "menu");
  EXPECT_EQ(dialog->step, 1U);
}

TEST_F(RedisDialogs, a_dialog_that_never_began_or_has_ended_is_none) {
  EXPECT_FALSE(redis.await(dialogs.get(key("s1"))));
  EXPECT_FALSE(redis.await(dialogs.set(key("s1"), "menu", 0, seconds(60))));
  redis.await(dialogs.begin(key("s1"), "*7000", seconds(60)));
  redis.await(dialogs.erase(key("s1")));
  redis.await(dialogs.erase(key("s1")));
  EXPECT_FALSE(redis.await(dialogs.get(key("s1"))));
  EXPECT_FALSE(redis.await(dialogs.begin(key("s2"), "*7000", seconds(60))));
}

TEST_F(RedisDialogs, of_two_answers_to_the_same_step_one_is_taken) {
  redis.await(dialogs.begin(key("s1"), "*7000", seconds(60)));
  EXPECT_TRUE(redis.await(dialogs.set(key("s1"), "first", 0, seconds(60))));
  EXPECT_FALSE(redis.await(dialogs.set(key("s1"), "second", 0, seconds(60))));
  EXPECT_EQ(redis.await(dialogs.get(key("s1")))->state, "first");
}

TEST_F(RedisDialogs, dialling_again_ends_the_old_dialog_and_says_what_it_left) {
  redis.await(dialogs.begin(key("s1"), "*7000", seconds(60)));
  redis.await(dialogs.set(key("s1"), "page 2", 0, seconds(60)));
  EXPECT_EQ(redis.await(dialogs.begin(key("s2"), "*7000", seconds(60))), "page 2");
  EXPECT_FALSE(redis.await(dialogs.get(key("s1"))));
  EXPECT_FALSE(redis.await(dialogs.set(key("s1"), "late", 1, seconds(60))));
  EXPECT_TRUE(redis.await(dialogs.get(key("s2"))));
}

TEST_F(RedisDialogs, a_session_id_used_again_starts_anew) {
  redis.await(dialogs.begin(key("s1"), "*7000", seconds(60)));
  redis.await(dialogs.set(key("s1"), "old", 0, seconds(60)));
  EXPECT_EQ(redis.await(dialogs.begin(key("s1"), "*7000", seconds(60))), "old");
  EXPECT_EQ(redis.await(dialogs.get(key("s1")))->step, 0U);
  redis.await(dialogs.begin(key("s1"), "*8000", seconds(60)));
  EXPECT_EQ(redis.await(dialogs.get(key("s1")))->code, "*8000");
  EXPECT_FALSE(redis.await(dialogs.begin(key("s2"), "*7000", seconds(60))));
  EXPECT_TRUE(redis.await(dialogs.get(key("s1"))));
}

TEST_F(RedisDialogs, other_codes_phones_and_carriers_are_left_alone) {
  redis.await(dialogs.begin(key("s1"), "*7000", seconds(60)));
  EXPECT_FALSE(redis.await(dialogs.begin(key("s2"), "*8000", seconds(60))));
  EXPECT_FALSE(redis.await(dialogs.begin(key("s1", 989120000102), "*7000", seconds(60))));
  EXPECT_FALSE(redis.await(dialogs.begin({"irancell", 989120000101, "s1"}, "*7000", seconds(60))));
  EXPECT_TRUE(redis.await(dialogs.get(key("s1"))));
}

TEST_F(RedisDialogs, a_session_id_and_a_state_may_be_any_bytes) {
  const std::string bytes("}{ \0\r\n\xFF:", 8);
  redis.await(dialogs.begin(key(bytes), "*7000", seconds(60)));
  EXPECT_TRUE(redis.await(dialogs.set(key(bytes), bytes, 0, seconds(60))));
  EXPECT_EQ(redis.await(dialogs.get(key(bytes)))->state, bytes);
}

TEST_F(RedisDialogs, a_dialog_ends_with_its_time_and_a_step_renews_it) {
  redis.await(dialogs.begin(key("s1"), "*7000", seconds(2)));
  const std::string name = "test:{dialog:hamrah:989120000101}:session:s1";
  EXPECT_LE(redis.command({"PTTL", name}).integer, 2000);
  redis.await(dialogs.set(key("s1"), "menu", 0, seconds(90)));
  EXPECT_GT(redis.command({"PTTL", name}).integer, 80'000);
  redis.await(dialogs.set(key("s1"), "menu", 1, seconds(1)));
  redis.until([this] { return !redis.await(dialogs.get(key("s1"))); });
  EXPECT_FALSE(redis.await(dialogs.begin(key("s2"), "*7000", seconds(60))));
}

TEST_F(RedisDialogs, a_state_too_large_is_refused) {
  redis.await(dialogs.begin(key("s1"), "*7000", seconds(60)));
  EXPECT_TRUE(
      redis.await(dialogs.set(key("s1"), std::string(store::kDialogStateBytesMax, 'x'), 0, seconds(60))));
  EXPECT_THROW(
      redis.await(dialogs.set(key("s1"), std::string(store::kDialogStateBytesMax + 1, 'x'), 1, seconds(60))),
      std::length_error);
  EXPECT_EQ(redis.await(dialogs.get(key("s1")))->step, 1U);
}

}  // namespace
}  // namespace peyk::tests
