// A till's key from its making to its end, on gateways that go on running.
#include <gtest/gtest.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "tests/kit/stack.hpp"

namespace peyk::tests::till_keys_test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kWithin{40};  // seconds, on a busy machine with a sanitizer

TEST(TillKeys, are_known_to_every_gateway_within_seconds_and_gone_as_soon) {
  Stack stack({.gateways = 2});
  const auto secret_of = [&stack](std::vector<std::string> words) {
    words.push_back("--json");
    const Finished done = stack.peykctl(std::move(words));
    EXPECT_TRUE(done.status.ok()) << done.output;
    return nlohmann::json::parse(done.output)["secret"].get<std::string>();
  };
  int number = 0;
  const auto status = [&](std::size_t gateway, const std::string& secret) {
    const sim::Till till({.port = stack.till(gateway).options().port,
                          .key_id = "till-14",
                          .secret = sim::decode_secret(secret).value()});
    const std::string invoice = "K-" + std::to_string(++number);
    return till
        .post("/v1/purchases", sim::new_webhook_id(), std::time(nullptr),
              sim::purchase_json("09121234567", 850'000, invoice))
        .status;
  };
  const auto soon = [&](const std::string& secret, int wanted) {
    return eventually(kWithin, [&] { return status(0, secret) == wanted && status(1, secret) == wanted; });
  };
  const std::string first = secret_of({"till", "create", "nan-o-namak", "till-14", "--branch", "14"});
  EXPECT_TRUE(soon(first, 200));
  const std::string second = secret_of({"till", "rotate", "till-14", "--old-until", "1h"});
  EXPECT_TRUE(soon(second, 200));
  EXPECT_EQ(status(0, first), 200) << "both are good for an hour";
  const std::string third = secret_of({"till", "rotate", "till-14", "--old-until", "now"});
  EXPECT_TRUE(soon(third, 200));
  EXPECT_EQ(status(1, first), 401);
  EXPECT_EQ(status(1, second), 401);
  EXPECT_TRUE(stack.peykctl({"till", "revoke", "till-14"}).status.ok());
  EXPECT_TRUE(soon(third, 401));
}

}  // namespace
}  // namespace peyk::tests::till_keys_test
