// The queue of running gateways: several share it, whatever Redis forgets, and operators look at it and stop
// it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/chaos/carrier_words.hpp"
#include "tests/chaos/decided_texts.hpp"

namespace peyk::tests::queue_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// Responses take so many milliseconds, at least and at most.
void answer_within(Stack& stack, int least_ms, int most_ms) {
  const json responses{{"latency_ms", least_ms}, {"jitter_ms", most_ms - least_ms}};
  ASSERT_TRUE(
      stack.carrier().ask({{"do", "profile"}, {"set", {{"responses", responses}}}})["ok"].get<bool>());
}

int waiting(Stack& stack) {
  return std::stoi(stack.query("SELECT COUNT(*) FROM outbox WHERE state = 1"));
}

TEST(Queue, a_redis_that_forgets_again_and_again_doubles_nothing_that_two_gateways_have_on_the_wire) {
  constexpr int kTexts = 500, kFlushes = 5;
  Stack stack({.window = 60, .gateways = 2, .receipts = false});
  // Answers that take longer than it takes to read the outbox and grant anew.
  answer_within(stack, 200, 4'200);
  decide_texts(stack, 1'000, kTexts);
  for (int flush = 0; flush < kFlushes; ++flush) {
    stack.redis().command({"FLUSHALL"});
    const int enough = texts_taken(stack) + kTexts / (2 * kFlushes);
    ASSERT_TRUE(eventually(60s, [&] { return texts_taken(stack) >= enough; })) << stack.gateway_log();
  }
  answer_within(stack, 0, 0);  // a slow carrier is given less and less at a time
  EXPECT_TRUE(eventually(180s, [&] { return waiting(stack) == 0; })) << stack.gateway_log();
  EXPECT_EQ(texts_taken(stack), kTexts);
  EXPECT_EQ(stack.query("SELECT COUNT(*) FROM outbox WHERE state <> 2 OR maybe_twice = 1"), "0\n");
}

json queue_of(Stack& stack) {
  const Finished shown = stack.peykctl({"queue", "--json"});
  EXPECT_TRUE(shown.status.ok()) << shown.output;
  return json::parse(shown.output);
}

// With a campaign of another club that has all the slots of the line's next tenth of a second.
TEST(Queue, an_urgent_answer_takes_no_slot_while_its_lane_or_its_club_is_paused) {
  constexpr int kRate = 40;
  constexpr const char* kCashier = "989121112233";
  Stack stack({.line_rate = kRate, .receipts = false});
  ASSERT_EQ(stack.buy("989121234567", 1'000'000, "A-1", "queue-1").status, 200);
  const std::string code = stack.query("SELECT LPAD(number, 7, 0) FROM code").substr(0, 7);
  for (int at = 0; at < 3'000; at += 500) decide_texts(stack, 1'000'000 + at, 500, 3);
  stack.query("UPDATE outbox SET club_id = 2 WHERE lane = 3");
  stack.redis().command({"FLUSHALL"});
  ASSERT_TRUE(eventually(60s, [&] { return texts_taken(stack) > kRate; })) << stack.gateway_log();
  const std::vector<std::string> paused[] = {{"lane", Stack::line(), "urgent"}, {"club", "nan-o-namak"}};
  for (const std::vector<std::string>& what : paused) {
    const auto told = [&stack] {
      const std::string log =
          stack.gateway().output();  // the whole: what was told before must not fall off its end
      int times = 0;
      for (auto at = log.find("line_governed"); at != std::string::npos;
           at = log.find("line_governed", at + 1))
        ++times;
      return times;
    };
    const int before = told();
    std::vector<std::string> words{"pause"};
    words.insert(words.end(), what.begin(), what.end());
    ASSERT_TRUE(stack.peykctl(words).status.ok());
    ASSERT_TRUE(eventually(60s, [&] { return told() > before; })) << stack.gateway_log();
    const auto last = stack.carrier().last_text_number();
    ASSERT_TRUE(stack.carrier().mo(kCashier, Stack::line(), code).ok);
    EXPECT_TRUE(stack.carrier().inbox(kCashier, last, 1s).empty()) << "while paused: " << what[0];
    words[0] = "resume";
    ASSERT_TRUE(stack.peykctl(words).status.ok());
    EXPECT_EQ(stack.carrier().inbox(kCashier, last, 60s).size(), 1U) << stack.gateway_log();
  }
}

TEST(Queue, what_an_operator_pauses_waits_through_a_loss_of_redis_and_leaves_when_it_is_resumed) {
  Stack stack;
  const int notice = 2, reply = 1;
  ASSERT_TRUE(stack.peykctl({"pause", "lane", Stack::line(), "notice", "--why", "wrong text"}).status.ok());
  ASSERT_TRUE(
      eventually(60s, [&] { return stack.gateway_log().find("line_governed") != std::string::npos; }));
  decide_texts(stack, 1'000, 5, notice);
  decide_texts(stack, 2'000, 3, reply);
  for (int loss = 0; loss < 2; ++loss) {
    stack.redis().command({"FLUSHALL"});
    ASSERT_TRUE(eventually(60s, [&] { return queue_of(stack)["lines"][0]["lanes"][notice]["waiting"] == 5; }))
        << queue_of(stack).dump() << stack.gateway_log();
  }
  ASSERT_TRUE(eventually(60s, [&] { return texts_taken(stack) >= 3; })) << stack.gateway_log();
  EXPECT_EQ(texts_taken(stack), 3);
  const json seen = queue_of(stack);
  EXPECT_TRUE(seen["lines"][0]["lanes"][notice]["paused"]);
  EXPECT_FALSE(seen["lines"][0]["lanes"][reply]["paused"]);
  EXPECT_GT(seen["lines"][0]["lanes"][notice]["oldest_ms"].get<int>(), 0);
  ASSERT_EQ(seen["pauses"].size(), 1U);
  EXPECT_EQ(seen["pauses"][0]["why"], "wrong text");
  EXPECT_NE(stack.peykctl({"queue"}).output.find("wrong text"), std::string::npos);
  EXPECT_TRUE(eventually(60s, [&] {
    return stack.metric(R"(peyk_queue_oldest_seconds{lane="notice",line="30001234"})") > 0 &&
           stack.metric(R"(peyk_queue_oldest_seconds{lane="reply",line="30001234"})") == 0;
  })) << stack.get("/metrics");

  ASSERT_TRUE(stack.peykctl({"resume", "lane", Stack::line(), "notice"}).status.ok());
  EXPECT_TRUE(eventually(60s, [&] { return texts_taken(stack) == 8; })) << stack.gateway_log();
  // Counted on its whole way.
  EXPECT_TRUE(eventually(60s, [&] {
    return stack.metric(R"(peyk_delivery_seconds_count{lane="notice"})") == 5 &&
           stack.metric(R"(peyk_outbound_settled_total{as="submitted",line="30001234"})") == 8 &&
           stack.metric(R"(peyk_queue_leased{line="30001234"})") == 0;
  })) << stack.get("/metrics");
  EXPECT_EQ(stack.metric(R"(peyk_delivery_seconds_count{lane="reply"})"), 3);
  EXPECT_GE(stack.metric(R"(peyk_outbound_granted_total{lane="notice",line="30001234"})"), 5);
  EXPECT_GE(stack.metric(R"(peyk_outbound_granted_parts_total{lane="notice",line="30001234"})"), 5);
}

TEST(Queue, a_club_or_a_line_is_paused_by_name_and_a_wrong_name_is_told) {
  Stack stack;
  EXPECT_TRUE(stack.peykctl({"pause", "club", "nan-o-namak"}).status.ok());
  EXPECT_NE(stack.peykctl({"pause", "club", "nan-o-namak"}).output.find("already"), std::string::npos);
  EXPECT_TRUE(stack.peykctl({"pause", "line", Stack::line()}).status.ok());
  EXPECT_EQ(queue_of(stack)["pauses"].size(), 2U);
  EXPECT_TRUE(queue_of(stack)["lines"][0]["paused"]);
  EXPECT_EQ(stack.peykctl({"pause", "club", "nobody"}).status.code, 1);
  EXPECT_EQ(stack.peykctl({"pause", "line", "999"}).status.code, 1);
  EXPECT_EQ(stack.peykctl({"pause", "lane", Stack::line(), "quick"}).status.code, 2);
  decide_texts(stack, 1'000, 4);
  EXPECT_TRUE(stack.peykctl({"resume", "line", Stack::line()}).status.ok());
  EXPECT_NE(stack.peykctl({"resume", "line", Stack::line()}).output.find("not paused"), std::string::npos);
  stack.redis().command({"FLUSHALL"});
  ASSERT_TRUE(eventually(60s, [&] { return queue_of(stack)["lines"][0]["lanes"][0]["waiting"] == 1; }));
  EXPECT_EQ(texts_taken(stack), 0) << "the club is still paused";
  EXPECT_TRUE(stack.peykctl({"resume", "club", "nan-o-namak"}).status.ok());
  EXPECT_TRUE(eventually(60s, [&] { return texts_taken(stack) == 4; })) << stack.gateway_log();
}

}  // namespace
}  // namespace peyk::tests::queue_test
