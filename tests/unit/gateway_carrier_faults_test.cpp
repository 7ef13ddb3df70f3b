// Each step of a carrier's connection fails, or hangs, in its turn: the link comes back, and every submit is
// accounted for once.
#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "gateway/log.hpp"
#include "tests/unit/gateway_carrier_linked.hpp"

namespace peyk::tests::gateway_carrier_faults_test {
namespace {

using namespace std::chrono_literals;

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

// A wire of which one step hangs until it is closed.
class HangingWire final : public gateway::Wire {
 public:
  HangingWire(boost::asio::io_context& io, std::unique_ptr<Wire> wire, Step hangs)
      : wire_(std::move(wire)), hangs_(hangs), closed_(io, std::chrono::hours(1)) {}

  boost::asio::awaitable<Error> resolve(std::string host, std::uint16_t port) override {
    if (hangs_ == Step::resolve) {
      co_await until_closed();
      co_return Error(boost::asio::error::operation_aborted);
    }
    const Error error = co_await wire_->resolve(std::move(host), port);
    co_return error;
  }
  boost::asio::awaitable<Error> connect() override {
    if (hangs_ == Step::connect) {
      co_await until_closed();
      co_return Error(boost::asio::error::operation_aborted);
    }
    const Error error = co_await wire_->connect();
    co_return error;
  }
  boost::asio::awaitable<Error> handshake() override {
    if (hangs_ == Step::handshake) {
      co_await until_closed();
      co_return Error(boost::asio::error::operation_aborted);
    }
    const Error error = co_await wire_->handshake();
    co_return error;
  }
  void read_some(boost::asio::mutable_buffer into, Done done) override {
    wire_->read_some(into, std::move(done));
  }
  void write(boost::asio::const_buffer all, Done done) override { wire_->write(all, std::move(done)); }
  void close() override {
    closed_.cancel();
    wire_->close();
  }

 private:
  boost::asio::awaitable<void> until_closed() {
    Error ignored;
    co_await closed_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }

  std::unique_ptr<Wire> wire_;
  const Step hangs_;
  boost::asio::steady_timer closed_;
};

TEST(CarrierLink, a_step_of_connecting_that_hangs_is_given_up_and_tried_again) {
  for (const Step step : {Step::resolve, Step::connect, Step::handshake}) {
    std::string log;
    gateway::log::start(gateway::log::Level::info, [&log](std::string_view line) { log += line; });
    {
      Loop loop;
      CarrierPeer carrier(loop.io);
      auto options = options_to(carrier.port());
      options.session_init_timeout = 150ms;
      Linked linked(loop, options, nullptr, [&] {
        return std::make_unique<HangingWire>(loop.io, gateway::make_wire(loop.io, nullptr, ""), step);
      });
      EXPECT_TRUE(loop.until([&] { return linked.reconnects >= 2; })) << static_cast<int>(step);
      EXPECT_TRUE(carrier.binds.empty());
    }
    gateway::log::stop();
    EXPECT_NE(log.find("not within session_init_timeout"), std::string::npos) << log;
  }
}

TEST(CarrierLink, a_bind_that_nobody_answers_is_given_up_and_tried_again) {
  Loop loop;
  boost::asio::ip::tcp::acceptor acceptor(loop.io, {boost::asio::ip::address_v4::loopback(), 0});
  auto options = options_to(acceptor.local_endpoint().port());
  options.session_init_timeout = 150ms;
  Linked linked(loop, options);
  EXPECT_TRUE(loop.until([&] { return linked.reconnects >= 2; }));
  EXPECT_FALSE(linked.was_up);
}

}  // namespace
}  // namespace peyk::tests::gateway_carrier_faults_test
