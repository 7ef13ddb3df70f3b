// Texts from phones: deliver_sm and data_sm that are neither receipts nor USSD.
//
//   PDU -> piece, part? -> [parts are kept in the store until all are there] -> UTF-8 -> Request -> decided,
//   committed -> deliver_sm_resp
//
// What must stay true: a text is acknowledged only when its effect and its reply are committed; a part only
// when it is stored; a text whose parts do not all come is counted and logged, never dropped in silence.
//
// The same text twice. SMPP gives a text no name, so what it says is its key. Three cases:
// - it comes again while the first is still being decided: both get the answer of the one decision;
// - it comes again after the carrier heard our acknowledgement: the member typed it again, and gets an answer
// that is
//   true now. The carrier heard it if it was quick and the connection lives, or spoke on for a while before
//   it ended;
// - it comes again in doubt (a late acknowledgement, one just before the connection broke, or a restart of
// ours) within
//   the carrier's redelivery_window: the carrier sends it again. It is acknowledged; nothing is done or said
//   twice.
//
// A text in parts is named by its parts' key and by when the first of them came; store/mysql/mo_parts.cpp
// knows a part that the carrier sends again, also long after the whole was done.
//
// Thread rule: the network thread.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "gateway/carrier_link.hpp"
#include "gateway/inbound_parts.hpp"
#include "gateway/metrics.hpp"
#include "gateway/requests.hpp"
#include "smpp/parts.hpp"
#include "store/mysql/mo_parts.hpp"
#include "store/mysql/sql_thread.hpp"

namespace peyk::gateway {

class InboundTexts {
 public:
  // Everything named outlives this. `sql` keeps parts. `post` runs a function on the network thread, from any
  // thread.
  InboundTexts(Requests& requests, store::SqlThread& sql, Metrics& metrics,
               std::function<void(std::function<void()>)> post);

  void take(CarrierRequest request);

 private:
  struct Acknowledged {
    const CarrierLink* link = nullptr;
    std::uint64_t generation = 0;
    std::uint32_t sequence_number = 0;
    bool quickly = false;
    smpp::Time at{};
  };

  InboundPartsHooks part_hooks(store::SqlThread& sql, std::function<void(std::function<void()>)> post);
  void take_part(CarrierRequest request, const smpp::Part& part, store::MoPiece piece);
  void take_joined(CarrierRequest request, const handlers::RequestKey& parts, const store::AddedPart& added);
  void take_text(CarrierRequest request, std::span<const store::MoPiece> pieces,
                 const handlers::RequestKey& key, std::chrono::seconds remembered_for,
                 std::function<void()> done);
  bool was_typed_again(const handlers::RequestKey& key, const CarrierRequest& request) const;
  void acknowledge(const handlers::RequestKey& key, std::uint32_t command_status,
                   std::chrono::steady_clock::time_point began);
  void remember(const handlers::RequestKey& key, const CarrierRequest& request, bool quickly);

  Requests& requests_;
  Metrics& metrics_;
  InboundParts parts_;
  std::map<handlers::RequestKey, std::vector<CarrierRequest>> pending_;
  std::map<handlers::RequestKey, Acknowledged> acknowledged_;
  std::deque<handlers::RequestKey> acknowledged_order_;
};

// Logs and counts texts of which parts never came. Any thread.
void count_lost_texts(Metrics& metrics, const std::vector<store::LostText>& lost);

// The sender of a carrier's request as E.164 digits; 0: not a phone (an alphanumeric sender, a short code).
handlers::PhoneNumber sender_of(const smpp::Pdu& pdu);

}  // namespace peyk::gateway
