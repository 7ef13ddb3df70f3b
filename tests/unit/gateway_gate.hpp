// The gateway's side of a port that carriers connect to, and somebody who connects, on real sockets and one
// loop.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/carriers.hpp"
#include "gateway/listener.hpp"
#include "smpp/mirror.hpp"
#include "tests/unit/gateway_carrier_peer.hpp"

namespace peyk::tests {

using gateway::CarrierOptions;
using gateway::CarrierRequest;
using gateway::ConnectionMode;

inline CarrierOptions guest(std::string name) {
  CarrierOptions options;
  options.name = name;
  options.connection = ConnectionMode::accept;
  options.host = "127.0.0.1";
  options.port = 0;
  options.allow = {"127.0.0.0/8"};
  options.system_id = name;
  options.password = name + "-pw";
  return options;
}

// peykd's side: carriers that listen, and what they heard.
struct Gate {
  Gate(Loop& loop_of_test, std::vector<CarrierOptions> options)
      : loop(loop_of_test), carriers(loop.io, options, hooks()) {
    carriers.start();
  }
  ~Gate() {
    bool ended = false;
    gateway::spawn(loop.io, end(ended));
    EXPECT_TRUE(loop.until([&] { return ended; }));
  }
  boost::asio::awaitable<void> end(bool& ended) {
    co_await carriers.stop(std::chrono::milliseconds(200));
    ended = true;
  }
  gateway::LinkHooks hooks() {
    return {.request =
                [this](CarrierRequest request) {
                  request.link->respond(request.generation, request.pdu, smpp::ESME_ROK);
                  requests.push_back(std::move(request));
                },
            .response = [this](std::uint64_t tag, const smpp::Pdu& pdu) { responses.emplace_back(tag, pdu); },
            .unknown = [this](std::uint64_t) { ++unknown; },
            .state = [](gateway::CarrierLink&, bool) {}};
  }
  std::uint16_t port() { return carriers.listeners().at(0)->port(); }
  gateway::Carrier& carrier(const std::string& name) { return *carriers.find(name); }

  Loop& loop;
  std::vector<CarrierRequest> requests;
  std::vector<std::pair<std::uint64_t, smpp::Pdu>> responses;
  int unknown = 0;
  gateway::Carriers carriers;
};

using Tcp = boost::asio::ip::tcp;

inline Tcp::socket connected(Loop& loop, std::uint16_t port) {
  Tcp::socket socket(loop.io);
  socket.connect({boost::asio::ip::address_v4::loopback(), port});
  return socket;
}

inline std::unique_ptr<gateway::Wire> plain_wire(Loop& loop, std::uint16_t port) {
  return gateway::make_wire(loop.io, connected(loop, port), nullptr);
}

// Somebody who connects, in either role.
struct Caller final : gateway::ConnectionOwner {
  Caller(Loop& loop_of_test, std::uint16_t port, smpp::Role role = smpp::Role::esme,
         std::uint8_t version = 0x34)
      : Caller(loop_of_test, plain_wire(loop_of_test, port), role, version) {}
  Caller(Loop& loop_of_test, std::unique_ptr<gateway::Wire> wire, smpp::Role role = smpp::Role::esme,
         std::uint8_t version = 0x34)
      : loop(loop_of_test) {
    smpp::SessionOptions options;
    options.role = role;
    options.interface_version = version;
    options.either_way = true;
    connection = std::make_unique<gateway::SmppConnection>(loop.io, std::move(wire), options);
    connection->start(*this);
  }
  ~Caller() override {
    if (connection) connection->close();
    EXPECT_TRUE(loop.until([&] { return !connection; }));
  }
  smpp::Session& session() { return connection->session(); }
  // The answer to a bind.
  std::uint32_t bind(const std::string& system_id, const std::string& password,
                     smpp::BindKind kind = smpp::BindKind::transceiver) {
    session().bind(kind, {.system_id = system_id, .password = password}, peer_now());
    connection->flush();
    EXPECT_TRUE(loop.until([&] { return status || !connection; }));
    return status.value_or(~0u);
  }
  bool send(const smpp::Body& body) {
    const bool sent = session().request(body, 1, peer_now()).has_value();
    connection->flush();
    return sent;
  }
  void on_event(gateway::SmppConnection& its, smpp::Event& event) override {
    if (std::holds_alternative<smpp::Bound>(event)) status = smpp::ESME_ROK;
    if (const auto* refused = std::get_if<smpp::BindRefused>(&event)) status = refused->command_status;
    if (auto* response = std::get_if<smpp::Response>(&event)) responses.push_back(response->pdu);
    if (const auto* asked = std::get_if<smpp::BindRequested>(&event)) {
      bind_asked = asked->bind;
      if (refuse_with != smpp::ESME_ROK) {
        its.session().refuse_bind(refuse_with, peer_now());
        return;
      }
      its.session().accept_bind(peer_now());
      status = smpp::ESME_ROK;
    }
    if (auto* request = std::get_if<smpp::Request>(&event)) {
      smpp::Body body;
      if (request->pdu.command_id == smpp::CommandId::deliver_sm) body = smpp::DeliverSmResp{};
      if (request->pdu.command_id == smpp::CommandId::submit_sm) body = smpp::SubmitSmResp{.message_id = "7"};
      its.session().respond(request->pdu.sequence_number, request->pdu.command_id, 0, body, peer_now());
      requests.push_back(std::move(request->pdu));
    }
  }
  void on_ended(gateway::SmppConnection&) override { connection.reset(); }

  Loop& loop;
  std::unique_ptr<gateway::SmppConnection> connection;
  std::uint32_t refuse_with = smpp::ESME_ROK;  // who binds to it
  std::optional<std::uint32_t> status;
  std::optional<smpp::Bind> bind_asked;
  std::vector<smpp::Pdu> responses, requests;
};

inline std::string bind_octets(const std::string& system_id) {
  std::string octets;
  const smpp::Bind bind{.system_id = system_id, .password = system_id + "-pw"};
  smpp::encode(smpp::CommandId::bind_transceiver, 0, 1, bind, octets);
  return octets;
}

}  // namespace peyk::tests
