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

namespace peyk::gateway {

class Carrier {
 public:
  Carrier(boost::asio::io_context& io, CarrierOptions options, const LinkHooks& hooks);

  const CarrierOptions& options() const { return options_; }
  std::vector<std::unique_ptr<CarrierLink>>& links() { return links_; }

  std::uint32_t bound() const;
  bool can_submit() const;     // some link is bound and sends
  std::uint32_t room() const;  // submit_sm that may leave now, over all links
  // A submit_sm was answered after so long: slow carriers are given less at a time.
  void answered(std::chrono::microseconds latency) { window_.answered(latency); }
  // Through the link with the most room; false: nothing was sent.
  bool submit(const smpp::Body& message, std::uint64_t tag);

 private:
  std::uint32_t room(const CarrierLink& link) const;

  CarrierOptions options_;
  std::vector<std::unique_ptr<CarrierLink>> links_;
  AdaptiveWindow window_;  // of each link
};

class Carriers {
 public:
  Carriers(boost::asio::io_context& io, const std::vector<CarrierOptions>& options, const LinkHooks& hooks);

  void start();
  boost::asio::awaitable<void> stop(std::chrono::milliseconds grace);

  Carrier* find(const std::string& name);
  std::map<std::string, Carrier>& all() { return carriers_; }

 private:
  std::map<std::string, Carrier> carriers_;
};

}  // namespace peyk::gateway
