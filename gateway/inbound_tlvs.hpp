// TLVs that no standard knows, in what carriers send: skipped, and told to the log, so that who reads it can
// ask the carrier what they mean. Each tag of a carrier once: they come with every message. Never the value,
// which may be a phone's number.
//
// Thread rule: the network thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "gateway/carrier_link.hpp"
#include "gateway/metrics.hpp"

namespace peyk::gateway {

class InboundTlvs {
 public:
  explicit InboundTlvs(Metrics& metrics) : metrics_(metrics) {}

  void look_at(const CarrierRequest& request);

 private:
  void tell(const CarrierRequest& request, const smpp::Tlv& tlv);

  Metrics& metrics_;
  std::map<std::string, std::set<std::uint16_t>> told_;  // by carrier
};

}  // namespace peyk::gateway
