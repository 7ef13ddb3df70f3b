// How much a key may send, and what it is told of that.
#include "gateway/http/key_quotas.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/http/till_auth.hpp"
#include "gateway/http/webhook_signature.hpp"

namespace peyk::tests::gateway_http_quotas_test {
namespace {

using namespace std::chrono_literals;
using gateway::HttpRequest;
using gateway::HttpResponse;
using gateway::KeyQuotas;
using gateway::TillIdentity;

const rules::Instant kNow = std::chrono::sys_days(std::chrono::January / 5 / 2026) + 7h;
const std::string kSecret = "0123456789abcdef01234567";

std::string header(const HttpResponse& response, std::string_view name) {
  return std::string(response.headers.only(name).value_or("none"));
}

TEST(KeyQuotas, lets_a_key_send_so_much_and_says_when_it_may_send_again) {
  KeyQuotas quotas({.requests_max = 3, .window = 60s});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(quotas.take("till-12", kNow + i * 1s));
  const auto refused = quotas.take("till-12", kNow + 17500ms);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 429);
  EXPECT_EQ(refused->content_type, "application/problem+json");
  EXPECT_EQ(header(*refused, "Retry-After"), "43") << "rounded up: earlier would be too early";
  const auto body = nlohmann::json::parse(refused->body);
  EXPECT_EQ(body["type"], "https://iana.org/assignments/http-problem-types#quota-exceeded");
  EXPECT_EQ(body["status"], 429);
  EXPECT_EQ(body["violated-policies"], nlohmann::json::array({"key"}));
  EXPECT_FALSE(quotas.take("till-14", kNow + 18s)) << "another key's";
  EXPECT_TRUE(quotas.take("till-12", kNow + 59999ms));
  EXPECT_FALSE(quotas.take("till-12", kNow + 60s));
}

TEST(KeyQuotas, outlive_a_clock_that_is_set_back) {
  KeyQuotas quotas({.requests_max = 1, .window = 60s});
  EXPECT_FALSE(quotas.take("till-12", kNow));
  EXPECT_TRUE(quotas.take("till-12", kNow));
  EXPECT_FALSE(quotas.take("till-12", kNow - 24h));
  EXPECT_TRUE(quotas.take("till-12", kNow - 24h));
}

TEST(KeyQuotas, of_zero_are_none) {
  KeyQuotas quotas({.requests_max = 0});
  for (int i = 0; i < 100'000; ++i) ASSERT_FALSE(quotas.take("till-12", kNow));
}

// A route behind a signature, as the endpoints have it.
class SignedRoute : public testing::Test {
 protected:
  HttpResponse ask(const std::string& secret, rules::Instant now = kNow, const std::string& key = "till-12") {
    HttpRequest request;
    request.method = "POST";
    request.body = "{}";
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    request.headers.add("peyk-key", key);
    request.headers.add("webhook-id", "msg_1");
    request.headers.add("webhook-timestamp", std::to_string(seconds.time_since_epoch().count()));
    request.headers.add("webhook-signature", gateway::sign_webhook("msg_1", seconds, "{}", secret));
    HttpResponse answer;
    route_.handler(std::move(request), {now},
                   [&answer](HttpResponse response) { answer = std::move(response); });
    return answer;
  }

 private:
  void answer(const HttpRequest& request, gateway::HttpContext context, const gateway::HttpDone& done) {
    const auto find = [this](std::string_view key) -> std::optional<TillIdentity> {
      if (key != "till-12") return std::nullopt;
      return TillIdentity{.club = 1, .branch = 12, .secrets = {kSecret}, .quotas = &quotas_};
    };
    const auto till = authenticate_till(request, context.received_at, find, 300s, "test_unauthorized");
    done(till ? gateway::json_response(200, "{}") : till.error());
  }

  KeyQuotas quotas_{{.requests_max = 2, .window = 60s}};
  gateway::HttpRoute route_ =
      quotas_.told_by({"POST", "/",
                       [this](const HttpRequest& request, gateway::HttpContext context,
                              const gateway::HttpDone& done) { answer(request, context, done); }});
};

TEST_F(SignedRoute, tells_who_signed_what_is_left) {
  HttpResponse answer = ask(kSecret);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(header(answer, "RateLimit-Policy"), "\"key\";q=2;w=60");
  EXPECT_EQ(header(answer, "RateLimit"), "\"key\";r=1;t=60");
  EXPECT_EQ(header(ask(kSecret, kNow + 20s), "RateLimit"), "\"key\";r=0;t=40");
  answer = ask(kSecret, kNow + 30s);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(header(answer, "RateLimit"), "\"key\";r=0;t=30");
  EXPECT_EQ(header(answer, "Retry-After"), "30");
}

TEST_F(SignedRoute, counts_nothing_that_is_not_signed_and_tells_its_sender_nothing) {
  ask(kSecret);
  const HttpResponse forged = ask("another secret, 24 octets");
  EXPECT_EQ(forged.status, 401);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ask("another secret, 24 octets").status, 401);
  EXPECT_EQ(header(forged, "RateLimit"), "none");
  EXPECT_EQ(header(forged, "RateLimit-Policy"), "none");
  EXPECT_EQ(ask(kSecret, kNow, "till-99").body, forged.body);
  EXPECT_EQ(ask(kSecret).status, 200) << "the key's second of two";
  EXPECT_EQ(ask("another secret, 24 octets").body, forged.body)
      << "not told that the key has used up its quota";
}

}  // namespace
}  // namespace peyk::tests::gateway_http_quotas_test
