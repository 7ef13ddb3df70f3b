// A carrier that says "too fast", that is congested or slow: less is submitted a second, and /metrics shows
// it.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/chaos/carrier_words.hpp"
#include "tests/unit/gateway_carrier_peer.hpp"

namespace peyk::tests::slow_down_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

constexpr int kRate = 40;  // submit_sm a second
constexpr const char* kEffectiveRate = R"(peyk_outbound_effective_rate{carrier="sim",line="30001234"})";
constexpr const char* kThrottled = R"(peyk_outbound_throttled_total{carrier="sim",line="30001234"})";

int submits(Stack& stack) {
  return stack.carrier().ask({{"do", "stats"}})["submit_sm"].get<int>();
}

// submit_sm between two moments of the carrier's clock.
std::ptrdiff_t submits_between(const json& record, std::int64_t from_us, std::int64_t to_us) {
  return std::count_if(record.begin(), record.end(), [&](const json& pdu) {
    const auto at = pdu["at_us"].get<std::int64_t>();
    return pdu["command"] == "submit_sm" && at > from_us && at <= to_us;
  });
}

// When the carrier said 0x58; 0: it has not.
std::int64_t throttled_at(const json& record) {
  for (const json& pdu : record) {
    if (pdu["command"] == "submit_sm_resp" && pdu["command_status"] == 0x58)
      return pdu["at_us"].get<std::int64_t>();
  }
  return 0;
}

TEST(SlowDown, after_too_fast_fewer_leave_each_second_and_the_metrics_say_so_until_it_is_over) {
  Stack stack({.line_rate = kRate});
  say_many(stack, 1000, 400);
  ASSERT_TRUE(eventually(60s, [&] { return submits(stack) >= 2 * kRate; }));
  EXPECT_EQ(stack.metric(kEffectiveRate), kRate);
  EXPECT_EQ(stack.metric(kThrottled), -1);
  fault(stack, {{"what", "respond"}, {"status", 0x58}, {"n", 1}});
  EXPECT_TRUE(eventually(60s, [&] { return stack.metric(kThrottled) == 1; })) << stack.get("/metrics");
  EXPECT_TRUE(eventually(60s, [&] { return stack.metric(kEffectiveRate) < kRate; })) << stack.get("/metrics");
  EXPECT_GT(stack.metric(kEffectiveRate), 0);
  EXPECT_EQ(stack.metric(R"(peyk_outbound_submits_total{carrier="sim",status="ESME_RTHROTTLED"})"), 1);

  // Half at once, a tenth more each second: of the second that begins 0.4 s later less than three quarters.
  json record;
  ASSERT_TRUE(eventually(60s, [&] {
    record = record_of(stack);
    const std::int64_t at = throttled_at(record);
    return at != 0 && submits_between(record, at + 1'400'000, INT64_MAX) > 0;
  }));
  const std::int64_t at = throttled_at(record);
  EXPECT_GT(submits_between(record, at - 1'000'000, at), kRate * 3 / 4);
  EXPECT_LT(submits_between(record, at + 400'000, at + 1'400'000), kRate * 3 / 4);
  EXPECT_GT(submits_between(record, at + 400'000, at + 1'400'000), 0);

  EXPECT_TRUE(eventually(60s, [&] { return stack.metric(kEffectiveRate) == kRate; })) << "it has grown back";
  EXPECT_THAT(stack.gateway_log(), HasSubstr("line_throttled"));
}

TEST(SlowDown, a_carrier_that_says_it_is_congested_is_given_less_a_second) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  Stack stack({.line_rate = kRate, .carrier_port = carrier.port()});
  ASSERT_TRUE(loop.until([&] { return !carrier.bound().empty(); }));
  say_many(stack, 1000, 400);
  ASSERT_TRUE(loop.until([&] { return carrier.submits.size() >= kRate; }));
  carrier.congestion_state = 95;
  ASSERT_TRUE(loop.until([&] { return stack.metric(kEffectiveRate) < kRate; })) << stack.get("/metrics");
  EXPECT_GT(stack.metric(kEffectiveRate), 0);
  loop.run_for(1s);  // what was on its way while /metrics was read
  const std::size_t before = carrier.submits.size();
  loop.run_for(2s);
  EXPECT_LT(carrier.submits.size() - before, kRate * 2 * 3 / 4);
  EXPECT_GT(carrier.submits.size(), before) << "less, not nothing";
  EXPECT_EQ(stack.metric(kThrottled), -1) << "nothing was refused";
  carrier.congestion_state = 10;
  EXPECT_TRUE(loop.until([&] { return stack.metric(kEffectiveRate) == kRate; })) << stack.get("/metrics");
}

// How many were unanswered each time one more was submitted.
std::vector<int> unanswered_at_submits(const json& record) {
  std::vector<int> counts;
  int unanswered = 0;
  for (const json& pdu : record) {
    if (pdu["command"] == "submit_sm") counts.push_back(++unanswered);
    if (pdu["command"] == "submit_sm_resp") --unanswered;
  }
  return counts;
}

TEST(SlowDown, a_carrier_that_answers_slowly_is_given_less_of_its_window) {
  constexpr int kWindow = 32, kQuick = 64, kLast = 6;
  Stack stack({.window = kWindow});
  say_many(stack, 1000, kQuick);
  ASSERT_TRUE(eventually(60s, [&] { return submits(stack) == kQuick; }));
  fault(stack, {{"what", "delay_responses"}, {"ms", 900}, {"for_ms", 100'000}});
  say_many(stack, 2000, 400);
  std::vector<int> counts;
  EXPECT_TRUE(eventually(60s, [&] {
    counts = unanswered_at_submits(record_of(stack));
    if (counts.size() < kQuick + kWindow + kLast) return false;
    return *std::max_element(counts.end() - kLast, counts.end()) <= kWindow / 2;
  })) << testing::PrintToString(counts);
  EXPECT_LT(counts.size(), kQuick + 400U) << "though more wait";
  EXPECT_GT(*std::max_element(counts.begin() + kQuick, counts.end()), kWindow / 2) << "at first";
  EXPECT_GE(stack.metric(R"(peyk_link_response_seconds_count{carrier="sim",session="0"})"), kQuick);
}

}  // namespace
}  // namespace peyk::tests::slow_down_test
