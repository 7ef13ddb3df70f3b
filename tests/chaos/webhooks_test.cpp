// The gateway dies between the answer of a club's system and its own note of it.
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/kit/receiver.hpp"
#include "tests/kit/stack.hpp"

namespace peyk::tests::webhooks_test {
namespace {

using namespace std::chrono_literals;

TEST(Webhooks, come_again_under_the_same_id_after_a_kill_between_the_answer_and_the_note_of_it) {
  Stack stack({.more_yaml = "webhooks:\n  allow: [127.0.0.1]\n  plain_http: true\n  timeout: 1s\n"});
  const pid_t gateway = stack.gateway().pid();
  Receiver receiver([first = true, gateway](const Receiver::Got&) mutable {
    if (std::exchange(first, false)) ::kill(gateway, SIGKILL);
    return Receiver::Reply{};
  });
  stack.query(
      "INSERT INTO webhook_endpoint (club_id, name, url, secret, events, is_listed, is_enabled) SELECT"
      " club_id, 'crm', '" +
      receiver.url() + "', REPEAT('s', 32), 126, 1, 1 FROM club WHERE line = '30001234'");
  ASSERT_TRUE(eventually(60s, [&, n = 0]() mutable {
    try {
      const std::string one = std::to_string(++n);
      stack.buy("09121234567", 1'000'000, "K-" + one, "k-" + one);
    } catch (const std::exception&) {
      // It may be dead by now.
    }
    return !receiver.got().empty();
  }));
  stack.kill_gateway();
  EXPECT_EQ(stack.query("SELECT COUNT(*) FROM webhook_event WHERE state = 2"), "0\n");
  stack.start_gateway();
  ASSERT_TRUE(receiver.await(2, 20s));
  const auto got = receiver.got();
  EXPECT_EQ(got[0].header("webhook-id"), got[1].header("webhook-id"));
  EXPECT_EQ(nlohmann::json::parse(got[0].body), nlohmann::json::parse(got[1].body));
  EXPECT_TRUE(eventually(
      60s, [&] { return stack.query("SELECT COUNT(*) FROM webhook_event WHERE state <> 2") == "0\n"; }));
}

}  // namespace
}  // namespace peyk::tests::webhooks_test
