// Carriers that connect to us (accept, outbind), on real sockets.
#include "gateway/listener.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/log.hpp"
#include "tests/unit/gateway_gate.hpp"

namespace peyk::tests::gateway_listener_test {
namespace {

using namespace std::chrono_literals;

TEST(Listener, lets_in_whom_it_knows_and_tells_others_why_not) {
  Loop loop;
  auto far = guest("far");
  far.allow = {"192.0.2.0/24"};
  Gate gate(loop, {guest("near"), far});
  struct Row {
    std::string system_id, password;
    std::uint32_t status;
  };
  for (const Row& row : {Row{"near", "near-pw", smpp::ESME_ROK},
                         {"near", "near-pw", smpp::ESME_RALYBND},  // its one session is taken by the first
                         {"near", "near-px", smpp::ESME_RINVPASWD},
                         {"near", "", smpp::ESME_RINVPASWD},
                         {"nobody", "near-pw", smpp::ESME_RINVSYSID},
                         {"", "", smpp::ESME_RINVSYSID},
                         {"far", "far-pw", smpp::ESME_RBINDFAIL}}) {
    static std::vector<std::unique_ptr<Caller>> kept;
    auto caller = std::make_unique<Caller>(loop, gate.port());
    EXPECT_EQ(caller->bind(row.system_id, row.password), row.status) << row.system_id;
    if (row.status == smpp::ESME_ROK) {
      kept.push_back(std::move(caller));
    } else {
      EXPECT_TRUE(loop.until([&] { return !caller->connection; })) << "one bind a connection";
    }
    if (row.system_id == "far") kept.clear();
  }
}

TEST(Listener, tells_carriers_on_one_port_apart_by_their_system_id) {
  Loop loop;
  auto two = guest("b");
  two.sessions = 2;
  Gate gate(loop, {guest("a"), two});
  EXPECT_EQ(gate.carriers.listeners().size(), 1u);
  Caller a(loop, gate.port()), b1(loop, gate.port()), b2(loop, gate.port());
  EXPECT_EQ(b1.bind("b", "b-pw"), smpp::ESME_ROK);
  EXPECT_EQ(a.bind("a", "a-pw"), smpp::ESME_ROK);
  EXPECT_EQ(b2.bind("b", "b-pw"), smpp::ESME_ROK);
  EXPECT_EQ(gate.carrier("a").bound(), 1u);
  EXPECT_EQ(gate.carrier("b").bound(), 2u);
  EXPECT_EQ(gate.carrier("b").describe(), "2 of 2 bound");
}

TEST(Listener, is_the_message_centre_of_who_bound_to_it) {
  Loop loop;
  Gate gate(loop, {guest("gw")});
  Caller caller(loop, gate.port());
  ASSERT_EQ(caller.bind("gw", "gw-pw"), smpp::ESME_ROK);
  ASSERT_TRUE(caller.send(submit_sm("*7000#")));
  ASSERT_TRUE(loop.until([&] { return caller.responses.size() == 1; }));
  const auto& heard = std::get<smpp::DeliverSm>(gate.requests.at(0).pdu.body);
  EXPECT_EQ(heard, smpp::as_deliver_sm(submit_sm("*7000#")));
  EXPECT_EQ(caller.responses[0].command_id, smpp::CommandId::submit_sm_resp);
  EXPECT_FALSE(std::get<smpp::SubmitSmResp>(caller.responses[0].body).message_id.empty());

  ASSERT_TRUE(gate.carrier("gw").submit(submit_sm("menu"), 9));
  ASSERT_TRUE(loop.until([&] { return gate.responses.size() == 1; }));
  EXPECT_EQ(std::get<smpp::DeliverSm>(caller.requests.at(0).body), smpp::as_deliver_sm(submit_sm("menu")));
  EXPECT_EQ(gate.responses[0].first, 9u);
  EXPECT_TRUE(std::holds_alternative<smpp::SubmitSmResp>(gate.responses[0].second.body));
}

// A peer that binds and delivers. Octets by hand: our own session would not deliver as an esme.
struct DeliveringPeer {
  DeliveringPeer(Gate& gate_of_test, smpp::CommandId bind)
      : gate(gate_of_test), taken_before(places_taken()), socket(gate.loop.io) {
    socket.connect({boost::asio::ip::address_v4::loopback(), gate.port()});
    say(bind, smpp::Bind{.system_id = "gw", .password = "gw-pw"});
    EXPECT_TRUE(hears(smpp::response_id(bind)));
  }
  ~DeliveringPeer() {
    socket.close();
    EXPECT_TRUE(gate.loop.until([&] { return places_taken() == taken_before; }));
  }
  std::size_t places_taken() const {
    std::size_t sum = 0;
    for (const auto& link : gate.carrier("gw").links()) {
      for (const smpp::BindKind kind : {smpp::BindKind::transmitter, smpp::BindKind::receiver})
        sum += link->place_for(kind) == nullptr ? 1 : 0;
    }
    return sum;
  }
  void say(smpp::CommandId id, const smpp::Body& body) {
    std::string octets;
    EXPECT_FALSE(smpp::encode(id, smpp::ESME_ROK, ++said, body, octets));
    boost::asio::write(socket, boost::asio::buffer(octets));
  }
  void deliver() {
    say(smpp::CommandId::deliver_sm, smpp::as_deliver_sm(submit_sm("*7000#")));
    EXPECT_TRUE(hears(smpp::CommandId::deliver_sm_resp));
  }
  // Whether the next that comes is that.
  bool hears(smpp::CommandId expected) {
    std::optional<smpp::CommandId> id;
    EXPECT_TRUE(gate.loop.until([&] {
      char buffer[4096];
      if (socket.available() > 0) heard.append(buffer, socket.read_some(boost::asio::buffer(buffer)));
      smpp::Framer framer(smpp::kFrameOctetsMax);
      std::string_view rest = heard, frame;
      if (framer.next(rest, frame) != smpp::Framer::Cut::frame) return false;
      id = smpp::decode(frame)->command_id;
      heard.erase(0, frame.size());
      return true;
    }));
    return id == expected;
  }

  Gate& gate;
  const std::size_t taken_before;
  boost::asio::ip::tcp::socket socket;
  std::string heard;
  std::uint32_t said = 0;
};

TEST(Listener, mirrors_a_peer_that_bound_and_delivers_also_when_it_comes_back) {
  using smpp::CommandId;
  Loop loop;
  Gate gate(loop, {guest("gw")});
  {
    DeliveringPeer peer(gate, CommandId::bind_transceiver);
    ASSERT_TRUE(gate.carrier("gw").submit(submit_sm("menu"), 1));
    EXPECT_TRUE(peer.hears(CommandId::deliver_sm)) << "as far as we know it is an esme";
    peer.deliver();
    ASSERT_TRUE(gate.carrier("gw").submit(submit_sm("menu"), 2));
    EXPECT_TRUE(peer.hears(CommandId::submit_sm));
  }
  DeliveringPeer again(gate, CommandId::bind_transceiver);
  ASSERT_TRUE(gate.carrier("gw").submit(submit_sm("what waited"), 3));
  EXPECT_TRUE(again.hears(CommandId::submit_sm)) << "before its first deliver_sm";
}

TEST(Listener, takes_all_sessions_of_a_peer_for_what_one_of_them_is) {
  using smpp::CommandId;
  Loop loop;
  auto options = guest("gw");
  options.bind_mode = gateway::BindMode::pair;
  options.sessions = 2;
  Gate gate(loop, {options});
  DeliveringPeer transmitter(gate, CommandId::bind_transmitter), receiver(gate, CommandId::bind_receiver),
      other(gate, CommandId::bind_receiver);
  transmitter.deliver();
  receiver.deliver();
  transmitter.deliver();
  auto& links = gate.carrier("gw").links();
  ASSERT_TRUE(links[1]->submit(submit_sm(), 1));
  EXPECT_TRUE(other.hears(CommandId::submit_sm)) << "it has delivered nothing itself";
  for (const std::uint64_t tag : {2, 3}) ASSERT_TRUE(links[0]->submit(submit_sm(), tag));
  EXPECT_TRUE(transmitter.hears(CommandId::submit_sm));
  EXPECT_TRUE(transmitter.hears(CommandId::submit_sm));
}

TEST(Listener, takes_a_peer_for_what_the_configuration_says) {
  using gateway::AcceptedPeer;
  using smpp::CommandId;
  for (const auto& [told, ours] : {std::pair(AcceptedPeer::message_centre, CommandId::submit_sm),
                                   std::pair(AcceptedPeer::esme, CommandId::deliver_sm)}) {
    Loop loop;
    auto options = guest("gw");
    options.accepted_peer = told;
    Gate gate(loop, {options});
    DeliveringPeer peer(gate, CommandId::bind_transceiver);
    ASSERT_TRUE(gate.carrier("gw").submit(submit_sm("menu"), 1));
    EXPECT_TRUE(peer.hears(ours));
    peer.deliver();
    ASSERT_TRUE(gate.carrier("gw").submit(submit_sm("menu"), 2));
    EXPECT_TRUE(peer.hears(ours)) << "whatever it sends";
  }
}

TEST(Listener, binds_on_the_connection_of_who_says_outbind_rightly) {
  Loop loop;
  auto options = guest("mc");
  options.connection = ConnectionMode::outbind;
  Gate gate(loop, {options});
  Caller caller(loop, gate.port(), smpp::Role::mc);
  caller.session().outbind({.system_id = "mc", .password = "mc-pw"}, peer_now());
  caller.connection->flush();
  ASSERT_TRUE(loop.until([&] { return gate.carrier("mc").bound() == 1; }));
  EXPECT_EQ(caller.bind_asked.value().system_id, "mc");
  ASSERT_TRUE(gate.carrier("mc").submit(submit_sm(), 9));
  ASSERT_TRUE(loop.until([&] { return gate.responses.size() == 1; }));
  EXPECT_TRUE(std::holds_alternative<smpp::SubmitSm>(caller.requests.at(0).body)) << "we are the esme";

  Caller wrong(loop, gate.port(), smpp::Role::mc);
  wrong.session().outbind({.system_id = "mc", .password = "guess"}, peer_now());
  wrong.connection->flush();
  EXPECT_TRUE(loop.until([&] { return !wrong.connection; }));
  EXPECT_FALSE(wrong.bind_asked);
}

CarrierOptions outbinding() {
  auto options = guest("mc");
  options.connection = ConnectionMode::outbind;
  return options;
}

// Whether a bind followed when somebody said outbind; by then its connection is bound, or has ended.
bool outbind_is_bound_to(Gate& gate, std::uint32_t refuse_with) {
  Caller caller(gate.loop, gate.port(), smpp::Role::mc);
  caller.refuse_with = refuse_with;
  caller.session().outbind({.system_id = "mc", .password = "mc-pw"}, peer_now());
  caller.connection->flush();
  EXPECT_TRUE(gate.loop.until([&] { return !caller.connection || gate.carrier("mc").bound() == 1; }));
  return caller.bind_asked.has_value();
}

// The carrier's hanging up has reached us.
void await_unbound(Gate& gate) {
  EXPECT_TRUE(gate.loop.until([&] { return gate.carrier("mc").bound() == 0; }));
}

TEST(Listener, does_not_offer_wrong_credentials_at_each_outbind) {
  Loop loop;
  auto options = outbinding();
  options.sessions = 2;
  options.reconnect_min = options.reconnect_max = 10ms;
  options.reconnects_per_minute = 6000;
  Gate gate(loop, {options});
  EXPECT_TRUE(outbind_is_bound_to(gate, smpp::ESME_RINVPASWD));
  ASSERT_TRUE(loop.until([&] { return gate.carrier("mc").count(gateway::LinkState::refused) == 1; }));
  loop.run_for(50ms);  // longer than any other wait than that for credentials
  EXPECT_FALSE(outbind_is_bound_to(gate, smpp::ESME_ROK)) << "on the other session neither";
  EXPECT_NE(gate.carrier("mc").describe().find("ESME_RINVPASWD"), std::string::npos)
      << gate.carrier("mc").describe();
}

TEST(Listener, binds_after_an_outbind_again_once_the_wait_after_a_bind_in_vain_is_over) {
  Loop loop;
  auto options = outbinding();
  options.reconnect_min = options.reconnect_max = 500ms;
  Gate gate(loop, {options});
  const auto began = peer_now();
  EXPECT_TRUE(outbind_is_bound_to(gate, smpp::ESME_RBINDFAIL));
  while (!outbind_is_bound_to(gate, smpp::ESME_ROK)) {
    ASSERT_LT(peer_now() - began, 60s);
    loop.run_for(10ms);
  }
  EXPECT_GE(peer_now() - began, 400ms) << "a fifth less";
  await_unbound(gate);
}

TEST(Listener, binds_at_each_outbind_of_a_carrier_that_lets_it_in_however_short_that_was) {
  Loop loop;
  auto options = outbinding();
  options.reconnects_per_minute = 3;
  Gate gate(loop, {options});
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(outbind_is_bound_to(gate, smpp::ESME_ROK)) << i;
    await_unbound(gate);
  }
}

TEST(Listener, ends_an_outbind_that_cannot_be_followed_by_a_bind_of_its_kind_and_says_so) {
  for (const gateway::BindMode mode : {gateway::BindMode::transmitter, gateway::BindMode::pair}) {
    std::string log;
    gateway::log::start(gateway::log::Level::error, [&log](std::string_view line) { log += line; });
    {
      Loop loop;
      auto options = guest("mc");
      options.connection = ConnectionMode::outbind;
      options.bind_mode = mode;
      Gate gate(loop, {options});
      Caller caller(loop, gate.port(), smpp::Role::mc);
      caller.session().outbind({.system_id = "mc", .password = "mc-pw"}, peer_now());
      caller.connection->flush();
      EXPECT_TRUE(loop.until([&] { return !caller.connection; }, 8s)) << "not silence until its time is over";
      EXPECT_FALSE(caller.bind_asked);
    }
    gateway::log::stop();
    EXPECT_NE(log.find("carrier_bind_impossible"), std::string::npos) << log;
  }
}

TEST(Listener, does_not_wait_long_or_for_many_that_do_not_bind) {
  Loop loop;
  auto options = guest("gw");
  options.session_init_timeout = 1s;
  Gate gate(loop, {options});
  std::vector<std::unique_ptr<Caller>> idle;
  for (int i = 0; i < 12; ++i) idle.push_back(std::make_unique<Caller>(loop, gate.port()));
  const auto open = [&] {
    return std::ranges::count_if(idle, [](const auto& one) { return one->connection != nullptr; });
  };
  EXPECT_TRUE(loop.until([&] { return open() == 10; })) << "waiting_per_address_max";
  EXPECT_TRUE(loop.until([&] { return open() == 0; })) << "session_init_timeout";
  Caller late(loop, gate.port());
  EXPECT_EQ(late.bind("gw", "gw-pw"), smpp::ESME_ROK);
}

TEST(Listener, accepts_again_after_the_system_had_no_descriptor_left) {
  Loop loop;
  Gate gate(loop, {guest("gw")});
  Tcp::socket first(loop.io);
  first.open(Tcp::v4());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int lowest_free = dup(0);
  ASSERT_GE(lowest_free, 0);
  close(lowest_free);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowest_free);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const Tcp::endpoint there(boost::asio::ip::address_v4::loopback(), gate.port());
  boost::system::error_code refused;
  first.connect(there, refused);
  loop.run_for(250ms);  // it tries, and waits, and tries
  setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_FALSE(refused) << refused.message();
  boost::asio::write(first, boost::asio::buffer(bind_octets("gw")));
  EXPECT_TRUE(loop.until([&] { return gate.carrier("gw").bound() == 1; })) << "who came meanwhile has waited";
}

TEST(Listener, whose_answer_to_a_bind_meets_nobody_keeps_the_place_for_the_next) {
  Loop loop;
  Gate gate(loop, {guest("gw")});
  for (const bool reset : {false, true}) {
    Tcp::socket gone = connected(loop, gate.port());
    boost::asio::write(gone, boost::asio::buffer(bind_octets("gw")));
    if (reset) gone.set_option(boost::asio::socket_base::linger(true, 0));
    gone.close();
    loop.run_for(500ms);
    EXPECT_TRUE(loop.until([&] { return gate.carrier("gw").bound() == 0; })) << reset;
    Caller next(loop, gate.port());
    EXPECT_EQ(next.bind("gw", "gw-pw"), smpp::ESME_ROK) << reset;
    next.connection->close();
    EXPECT_TRUE(loop.until([&] { return !next.connection && gate.carrier("gw").bound() == 0; }));
  }
}

TEST(Listener, refuses_carriers_on_one_port_that_disagree) {
  Loop loop;
  auto other = guest("b");
  other.connection = ConnectionMode::outbind;
  EXPECT_THROW(gateway::Carriers(loop.io, {guest("a"), other}, {}), std::runtime_error);
}

}  // namespace
}  // namespace peyk::tests::gateway_listener_test
