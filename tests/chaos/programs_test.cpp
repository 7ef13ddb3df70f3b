// The programs as a newcomer meets them: the demo plays the whole story, and says so when it does not hold;
// peykd says every mistake of its configuration.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/kit/stack.hpp"

namespace peyk::tests::programs_test {
namespace {

using namespace std::chrono_literals;

Finished demo(Stack& stack, const std::string& till_secret) {
  return run_process(
      {.argv = {(binary_dir() / "sim/peyk-handset").string(), "--demo", "--control-port",
                std::to_string(stack.control_port()), "--http-port", std::to_string(stack.http_port()),
                "--peykctl", (binary_dir() / "gateway/peykctl").string(), "--config",
                stack.config_file().string(), "--deadline-ms", "60000", "--screens-ms", "5000"},
       .env = stack.environment(till_secret)},
      600s);
}

TEST(Demo, plays_the_story_and_every_check_holds) {
  Stack stack;
  const Finished played = demo(stack, stack.till_secret());
  EXPECT_TRUE(played.status.ok()) << played.output;
  EXPECT_NE(played.output.find(" checks, 0 failed"), std::string::npos) << played.output;
}

TEST(Demo, fails_and_says_why_when_the_till_holds_a_wrong_secret) {
  Stack stack;
  const Finished played = demo(stack, "whsec_d3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmc=");
  EXPECT_FALSE(played.status.ok());
  EXPECT_NE(played.output.find("401"), std::string::npos) << played.output;
}

TEST(Peykd, check_says_all_mistakes_at_once_and_a_good_file_is_good) {
  Stack stack;
  const TempDir dir;
  const std::string peykd = (binary_dir() / "gateway/peykd").string();
  std::ofstream(dir.path() / "bad.yaml")
      << "carriers:\n  - name: a\n    hots: x\nlines: []\nhttp:\n  port: 70000\n";
  const Finished bad =
      run_process({.argv = {peykd, "--check", "--config", (dir.path() / "bad.yaml").string()}}, 60s);
  EXPECT_EQ(bad.status.code, 2);
  for (const char* part : {"bad.yaml:3", "hots", "bad.yaml:6", "70000"}) {
    EXPECT_NE(bad.output.find(part), std::string::npos) << part << "\n" << bad.output;
  }
  const Finished good = run_process({.argv = {peykd, "--check", "--config", stack.config_file().string()},
                                     .env = stack.environment(stack.till_secret())},
                                    60s);
  EXPECT_TRUE(good.status.ok()) << good.output;
}

}  // namespace
}  // namespace peyk::tests::programs_test
