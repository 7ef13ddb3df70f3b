// When an event is tried again, and how hard an endpoint is pressed.
#include "gateway/webhook_schedule.hpp"

#include <gtest/gtest.h>

namespace peyk::tests::gateway_webhook_schedule_test {
namespace {

using namespace std::chrono_literals;
using namespace peyk::gateway;

constexpr std::chrono::sys_seconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

TEST(WebhookSchedule, takes_only_2xx_for_an_answer_as_it_should_be) {
  for (const int status : {200, 201, 202, 204, 299}) EXPECT_EQ(judge(status), Told::delivered) << status;
  for (const int status : {0, 100, 199, 300, 301, 302, 307, 308, 400, 401, 404, 409, 500, 503})
    EXPECT_EQ(judge(status), Told::failed) << status;
  for (const int status : {429, 502, 504}) EXPECT_EQ(judge(status), Told::slow_down) << status;
  EXPECT_EQ(judge(410), Told::gone);
}

TEST(WebhookSchedule, tries_ten_times_over_three_days_and_then_never_again) {
  const std::chrono::milliseconds waits[] = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
  std::chrono::milliseconds all{0};
  for (std::uint32_t attempts = 1; attempts <= 9; ++attempts) {
    EXPECT_EQ(wait_after(attempts, std::nullopt, 0), waits[attempts - 1]);
    EXPECT_EQ(wait_after(attempts, std::nullopt, 1), waits[attempts - 1] * 11 / 10);
    EXPECT_EQ(wait_after(attempts, std::nullopt, -1), waits[attempts - 1] * 9 / 10);
    all += waits[attempts - 1];
  }
  EXPECT_GT(all, 75h);
  EXPECT_EQ(wait_after(10, std::nullopt, 0), std::nullopt);
  EXPECT_EQ(wait_after(11, 5s, 0), std::nullopt) << "whatever it asks for";
}

TEST(WebhookSchedule, waits_as_long_as_the_endpoint_asks_but_never_shorter_than_planned) {
  EXPECT_EQ(wait_after(1, 60s, 0), 60s);
  EXPECT_EQ(wait_after(2, 60s, 0), 5min);
}

TEST(WebhookSchedule, reads_retry_after_as_seconds_and_as_a_date) {
  EXPECT_EQ(parse_retry_after("120", kNow), 120s);
  EXPECT_EQ(parse_retry_after("0", kNow), 0s);
  EXPECT_EQ(parse_retry_after("Sun, 22 Nov 2026 00:01:30 GMT", kNow), 90s);
  EXPECT_EQ(parse_retry_after("Sat, 21 Nov 2026 00:01:30 GMT", kNow), 0s) << "it is over";
  EXPECT_EQ(parse_retry_after("999999999", kNow), kRetryAfterMax);
  EXPECT_EQ(parse_retry_after("99999999999999999999999", kNow), kRetryAfterMax);
  for (const char* wrong : {"", "soon", "-5", "1.5", "120 s", "Sun, 22 Nov 2026 00:01:30 GMT and then"})
    EXPECT_EQ(parse_retry_after(wrong, kNow), std::nullopt) << wrong;
}

TEST(WebhookPace, presses_a_failing_endpoint_less_and_a_well_one_more_again) {
  WebhookPace pace(8);
  const WebhookPace::Time now{};
  EXPECT_EQ(pace.window(now), 8U);
  pace.ended(Told::failed, std::nullopt, now);
  EXPECT_EQ(pace.window(now), 4U);
  for (int i = 0; i < 9; ++i) pace.ended(Told::failed, std::nullopt, now);
  EXPECT_EQ(pace.window(now), 1U) << "one looks whether it is back";
  for (int i = 0; i < 20; ++i) pace.ended(Told::delivered, std::nullopt, now);
  EXPECT_EQ(pace.window(now), 8U) << "and never more than the options say";
}

TEST(WebhookPace, leaves_one_that_asks_for_it_in_peace) {
  WebhookPace pace(8);
  const WebhookPace::Time now{};
  pace.ended(Told::slow_down, std::nullopt, now);
  EXPECT_EQ(pace.window(now + 999ms), 0U);
  EXPECT_EQ(pace.window(now + 1s), 1U);
  pace.ended(Told::slow_down, std::nullopt, now);
  EXPECT_EQ(pace.window(now + 1999ms), 0U) << "longer each time";
  for (int i = 0; i < 40; ++i) pace.ended(Told::slow_down, std::nullopt, now);
  EXPECT_EQ(pace.window(now + 60s), 1U) << "up to a minute";
  WebhookPace other(8);
  other.ended(Told::failed, 300s, now);
  EXPECT_EQ(other.window(now + 299s), 0U) << "Retry-After of a 503";
  EXPECT_EQ(other.window(now + 300s), 4U);
}

}  // namespace
}  // namespace peyk::tests::gateway_webhook_schedule_test
