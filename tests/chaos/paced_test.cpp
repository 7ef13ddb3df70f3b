// What is counted in time: a test that asks how many texts came in any one second runs by itself, for a
// simulator that waits for a processor sees two of them at once.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/chaos/carrier_words.hpp"
#include "tests/chaos/crowd.hpp"
#include "tests/chaos/decided_texts.hpp"

namespace peyk::tests::paced_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

TEST(Paced, the_rate_of_a_line_is_never_exceeded_in_any_one_second_window) {
  Stack stack({.line_rate = 50});
  const json burst = stack.carrier().ask({{"do", "mo_burst"},
                                          {"to", stack.line()},
                                          {"text", "JOIN"},
                                          {"n", 150},
                                          {"first_phone", phone(0)},
                                          {"open", 150}},
                                         60s);
  ASSERT_TRUE(burst["ok"].get<bool>()) << burst.dump();
  EXPECT_EQ(burst["replied"], 150);
  const json source = stack.carrier().ask({{"do", "stats"}})["sources"][stack.line()];
  EXPECT_LE(source["max_in_any_second"].get<int>(), 50) << source.dump();
  EXPECT_GE(source["max_in_any_second"].get<int>(), 45) << source.dump();
}

// A cashier asks for what a code is worth; how many texts came from the line until the answer did, itself
// among them.
int texts_until_answered(Stack& stack, const std::string& code) {
  const auto last = stack.carrier().last_text_number();
  EXPECT_TRUE(stack.carrier().mo("989121112233", Stack::line(), code).ok);
  const auto answers = stack.carrier().inbox("989121112233", last, 60s);
  EXPECT_EQ(answers.size(), 1U) << stack.gateway_log();
  return answers.empty() ? 0 : static_cast<int>(answers[0].n - last);
}

TEST(Paced, an_urgent_answer_overtakes_what_a_campaign_was_granted_already_and_costs_the_rate_nothing) {
  constexpr int kRate = 40, kQuestions = 20;  // a tenth of a second is four texts of the campaign
  Stack stack({.line_rate = kRate, .receipts = false});
  ASSERT_EQ(stack.buy("989121234567", 1'000'000, "A-1", "queue-1").status, 200);
  const std::string code = stack.query("SELECT LPAD(number, 7, 0) FROM code").substr(0, 7);
  ASSERT_FALSE(stack.carrier().inbox("989121234567", 0, 60s).empty()) << "the purchase's own text";
  // What an answer takes with nobody before it: in that time the campaign goes on.
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < kQuestions; ++i) ASSERT_GT(texts_until_answered(stack, code), 0);
  const std::chrono::duration<double> alone = std::chrono::steady_clock::now() - began;
  for (int at = 0; at < 3'000; at += 500) decide_texts(stack, 1'000'000 + at, 500, 3);
  stack.redis().command({"FLUSHALL"});
  ASSERT_TRUE(eventually(60s, [&] { return texts_taken(stack) > kRate; })) << stack.gateway_log();
  int overtaken = 0;
  for (int i = 0; i < kQuestions; ++i) overtaken += texts_until_answered(stack, code) - 1;
  EXPECT_LT(overtaken, 2 * kQuestions + kRate * alone.count())
      << "without, each answer waits for four of the campaign";
  EXPECT_GT(stack.metric(R"(peyk_outbound_overtakes_total{line="30001234"})"), 0);
  const json source = stack.carrier().ask({{"do", "stats"}})["sources"][Stack::line()];
  EXPECT_LE(source["max_in_any_second"].get<int>(), kRate) << source.dump();
  EXPECT_GE(source["max_in_any_second"].get<int>(), kRate * 9 / 10) << source.dump();
  EXPECT_EQ(stack.query("SELECT COUNT(*) FROM outbox WHERE maybe_twice = 1 OR state > 3"), "0\n");
  const json twice = stack.carrier().ask({{"do", "verdict"}});
  EXPECT_TRUE(twice["ok"].get<bool>()) << twice.dump();
}

}  // namespace
}  // namespace peyk::tests::paced_test
