// Kannel's bearerbox as a customer of peyk-sim, its texts judged by Wireshark's dissector on their way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/kit/kannel.hpp"
#include "tests/kit/simulator.hpp"
#include "tests/kit/tshark.hpp"
#include "tests/kit/wiretap.hpp"

namespace peyk::tests::kannel_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kLine = "30001234";
constexpr const char* kPhone = "989121234567";

class WithKannel : public testing::Test {
 protected:
  WithKannel() : tap_(simulator_.smpp_port()), kannel_(tap_.port(), kLine) { await_bound(); }

  sim::ControlClient& network() { return simulator_.control(); }
  const Kannel& kannel() { return kannel_; }

  void await_bound() {
    ASSERT_TRUE(network().ask({{"do", "await_bound"}, {"wait_ms", 40'000}})["ok"].get<bool>())
        << kannel_.log();
  }

  void expect_arrives(const std::string& text, bool unicode, std::size_t parts) {
    const Kannel::Sent sent = kannel_.send(kPhone, text, unicode);
    EXPECT_EQ(sent.status, 202) << sent.body;
    const auto texts = network().inbox(kPhone, last_, 60s);
    ASSERT_EQ(texts.size(), 1U) << kannel_.log();
    EXPECT_EQ(texts[0].text, text);
    EXPECT_EQ(texts[0].from, kLine);
    EXPECT_EQ(texts[0].parts, parts);
    last_ = texts[0].n;
  }

  void expect_in_access_log(const std::string& words) {
    EXPECT_TRUE(eventually(60s, [&] { return kannel_.access_log().find(words) != std::string::npos; }))
        << words << "\n"
        << kannel_.access_log() << kannel_.log();
  }

  void expect_well_formed() {
    const auto passed = tap_.passed();
    const Verdict verdict = judge(tap_.server_port(), passed);
    EXPECT_THAT(verdict.complaints, IsEmpty());
    EXPECT_EQ(verdict.pdus.size(), count_pdus(passed));
  }

 private:
  Simulator simulator_{{"--enquire-link-ms", "300"}};
  Wiretap tap_;
  Kannel kannel_;
  std::uint64_t last_ = 0;
};

TEST_F(WithKannel, texts_of_both_alphabets_arrive_and_their_receipts_return) {
  expect_arrives("Your credit: 42,500 @ Nan-o-Namak {today}", false, 1);
  expect_in_access_log("Receive DLR [SMSC:carrier]");
  std::string long_persian;
  for (int i = 0; i < 15; ++i) long_persian += "اعتبار شما ۴۲٬۵۰۰ تومان است؛ ";
  expect_arrives(long_persian, true, 7);
  expect_well_formed();
}

TEST_F(WithKannel, a_phone_is_heard_in_both_alphabets_and_answered) {
  EXPECT_TRUE(network().mo(kPhone, kLine, "JOIN").ok);
  expect_in_access_log("[msg:4:JOIN]");
  const auto texts = network().inbox(kPhone, 0, 60s);
  ASSERT_EQ(texts.size(), 1U) << kannel().access_log() << kannel().log();
  EXPECT_EQ(texts[0].text, "heard you: JOIN");
  EXPECT_TRUE(network().mo(kPhone, kLine, "عضویت").ok);
  expect_in_access_log("[msg:10:");
  expect_well_formed();
}

TEST_F(WithKannel, a_lost_link_and_a_goodbye_are_followed_by_another_bind) {
  for (const char* fault : {"drop_links", "unbind_links"}) {
    network().ask({{"do", "fault"}, {"what", fault}});
    EXPECT_TRUE(eventually(60s, [&] { return network().ask({{"do", "stats"}})["bound"] == 0; })) << fault;
    await_bound();
    expect_arrives(std::string("after ") + fault, false, 1);
  }
  expect_well_formed();
}

}  // namespace
}  // namespace peyk::tests::kannel_test
