#include "store/redis/dialogs.hpp"

#include <gtest/gtest.h>

#include "tests/store/redis_fixture.hpp"

namespace peyk::tests::redis_dialogs_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using store::BeginAgain;
using store::DialogBegun;
using store::DialogKey;
using store::Dialogs;
using store::DialogStep;

constexpr BeginAgain kNoRedelivery{milliseconds(0), milliseconds(0)};

class RedisDialogs : public testing::Test {
 protected:
  static DialogKey key(std::string session, handlers::PhoneNumber phone = 989120000101) {
    return {"hamrah", phone, std::move(session)};
  }
  void SetUp() override { redis.command({"FLUSHALL"}); }

  DialogBegun begin(DialogKey of, std::string name = "n1", std::string code = "*7000",
                    BeginAgain again = kNoRedelivery, DialogStep step = {"dialled", 1},
                    seconds lives = seconds(60)) {
    return redis.await(dialogs.begin(std::move(of), std::move(name), std::move(code), step, lives, again));
  }
  std::optional<store::Dialog> get(DialogKey of) { return redis.await(dialogs.get(std::move(of))); }
  bool set(DialogKey of, std::uint64_t number, std::string state, DialogStep step = {"1", 1},
           std::string name = "n1", seconds lives = seconds(60)) {
    return redis.await(dialogs.set(std::move(of), name, number, std::move(state), false, step, lives));
  }
  bool end(DialogKey of, std::uint64_t number, DialogStep step = {"0", 1}) {
    return redis.await(dialogs.set(std::move(of), "n1", number, "", true, step, seconds(60)));
  }

  RedisLoop redis;
  Dialogs dialogs{redis.redis, "test"};
};

TEST_F(RedisDialogs, a_dialog_remembers_what_each_step_left) {
  EXPECT_FALSE(begin(key("s1")).again);
  auto dialog = get(key("s1"));
  ASSERT_TRUE(dialog);
  EXPECT_EQ(dialog->name, "n1");
  EXPECT_EQ(dialog->state, "");
  EXPECT_EQ(dialog->code, "*7000");
  EXPECT_EQ(dialog->step, 0U);
  EXPECT_TRUE(set(key("s1"), 0, "menu"));
  dialog = get(key("s1"));
  ASSERT_TRUE(dialog);
  EXPECT_EQ(dialog->state, "menu");
  EXPECT_EQ(dialog->mark, "1");
  EXPECT_EQ(dialog->sequence, 1);
  EXPECT_EQ(dialog->step, 1U);
  EXPECT_FALSE(dialog->over);
}

TEST_F(RedisDialogs, a_dialog_that_never_began_is_none) {
  EXPECT_FALSE(get(key("s1")));
  EXPECT_FALSE(set(key("s1"), 0, "menu"));
  EXPECT_FALSE(redis.await(dialogs.close(key("s1"))));
}

TEST_F(RedisDialogs, a_dialog_that_is_over_is_remembered_as_such_and_takes_no_step) {
  begin(key("s1"));
  EXPECT_TRUE(end(key("s1"), 0));
  const auto dialog = get(key("s1"));
  ASSERT_TRUE(dialog);
  EXPECT_TRUE(dialog->over);
  EXPECT_EQ(dialog->step, 1U);
  EXPECT_FALSE(set(key("s1"), 1, "late"));
  EXPECT_FALSE(end(key("s1"), 1));
  EXPECT_EQ(begin(key("s2"), "n2").left, "") << "nothing to resume";
  EXPECT_TRUE(get(key("s1"))) << "what comes late for it is still known";
}

TEST_F(RedisDialogs, a_dialog_closed_from_outside_is_over_once) {
  begin(key("s1"));
  set(key("s1"), 0, "menu");
  EXPECT_TRUE(redis.await(dialogs.close(key("s1"))));
  EXPECT_FALSE(redis.await(dialogs.close(key("s1"))));
  EXPECT_TRUE(get(key("s1"))->over);
  EXPECT_FALSE(set(key("s1"), 1, "late"));
  EXPECT_FALSE(begin(key("s1"), "n2", "*7000", BeginAgain{}).again) << "the same code dialled after an abort";
}

TEST_F(RedisDialogs, of_two_answers_to_the_same_step_one_is_taken) {
  begin(key("s1"));
  EXPECT_TRUE(set(key("s1"), 0, "first"));
  EXPECT_FALSE(set(key("s1"), 0, "second"));
  EXPECT_EQ(get(key("s1"))->state, "first");
}

TEST_F(RedisDialogs, an_answer_for_the_dialog_that_had_this_session_before_is_not_taken) {
  begin(key("s1"), "n1");
  begin(key("s1"), "n2", "*7000", kNoRedelivery, {"*7000*1#", 1});
  EXPECT_FALSE(set(key("s1"), 0, "late", {"1", 1}, "n1"));
  EXPECT_TRUE(set(key("s1"), 0, "menu", {"1", 1}, "n2"));
}

TEST_F(RedisDialogs, dialling_again_ends_the_old_dialog_and_says_what_it_left) {
  begin(key("s1"));
  set(key("s1"), 0, "page 2");
  EXPECT_EQ(begin(key("s2"), "n2").left, "page 2");
  EXPECT_FALSE(get(key("s1")));
  EXPECT_FALSE(set(key("s1"), 1, "late"));
  EXPECT_TRUE(get(key("s2")));
}

TEST_F(RedisDialogs, a_session_id_used_again_starts_anew) {
  begin(key("s1"));
  set(key("s1"), 0, "old");
  EXPECT_EQ(begin(key("s1"), "n2").left, "old");
  EXPECT_EQ(get(key("s1"))->step, 0U);
  begin(key("s1"), "n3", "*8000");
  EXPECT_EQ(get(key("s1"))->code, "*8000");
  EXPECT_EQ(begin(key("s2"), "n4").left, "");
  EXPECT_TRUE(get(key("s1")));
}

TEST_F(RedisDialogs, the_same_begin_again_is_the_same_dialog) {
  const BeginAgain again{milliseconds(0), seconds(60)};
  begin(key("s1"), "n1", "*7000", again);
  const auto at_once = begin(key("s1"), "n2", "*7000", again);
  EXPECT_EQ(at_once.again, "n1");
  EXPECT_EQ(at_once.step, 0U);
  set(key("s1"), 0, "menu", {"dialled", 1});
  const auto answered = begin(key("s1"), "n2", "*7000", again);
  EXPECT_EQ(answered.again, "n1");
  EXPECT_EQ(answered.step, 1U);
  // The network took the answer: who dials now dials anew.
  redis.await(dialogs.told(key("s1"), "n1", 1));
  EXPECT_TRUE(get(key("s1"))->told);
  EXPECT_FALSE(begin(key("s1"), "n2", "*7000", again).again);
  EXPECT_EQ(get(key("s1"))->name, "n2");
}

TEST_F(RedisDialogs, a_begin_after_an_input_or_with_other_content_is_a_new_one) {
  begin(key("s1"), "n1", "*7000", BeginAgain{});
  EXPECT_FALSE(begin(key("s1"), "n2", "*7000", BeginAgain{}, {"*7000*1#", 1}).again);
  EXPECT_FALSE(begin(key("s1"), "n3", "*7000", BeginAgain{}).again);
  set(key("s1"), 0, "menu", {"dialled", 1}, "n3");
  set(key("s1"), 1, "list", {"3", 2}, "n3");
  EXPECT_FALSE(begin(key("s1"), "n4", "*7000", BeginAgain{}).again);
  EXPECT_FALSE(begin(key("s2"), "n5", "*7000", BeginAgain{}).again) << "another session";
}

TEST_F(RedisDialogs, an_answer_is_told_only_to_the_step_it_was_for) {
  begin(key("s1"));
  set(key("s1"), 0, "menu");
  redis.await(dialogs.told(key("s1"), "n1", 0));
  redis.await(dialogs.told(key("s1"), "other", 1));
  EXPECT_FALSE(get(key("s1"))->told);
  redis.await(dialogs.told(key("s1"), "n1", 1));
  EXPECT_TRUE(get(key("s1"))->told);
  set(key("s1"), 1, "list");
  EXPECT_FALSE(get(key("s1"))->told) << "the next answer is on its way";
}

TEST_F(RedisDialogs, a_network_that_numbers_its_steps_is_noticed) {
  begin(key("s1"));
  set(key("s1"), 0, "menu", {"dialled", 1});
  EXPECT_FALSE(get(key("s1"))->counts);
  set(key("s1"), 1, "list", {"3", 2});
  EXPECT_TRUE(get(key("s1"))->counts);
  set(key("s1"), 2, "list", {"9", 2});
  EXPECT_TRUE(get(key("s1"))->counts);
}

TEST_F(RedisDialogs, a_step_for_an_unknown_dialog_is_refused_once) {
  EXPECT_TRUE(redis.await(dialogs.refuse(key("s1"), seconds(60))));
  EXPECT_FALSE(redis.await(dialogs.refuse(key("s1"), seconds(60))));
  EXPECT_TRUE(redis.await(dialogs.refuse(key("s1", 989120000102), seconds(60)))) << "another phone";
  EXPECT_TRUE(get(key("s1"))->over);
  EXPECT_FALSE(begin(key("s1")).again);
  EXPECT_FALSE(get(key("s1"))->over) << "the id is used for a dialog now";
  EXPECT_FALSE(redis.await(dialogs.refuse(key("s1"), seconds(60))));
}

TEST_F(RedisDialogs, a_step_after_the_end_is_refused_once) {
  begin(key("s1"));
  EXPECT_FALSE(redis.await(dialogs.refuse(key("s1"), seconds(60)))) << "it is open";
  EXPECT_TRUE(end(key("s1"), 0));
  EXPECT_TRUE(redis.await(dialogs.refuse(key("s1"), seconds(60))));
  EXPECT_FALSE(redis.await(dialogs.refuse(key("s1"), seconds(60))));
}

TEST_F(RedisDialogs, other_codes_phones_and_carriers_are_left_alone) {
  begin(key("s1"));
  EXPECT_EQ(begin(key("s2"), "n2", "*8000").left, "");
  EXPECT_EQ(begin(key("s1", 989120000102), "n3").left, "");
  EXPECT_EQ(begin({"irancell", 989120000101, "s1"}, "n4").left, "");
  EXPECT_EQ(get(key("s1"))->name, "n1");
}

TEST_F(RedisDialogs, a_session_id_and_a_state_may_be_any_bytes) {
  const std::string bytes("}{ \0\r\n\xFF:", 8);
  begin(key(bytes));
  EXPECT_TRUE(set(key(bytes), 0, bytes));
  EXPECT_EQ(get(key(bytes))->state, bytes);
}

TEST_F(RedisDialogs, a_dialog_ends_with_its_time_and_a_step_renews_it) {
  begin(key("s1"), "n1", "*7000", kNoRedelivery, {"dialled", 1}, seconds(20));
  const std::string name = "test:{dialog:hamrah:989120000101}:session:s1";
  EXPECT_LE(redis.command({"PTTL", name}).integer, 20'000);
  set(key("s1"), 0, "menu", {"1", 1}, "n1", seconds(90));
  EXPECT_GT(redis.command({"PTTL", name}).integer, 80'000);
  set(key("s1"), 1, "menu", {"1", 1}, "n1", seconds(1));
  redis.until([this] { return !get(key("s1")); });
  EXPECT_EQ(begin(key("s2"), "n2").left, "");
}

TEST_F(RedisDialogs, a_state_too_large_is_refused) {
  begin(key("s1"));
  EXPECT_TRUE(set(key("s1"), 0, std::string(store::kDialogStateBytesMax, 'x')));
  EXPECT_THROW(set(key("s1"), 1, std::string(store::kDialogStateBytesMax + 1, 'x')), std::length_error);
  EXPECT_EQ(get(key("s1"))->step, 1U);
}

}  // namespace
}  // namespace peyk::tests::redis_dialogs_test
