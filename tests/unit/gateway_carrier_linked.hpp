// A CarrierLink in a test's hands, with what it told; to a carrier of the test's own
// (gateway_carrier_peer.hpp).
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/carrier_link.hpp"
#include "tests/unit/gateway_carrier_peer.hpp"

namespace peyk::tests {

using gateway::BindMode;
using gateway::CarrierLink;
using gateway::CarrierOptions;
using gateway::CarrierRequest;
using gateway::LinkState;

inline CarrierOptions options_to(std::uint16_t port) {
  CarrierOptions options;
  options.name = "test";
  options.host = "127.0.0.1";
  options.port = port;
  options.system_id = "peyk";
  options.password = "secret";
  options.reconnect_min = options.reconnect_max = std::chrono::milliseconds(10);
  options.reconnects_per_minute = 6000;
  return options;
}

inline smpp::DeliverSm deliver_sm() {
  return {.source_addr = "989120000101", .destination_addr = "30001234", .short_message = "hi"};
}

// A link and what it told.
struct Linked {
  Linked(Loop& loop_of_test, CarrierOptions of_test, gateway::Tls* tls = nullptr,
         gateway::MakeWire make_wire = {})
      : loop(loop_of_test),
        options(std::move(of_test)),
        shared(options),
        link(loop.io, options, 0, shared, hooks(), tls, std::move(make_wire)) {
    link.start();
  }
  ~Linked() {
    bool ended = false;
    gateway::spawn(loop.io, end(ended));
    EXPECT_TRUE(loop.until([&] { return ended; }));
  }
  boost::asio::awaitable<void> end(bool& ended) {
    co_await link.stop(std::chrono::seconds(1));
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
                  EXPECT_GE(took, std::chrono::nanoseconds(0));
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
  gateway::SharedByLinks shared;
  bool answer_requests = true, was_up = false;
  std::vector<CarrierRequest> requests;
  std::map<std::uint64_t, std::pair<int, int>> settled;  // by tag: responses, unknown
  std::size_t answered = 0, reconnects = 0;
  std::vector<std::uint32_t> refusals;
  CarrierLink link;
};

}  // namespace peyk::tests
