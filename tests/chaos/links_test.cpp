// Links of the real programs: peyk-sim calls peykd and the other way round, with TLS and without; and what
// peykd says to its operator while a carrier does not let it in.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/kit/certificates.hpp"
#include "tests/kit/stack.hpp"

namespace peyk::tests::links_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* kMember = "989121234567";

// A text goes in and its reply comes out, over whatever link there is.
void expect_a_conversation(Stack& stack) {
  EXPECT_TRUE(stack.carrier().mo(kMember, Stack::line(), "عضویت").ok);
  const auto texts = stack.carrier().inbox(kMember, 0, 60s);
  ASSERT_FALSE(texts.empty()) << stack.gateway_log();
  EXPECT_EQ(texts[0].from, Stack::line());
}

TEST(Links, a_ussd_gateway_that_binds_to_us_carries_texts_both_ways_and_comes_back) {
  Stack stack(
      {.carrier_yaml = "    connection: accept\n    allow: [127.0.0.1]\n", .carrier_dials_as = "esme"});
  expect_a_conversation(stack);
  stack.kill_gateway();
  stack.start_gateway();
  EXPECT_TRUE(stack.carrier().mo(kMember, Stack::line(), "اعتبار").ok);
}

TEST(Links, a_carrier_that_says_outbind_is_bound_to) {
  Stack stack(
      {.carrier_yaml = "    connection: outbind\n    allow: [127.0.0.1]\n", .carrier_dials_as = "outbind"});
  expect_a_conversation(stack);
}

TEST(Links, a_pair_carries_texts_both_ways) {
  Stack stack({.carrier_yaml = "    bind_mode: pair\n"});
  expect_a_conversation(stack);
  stack.carrier().ask({{"do", "fault"}, {"what", "drop_links"}});
  EXPECT_TRUE(stack.carrier().mo(kMember, Stack::line(), "اعتبار").ok);
}

TEST(Links, tls_with_certificates_at_both_ends_carries_texts) {
  const TempDir dir;
  const Certificate authority({}), carrier({.name = "smsc.example", .issuer = &authority}),
      ours({.name = "peyk", .issuer = &authority});
  const std::string ca = authority.write_certificate(dir.path() / "ca.pem");
  Stack stack(
      {.carrier_yaml = "    tls: true\n    tls_server_name: smsc.example\n    tls_ca_file: " + ca +
                       "\n    tls_certificate_file: " + ours.write_certificate(dir.path() / "peyk.pem") +
                       "\n    tls_key_file: " + ours.write_key(dir.path() / "peyk.key") + "\n",
       .simulator_options = {"--tls-cert", carrier.write_certificate(dir.path() / "sim.pem"), "--tls-key",
                             carrier.write_key(dir.path() / "sim.key"), "--tls-ca", ca}});
  expect_a_conversation(stack);
}

TEST(Links, check_says_which_tls_file_cannot_be_used) {
  const TempDir dir;
  const auto checked = [&dir](const std::string& ca_file) {
    const auto config = (dir.path() / "peyk.yaml").string();
    std::ofstream(config)
        << "carriers:\n  - name: mci\n    host: smsc.example\n    system_id: peyk\n    password: x\n"
           "    tls: true\n    tls_ca_file: "
        << ca_file << "\nlines:\n  - number: 30001234\n    carrier: mci\n";
    return run_process({.argv = {(binary_dir() / "gateway/peykd").string(), "--check", "--config", config}},
                       60s);
  };
  const Finished bad = checked("/nonexistent/ca.pem");
  EXPECT_EQ(bad.status.code, 2);
  EXPECT_NE(bad.output.find("carrier \"mci\": tls_ca_file /nonexistent/ca.pem: No such file"),
            std::string::npos)
      << bad.output;
  EXPECT_TRUE(checked(Certificate({}).write_certificate(dir.path() / "ca.pem")).status.ok());
}

TEST(Trap10, a_refused_link_is_not_up_in_readiness_and_metrics) {
  Stack stack;
  EXPECT_NE(stack.get("/readyz").find("200"), std::string::npos);
  EXPECT_NE(stack.get("/metrics").find("peyk_link_up{carrier=\"sim\"} 1"), std::string::npos);
  // 0x0E: the carrier does not know our password any more.
  stack.carrier().ask({{"do", "fault"}, {"what", "refuse_binds"}, {"status", 0x0E}, {"for_ms", 60'000}});
  stack.carrier().ask({{"do", "fault"}, {"what", "drop_links"}});
  EXPECT_TRUE(eventually(60s, [&] {
    return stack.get("/readyz").find("ESME_RINVPASWD") != std::string::npos;
  })) << stack.get("/readyz");
  EXPECT_NE(stack.get("/readyz").find("503"), std::string::npos);
  const std::string metrics = stack.get("/metrics");
  for (const char* line :
       {"peyk_link_up{carrier=\"sim\"} 0", "peyk_link_state{carrier=\"sim\",state=\"refused\"} 1",
        "peyk_link_bind_refusals_total{carrier=\"sim\",status=\"ESME_RINVPASWD\"} 1"}) {
    EXPECT_NE(metrics.find(line), std::string::npos) << line;
  }
  EXPECT_NE(stack.gateway_log().find("carrier_credentials_refused"), std::string::npos);
}

TEST(Trap10, already_bound_for_a_while_is_few_attempts_and_an_alarm_and_then_the_link_is_back) {
  Stack stack;
  stack.carrier().ask({{"do", "fault"}, {"what", "refuse_binds"}, {"status", 0x05}, {"for_ms", 600'000}});
  const auto began = std::chrono::steady_clock::now();
  stack.carrier().ask({{"do", "fault"}, {"what", "drop_links"}});
  ASSERT_TRUE(eventually(60s, [&] {
    return stack.metric("peyk_link_attempts_in_vain{carrier=\"sim\"}") >= 5;
  })) << stack.gateway_log();
  EXPECT_NE(stack.gateway_log().find("carrier_unsteady"), std::string::npos) << stack.gateway_log();
  EXPECT_EQ(stack.metric("peyk_link_up{carrier=\"sim\"}"), 0);
  EXPECT_NE(stack.get("/readyz").find("ESME_RALYBND"), std::string::npos);
  const double refusals =
      stack.metric("peyk_link_bind_refusals_total{carrier=\"sim\",status=\"ESME_RALYBND\"}");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  EXPECT_GE(refusals, 4);
  EXPECT_LE(refusals, 2 + took.count() / 0.8) << "a second between two, less a fifth";
  stack.carrier().ask({{"do", "fault"}, {"what", "clear"}});
  stack.await_ready();
  expect_a_conversation(stack);
}

TEST(Links, a_carrier_that_answers_not_bound_is_bound_to_anew_and_has_the_text_once) {
  Stack stack;
  stack.carrier().ask({{"do", "fault"}, {"what", "respond"}, {"status", 0x04}, {"n", 1}});
  ASSERT_TRUE(stack.carrier().mo(kMember, Stack::line(), "HELP").ok);
  ASSERT_EQ(stack.carrier().inbox(kMember, 0, 60s).size(), 1u) << stack.gateway_log();
  EXPECT_NE(stack.gateway_log().find("carrier_binds_again"), std::string::npos) << stack.gateway_log();
  EXPECT_EQ(stack.metric("peyk_link_reconnects_total{carrier=\"sim\"}"), 1);
  EXPECT_EQ(stack.metric("peyk_link_up{carrier=\"sim\"}"), 1);
  EXPECT_EQ(stack.carrier().ask({{"do", "stats"}})["mt"].get<int>(), 1);
}

TEST(Links, each_session_has_its_latency_and_what_goes_by_is_counted) {
  Stack stack({.sessions = 2});
  expect_a_conversation(stack);
  EXPECT_TRUE(eventually(60s, [&] {
    return stack.metric("peyk_link_pdus_total{carrier=\"sim\",direction=\"in\"}") >=
           4;  // binds, text, answer
  })) << stack.get("/metrics");
  EXPECT_GE(stack.metric("peyk_link_pdus_total{carrier=\"sim\",direction=\"out\"}"), 4);
  EXPECT_EQ(stack.metric("peyk_link_timeouts_total{carrier=\"sim\",session=\"1\"}"), 0);
  EXPECT_TRUE(eventually(60s, [&] {  // what was counted above may be the answer to an enquire_link
    double answered = 0;
    for (const char* session : {"0", "1"})
      answered += std::max(0.0, stack.metric("peyk_link_response_seconds_count{carrier=\"sim\",session=\"" +
                                             std::string(session) + "\"}"));
    return answered >= 1;
  })) << stack.get("/metrics");
}

}  // namespace
}  // namespace peyk::tests::links_test
