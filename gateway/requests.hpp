// The door to the store for everything that arrives: counts what is under way, refuses what is too much, and
// hands the texts of a committed decision to the lanes before the request is answered.
//
// Thread rule: the network thread.
#pragma once

#include <functional>

#include "gateway/metrics.hpp"
#include "gateway/options.hpp"
#include "store/mysql/request_workers.hpp"

namespace peyk::gateway {

class Requests {
 public:
  using PushTexts = std::function<void(std::vector<store::QueuedText>)>;

  Requests(store::RequestWorkers& workers, const Limits& limits, Metrics& metrics, PushTexts push_texts);

  // False: too many are under way; `done` is not called. Otherwise `done` follows on the network thread,
  // after the commit. `channel` is a metric's label: "sms", "ussd", "pos".
  bool submit(const char* channel, std::uint64_t neighbourhood, handlers::Request request, store::Done done);

  std::uint32_t in_flight() const { return in_flight_; }

 private:
  store::RequestWorkers& workers_;
  const Limits& limits_;
  Metrics& metrics_;
  PushTexts push_texts_;
  std::uint32_t in_flight_ = 0;
};

}  // namespace peyk::gateway
