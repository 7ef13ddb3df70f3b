// A carrier in the test's own hands and on its own loop: it listens, takes binds and answers as it is told.
// And the loop itself, which runs until something has come to pass.
//
//   Loop loop;
//   CarrierPeer carrier(loop.io);
//   ... gateway::CarrierLink to carrier.port() ...
//   loop.until([&] { return link.is_bound(); });
//
// It is made of the gateway's own connection, so a fault of that class shows at both ends; what is written on
// the wire is the interop tests' matter.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/smpp_connection.hpp"
#include "gateway/spawn.hpp"

namespace peyk::tests {

inline smpp::Time peer_now() {
  return std::chrono::steady_clock::now();
}

inline smpp::SubmitSm submit_sm(std::string text = "hello") {
  return {.source_addr = "30001234", .destination_addr = "989120000101", .short_message = std::move(text)};
}

struct Loop {
  boost::asio::io_context io{1};
  // Whether it came to pass within `limit`.
  bool until(const std::function<bool()>& condition,
             std::chrono::milliseconds limit = std::chrono::seconds(60));
  void run_for(std::chrono::milliseconds time) { io.run_for(time); }
};

class CarrierPeer final : public gateway::ConnectionOwner {
 public:
  // `tls`: a server's, or null.
  explicit CarrierPeer(boost::asio::io_context& io, gateway::Tls* tls = nullptr);
  ~CarrierPeer() override;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  // How it behaves; may be changed at any time.
  std::uint32_t bind_status = 0;
  bool close_after_bind = false;
  bool answer_submits = true, answer_queries = true;  // to a query: delivered
  std::uint32_t submit_status = 0;                    // of the next answer; then 0 again
  std::optional<std::uint8_t> congestion_state;       // in each submit_sm_resp
  smpp::SessionOptions terms;                         // role mc

  // What it has seen.
  std::size_t connections = 0;
  std::vector<smpp::BindRequested> binds;
  std::vector<smpp::SubmitSm> submits;
  std::vector<smpp::QuerySm> queries;
  std::vector<smpp::Closed> closed;
  std::size_t handshakes_failed = 0;
  std::string handshake_error;

  // Connections that are bound, the latest last.
  std::vector<gateway::SmppConnection*> bound();
  // The bound connection of that state; null: none.
  gateway::SmppConnection* bound_as(smpp::State state);
  bool deliver(gateway::SmppConnection& to, const smpp::DeliverSm& message);
  std::size_t delivered = 0;           // deliver_sm_resp with status 0
  std::vector<std::uint32_t> answers;  // status of each deliver_sm_resp
  void close_all();
  // Answers what answer_submits left unanswered.
  void answer_now();

  void on_event(gateway::SmppConnection& connection, smpp::Event& event) override;
  void on_ended(gateway::SmppConnection& connection) override;

 private:
  struct Unanswered {
    gateway::SmppConnection* connection;
    std::uint32_t sequence_number;
    smpp::CommandId command_id;
    std::string message_id;
  };

  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> welcome(boost::asio::ip::tcp::socket socket);

  boost::asio::io_context& io_;
  gateway::Tls* tls_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::unique_ptr<gateway::SmppConnection>> connections_;
  std::vector<Unanswered> unanswered_;
};

inline bool Loop::until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto deadline = peer_now() + limit;
  while (!condition()) {
    if (peer_now() >= deadline) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds(20));
  }
  return true;
}

inline CarrierPeer::CarrierPeer(boost::asio::io_context& io, gateway::Tls* tls)
    : io_(io),
      tls_(tls),
      acceptor_(io, boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
  terms.role = smpp::Role::mc;
  terms.system_id = "carrier";
  gateway::spawn(io_, accept());
}

inline CarrierPeer::~CarrierPeer() = default;

inline boost::asio::awaitable<void> CarrierPeer::accept() {
  for (;;) {
    boost::system::error_code error;
    boost::asio::ip::tcp::socket socket(io_);
    co_await acceptor_.async_accept(socket, boost::asio::redirect_error(boost::asio::use_awaitable, error));
    if (error) co_return;
    ++connections;
    gateway::spawn(io_, welcome(std::move(socket)));
  }
}

inline boost::asio::awaitable<void> CarrierPeer::welcome(boost::asio::ip::tcp::socket socket) {
  auto wire = gateway::make_wire(io_, std::move(socket), tls_);
  const auto error = co_await wire->handshake();
  if (error) {
    ++handshakes_failed;
    handshake_error = wire->why(error);
    wire->close();
    co_return;
  }
  connections_.push_back(std::make_unique<gateway::SmppConnection>(io_, std::move(wire), terms));
  connections_.back()->start(*this);
}

inline std::vector<gateway::SmppConnection*> CarrierPeer::bound() {
  std::vector<gateway::SmppConnection*> found;
  for (auto& connection : connections_) {
    if (connection->session().is_bound()) found.push_back(connection.get());
  }
  return found;
}

inline gateway::SmppConnection* CarrierPeer::bound_as(smpp::State state) {
  for (gateway::SmppConnection* connection : bound()) {
    if (connection->session().state() == state) return connection;
  }
  return nullptr;
}

inline bool CarrierPeer::deliver(gateway::SmppConnection& to, const smpp::DeliverSm& message) {
  const bool sent = to.session().request(message, 1, peer_now()).has_value();
  to.flush();
  return sent;
}

inline void CarrierPeer::close_all() {
  for (auto& connection : connections_) connection->close();
}

inline void CarrierPeer::on_event(gateway::SmppConnection& connection, smpp::Event& event) {
  smpp::Session& session = connection.session();
  if (auto* bind = std::get_if<smpp::BindRequested>(&event)) {
    binds.push_back(*bind);
    if (bind_status != smpp::ESME_ROK) {
      session.refuse_bind(bind_status, peer_now());
    } else {
      session.accept_bind(peer_now());
      if (close_after_bind) session.unbind(peer_now());
    }
  } else if (auto* request = std::get_if<smpp::Request>(&event)) {
    if (const auto* query_sm = std::get_if<smpp::QuerySm>(&request->pdu.body)) {
      queries.push_back(*query_sm);
      if (!answer_queries) return;
      session.respond(request->pdu.sequence_number, request->pdu.command_id, smpp::ESME_ROK,
                      smpp::QuerySmResp{.message_id = query_sm->message_id, .message_state = 2}, peer_now());
      return connection.flush();
    }
    const auto* submit_sm = std::get_if<smpp::SubmitSm>(&request->pdu.body);
    if (submit_sm == nullptr) return;
    submits.push_back(*submit_sm);
    if (!answer_submits)
      return unanswered_.push_back({&connection, request->pdu.sequence_number, request->pdu.command_id,
                                    std::to_string(submits.size())});
    smpp::SubmitSmResp answer{.message_id = std::to_string(submits.size())};
    if (congestion_state) smpp::set_u8(answer.tlvs, smpp::tag::congestion_state, *congestion_state);
    session.respond(request->pdu.sequence_number, request->pdu.command_id, std::exchange(submit_status, 0),
                    answer, peer_now());
    connection.flush();
  } else if (const auto* response = std::get_if<smpp::Response>(&event)) {
    answers.push_back(response->pdu.command_status);
    if (response->pdu.command_status == smpp::ESME_ROK) ++delivered;
  } else if (const auto* end = std::get_if<smpp::Closed>(&event)) {
    closed.push_back(*end);
  }
}

inline void CarrierPeer::answer_now() {
  for (const Unanswered& one : std::exchange(unanswered_, {})) {
    one.connection->session().respond(one.sequence_number, one.command_id, smpp::ESME_ROK,
                                      smpp::SubmitSmResp{.message_id = one.message_id}, peer_now());
    one.connection->flush();
  }
}

inline void CarrierPeer::on_ended(gateway::SmppConnection& connection) {
  std::erase_if(unanswered_, [&connection](const Unanswered& one) { return one.connection == &connection; });
  std::erase_if(connections_, [&connection](const auto& one) { return one.get() == &connection; });
}

}  // namespace peyk::tests
