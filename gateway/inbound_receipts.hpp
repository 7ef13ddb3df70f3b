// Delivery receipts: read, collected while the last set is being saved, saved as a set, then acknowledged.
//
//   PDU -> is it one? -> read -> [unreadable: set aside] -> saved with those that wait -> deliver_sm_resp
//                                  a look-alike of no known message -> waits -> once more -> deliver_sm_resp,
//                                                                                            or taken as a
//                                                                                            text
//
// What must stay true: a receipt is acknowledged only after what it says is saved, and never refused for what
// it says (it would come again for hours); the text alone never makes a receipt, except of carriers that give
// nothing else, and then only if it is about a text that went to exactly the phone it comes from: else it is
// a text, and not before the response that it may have overtaken has had its time. store/mysql/receipts.hpp
// says what becomes of those whose message is not known.
//
// Thread rule: the network thread.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/carrier_link.hpp"
#include "gateway/halving_sets.hpp"
#include "gateway/metrics.hpp"
#include "smpp/receipt.hpp"
#include "store/mysql/receipts.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

struct ReceiptHooks {
  std::function<void(std::function<void()>)> post;  // onto the network thread, from any thread
  std::function<void(CarrierRequest)> as_text;      // takes what turned out to be a subscriber's text
};

class InboundReceipts {
 public:
  // `lines`: ours, as digits. References outlive this.
  InboundReceipts(store::SqlThread& sql, Metrics& metrics, std::set<std::string> lines, ReceiptHooks hooks);

  // Whether the PDU is a receipt, or may be one by what its carrier's options say.
  bool takes(const CarrierRequest& request) const;
  void take(CarrierRequest request);
  // Every second: gives those in doubt and those parked another chance, keeps tables within their limits.
  void tidy();

 private:
  struct Waiting {
    CarrierRequest request;
    std::string carrier;
    std::optional<store::Receipt> receipt;  // empty: unreadable
    std::string_view state;                 // the specification's word
  };
  // A look-alike of no known message: unacknowledged, so that a crash loses nothing, until it is matched
  // again.
  struct Doubted {
    Waiting one;
    std::chrono::steady_clock::time_point again_at;
  };
  using Batch = HalvingSets<Waiting>::Set;
  using Results = std::shared_ptr<std::vector<store::ReceiptResult>>;

  store::Receipt understood(const CarrierRequest& request, const smpp::Receipt& receipt) const;
  handlers::PhoneNumber phone_of(const smpp::Pdu& pdu, const smpp::Receipt& receipt) const;
  void match_doubted_again();
  void save();
  void saved(const Batch& batch, const std::vector<store::ReceiptResult>& results);
  void not_saved(const Batch& batch);
  void count(const Waiting& one, const store::ReceiptResult& result);

  store::SqlThread& sql_;
  Metrics& metrics_;
  std::set<std::string> lines_;
  ReceiptHooks hooks_;
  HalvingSets<Waiting> waiting_;
  std::deque<Doubted> doubted_;
  bool saving_ = false, tidying_ = false;
  std::uint32_t tidied_ = 0;
};

// When the message got where it is: the receipt's own date by the carrier's zone if that can be believed,
// else `received`.
rules::Instant done_at(const smpp::Receipt& receipt, std::string_view time_zone, rules::Instant received);

}  // namespace peyk::gateway
