// Every command_status that is known, what it is taken for and what becomes of the message: the table that
// operators may rely on.
#include <gtest/gtest.h>

#include "gateway/submit_policy.hpp"

namespace peyk::gateway::gateway_submit_policy_test {
namespace {

using namespace std::chrono_literals;
using smpp::StatusClass;
using What = SubmitDecision::What;
using Slow = SubmitDecision::Slow;
using enum smpp::StatusClass;

struct Row {
  std::uint32_t status;
  StatusClass status_class;
  std::uint32_t attempts_max = 0;  // 0: as long as its time is not over
  bool alarm = false;
};

std::vector<Row> table() {
  std::vector<Row> rows{
      {0x00, ok},           {0x01, permanent},    {0x04, bind},
      {0x05, bind},         {0x08, temporary},    {0x0A, permanent, 0, true},
      {0x0B, permanent},    {0x0C, permanent},    {0x0D, bind},
      {0x0E, bind},         {0x0F, bind},         {0x11, permanent},
      {0x13, permanent},    {0x14, throttle},     {0x34, permanent},
      {0x44, permanent},    {0x45, temporary, 3}, {0x53, bind},
      {0x58, throttle},     {0x64, temporary},    {0x65, permanent},
      {0x66, permanent},    {0x67, temporary},    {0xFE, temporary},
      {0xFF, temporary, 2}, {0x102, temporary},   {0x103, permanent},
  };
  for (std::uint32_t config :
       {0x02,  0x03,  0x06,  0x07,  0x15,  0x33,  0x40,  0x42,  0x43,  0x48,  0x49,  0x50,  0x51,  0x54,
        0x55,  0x61,  0x62,  0x63,  0xC0,  0xC1,  0xC2,  0xC3,  0xC4,  0x100, 0x101, 0x104, 0x105, 0x106,
        0x107, 0x108, 0x109, 0x10A, 0x10B, 0x10C, 0x10D, 0x10E, 0x10F, 0x110, 0x111, 0x112})
    rows.push_back({config, StatusClass::config, 0, true});
  for (std::uint32_t vendor : {0x400U, 0x435U, 0x4FFU, 0x500U, 0xFFFFFFFFU})
    rows.push_back({vendor, temporary, 2});
  for (std::uint32_t unassigned :
       {0x09, 0x10, 0x12, 0x16, 0x35, 0x41, 0x46, 0x52, 0x56, 0x60, 0x68, 0xC5, 0xFD, 0x113, 0x3FF})
    rows.push_back({unassigned, StatusClass::config, 0, true});
  return rows;
}

constexpr SubmitSoFar kFresh{.left = 1h};

TEST(SubmitPolicy, has_a_class_a_limit_and_an_end_for_each_status) {
  const SubmitPolicy policy;
  for (const Row& row : table()) {
    SCOPED_TRACE(smpp::status_name(row.status));
    const smpp::StatusRule rule = policy.rule({row.status, {}});
    EXPECT_EQ(rule.status_class, row.status_class);
    EXPECT_EQ(rule.attempts_max, row.attempts_max);
    const SubmitDecision decision = policy.decide({row.status, {}}, kFresh, 0.5);
    EXPECT_EQ(decision.alarm, row.alarm);
    switch (row.status_class) {
      case ok:
        EXPECT_EQ(decision.what, What::taken);
        break;
      case throttle:
        EXPECT_EQ(decision.what, What::wait);
        EXPECT_FALSE(decision.counts);
        EXPECT_NE(decision.slow, Slow::nobody);
        break;
      case temporary:
      case bind:
        EXPECT_EQ(decision.what, What::wait);
        EXPECT_TRUE(decision.counts);
        EXPECT_EQ(decision.wait, 1s);
        EXPECT_EQ(decision.carrier_refuses, row.status_class == bind);
        break;
      case permanent:
      case StatusClass::config:
        EXPECT_EQ(decision.what, What::give_up);
        EXPECT_FALSE(decision.expired);
        EXPECT_NE(decision.why.find(smpp::status_name(row.status)), std::string::npos) << decision.why;
        EXPECT_LE(decision.why.size(), 100U) << decision.why;
        EXPECT_EQ(decision.carrier_refuses, row.status_class == StatusClass::config);
    }
    if (row.attempts_max == 0) continue;
    SubmitSoFar last = kFresh;
    last.attempts = row.attempts_max - 2;
    EXPECT_EQ(policy.decide({row.status, {}}, last, 0.5).what, What::wait);
    ++last.attempts;
    const SubmitDecision over = policy.decide({row.status, {}}, last, 0.5);
    EXPECT_EQ(over.what, What::give_up);
    EXPECT_LE(over.why.size(), 100U);
  }
}

TEST(SubmitPolicy, takes_a_carriers_own_class_for_a_status_and_the_standards_for_the_others) {
  const SubmitPolicy policy({{0x435, permanent}, {0x45, throttle}, {0x0B, temporary}, {0x08, temporary}});
  EXPECT_EQ(policy.decide({0x435, {}}, kFresh, 0).what, What::give_up);
  EXPECT_EQ(policy.decide({0x45, {}}, kFresh, 0).slow, Slow::account);
  EXPECT_EQ(policy.rule({0x0B, {}}).status_class, temporary);
  EXPECT_EQ(policy.rule({0x436, {}}).attempts_max, 2U);
  EXPECT_EQ(policy.rule({0x65, {}}).status_class, permanent);
}

TEST(SubmitPolicy, reads_why_a_delivery_failed) {
  const SubmitPolicy policy;
  for (const std::uint8_t reason : std::initializer_list<std::uint8_t>{0, 3, 9})
    EXPECT_EQ(policy.decide({0xFE, reason}, kFresh, 0).what, What::wait);
  for (const std::uint8_t reason : std::initializer_list<std::uint8_t>{1, 2})
    EXPECT_EQ(policy.decide({0xFE, reason}, kFresh, 0).what, What::give_up);
}

TEST(SubmitPolicy, waits_twice_as_long_each_time_up_to_a_minute_with_jitter) {
  std::vector<std::int64_t> seconds;
  for (std::uint32_t i = 0; i < 8; ++i) seconds.push_back(backoff(i, 0.5).count() / 1000);
  EXPECT_EQ(seconds, (std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 60, 60}));
  EXPECT_EQ(backoff(3, 0), 6400ms);
  EXPECT_NEAR(static_cast<double>(backoff(3, 0.999).count()), 9600, 5);
  const SubmitPolicy policy;
  SubmitSoFar third = kFresh;
  third.attempts = 2;
  EXPECT_EQ(policy.decide({smpp::ESME_RSYSERR, {}}, third, 0.5).wait, 4s);
  EXPECT_GE(policy.decide({smpp::ESME_RTHROTTLED, {}}, third, 0).wait, 1s) << "not before the pause is over";
  // A phone's full queue: every text that has met it for long comes back less often.
  EXPECT_EQ(policy.decide({smpp::ESME_RMSGQFUL, {}}, kFresh, 0.5).wait, 1s);
  SubmitSoFar old = kFresh;
  old.age = 20s;
  EXPECT_EQ(policy.decide({smpp::ESME_RMSGQFUL, {}}, old, 0.5).wait, 10s);
  old.age = 1h;
  EXPECT_EQ(policy.decide({smpp::ESME_RMSGQFUL, {}}, old, 0.5).wait, 60s);
}

TEST(SubmitPolicy, gives_up_a_text_that_would_be_too_late_at_its_next_turn) {
  const SubmitPolicy policy;
  for (std::uint32_t status : {smpp::ESME_RSYSERR, smpp::ESME_RTHROTTLED, smpp::ESME_RMSGQFUL}) {
    const SubmitDecision late = policy.decide({status, {}}, {.left = 900ms}, 0.5);
    EXPECT_EQ(late.what, What::give_up);
    EXPECT_TRUE(late.expired);
    EXPECT_NE(late.why.find("its time was over"), std::string::npos);
    EXPECT_LE(late.why.size(), 100U) << late.why;
    EXPECT_EQ(policy.decide({status, {}}, {.left = 10s}, 0.5).what, What::wait);
  }
  // "Too fast" is heard even when this one is given up.
  EXPECT_EQ(policy.decide({smpp::ESME_RTHROTTLED, {}}, {.left = 1ms}, 0.5).slow, Slow::account);
}

TEST(SubmitPolicy, drops_tlvs_that_are_not_allowed_once) {
  const SubmitPolicy policy;
  SubmitSoFar with = kFresh;
  with.carried_extra_tlvs = true;
  const SubmitDecision first = policy.decide({smpp::ESME_RTLVNOTALLWD, {}}, with, 0.5);
  EXPECT_EQ(first.what, What::wait);
  EXPECT_EQ(first.wait, 0ms);
  EXPECT_TRUE(first.without_extra_tlvs);
  EXPECT_FALSE(first.carrier_refuses);
  EXPECT_EQ(policy.decide({smpp::ESME_RTLVNOTALLWD, {}}, kFresh, 0.5).what, What::give_up);
  EXPECT_EQ(policy.decide({smpp::ESME_RINVTLVLEN, {}}, with, 0.5).what, What::give_up);
}

TEST(SubmitPolicy, tries_another_carrier_where_this_one_does_not_take_how_we_send) {
  const SubmitPolicy policy;
  SubmitSoFar other = kFresh;
  other.another_carrier = true;
  const SubmitDecision elsewhere = policy.decide({smpp::ESME_RINVESMCLASS, {}}, other, 0.5);
  EXPECT_EQ(elsewhere.what, What::wait);
  EXPECT_EQ(elsewhere.wait, 0ms);
  EXPECT_TRUE(elsewhere.carrier_refuses);
  EXPECT_TRUE(elsewhere.alarm);
  // What the number or the text is to blame for is no better elsewhere.
  EXPECT_EQ(policy.decide({smpp::ESME_RINVDSTADR, {}}, other, 0.5).what, What::give_up);
}

TEST(SubmitPolicy, sends_what_may_have_been_taken_once_more_but_never_advertising) {
  using enum handlers::Lane;
  for (handlers::Lane lane : {urgent, reply, notice}) {
    EXPECT_TRUE(may_send_again(lane, 0));
    EXPECT_FALSE(may_send_again(lane, 1));
  }
  EXPECT_FALSE(may_send_again(promo, 0));
}

}  // namespace
}  // namespace peyk::gateway::gateway_submit_policy_test
