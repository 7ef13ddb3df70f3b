// A carrier as a whole: what it is given at a time.
#include "gateway/carriers.hpp"

#include "tests/unit/gateway_carrier_linked.hpp"

namespace peyk::tests::gateway_carriers_test {
namespace {

using namespace std::chrono_literals;

TEST(Carrier, is_half_idle_by_what_a_slow_one_is_given_not_by_the_whole_window) {
  Loop loop;
  CarrierPeer peer(loop.io);
  CarrierOptions options = options_to(peer.port());
  options.window = 16;
  std::vector<CarrierOptions> all{options};
  const gateway::LinkHooks hooks{.request = [](CarrierRequest) {},
                                 .response = [](std::uint64_t, const smpp::Pdu&) {},
                                 .unknown = [](std::uint64_t) {},
                                 .state = [](CarrierLink&, bool) {}};
  gateway::Carriers carriers(loop.io, all, hooks);
  gateway::Carrier& carrier = *carriers.find("test");
  EXPECT_FALSE(carrier.is_half_idle()) << "nothing is bound";
  carriers.start();
  ASSERT_TRUE(loop.until([&] { return carrier.bound() == 1; }));
  EXPECT_TRUE(carrier.is_half_idle());

  for (int i = 0; i < 16; ++i) carrier.answered(10ms);
  for (int i = 0; i < 4 * 16; ++i) carrier.answered(2s);
  ASSERT_EQ(carrier.room(), 4U) << "16, 12, 9, 6, 4";
  EXPECT_TRUE(carrier.is_half_idle()) << "nothing is unanswered";

  peer.answer_submits = false;
  ASSERT_TRUE(carrier.submit(submit_sm(), 1));
  EXPECT_TRUE(carrier.is_half_idle()) << "one of four";
  ASSERT_TRUE(carrier.submit(submit_sm(), 2));
  EXPECT_FALSE(carrier.is_half_idle());

  bool ended = false;
  const auto end = [](gateway::Carriers& of, bool& done) -> boost::asio::awaitable<void> {
    co_await of.stop(200ms);
    done = true;
  };
  gateway::spawn(loop.io, end(carriers, ended));
  EXPECT_TRUE(loop.until([&] { return ended; }));
}

}  // namespace
}  // namespace peyk::tests::gateway_carriers_test
