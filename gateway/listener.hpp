// Where carriers connect to us: a port, for one carrier or for several that are told apart by system_id.
//
//   accept -> is the address anybody's? -> TLS handshake -> bind (or outbind) -> admit -> a free place of
//   that carrier's links -> theirs from here on
//
// What must stay true: who has not bound costs little: waiting_max connections in all,
// waiting_per_address_max from one address, session_init_timeout each, and one bind, right or wrong.
//
// Thread rule: the network thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/admission.hpp"
#include "gateway/link_leg.hpp"
#include "gateway/tls.hpp"

namespace peyk::gateway {

class Carrier;

struct ListenerLimits {
  std::size_t waiting_max = 100;  // connections that have not bound; more are closed at once
  std::size_t waiting_per_address_max = 10;
};

class Listener final : public ConnectionOwner {
 public:
  // All carriers name the same host and port. Throws std::runtime_error when they disagree about TLS or about
  // who binds, std::invalid_argument for an `allow` that is none.
  Listener(boost::asio::io_context& io, std::vector<Carrier*> carriers, ListenerLimits limits = {});

  // Throws boost::system::system_error when the port cannot be had.
  void start();
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void begin_stop();
  bool stopped() const { return waiting_.empty() && !accepting_; }

  void on_event(SmppConnection& connection, smpp::Event& event) override;
  void on_ended(SmppConnection& connection) override;

 private:
  struct Waiting {
    boost::asio::ip::address from;
    std::unique_ptr<Wire> wire;                  // until the handshake is done
    std::unique_ptr<SmppConnection> connection;  // after it
  };
  using Tcp = boost::asio::ip::tcp;
  using WaitingList = std::map<std::uint64_t, Waiting>;

  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> welcome(std::uint64_t id);
  bool may_wait(const boost::asio::ip::address& from) const;
  WaitingList::iterator find(const SmppConnection& connection);
  void on_bind(WaitingList::iterator waiting, const smpp::BindRequested& event);
  void on_outbind(WaitingList::iterator waiting, const smpp::Outbound& event);
  void reject(Waiting& waiting, const std::string& system_id, std::uint32_t command_status);
  const CarrierOptions& options() const;  // what all of them share

  boost::asio::io_context& io_;
  std::vector<Carrier*> carriers_;
  std::vector<Guest> guests_;  // of the same index
  ListenerLimits limits_;
  std::unique_ptr<Tls> tls_;
  Tcp::acceptor acceptor_;
  WaitingList waiting_;
  std::uint64_t next_id_ = 0;
  bool accepting_ = false, stopping_ = false;
};

}  // namespace peyk::gateway
