// Work on the database that is tried in vain: seen at once as a figure, after a while as a part that is away.
#include "gateway/store_watch.hpp"

#include <gtest/gtest.h>

namespace peyk::tests::gateway_store_watch_test {
namespace {

using namespace std::chrono_literals;

TEST(StoreWatch, names_who_is_held_up_too_long_until_it_goes_on) {
  gateway::Metrics metrics;
  std::chrono::milliseconds outcomes{0};
  gateway::StoreWatch watch(metrics,
                            {{"outcomes", [&outcomes] { return outcomes; }}, {"reader", [] { return 0ms; }}});
  const auto figure = [&metrics](const char* thread) {
    return metrics.gauge("peyk_store_held_up_seconds", {{"thread", thread}}).value();
  };
  watch.look();
  EXPECT_TRUE(watch.held_up().empty());

  outcomes = 12s;
  watch.look();
  EXPECT_EQ(figure("outcomes"), 12);
  EXPECT_TRUE(watch.held_up().empty()) << "the database may come back in time";

  outcomes = gateway::kHeldUpMax + 1s;
  watch.look();
  ASSERT_EQ(watch.held_up().size(), 1U);
  EXPECT_EQ(watch.held_up()[0].name, "mysql outcomes");
  EXPECT_FALSE(watch.held_up()[0].ready);
  EXPECT_EQ(watch.held_up()[0].detail, "the same work tried in vain for 31 s");
  EXPECT_EQ(figure("reader"), 0);
  gateway::StoreWatch slow(metrics, {{"digester", [] { return gateway::kHeldUpMax * 3; }, true}});
  slow.look();
  EXPECT_EQ(figure("digester"), 90);
  EXPECT_TRUE(slow.held_up().empty()) << "tills are served";

  outcomes = 0ms;
  watch.look();
  EXPECT_TRUE(watch.held_up().empty());
  EXPECT_EQ(figure("outcomes"), 0);
}

}  // namespace
}  // namespace peyk::tests::gateway_store_watch_test
