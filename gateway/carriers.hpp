// All carriers of the configuration and their links.
//
// Thread rule: the network thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/adaptive_window.hpp"
#include "gateway/carrier_link.hpp"
#include "gateway/listener.hpp"

namespace peyk::gateway {

class Carrier {
 public:
  // Throws std::runtime_error when the files of its TLS cannot be used.
  Carrier(boost::asio::io_context& io, CarrierOptions options, const LinkHooks& hooks);

  const CarrierOptions& options() const { return options_; }
  std::vector<std::unique_ptr<CarrierLink>>& links() { return links_; }

  std::uint32_t bound() const;  // sessions of which a connection, or one of the pair, is bound
  bool can_submit() const;      // some link is bound and sends
  // "2 of 3 bound; session 1: refused, refused with ESME_RINVPASWD"
  std::string describe() const;
  std::uint32_t count(LinkState state) const;  // sessions in that state
  std::uint32_t room() const;                  // submit_sm that may leave now, over all links
  // Less than half of what may be unanswered now, over all links, is. False while nothing is bound.
  bool is_half_idle() const;
  // A submit_sm was answered after so long: slow carriers are given less at a time.
  void answered(std::chrono::microseconds latency) { window_.answered(latency); }
  // Through the link with the most room; false: nothing was sent.
  bool submit(const smpp::Body& message, std::uint64_t tag);
  // A free place for who asks to bind to us; null: all are taken.
  LinkLeg* place_for(smpp::BindKind kind);

 private:
  std::uint32_t room(const CarrierLink& link) const;

  CarrierOptions options_;
  std::unique_ptr<Tls> tls_;  // of connections that we open
  SharedByLinks shared_;
  std::vector<std::unique_ptr<CarrierLink>> links_;
  AdaptiveWindow window_;  // of each link
};

class Carriers {
 public:
  // Throws what Carrier and Listener do: std::runtime_error when the files of a TLS cannot be used or
  // carriers that share a port disagree, std::invalid_argument for an `allow` that is none.
  Carriers(boost::asio::io_context& io, const std::vector<CarrierOptions>& options, const LinkHooks& hooks);

  // Throws boost::system::system_error when a port to listen on cannot be had.
  void start();
  boost::asio::awaitable<void> stop(std::chrono::milliseconds grace);

  Carrier* find(const std::string& name);  // null: there is none of that name
  std::map<std::string, Carrier>& all() { return carriers_; }
  // Where carriers that connect to us do so, in the order of host and port.
  const std::vector<std::unique_ptr<Listener>>& listeners() const { return listeners_; }

 private:
  bool stopped();

  boost::asio::io_context& io_;
  std::map<std::string, Carrier> carriers_;
  std::vector<std::unique_ptr<Listener>> listeners_;
};

}  // namespace peyk::gateway
