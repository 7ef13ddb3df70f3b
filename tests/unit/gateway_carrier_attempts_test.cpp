// How often a carrier is called by all its sessions together, on real sockets; and the alarm. Trap 10.
#include "gateway/carrier_attempts.hpp"

#include <gtest/gtest.h>

#include "gateway/carriers.hpp"
#include "gateway/log.hpp"
#include "tests/unit/gateway_carrier_linked.hpp"

namespace peyk::tests::gateway_carrier_attempts_test {
namespace {

using namespace std::chrono_literals;

TEST(Trap10, attempts_in_vain_are_counted_and_every_fifth_is_an_alarm) {
  for (const bool lets_in : {false, true}) {
    std::string log;
    gateway::log::start(gateway::log::Level::error, [&log](std::string_view line) { log += line; });
    {
      Loop loop;
      CarrierPeer carrier(loop.io);
      carrier.bind_status = lets_in ? smpp::ESME_ROK : smpp::ESME_RALYBND;
      carrier.close_after_bind = lets_in;
      Linked linked(loop, options_to(carrier.port()));
      ASSERT_TRUE(loop.until([&] { return linked.link.attempts_in_vain() == 4; }));
      EXPECT_EQ(log.find("carrier_unsteady"), std::string::npos);
      ASSERT_TRUE(loop.until([&] { return linked.link.attempts_in_vain() == 5; }));
    }
    gateway::log::stop();
    EXPECT_NE(log.find("carrier_unsteady"), std::string::npos) << log;
    EXPECT_NE(log.find("\"attempts_in_vain\":5"), std::string::npos) << log;
  }
}

// A carrier with all its sessions.
struct Several {
  Several(Loop& loop_of_test, const CarrierOptions& options)
      : loop(loop_of_test), carriers(loop.io, {options}, hooks()) {
    carriers.start();
  }
  ~Several() {
    bool ended = false;
    gateway::spawn(loop.io, end(ended));
    EXPECT_TRUE(loop.until([&] { return ended; }));
  }
  boost::asio::awaitable<void> end(bool& ended) {
    co_await carriers.stop(200ms);
    ended = true;
  }
  static gateway::LinkHooks hooks() {
    return {.request = [](CarrierRequest) {},
            .response = [](std::uint64_t, const smpp::Pdu&) {},
            .unknown = [](std::uint64_t) {},
            .state = [](CarrierLink&, bool) {}};
  }
  gateway::Carrier& carrier() { return *carriers.find("test"); }

  Loop& loop;
  gateway::Carriers carriers;
};

CarrierOptions many_sessions(std::uint16_t port) {
  CarrierOptions options = options_to(port);
  options.sessions = 8;
  options.bind_mode = BindMode::pair;
  return options;
}

TEST(CarrierAttempts, a_wrong_password_is_offered_once_not_by_each_session) {
  for (const std::uint32_t status : {smpp::ESME_RINVPASWD, smpp::ESME_RINVSYSID, smpp::ESME_RINVSYSTYP}) {
    Loop loop;
    CarrierPeer peer(loop.io);
    peer.bind_status = status;
    Several several(loop, many_sessions(peer.port()));
    ASSERT_TRUE(loop.until([&] { return several.carrier().count(LinkState::refused) == 1; }));
    loop.run_for(300ms);
    EXPECT_EQ(peer.connections, 1u) << "though sixteen connections wait, and 6000 a minute are allowed";
  }
}

TEST(CarrierAttempts, all_sessions_together_try_no_more_often_than_the_carrier_is_to_hear) {
  for (const bool lets_in : {false, true}) {
    Loop loop;
    CarrierPeer peer(loop.io);
    peer.bind_status = lets_in ? smpp::ESME_ROK : smpp::ESME_RBINDFAIL;
    peer.close_after_bind = lets_in;
    auto options = many_sessions(peer.port());
    options.reconnects_per_minute = 3;
    Several several(loop, options);
    ASSERT_TRUE(loop.until([&] { return peer.connections >= 3; }));
    loop.run_for(500ms);
    // Those that were let in side by side before the first of them was thrown out.
    EXPECT_LE(peer.connections, lets_in ? 3u + 16u : 3u);
    const std::size_t before = peer.connections;
    loop.run_for(500ms);
    EXPECT_EQ(peer.connections, before);
  }
}

TEST(CarrierAttempts, sessions_that_are_let_in_are_all_there_at_once) {
  Loop loop;
  CarrierPeer peer(loop.io);
  auto options = many_sessions(peer.port());
  options.reconnects_per_minute = 1;
  Several several(loop, options);
  EXPECT_TRUE(loop.until([&] { return several.carrier().count(LinkState::bound) == 8; }));
  EXPECT_EQ(peer.connections, 16u);
}

}  // namespace
}  // namespace peyk::tests::gateway_carrier_attempts_test
