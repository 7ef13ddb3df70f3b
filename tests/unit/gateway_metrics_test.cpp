#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "gateway/metrics.hpp"

namespace peyk::tests::gateway_metrics_test {
namespace {

using namespace std::chrono_literals;
using gateway::Counter;
using gateway::Metrics;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, are_shown_in_prometheus_text_form) {
  Metrics metrics;
  metrics.counter("peyk_inbound_requests_total", {{"channel", "sms"}, {"outcome", "done"}}).add(3);
  metrics.gauge("peyk_link_up", {{"carrier", "irancell"}}).set(2);
  metrics.histogram("peyk_store_commit_seconds").observe(3ms);
  const std::string text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("# TYPE peyk_inbound_requests_total counter\n"));
  EXPECT_THAT(text, HasSubstr("peyk_inbound_requests_total{channel=\"sms\",outcome=\"done\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("peyk_link_up{carrier=\"irancell\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("peyk_store_commit_seconds_bucket{le=\"0.0025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("peyk_store_commit_seconds_bucket{le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("peyk_build_info{version=\""));
  EXPECT_THAT(text, Not(HasSubstr("peyk_queue_depth{"))) << "nothing was counted there";
}

TEST(Metrics, give_the_same_handle_for_the_same_labels_in_any_order) {
  Metrics metrics;
  Counter& one =
      metrics.counter("peyk_outbound_submits_total", {{"carrier", "mci"}, {"status", "0x00000000"}});
  Counter& same =
      metrics.counter("peyk_outbound_submits_total", {{"status", "0x00000000"}, {"carrier", "mci"}});
  Counter& other =
      metrics.counter("peyk_outbound_submits_total", {{"carrier", "mci"}, {"status", "0x00000058"}});
  EXPECT_EQ(&one, &same);
  EXPECT_NE(&one, &other);
}

TEST(Metrics, refuse_names_kinds_and_labels_that_are_not_in_the_table) {
  Metrics metrics;
  EXPECT_THROW(metrics.counter("peyk_unheard_of_total"), std::logic_error);
  EXPECT_THROW(metrics.counter("peyk_link_up", {{"carrier", "mci"}}), std::logic_error) << "it is a gauge";
  EXPECT_THROW(metrics.gauge("peyk_link_up"), std::logic_error);
  EXPECT_THROW(metrics.gauge("peyk_link_up", {{"line", "3000"}}), std::logic_error);
  EXPECT_THROW(metrics.gauge("peyk_link_up", {{"carrier", "mci"}, {"line", "3000"}}), std::logic_error);
}

TEST(Metrics, count_under_other_what_would_fill_the_memory) {
  Metrics metrics;
  for (std::size_t i = 0; i < gateway::kMetricSeriesMax + 10; ++i) {
    metrics.gauge("peyk_link_up", {{"carrier", "c" + std::to_string(i)}}).set(1);
  }
  const std::string text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("peyk_link_up{carrier=\"c999\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("peyk_link_up{carrier=\"other\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("c1000")));
}

TEST(Metrics, escape_label_values) {
  Metrics metrics;
  metrics.gauge("peyk_link_up", {{"carrier", "a\"b\\c\nd"}}).set(1);
  EXPECT_THAT(metrics.expose(), HasSubstr(R"(peyk_link_up{carrier="a\"b\\c\nd"} 1)"));
}

TEST(Metrics, lose_no_count_between_threads) {
  Metrics metrics;
  Counter& counter = metrics.counter("peyk_http_requests_total", {{"route", "/healthz"}, {"status", "200"}});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&counter] {
        for (int k = 0; k < 10'000; ++k) counter.add();
      });
    }
  }
  EXPECT_EQ(counter.value(), 40'000);
}

}  // namespace
}  // namespace peyk::tests::gateway_metrics_test
