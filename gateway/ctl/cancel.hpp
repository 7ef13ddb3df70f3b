// Texts that only wait are cancelled: first in the outbox, set by set, then in Redis, so that nobody is
// granted them any more. Of those that a gateway has in hand in this moment it waits to see what becomes:
//
//   waiting in Redis                  -> forgotten there: cancelled
//   leased, and given back            -> the same
//   leased, and taken by the carrier  -> it had left: the outbox says `submitted`
//   leased still after kWatched       -> on the wire without an answer: it may have left, and the outbox will
//   say not known to Redis                -> about to be enqueued: looked at again
//
// So what is told as cancelled never leaves after that.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/options.hpp"
#include "store/mysql/cancel.hpp"

namespace peyk::gateway::ctl {

struct CancelOrder {
  std::vector<store::MessageId> ids;  // or, where there are none:
  store::CancelScope scope;
  std::string why;  // at most 100 octets
};

struct CancelReport {
  std::uint64_t scheduled = 0, queued = 0;   // cancelled: they never leave
  std::vector<store::MessageId> left;        // were on their way: the carrier has them
  std::vector<store::MessageId> unanswered;  // sent, or about to be, and nobody knows yet
  // Of those that were named and did not wait: what they are; nothing: there is none.
  std::map<store::MessageId, std::optional<store::MessageState>> others;
};

// Takes up to kWatched where something is on its way. Throws QueueAway before anything is changed, or when
// Redis goes away in between (the outbox keeps what was cancelled, but what a gateway had been granted may
// leave), and SqlError.
CancelReport cancel(const Options& options, store::Connection& connection, const CancelOrder& order);

std::string cancel_as_text(const CancelReport& report);
// {"cancelled","scheduled","queued","left":[ids],"unanswered":[ids],"others":[{"id","state"}]}
std::string cancel_as_json(const CancelReport& report);

}  // namespace peyk::gateway::ctl
