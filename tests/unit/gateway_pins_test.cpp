// A cashier's PIN: right once is right again, without being kept; wrong is wrong however often.
#include "gateway/pins.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <thread>
#include <vector>

#include "handlers/setting.hpp"

namespace peyk::tests::gateway_pins_test {
namespace {

using gateway::hash_pin;
using gateway::PinVerifier;

class GatewayPins : public testing::Test {
 protected:
  static void SetUpTestSuite() { gateway::initialise_sodium(); }
};

TEST_F(GatewayPins, the_right_pin_is_right_and_no_other) {
  PinVerifier verify;
  const std::string hash = hash_pin("4321");
  EXPECT_TRUE(verify(hash, "4321"));
  EXPECT_TRUE(verify(hash, "4321")) << "from memory";
  for (const char* wrong : {"1234", "432", "43210", "4321 ", "", "۴۳۲۱"})
    EXPECT_FALSE(verify(hash, wrong)) << wrong;
}

TEST_F(GatewayPins, the_same_pin_of_two_cashiers_has_two_hashes) {
  PinVerifier verify;
  const std::string one = hash_pin("4321");
  const std::string other = hash_pin("4321");
  EXPECT_NE(one, other);
  EXPECT_EQ(one.find("4321"), std::string::npos);
  EXPECT_TRUE(one.starts_with("$argon2id$"));
  EXPECT_TRUE(verify(one, "4321"));
  EXPECT_TRUE(verify(other, "4321"));
}

TEST_F(GatewayPins, what_is_no_hash_lets_nobody_in) {
  PinVerifier verify;
  for (const std::string& no_hash : {std::string(), std::string("4321"), std::string("$argon2id$"),
                                     std::string(500, 'x'), std::string("\0\0", 2)}) {
    EXPECT_FALSE(verify(no_hash, "4321"));
    EXPECT_FALSE(verify(no_hash, ""));
  }
}

TEST_F(GatewayPins, a_wrong_pin_is_not_remembered_and_the_memory_is_bounded) {
  PinVerifier verify(2);
  const std::vector<std::string> hashes = {hash_pin("1111"), hash_pin("1111"), hash_pin("1111")};
  EXPECT_FALSE(verify(hashes[0], "9999"));
  EXPECT_EQ(verify.remembered(), 0U);
  for (const auto& hash : hashes) EXPECT_TRUE(verify(hash, "1111"));
  EXPECT_EQ(verify.remembered(), 2U);
  EXPECT_TRUE(verify(hashes[0], "1111")) << "forgotten, and verified anew";
}

TEST_F(GatewayPins, a_changed_pin_is_not_right_because_the_old_one_was) {
  PinVerifier verify;
  const std::string before = hash_pin("1111");
  EXPECT_TRUE(verify(before, "1111"));
  EXPECT_FALSE(verify(hash_pin("2222"), "1111"));
}

TEST_F(GatewayPins, many_threads_may_ask_at_once) {
  PinVerifier verify(1);
  const handlers::PinCheck check = std::ref(verify);
  const std::string one = hash_pin("1111");
  const std::string other = hash_pin("2222");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) {
        EXPECT_TRUE(check(one, "1111"));
        EXPECT_TRUE(check(other, "2222"));
        EXPECT_FALSE(check(one, "2222"));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace peyk::tests::gateway_pins_test
