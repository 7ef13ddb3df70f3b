// Standard Webhooks: the known answer of the reference libraries, their negative cases, and ours.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gateway/http/webhook_signature.hpp"

namespace peyk::tests::gateway_http_signature_test {
namespace {

using namespace std::chrono_literals;
using gateway::sign_webhook;
using gateway::verify_webhook;
using gateway::webhook_secret_from_text;
using gateway::WebhookHeaders;
using gateway::WebhookVerdict;
using std::chrono::sys_seconds;

// Of the reference libraries' tests.
constexpr std::string_view kSecretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::string_view kTimestamp = "1614265330";
constexpr std::string_view kBody = R"({"test": 2432232314})";
constexpr std::string_view kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
constexpr sys_seconds kNow{1614265330s};
constexpr auto kTolerance = 300s;

const std::vector<std::string>& secrets() {
  static const std::vector<std::string> keys{*webhook_secret_from_text(kSecretText)};
  return keys;
}

WebhookHeaders good_headers() {
  return {kId, kTimestamp, kSignature};
}

WebhookVerdict verdict(const WebhookHeaders& headers, std::string_view body = kBody, sys_seconds now = kNow) {
  return verify_webhook(headers, body, secrets(), now, kTolerance);
}

TEST(WebhookSignature, of_the_reference_libraries_is_accepted_and_made) {
  EXPECT_EQ(verdict(good_headers()), WebhookVerdict::good);
  EXPECT_EQ(sign_webhook(kId, kNow, kBody, secrets().front()), kSignature);
}

TEST(WebhookSignature, needs_each_header) {
  WebhookHeaders headers = good_headers();
  headers.id.reset();
  EXPECT_EQ(verdict(headers), WebhookVerdict::missing_id);
  headers = good_headers();
  headers.timestamp.reset();
  EXPECT_EQ(verdict(headers), WebhookVerdict::missing_timestamp);
  headers = good_headers();
  headers.signature.reset();
  EXPECT_EQ(verdict(headers), WebhookVerdict::missing_signature);
}

TEST(WebhookSignature, that_is_not_one_is_refused) {
  const std::string other = sign_webhook(kId, kNow, kBody, "another secret of 24 octets");
  for (const std::string& wrong : std::vector<std::string>{
           "", "v1,", "v1", ",", " ", "v1,AAAA", other, "v1," + std::string(44, 'A'),
           std::string(kSignature.substr(3)), "v1=" + std::string(kSignature.substr(3)),
           std::string(kSignature.substr(0, kSignature.size() - 1)), std::string(kSignature) + "x",
           "V1," + std::string(kSignature.substr(3)), std::string(10000, 'v')}) {
    WebhookHeaders headers = good_headers();
    headers.signature = wrong;
    EXPECT_EQ(verdict(headers), WebhookVerdict::wrong_signature) << wrong;
  }
}

TEST(WebhookSignature, covers_id_timestamp_and_every_octet_of_the_body) {
  WebhookHeaders headers = good_headers();
  headers.id = "msg_p5jXN8AQM9LWM0D4loKWxJeK";
  EXPECT_EQ(verdict(headers), WebhookVerdict::wrong_signature);
  headers = good_headers();
  headers.timestamp = "1614265331";
  EXPECT_EQ(verdict(headers), WebhookVerdict::wrong_signature);
  EXPECT_EQ(verdict(good_headers(), R"({"test":2432232314})"), WebhookVerdict::wrong_signature);
  EXPECT_EQ(verdict(good_headers(), ""), WebhookVerdict::wrong_signature);
}

TEST(WebhookSignature, one_valid_of_several_is_enough_and_other_versions_are_passed_over) {
  const std::string good(kSignature);
  WebhookHeaders headers = good_headers();
  for (const std::string& list : {"v1,AAAA " + good, good + " v1,AAAA", "v1a,abc v2,def " + good, good + " ",
                                  " " + good, "v1a,x  " + good}) {
    headers.signature = list;
    EXPECT_EQ(verdict(headers), WebhookVerdict::good) << list;
  }
  const std::string other_version = "v1a" + good.substr(2);
  headers.signature = other_version;
  EXPECT_EQ(verdict(headers), WebhookVerdict::wrong_signature);
}

TEST(WebhookSignature, is_good_under_the_old_secret_while_a_new_one_is_introduced) {
  const std::vector<std::string> both{"the new secret, 24 octets", secrets().front()};
  EXPECT_EQ(verify_webhook(good_headers(), kBody, both, kNow, kTolerance), WebhookVerdict::good);
  EXPECT_EQ(verify_webhook(good_headers(), kBody, std::vector{both.front()}, kNow, kTolerance),
            WebhookVerdict::wrong_signature);
}

std::chrono::nanoseconds time_of(const std::vector<std::string>& keys, const std::string& body) {
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(verify_webhook(good_headers(), body, keys, kNow, kTolerance), WebhookVerdict::wrong_signature);
  return std::chrono::steady_clock::now() - begun;
}

TEST(WebhookSignature, takes_as_long_for_a_key_that_is_not_there_or_is_being_changed) {
  const std::string body(65'536, 'x');
  // The shortest of many, in turn, so that a machine that is busy or slow for a while does not matter.
  auto none = std::chrono::nanoseconds::max(), one = none, two = none;
  for (int i = 0; i < 200; ++i) {
    none = std::min(none, time_of({}, body));
    one = std::min(one, time_of(secrets(), body));
    two = std::min(two, time_of({secrets().front(), "the new secret, 24 octets"}, body));
  }
  for (const auto& other : {none, two}) {
    EXPECT_LT(other, one * 3 / 2) << none.count() << " " << one.count() << " " << two.count();
    EXPECT_GT(other, one * 2 / 3) << none.count() << " " << one.count() << " " << two.count();
  }
}

TEST(WebhookSignature, an_empty_secret_or_none_verifies_and_signs_nothing) {
  EXPECT_EQ(verify_webhook(good_headers(), kBody, {}, kNow, kTolerance), WebhookVerdict::wrong_signature);
  EXPECT_EQ(verify_webhook(good_headers(), kBody, std::vector<std::string>{""}, kNow, kTolerance),
            WebhookVerdict::wrong_signature);
  EXPECT_THROW(sign_webhook(kId, kNow, kBody, ""), std::invalid_argument);
  EXPECT_THROW(sign_webhook("a.b", kNow, kBody, secrets().front()), std::invalid_argument);
}

TEST(WebhookSignature, is_good_five_minutes_both_ways_and_not_a_second_longer) {
  EXPECT_EQ(verdict(good_headers(), kBody, kNow + 300s), WebhookVerdict::good);
  EXPECT_EQ(verdict(good_headers(), kBody, kNow + 301s), WebhookVerdict::too_old);
  EXPECT_EQ(verdict(good_headers(), kBody, kNow - 300s), WebhookVerdict::good);
  EXPECT_EQ(verdict(good_headers(), kBody, kNow - 301s), WebhookVerdict::too_new);
}

TEST(WebhookSignature, needs_a_timestamp_of_plain_digits) {
  for (const char* wrong : {"", "abc", "-1614265330", "+1614265330", " 1614265330", "1614265330 ",
                            "1614265330.0", "1e9", "0x60380000", "1614265330123456789", "۱۶۱۴۲۶۵۳۳۰"}) {
    WebhookHeaders headers = good_headers();
    headers.timestamp = wrong;
    EXPECT_EQ(verdict(headers), WebhookVerdict::bad_timestamp) << wrong;
  }
}

TEST(WebhookSignature, needs_an_id_that_can_stand_before_a_dot) {
  const std::string longest(256, 'a'), too_long(257, 'a'), huge(10'000, 'a');
  for (const std::string& wrong :
       std::vector<std::string>{"", "a.b", ".", "a b", "a\tb", "a\x7f", "شناسه", too_long, huge}) {
    WebhookHeaders headers = good_headers();
    headers.id = wrong;
    EXPECT_EQ(verdict(headers), WebhookVerdict::bad_id) << wrong;
  }
  const std::string signature = sign_webhook(longest, kNow, kBody, secrets().front());
  EXPECT_EQ(verdict({longest, kTimestamp, signature}), WebhookVerdict::good);
}

TEST(WebhookSecret, is_read_with_its_prefix_and_length_and_nothing_else) {
  EXPECT_EQ(webhook_secret_from_text(kSecretText)->size(), 24U);
  const std::string padded = "whsec_" + std::string(43, 'A') + "=";  // 32 octets
  EXPECT_EQ(webhook_secret_from_text(padded)->size(), 32U);
  for (const std::string& wrong : std::vector<std::string>{
           "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
           "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
           "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2L=LaSw", "whsec_AAAA", "whsec_" + std::string(88, 'A') + "AAAA",
           "whsec_====", "whsec_=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"}) {
    EXPECT_FALSE(webhook_secret_from_text(wrong)) << wrong;
  }
}

TEST(WebhookSecret, as_text_is_read_as_it_was) {
  EXPECT_EQ(gateway::webhook_secret_as_text(secrets().front()), kSecretText);
  for (std::size_t size = 24; size <= 64; ++size) {
    const std::string key(size, '\xff');
    EXPECT_EQ(webhook_secret_from_text(gateway::webhook_secret_as_text(key)), key);
  }
}

RC_GTEST_PROP(WebhookSignature, whatever_is_signed_verifies_and_no_changed_octet_does, (std::string body)) {
  const std::string signature = sign_webhook(kId, kNow, body, secrets().front());
  RC_ASSERT(verdict({kId, kTimestamp, signature}, body) == WebhookVerdict::good);
  std::string changed = body + "x";
  const std::size_t place = *rc::gen::inRange<std::size_t>(0, changed.size());
  changed[place] = static_cast<char>(changed[place] ^ 1);
  RC_ASSERT(verdict({kId, kTimestamp, signature}, changed) == WebhookVerdict::wrong_signature);
}

}  // namespace
}  // namespace peyk::tests::gateway_http_signature_test
