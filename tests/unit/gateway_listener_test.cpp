// Carriers that connect to us (accept, outbind), on real sockets.
#include "gateway/listener.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/log.hpp"
#include "tests/unit/gateway_gate.hpp"

namespace peyk::tests {
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

TEST(Listener, mirrors_a_peer_that_bound_and_delivers) {
  Loop loop;
  Gate gate(loop, {guest("gw")});
  // Octets by hand: our own session would not deliver as an esme.
  boost::asio::ip::tcp::socket peer(loop.io);
  peer.connect({boost::asio::ip::address_v4::loopback(), gate.port()});
  std::string octets;
  const smpp::Bind bind{.system_id = "gw", .password = "gw-pw"};
  smpp::encode(smpp::CommandId::bind_transceiver, 0, 1, bind, octets);
  boost::asio::write(peer, boost::asio::buffer(octets));
  ASSERT_TRUE(loop.until([&] { return gate.carrier("gw").bound() == 1; }));
  octets.clear();
  smpp::encode(smpp::CommandId::deliver_sm, 0, 2, smpp::as_deliver_sm(submit_sm("*7000#")), octets);
  boost::asio::write(peer, boost::asio::buffer(octets));
  EXPECT_TRUE(loop.until([&] { return gate.requests.size() == 1; }));
  ASSERT_TRUE(gate.carrier("gw").submit(submit_sm("menu"), 9));
  std::string heard;
  std::vector<smpp::CommandId> ids;
  ASSERT_TRUE(loop.until([&] {
    char buffer[4096];
    if (peer.available() == 0) return false;
    heard.append(buffer, peer.read_some(boost::asio::buffer(buffer)));
    smpp::Framer framer(smpp::kFrameOctetsMax);
    std::string_view rest = heard, frame;
    ids.clear();
    while (framer.next(rest, frame) == smpp::Framer::Cut::frame)
      ids.push_back(smpp::decode(frame)->command_id);
    return ids.size() == 3;
  }));
  EXPECT_EQ(ids, (std::vector{smpp::CommandId::bind_transceiver_resp, smpp::CommandId::deliver_sm_resp,
                              smpp::CommandId::submit_sm}));
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
      EXPECT_TRUE(loop.until([&] { return !caller.connection; }, 5s)) << "not silence until its time is over";
      EXPECT_FALSE(caller.bind_asked);
    }
    gateway::log::stop();
    EXPECT_NE(log.find("carrier_bind_impossible"), std::string::npos) << log;
  }
}

TEST(Listener, does_not_wait_long_or_for_many_that_do_not_bind) {
  Loop loop;
  auto options = guest("gw");
  options.session_init_timeout = 300ms;
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
    loop.run_for(50ms);
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
}  // namespace peyk::tests
