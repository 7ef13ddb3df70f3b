#include "sim/till.hpp"

#include <gtest/gtest.h>

#include <set>

namespace peyk::tests::sim_till_test {
namespace {

TEST(TheTill, signsTheKnownAnswerOfStandardWebhooks) {
  const auto key = sim::decode_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(sim::sign_webhook(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(TheTill, refusesSecretsThatAreNone) {
  EXPECT_FALSE(sim::decode_secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  EXPECT_FALSE(sim::decode_secret("whsec_"));
  EXPECT_FALSE(sim::decode_secret("whsec_c2hvcnQ="));
  EXPECT_FALSE(sim::decode_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!"));
  EXPECT_FALSE(sim::decode_secret("whsec_" + std::string(92, 'A')));  // 69 octets
}

TEST(TheTill, neverGivesTheSameWebhookIdTwice) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(sim::new_webhook_id());
  EXPECT_EQ(ids.size(), 1000U);
  EXPECT_EQ(ids.begin()->find('.'), std::string::npos);
}

TEST(TheTill, saysWhenNobodyAnswers) {
  sim::TillOptions options;
  options.port = 1;  // nobody listens there
  options.timeout = std::chrono::milliseconds(1000);
  EXPECT_THROW(sim::Till(options).post("/v1/purchases", "msg_1", 0, "{}"), std::system_error);
}

}  // namespace
}  // namespace peyk::tests::sim_till_test
