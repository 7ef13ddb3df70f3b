// peykctl queue cancel, with a gateway at work: what it calls cancelled never leaves, what it does not has
// left.
#include "tests/chaos/carrier_words.hpp"

namespace peyk::tests::cancel_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

std::uint64_t taken(Stack& stack) {
  return stack.carrier().ask({{"do", "stats"}})["mt"].get<std::uint64_t>();
}

json cancel(Stack& stack, std::vector<std::string> what) {
  std::vector<std::string> words{"queue", "cancel"};
  words.insert(words.end(), what.begin(), what.end());
  words.emplace_back("--json");
  return json::parse(stack.peykctl(words).output);
}

TEST(Cancel, of_a_campaign_that_is_leaving_tells_exactly_what_did_not_leave) {
  Stack stack({.line_rate = 40, .gateways = 2});  // so that most wait still when peykctl has come up
  say_many(stack, 1000, 2000);
  ASSERT_TRUE(eventually(60s, [&] { return taken(stack) > 50; }));
  const json told = cancel(stack, {"club", "nan-o-namak", "notice", "--why", "wrong text"});
  const auto cancelled = told["cancelled"].get<std::uint64_t>();
  EXPECT_GT(cancelled, 1000U) << told.dump();
  EXPECT_TRUE(told["unanswered"].empty()) << told.dump();
  const std::uint64_t left = taken(stack);
  EXPECT_EQ(left + cancelled, 2000U) << told.dump();
  EXPECT_EQ(
      one(stack, "SELECT COUNT(*) FROM outbox WHERE state = 8 AND reason LIKE 'cancelled by %: wrong text'"),
      std::to_string(cancelled));
  // And none leaves later, not even after Redis was read anew.
  stack.redis().command({"FLUSHALL"});
  say(stack, 5000, "989120000002");
  EXPECT_EQ(stack.carrier().inbox("989120000002", 0, 60s).size(), 1U);
  EXPECT_EQ(taken(stack), left + 1);
}

TEST(Cancel, tells_of_a_text_that_the_carrier_has_and_has_not_answered) {
  Stack stack;
  fault(stack, {{"what", "lose_responses"}, {"n", 1}});
  say(stack, 900, "989120000001");
  ASSERT_EQ(stack.carrier().inbox("989120000001", 0, 60s).size(), 1U);
  // Whoever asks where it is learns which gateway has it.
  const json traced = json::parse(stack.peykctl({"trace", "900", "--json"}).output);
  EXPECT_EQ(traced["holder"]["is"], "leased") << traced.dump();
  EXPECT_NE(
      traced["holder"]["owner"].get<std::string>().find("-" + std::to_string(stack.gateway().pid()) + "-"),
      std::string::npos)
      << traced.dump();
  EXPECT_GT(traced["holder"]["left_ms"], 0);
  const json told = cancel(stack, {"message", "900", "901"});
  EXPECT_EQ(told["cancelled"], 0) << told.dump();
  EXPECT_EQ(told["unanswered"], json::array({900})) << told.dump();
  ASSERT_EQ(told["others"].size(), 1U);
  EXPECT_EQ(told["others"][0]["id"], 901);
  // Nobody sends it again, and when nobody can know any more, that is what it is.
  fault(stack, {{"what", "drop_links"}});
  EXPECT_TRUE(becomes(stack, 900, "6"));
  EXPECT_EQ(stack.carrier().inbox("989120000001").size(), 1U);
}

}  // namespace
}  // namespace peyk::tests::cancel_test
