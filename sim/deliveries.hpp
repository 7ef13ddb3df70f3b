// Everything on its way to an ESME: parts of MO texts, receipts, USSD steps. Each is one deliver_sm (or
// data_sm) that is sent until it is answered for good.
//
//   add → waiting (in order, by lane) → in flight on a link → answered: done, or later again, or first in
//   line again
//
// What must stay true, because carriers do it and ESMEs must bear it:
// - a deliver_sm without an answer (time-out, link lost) is sent again, the same content under a new sequence
// number;
// - a temporary error means later again, a permanent one the end;
// - while nobody is bound that may have it, it waits;
// - lanes do not wait for each other: receipts of an account that is away hold nobody up.
// A delivery with `once` (USSD) is never sent twice: a dialog does not wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <unordered_map>
#include <vector>

#include "sim/clock.hpp"
#include "sim/options.hpp"
#include "smpp/pdu.hpp"

namespace peyk::sim {

using DeliveryId = std::uint64_t;

// How one deliver_sm ended.
struct Delivered {
  enum class How : std::uint8_t { answered, timed_out, link_lost, gave_up };
  How how = How::answered;
  std::uint32_t command_status = 0;  // answered, gave_up: the last one heard
  std::int64_t us = 0;               // answered: from the last sending to the answer
  std::uint32_t attempts = 1;
};

struct Delivery {
  smpp::Body body;  // a DeliverSm or a DataSm
  std::size_t lane = 0;
  bool once = false;
  std::function<void(const Delivered&, Time)> done;  // may add further deliveries
};

class Deliveries {
 public:
  // Hands it to some link of the lane. False: none can take it now.
  using Send = std::function<bool(std::size_t lane, DeliveryId id, const smpp::Body& body, Time now)>;

  Deliveries(const Options& options, std::size_t lanes, Send send)
      : options_(options), waiting_(lanes), send_(std::move(send)) {}

  // False: the limit is reached, nothing was taken.
  bool add(Delivery delivery, Time not_before, Time now);

  void answered(DeliveryId id, std::uint32_t command_status, Time now);
  void failed(DeliveryId id, bool timed_out, Time now);

  // Sends what is due and can go. Cheap when nothing can.
  void pump(Time now);

  std::size_t count() const { return all_.size(); }
  std::size_t in_flight() const { return in_flight_; }
  std::uint64_t sent_total() const { return sent_total_; }
  std::uint64_t resent_total() const { return resent_total_; }

 private:
  struct Entry {
    Delivery delivery;
    std::uint32_t attempts = 0;
    Time sent_at{};
  };

  void wait(DeliveryId id, Time not_before, Time now);
  void finish(DeliveryId id, Delivered result, Time now);

  const Options& options_;
  std::unordered_map<DeliveryId, Entry> all_;
  std::vector<std::deque<DeliveryId>> waiting_;
  std::multimap<Time, DeliveryId> later_;
  Send send_;
  DeliveryId next_id_ = 1;
  std::size_t in_flight_ = 0;
  std::uint64_t sent_total_ = 0, resent_total_ = 0;
};

// Answers on which a carrier tries again: the ESME is busy or stopping.
bool is_temporary(std::uint32_t command_status);

}  // namespace peyk::sim
