// Tells the clubs' systems of events: at least once, in order for each member, for three days.
//
//   each quarter of a second, and whenever an attempt has ended:
//     settle what ended -> claim what is due, of each endpoint as much as its pace leaves room for
//     -> an attempt each (webhook_caller.hpp) -> settle …
//
// It has a thread, a connection to MySQL and sockets of its own: however many endpoints are dead or slow,
// nobody at a till or on a carrier's link waits for them, nor does one endpoint for another.
//
// What must stay true: what is in memory is what is on the wire, in_flight_max attempts an endpoint at most;
// whatever becomes of this process, its claims end after kLeases timeouts, and what was told and not settled
// is told again under the same webhook-id.
//
// An endpoint of which an event was given up, and that has taken none for days, is disabled
// (store/mysql/silent_webhooks.hpp).
//
// Several gateways share the work by their claims. Thread rule: start() and stop() by the owner's thread.
#pragma once

#include <functional>
#include <memory>

#include "gateway/clock.hpp"
#include "gateway/metrics.hpp"
#include "gateway/options.hpp"

namespace peyk::gateway {

class WebhookSender {
 public:
  // Throws std::runtime_error for a ca_file that cannot be used. `metrics` outlives this. `clock` says when
  // something is due, and is called on both threads.
  WebhookSender(const store::MysqlOptions& mysql, const WebhookOptions& options, Metrics& metrics,
                std::function<rules::Instant()> clock = wall_clock);
  ~WebhookSender();  // stops

  void start();
  // Breaks off what is under way: it comes again.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace peyk::gateway
