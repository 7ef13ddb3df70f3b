// How much the unanswered requests of one link may hold, of memory or of anything that is counted. A carrier
// that sends more than we can decide, or while the database stands still, is told to come again and takes no
// room from another.
//
//   request -> hold(): a share of its link's allowance, kept beside the request -> gone with the request
//
// Thread rule: hold() on the network thread; a share may end on any.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>

#include "smpp/pdu.hpp"

namespace peyk::gateway {

class CarrierLink;

class LinkAllowance {
 public:
  explicit LinkAllowance(std::size_t per_link_max) : per_link_max_(per_link_max) {}

  // Null: the link holds too much for `amount` more. Else the share, which ends with its last copy.
  std::shared_ptr<const void> hold(const CarrierLink* link, std::size_t amount);
  std::size_t held(const CarrierLink* link) const;

 private:
  using Used = std::shared_ptr<std::atomic<std::size_t>>;

  const std::size_t per_link_max_;
  std::map<const CarrierLink*, Used> used_;
};

// What a deliver_sm or data_sm holds of memory, about; of others the fixed part.
std::size_t octets_held_by(const smpp::Pdu& pdu);

}  // namespace peyk::gateway
