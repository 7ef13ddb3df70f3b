// The load: percentiles in fixed memory, and an ESME that keeps to its window, its rate and its number.
#include "sim/esme_load.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sim/carrier.hpp"

namespace peyk::tests::sim_load_test {
namespace {

using namespace std::chrono_literals;

TEST(Latencies, tell_percentiles_within_one_percent) {
  sim::Latencies latencies;
  EXPECT_EQ(latencies.at(0.5), 0);
  for (std::int64_t us = 1; us <= 100'000; ++us) latencies.add(us);
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    EXPECT_NEAR(static_cast<double>(latencies.at(share)), share * 100'000, share * 1'000 + 1) << share;
  }
  EXPECT_EQ(latencies.at(1), 100'000);
  EXPECT_EQ(latencies.max_us(), 100'000);
  EXPECT_EQ(latencies.count(), 100'000U);
}

TEST(Latencies, hold_any_time_there_is) {
  sim::Latencies latencies;
  for (const std::int64_t us : {std::int64_t{0}, std::int64_t{-5}, INT64_MAX}) latencies.add(us);
  EXPECT_EQ(latencies.at(0.1), 0);
  EXPECT_EQ(latencies.at(0.99), INT64_MAX);
}

class ALoad : public testing::Test {
 protected:
  static sim::Options sample_options() {
    sim::Options options;
    options.accounts = {{.system_id = "peyk", .password = "secret"}};
    options.enquire_link_interval = 0ms;
    return options;
  }

  void run(const sim::EsmeLoadPlan& plan, std::chrono::milliseconds time) {
    if (!load_) {
      load_.emplace(plan, now_);
      for (std::size_t i = 0; i < plan.sessions; ++i) {
        links_.push_back(*carrier_.opened(now_));
        load_->opened(i, now_);
      }
    }
    for (const sim::Time end = now_ + time; now_ < end && !load_->finished(); now_ += 1ms) {
      carrier_.tick(now_);
      load_->tick(now_);
      for (std::size_t i = 0; i < links_.size(); ++i) {
        carrier_.feed(links_[i], std::exchange(load_->output(i), {}), now_);
        std::string down;
        carrier_.take_output(links_[i], down, now_);
        load_->feed(i, down, now_);
        most_in_flight_ =
            std::max<std::uint64_t>(most_in_flight_, load_->result().sent - load_->result().answered);
      }
    }
  }

  sim::Options options_ = sample_options();
  sim::Record record_{10, 64};
  sim::Carrier carrier_{options_, record_, 1};
  sim::Time now_{1h};
  std::optional<sim::EsmeLoad> load_;
  std::vector<sim::LinkId> links_;
  std::uint64_t most_in_flight_ = 0;
};

TEST_F(ALoad, sendsItsNumberAndHearsAllReceipts) {
  run({.sessions = 2, .window = 5, .count = 200, .receipts = true}, 30s);
  ASSERT_TRUE(load_->finished());
  const sim::EsmeLoadResult& result = load_->result();
  EXPECT_EQ(result.sent, 200U);
  EXPECT_EQ(result.answered, 200U);
  EXPECT_EQ(result.receipts, 200U);
  EXPECT_EQ(result.lost, 0U);
  EXPECT_EQ(result.statuses.at(0), 200U);
  EXPECT_EQ(result.binds, 2U);
  EXPECT_EQ(carrier_.texts().last_number(), 200U);
  EXPECT_EQ(carrier_.contract().total(), 0U);
}

TEST_F(ALoad, keepsItsRateAndItsWindow) {
  run({.sessions = 1, .window = 3, .rate = 100, .duration = 2s}, 10s);
  EXPECT_NEAR(static_cast<double>(load_->result().sent), 200, 2);
  EXPECT_LE(carrier_.windows().at("30001234").max_in_any_second(), 101U);
  EXPECT_LE(most_in_flight_, 3U);
}

TEST_F(ALoad, tellsWhatWasRefusedAndWhatWasLost) {
  carrier_.faults().add({.kind = sim::FaultKind::respond, .n = 3, .status = 0x58}, now_);
  carrier_.faults().add({.kind = sim::FaultKind::lose_responses, .n = 2, .after = 0ms}, now_);
  run({.window = 10, .count = 50, .duration = 1s, .drain = 1s}, 10s);
  const sim::EsmeLoadResult& result = load_->result();
  EXPECT_EQ(result.sent, 50U);
  EXPECT_EQ(result.lost, 2U);
  EXPECT_EQ(result.answered, 48U);
  EXPECT_EQ(result.statuses.at(0) + result.statuses.at(0x58), 48U);
}

TEST_F(ALoad, measuresAnswersByTheirTime) {
  carrier_.faults().add({.kind = sim::FaultKind::delay_responses, .n = 50, .delay = 40ms}, now_);
  run({.window = 1, .count = 50}, 10s);
  EXPECT_NEAR(static_cast<double>(load_->result().response.at(0.5)), 40'000, 2'000);
}

TEST_F(ALoad, endsWhenItsBindIsRefused) {
  run({.password = "wrong", .duration = 1s, .drain = 1s}, 10s);
  EXPECT_TRUE(load_->finished());
  EXPECT_EQ(load_->result().sent, 0U);
  EXPECT_EQ(load_->result().binds_refused, 1U);
}

}  // namespace
}  // namespace peyk::tests::sim_load_test
