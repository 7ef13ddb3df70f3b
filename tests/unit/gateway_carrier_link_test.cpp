// A carrier link on real sockets, with a carrier of the test's own: how it binds, comes back, pairs up and
// accounts for what it sent. Traps 7, 8, 10, 11.
#include "gateway/carrier_link.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "gateway/log.hpp"
#include "tests/unit/gateway_carrier_linked.hpp"

namespace peyk::tests::gateway_carrier_link_test {
namespace {

using namespace std::chrono_literals;

TEST(CarrierLink, binds_submits_hears_and_says_goodbye) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  {
    Linked linked(loop, options_to(carrier.port()));
    ASSERT_TRUE(linked.bind());
    EXPECT_EQ(linked.link.state(), LinkState::bound);
    EXPECT_EQ(carrier.binds.at(0).bind.password, "secret");
    ASSERT_TRUE(linked.link.submit(submit_sm(), 5));
    ASSERT_TRUE(loop.until([&] { return linked.settled.contains(5); }));
    EXPECT_EQ(linked.settled[5], std::pair(1, 0));
    EXPECT_EQ(linked.answered, 1u);
    ASSERT_TRUE(carrier.deliver(*carrier.bound().at(0), deliver_sm()));
    ASSERT_TRUE(loop.until([&] { return carrier.delivered == 1; }));
    EXPECT_EQ(linked.requests.size(), 1u);
  }
  ASSERT_TRUE(loop.until([&] { return !carrier.closed.empty(); }));
  EXPECT_EQ(carrier.closed[0].reason, smpp::CloseReason::peer_unbound);
}

TEST(CarrierLink, says_which_version_it_speaks) {
  using namespace smpp::interface_version;
  for (const std::uint8_t version : {v33, v34, v50}) {
    Loop loop;
    CarrierPeer carrier(loop.io);
    auto options = options_to(carrier.port());
    options.interface_version = version;
    Linked linked(loop, options);
    ASSERT_TRUE(linked.bind());
    EXPECT_EQ(carrier.binds.at(0).bind.interface_version, version);
  }
}

TEST(CarrierLink, a_pair_is_a_transmitter_and_a_receiver_and_sends_without_its_receiver) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  auto options = options_to(carrier.port());
  options.bind_mode = BindMode::pair;
  options.reconnect_min = options.reconnect_max = 300ms;
  Linked linked(loop, options);
  ASSERT_TRUE(loop.until([&] { return linked.link.state() == LinkState::bound; }));
  EXPECT_EQ(linked.link.room(), options.window) << "the receiver adds none";
  ASSERT_TRUE(carrier.deliver(*carrier.bound_as(smpp::State::bound_rx), deliver_sm()));
  ASSERT_TRUE(loop.until([&] { return carrier.delivered == 1; }));

  carrier.bound_as(smpp::State::bound_rx)->close();
  ASSERT_TRUE(loop.until([&] { return linked.link.state() == LinkState::half_bound; }));
  EXPECT_TRUE(linked.link.is_bound());
  EXPECT_EQ(linked.link.describe(), "half_bound, no receiver");
  ASSERT_TRUE(linked.link.submit(submit_sm(), 5));
  ASSERT_TRUE(loop.until([&] { return linked.settled.contains(5); }));
  EXPECT_EQ(linked.settled[5].first, 1);
  EXPECT_FALSE(linked.link.lives(linked.requests.at(0).generation)) << "it came over the receiver";
  ASSERT_TRUE(loop.until([&] { return linked.link.state() == LinkState::bound; })) << "and it comes back";
}

TEST(CarrierLink, a_pair_without_its_transmitter_hears_and_does_not_send) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  auto options = options_to(carrier.port());
  options.bind_mode = BindMode::pair;
  options.reconnect_min = options.reconnect_max = 10s;
  Linked linked(loop, options);
  ASSERT_TRUE(loop.until([&] { return linked.link.state() == LinkState::bound; }));
  carrier.bound_as(smpp::State::bound_tx)->close();
  ASSERT_TRUE(loop.until([&] { return linked.link.state() == LinkState::half_bound; }));
  EXPECT_EQ(linked.link.room(), 0u);
  EXPECT_FALSE(linked.link.may_submit());
  EXPECT_FALSE(linked.link.submit(submit_sm(), 5));
  ASSERT_TRUE(carrier.deliver(*carrier.bound_as(smpp::State::bound_rx), deliver_sm()));
  ASSERT_TRUE(loop.until([&] { return carrier.delivered == 1; }));
}

TEST(CarrierLink, wrong_credentials_stop_it_and_it_says_so) {
  for (const std::uint32_t status : {smpp::ESME_RINVPASWD, smpp::ESME_RINVSYSID, smpp::ESME_RINVSYSTYP}) {
    Loop loop;
    CarrierPeer carrier(loop.io);
    carrier.bind_status = status;
    Linked linked(loop, options_to(carrier.port()));
    ASSERT_TRUE(loop.until([&] { return linked.link.state() == LinkState::refused; }));
    loop.run_for(300ms);
    EXPECT_EQ(carrier.binds.size(), 1u) << "no second attempt for a minute, though reconnect_max is 10 ms";
    EXPECT_FALSE(linked.was_up);
    EXPECT_EQ(linked.refusals, std::vector{status});
    EXPECT_EQ(linked.link.describe(), "refused, refused with " + smpp::status_name(status));
  }
}

TEST(CarrierLink, a_refusal_that_may_pass_does_not_stop_it) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  carrier.bind_status = smpp::ESME_RSYSERR;
  Linked linked(loop, options_to(carrier.port()));
  ASSERT_TRUE(loop.until([&] { return carrier.binds.size() >= 3; }));
  carrier.bind_status = smpp::ESME_ROK;
  EXPECT_TRUE(linked.bind());
}

TEST(Trap10, already_bound_is_not_up_and_is_tried_few_times) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  carrier.bind_status = smpp::ESME_RALYBND;
  auto options = options_to(carrier.port());
  options.reconnects_per_minute = 4;
  Linked linked(loop, options);
  ASSERT_TRUE(loop.until([&] { return carrier.binds.size() == 4; }));
  loop.run_for(300ms);
  EXPECT_EQ(carrier.connections, 4u) << "though reconnect_max is 10 ms";
  EXPECT_EQ(linked.refusals.size(), 4u);
  EXPECT_FALSE(linked.was_up);
  EXPECT_FALSE(linked.link.is_bound());
}

TEST(Trap10, bind_then_close_in_a_loop_is_tried_few_times) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  carrier.close_after_bind = true;
  auto options = options_to(carrier.port());
  options.reconnects_per_minute = 5;
  Linked linked(loop, options);
  ASSERT_TRUE(loop.until([&] { return carrier.binds.size() == 5; }));
  loop.run_for(300ms);
  EXPECT_EQ(carrier.connections, 5u);
  EXPECT_EQ(linked.reconnects, 4u);
  EXPECT_FALSE(linked.link.is_bound());
}

TEST(Trap11, an_unbind_by_the_carrier_is_answered_accounted_for_and_followed_by_a_new_bind) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  carrier.answer_submits = false;
  Linked linked(loop, options_to(carrier.port()));
  ASSERT_TRUE(linked.bind());
  for (std::uint64_t tag = 1; tag <= 3; ++tag) ASSERT_TRUE(linked.link.submit(submit_sm(), tag));
  ASSERT_TRUE(loop.until([&] { return carrier.submits.size() == 3; }));
  gateway::SmppConnection* first = carrier.bound().at(0);
  first->session().unbind(peer_now());
  first->flush();
  ASSERT_TRUE(loop.until([&] { return carrier.binds.size() == 2 && linked.link.is_bound(); }));
  EXPECT_EQ(carrier.closed.at(0).reason, smpp::CloseReason::unbound) << "our answer came";
  EXPECT_EQ(linked.settled.size(), 3u);
  for (const auto& [tag, how] : linked.settled) EXPECT_EQ(how, std::pair(0, 1)) << tag;
}

// The other end of a TCP connection that never reads or says anything after the bind.
TEST(Trap11, a_carrier_that_falls_silent_is_left_and_called_again) {
  Loop loop;
  boost::asio::ip::tcp::acceptor acceptor(loop.io, {boost::asio::ip::address_v4::loopback(), 0});
  std::vector<boost::asio::ip::tcp::socket> silent;
  const std::string answer("\0\0\0\x11\x80\0\0\x09\0\0\0\0\0\0\0\x01\0", 17);
  const auto take = [&](const CarrierLink& link) {
    ASSERT_TRUE(loop.until([&] { return link.state() == LinkState::binding; }));
    silent.push_back(acceptor.accept());
    boost::asio::write(silent.back(), boost::asio::buffer(answer));
  };
  auto options = options_to(acceptor.local_endpoint().port());
  options.enquire_link_interval = 100ms;
  options.enquire_link_timeout = 100ms;
  options.window = 10'000;
  Linked linked(loop, options);
  take(linked.link);
  ASSERT_TRUE(linked.bind());
  std::uint64_t tag = 0;
  while (linked.link.submit(submit_sm(std::string(250, 'x')), ++tag)) {  // more than the kernel takes
  }
  ASSERT_TRUE(loop.until([&] { return linked.reconnects == 1; }));
  EXPECT_EQ(linked.settled.size(), tag - 1);
  for (const auto& [one, how] : linked.settled) EXPECT_EQ(how, std::pair(0, 1)) << one;
  take(linked.link);
  EXPECT_TRUE(linked.bind());
}

// The carrier's end of a connection, by hand: octets out, PDUs in.
struct ByHand {
  explicit ByHand(Loop& loop_of_test) : loop(loop_of_test) {}
  std::uint16_t port() const { return acceptor.local_endpoint().port(); }
  void accept() {
    socket = acceptor.accept();
    socket.non_blocking(true);
  }
  void say(smpp::CommandId id, std::uint32_t number, const smpp::Body& body = {}, std::uint32_t status = 0) {
    std::string octets;
    smpp::encode(id, status, number, body, octets);
    boost::asio::write(socket, boost::asio::buffer(octets));
  }
  // The next PDU that comes; its command_id and sequence_number, or 0 and 0.
  std::pair<smpp::CommandId, std::uint32_t> hear() {
    std::optional<smpp::Pdu> pdu;
    loop.until([&] {
      std::array<char, 4096> buffer{};
      boost::system::error_code nothing;
      heard.append(buffer.data(), socket.read_some(boost::asio::buffer(buffer), nothing));
      if (heard.size() < 16 || heard.size() < static_cast<unsigned char>(heard[3])) return false;
      const std::size_t size = static_cast<unsigned char>(heard[3]);
      pdu = smpp::decode(std::string_view(heard).substr(0, size)).value();
      heard.erase(0, size);
      return true;
    });
    if (!pdu) return {};
    return {pdu->command_id, pdu->sequence_number};
  }

  Loop& loop;
  boost::asio::ip::tcp::acceptor acceptor{loop.io, {boost::asio::ip::address_v4::loopback(), 0}};
  boost::asio::ip::tcp::socket socket{loop.io};
  std::string heard;
};

TEST(Trap11, an_enquire_link_is_answered_before_the_bind_and_on_a_receiver) {
  using smpp::CommandId;
  Loop loop;
  ByHand carrier(loop);
  auto options = options_to(carrier.port());
  options.bind_mode = BindMode::receiver;
  Linked linked(loop, options);
  ASSERT_TRUE(loop.until([&] { return linked.link.state() == LinkState::binding; }));
  carrier.accept();
  const auto asked = carrier.hear();
  ASSERT_EQ(asked.first, CommandId::bind_receiver);
  carrier.say(CommandId::enquire_link, 41, smpp::EnquireLink{});
  EXPECT_EQ(carrier.hear(), std::pair(CommandId::enquire_link_resp, 41u))
      << "though the bind is not answered";
  EXPECT_FALSE(linked.link.is_bound());
  carrier.say(CommandId::bind_receiver_resp, asked.second, smpp::BindResp{.system_id = "carrier"});
  ASSERT_TRUE(linked.bind());
  carrier.say(CommandId::enquire_link, 42, smpp::EnquireLink{});
  EXPECT_EQ(carrier.hear(), std::pair(CommandId::enquire_link_resp, 42u));
}

TEST(CarrierLink, counts_what_fits_nothing_over_all_its_connections) {
  using smpp::CommandId;
  Loop loop;
  ByHand carrier(loop);
  Linked linked(loop, options_to(carrier.port()));
  for (std::uint64_t round = 1; round <= 2; ++round) {
    ASSERT_TRUE(loop.until([&] { return linked.link.state() == LinkState::binding; }));
    carrier.accept();
    carrier.say(CommandId::bind_transceiver_resp, carrier.hear().second, smpp::BindResp{});
    ASSERT_TRUE(linked.bind());
    carrier.say(CommandId::submit_sm_resp, 77, smpp::SubmitSmResp{.message_id = "a"});
    carrier.say(CommandId::bind_receiver, 78, smpp::Bind{});
    carrier.say(CommandId::enquire_link, 79, smpp::EnquireLink{});
    while (carrier.hear().second != 79) {
    }
    const smpp::SessionCounts counts = linked.link.counts();
    EXPECT_EQ(counts.stray_responses, round);
    EXPECT_EQ(counts.wrong_state, round);
    EXPECT_EQ(counts.pdus_in, 4 * round);
    carrier.socket.close();
    carrier.heard.clear();
    ASSERT_TRUE(loop.until([&] { return !linked.link.is_bound(); }));
  }
}

TEST(Trap08, octets_that_are_no_smpp_cost_that_one_connection) {
  for (const std::string& garbage :
       {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"),
        std::string("\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03", 11) + std::string(200, 'x'),
        std::string("\0\0\0\x0F\0\0\0\x15\0\0\0\0\0\0\0\x01", 16), std::string(1 << 20, '\xFF')}) {
    Loop loop;
    boost::asio::ip::tcp::acceptor acceptor(loop.io, {boost::asio::ip::address_v4::loopback(), 0});
    auto options = options_to(acceptor.local_endpoint().port());
    Linked linked(loop, options);
    for (int round = 0; round < 3; ++round) {
      ASSERT_TRUE(loop.until([&] { return linked.link.state() == LinkState::binding; }));
      boost::asio::ip::tcp::socket peer = acceptor.accept();
      boost::system::error_code ignored;
      peer.non_blocking(true);
      peer.write_some(boost::asio::buffer(garbage), ignored);
      const std::size_t before = linked.reconnects;
      ASSERT_TRUE(loop.until([&] { return linked.reconnects > before; }));
    }
    EXPECT_FALSE(linked.was_up);
  }
}

TEST(Trap07, the_carriers_numbers_and_ours_never_mix_on_the_wire) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  Linked linked(loop, options_to(carrier.port()));
  ASSERT_TRUE(linked.bind());
  // Both sides count from 1: nearly every number is in use both ways at once.
  for (std::uint64_t tag = 1; tag <= 50; ++tag) {
    ASSERT_TRUE(linked.link.submit(submit_sm(), tag));
    ASSERT_TRUE(carrier.deliver(*carrier.bound().at(0), deliver_sm()));
  }
  ASSERT_TRUE(loop.until([&] { return linked.settled.size() == 50 && carrier.delivered == 50; }));
  for (const auto& [tag, how] : linked.settled) EXPECT_EQ(how, std::pair(1, 0)) << tag;
}

TEST(CarrierLink, an_answer_that_says_not_bound_is_followed_by_a_new_bind_once_the_others_are_answered) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  carrier.answer_submits = false;
  Linked linked(loop, options_to(carrier.port()));
  ASSERT_TRUE(linked.bind());
  for (std::uint64_t tag = 1; tag <= 2; ++tag) ASSERT_TRUE(linked.link.submit(submit_sm(), tag));
  ASSERT_TRUE(loop.until([&] { return carrier.submits.size() == 2; }));
  gateway::SmppConnection* first = carrier.bound().at(0);
  const auto answer = [&](std::uint32_t number, std::uint32_t status) {
    first->session().respond(number, smpp::CommandId::submit_sm, status, smpp::Body(), peer_now());
    first->flush();
  };
  answer(2, smpp::ESME_RINVBNDSTS);
  ASSERT_TRUE(loop.until([&] { return linked.settled.contains(1) || !linked.link.may_submit(); }));
  EXPECT_FALSE(linked.link.submit(submit_sm(), 3)) << "nothing more is asked there";
  loop.run_for(100ms);
  EXPECT_TRUE(carrier.closed.empty()) << "one is still without its answer";
  answer(3, smpp::ESME_ROK);
  ASSERT_TRUE(loop.until([&] { return carrier.binds.size() == 2 && linked.link.is_bound(); }));
  EXPECT_EQ(carrier.closed.at(0).reason, smpp::CloseReason::peer_unbound);
  EXPECT_EQ(linked.settled[1], std::pair(1, 0));
  EXPECT_EQ(linked.settled[2], std::pair(1, 0));
  carrier.answer_submits = true;
  ASSERT_TRUE(linked.link.submit(submit_sm(), 4));
  ASSERT_TRUE(loop.until([&] { return linked.settled.contains(4); }));
}

TEST(CarrierLink, only_a_status_of_the_class_bind_costs_the_session) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  auto options = options_to(carrier.port());
  options.status_classes = {{0x435, smpp::StatusClass::bind}, {0x05, smpp::StatusClass::temporary}};
  Linked linked(loop, options);
  std::uint64_t tag = 0;
  const auto binds_after = [&](std::uint32_t status) {
    EXPECT_TRUE(linked.bind());
    carrier.submit_status = status;
    EXPECT_TRUE(linked.link.submit(submit_sm(), ++tag));
    EXPECT_TRUE(loop.until([&] { return linked.settled.contains(tag); }));
    EXPECT_TRUE(loop.until([&] { return linked.link.may_submit(); }));
    return carrier.binds.size();
  };
  EXPECT_EQ(binds_after(smpp::ESME_RSYSERR), 1u);
  EXPECT_EQ(binds_after(smpp::ESME_RALYBND), 1u) << "this carrier means something else";
  EXPECT_EQ(binds_after(0x435), 2u);
}

TEST(CarrierLink, a_phone_that_can_be_reached_again_is_a_masked_line_in_the_log) {
  std::string log;
  gateway::log::start(gateway::log::Level::info, [&log](std::string_view line) { log += line; });
  {
    Loop loop;
    CarrierPeer carrier(loop.io);
    Linked linked(loop, options_to(carrier.port()));
    ASSERT_TRUE(linked.bind());
    gateway::SmppConnection* to = carrier.bound().at(0);
    ASSERT_TRUE(to->session().request(smpp::AlertNotification{.source_addr = "989120000101"}, 1, peer_now()));
    to->flush();
    EXPECT_TRUE(loop.until([&] { return log.find("carrier_alert") != std::string::npos; }));
  }
  gateway::log::stop();
  EXPECT_EQ(log.find("989120000101"), std::string::npos) << log;
}

}  // namespace
}  // namespace peyk::tests::gateway_carrier_link_test
