// A connection whose peer neither reads nor sends any more.
#include "gateway/smpp_connection.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <utility>

#include "tests/unit/gateway_carrier_peer.hpp"

namespace peyk::tests::gateway_smpp_connection_test {
namespace {

using namespace std::chrono_literals;

// What the test puts into it is read; what is written never leaves.
class StuckWire final : public gateway::Wire {
 public:
  explicit StuckWire(boost::asio::io_context& io, StuckWire*& self) : io_(io) { self = this; }

  boost::asio::awaitable<Error> resolve(std::string, std::uint16_t) override { co_return Error(); }
  boost::asio::awaitable<Error> connect() override { co_return Error(); }
  boost::asio::awaitable<Error> handshake() override { co_return Error(); }
  void read_some(boost::asio::mutable_buffer into, Done done) override {
    into_ = into;
    read_ = std::move(done);
  }
  void write(boost::asio::const_buffer, Done done) override { write_ = std::move(done); }
  void close() override {
    for (Done* done : {&read_, &write_}) {
      if (!*done) continue;
      auto cancelled = [done = std::exchange(*done, {})] { done(boost::asio::error::operation_aborted, 0); };
      boost::asio::post(io_, cancelled);
    }
  }

  void arrives(const std::string& octets) {
    std::memcpy(into_.data(), octets.data(), octets.size());
    const auto done = std::exchange(read_, {});
    done({}, octets.size());
  }
  bool is_writing() const { return static_cast<bool>(write_); }

 private:
  boost::asio::io_context& io_;
  boost::asio::mutable_buffer into_;
  Done read_, write_;
};

struct Owner final : gateway::ConnectionOwner {
  void on_event(gateway::SmppConnection& connection, smpp::Event& event) override {
    if (std::holds_alternative<smpp::BindRequested>(event)) connection.session().accept_bind(peer_now());
    if (auto* request = std::get_if<smpp::Request>(&event)) requests.push_back(std::move(request->pdu));
    if (const auto* failed = std::get_if<smpp::RequestFailed>(&event)) unknown.push_back(failed->tag);
    if (const auto* closed = std::get_if<smpp::Closed>(&event)) why = closed->reason;
  }
  void on_ended(gateway::SmppConnection&) override { ended = true; }

  std::vector<smpp::Pdu> requests;
  std::vector<std::uint64_t> unknown;
  std::optional<smpp::CloseReason> why;
  bool ended = false;
};

TEST(SmppConnection, ends_though_its_session_ended_in_a_late_answer_while_a_write_hangs) {
  Loop loop;
  StuckWire* wire = nullptr;
  smpp::SessionOptions options;
  options.role = smpp::Role::mc;
  options.output_octets_max = 150;
  Owner owner;
  gateway::SmppConnection connection(loop.io, std::make_unique<StuckWire>(loop.io, wire), options);
  connection.start(owner);

  std::string octets;
  const smpp::Bind bind{.system_id = "gw"};
  ASSERT_FALSE(smpp::encode(smpp::CommandId::bind_transceiver, smpp::ESME_ROK, 1, bind, octets));
  wire->arrives(octets);
  ASSERT_TRUE(wire->is_writing());
  octets.clear();
  const smpp::SubmitSm text{.destination_addr = "30001234", .short_message = "*7000#"};
  for (std::uint32_t sequence_number = 2; sequence_number < 22; ++sequence_number)
    ASSERT_FALSE(smpp::encode(sequence_number, text, octets));
  wire->arrives(octets);
  ASSERT_EQ(owner.requests.size(), 20u);
  ASSERT_TRUE(connection.session().request(smpp::DeliverSm{}, 7, peer_now()));

  // From a callback of the store's, say.
  for (const smpp::Pdu& request : owner.requests) {
    connection.session().respond(request.sequence_number, request.command_id, smpp::ESME_RSYSERR, {},
                                 peer_now());
    connection.flush();
  }
  ASSERT_EQ(connection.session().state(), smpp::State::closed);
  EXPECT_TRUE(loop.until([&] { return owner.ended; }));
  EXPECT_EQ(owner.unknown, std::vector<std::uint64_t>{7});
  EXPECT_EQ(owner.why, smpp::CloseReason::output_full);
}

}  // namespace
}  // namespace peyk::tests::gateway_smpp_connection_test
