// Delivery receipts: collected while the last set is being saved, saved as a set, then acknowledged.
//
// Thread rule: the network thread.
#pragma once

#include <functional>
#include <vector>

#include "gateway/carrier_link.hpp"
#include "store/mysql/sql_thread.hpp"
#include "store/mysql/tables.hpp"

namespace peyk::gateway {

class InboundReceipts {
 public:
  InboundReceipts(store::SqlThread& sql, std::function<void(std::function<void()>)> post);

  static bool is_receipt(const smpp::Pdu& pdu);
  void take(CarrierRequest request);

 private:
  void save();

  store::SqlThread& sql_;
  std::function<void(std::function<void()>)> post_;
  std::vector<CarrierRequest> waiting_;
  std::vector<store::Receipt> receipts_;
  bool saving_ = false;
};

}  // namespace peyk::gateway
