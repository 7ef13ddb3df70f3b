// A carrier link on real sockets, with a carrier of the test's own: how it binds, comes back, pairs up and
// accounts for what it sent. Traps 7, 8, 10, 11.
#include "gateway/carrier_link.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>

#include "tests/unit/gateway_carrier_peer.hpp"

namespace peyk::tests {
namespace {

using namespace std::chrono_literals;
using gateway::BindMode;
using gateway::CarrierLink;
using gateway::CarrierOptions;
using gateway::CarrierRequest;
using gateway::LinkState;

CarrierOptions options_to(std::uint16_t port) {
  CarrierOptions options;
  options.name = "test";
  options.host = "127.0.0.1";
  options.port = port;
  options.system_id = "peyk";
  options.password = "secret";
  options.reconnect_min = options.reconnect_max = 10ms;
  options.reconnects_per_minute = 6000;
  return options;
}

smpp::SubmitSm submit_sm(std::string text = "hello") {
  return {.source_addr = "30001234", .destination_addr = "989120000101", .short_message = std::move(text)};
}
smpp::DeliverSm deliver_sm() {
  return {.source_addr = "989120000101", .destination_addr = "30001234", .short_message = "hi"};
}

// A link and what it told.
struct Linked {
  Linked(Loop& loop_of_test, CarrierOptions of_test, gateway::Tls* tls = nullptr,
         gateway::MakeWire make_wire = {})
      : loop(loop_of_test),
        options(std::move(of_test)),
        link(loop.io, options, 0, hooks(), tls, std::move(make_wire)) {
    link.start();
  }
  ~Linked() {
    bool ended = false;
    gateway::spawn(loop.io, end(ended));
    EXPECT_TRUE(loop.until([&] { return ended; }));
  }
  boost::asio::awaitable<void> end(bool& ended) {
    co_await link.stop(200ms);
    ended = true;
  }

  gateway::LinkHooks hooks() {
    return {.request =
                [this](CarrierRequest request) {
                  if (answer_requests) link.respond(request.generation, request.pdu, smpp::ESME_ROK);
                  requests.push_back(std::move(request));
                },
            .response = [this](std::uint64_t tag, const smpp::Pdu&) { ++settled[tag].first; },
            .unknown = [this](std::uint64_t tag) { ++settled[tag].second; },
            .state = [this](CarrierLink&, bool up) { was_up = was_up || up; },
            .answered =
                [this](const CarrierLink&, std::chrono::nanoseconds took) {
                  EXPECT_GE(took, 0ns);
                  ++answered;
                },
            .reconnecting = [this](const CarrierLink&) { ++reconnects; },
            .bind_refused = [this](const CarrierLink&, std::uint32_t status) { refusals.push_back(status); }};
  }
  bool bind() {
    return loop.until([&] { return link.is_bound(); });
  }

  Loop& loop;
  CarrierOptions options;
  bool answer_requests = true, was_up = false;
  std::vector<CarrierRequest> requests;
  std::map<std::uint64_t, std::pair<int, int>> settled;  // by tag: responses, unknown
  std::size_t answered = 0, reconnects = 0;
  std::vector<std::uint32_t> refusals;
  CarrierLink link;
};

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

TEST(Trap11, an_enquire_link_is_answered_before_the_bind_and_on_a_receiver) {
  Loop loop;
  CarrierPeer carrier(loop.io);
  carrier.terms.timers.enquire_link_interval = 50ms;
  carrier.terms.timers.enquire_link_answer = 1000ms;
  auto options = options_to(carrier.port());
  options.bind_mode = BindMode::receiver;
  Linked linked(loop, options);
  ASSERT_TRUE(linked.bind());
  loop.run_for(300ms);
  EXPECT_EQ(carrier.connections, 1u);
  EXPECT_TRUE(carrier.closed.empty());
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

// Every step that can fail, in the order in which a link takes them.
enum class Step { resolve, connect, handshake, read, write, half_write, close };

// A wire whose next step of one kind fails.
class FailingWire final : public gateway::Wire {
 public:
  FailingWire(std::unique_ptr<Wire> wire, std::optional<Step>& fails, int& spared)
      : wire_(std::move(wire)), fails_(fails), spared_(spared) {}

  boost::asio::awaitable<Error> resolve(std::string host, std::uint16_t port) override {
    if (now(Step::resolve)) co_return Error(boost::asio::error::host_not_found);
    const Error error = co_await wire_->resolve(std::move(host), port);
    co_return error;
  }
  boost::asio::awaitable<Error> connect() override {
    if (now(Step::connect)) co_return Error(boost::asio::error::connection_refused);
    const Error error = co_await wire_->connect();
    co_return error;
  }
  boost::asio::awaitable<Error> handshake() override {
    if (now(Step::handshake)) co_return Error(boost::asio::error::no_protocol_option);
    const Error error = co_await wire_->handshake();
    co_return error;
  }
  void read_some(boost::asio::mutable_buffer into, Done done) override {
    if (!now(Step::read)) return wire_->read_some(into, std::move(done));
    // What was read is lost with the connection.
    auto lost = [done = std::move(done)](const Error&, std::size_t) {
      done(boost::asio::error::connection_reset, 0);
    };
    wire_->read_some(into, lost);
  }
  void write(boost::asio::const_buffer all, Done done) override {
    const bool half = now(Step::half_write);
    if (!half && !now(Step::write)) return wire_->write(all, std::move(done));
    auto cut = [done = std::move(done)](const Error&, std::size_t) {
      done(boost::asio::error::broken_pipe, 0);
    };
    wire_->write(boost::asio::buffer(all, half ? all.size() / 2 : 0), cut);
  }
  // A close that failed is followed by another.
  void close() override {
    if (now(Step::close)) wire_->close();
    wire_->close();
  }

 private:
  bool now(Step step) {
    if (fails_ != step || spared_-- > 0) return false;
    fails_.reset();
    return true;
  }

  std::unique_ptr<Wire> wire_;
  std::optional<Step>& fails_;
  int& spared_;
};

TEST(CarrierLink, whichever_step_fails_it_comes_back_and_every_submit_is_accounted_for_once) {
  for (const Step step : {Step::resolve, Step::connect, Step::handshake, Step::read, Step::write,
                          Step::half_write, Step::close}) {
    for (int spared = 0; spared < 4; ++spared) {
      Loop loop;
      CarrierPeer carrier(loop.io);
      std::optional<Step> fails = step;
      int left = spared;
      const gateway::MakeWire make_wire = [&] {
        return std::make_unique<FailingWire>(gateway::make_wire(loop.io, nullptr, ""), fails, left);
      };
      Linked linked(loop, options_to(carrier.port()), nullptr, make_wire);
      const auto where = testing::Message()
                         << "step " << static_cast<int>(step) << ", the " << spared + 1 << ".";
      // Ten submits, one at a time, each as soon as the link is there; the link is cut now and then so that
      // the early steps come to their turn again.
      std::set<std::uint64_t> accepted;
      for (std::uint64_t tag = 1; tag <= 10; ++tag) {
        ASSERT_TRUE(loop.until([&] { return linked.link.submit(submit_sm(), tag); })) << where;
        accepted.insert(tag);
        ASSERT_TRUE(loop.until([&] { return linked.settled.contains(tag); })) << where;
        if (fails && tag % 2 == 0) carrier.close_all();
      }
      EXPECT_FALSE(fails) << "it failed: " << where;
      ASSERT_TRUE(linked.bind()) << where;
      EXPECT_EQ(linked.settled.size(), accepted.size()) << where;
      for (const auto& [tag, how] : linked.settled)
        EXPECT_EQ(how.first + how.second, 1) << tag << ", " << where;
    }
  }
}

TEST(CarrierLink, a_handshake_or_a_connection_that_hangs_is_given_up) {
  // A listener whose queue nobody empties answers no bind: session_init_timeout ends it.
  Loop loop;
  boost::asio::ip::tcp::acceptor acceptor(loop.io, {boost::asio::ip::address_v4::loopback(), 0});
  auto options = options_to(acceptor.local_endpoint().port());
  options.session_init_timeout = 150ms;
  Linked linked(loop, options);
  EXPECT_TRUE(loop.until([&] { return linked.reconnects >= 2; }));
  EXPECT_FALSE(linked.was_up);
}

}  // namespace
}  // namespace peyk::tests
