// What to do about a submit_sm that was answered, or was not. Pure: time and chance are arguments.
//
//   command_status -> rule (smpp/status.hpp, or the carrier's own class for it) -> decision
//
// The answer may be a submit_sm_resp or a generic_nack: both say a command_status, and are understood alike.
//
// What must stay true: nothing is tried again at a moment when the text is no longer worth anything; "too
// fast" never counts as an attempt; every reason fits outbox.reason and can be read by staff.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "handlers/lane.hpp"
#include "smpp/status.hpp"

namespace peyk::gateway {

struct SubmitAnswer {
  std::uint32_t command_status = 0;
  // Of ESME_RDELIVERYFAILURE (SMPP 5.0, 4.8.4.19): 0 destination unavailable, 1 destination invalid,
  // 2 permanent network error, 3 temporary network error.
  std::optional<std::uint8_t> delivery_failure_reason;
};

// What is known of the part when its answer comes.
struct SubmitSoFar {
  std::uint32_t attempts = 0;         // that failed and count, before this
  bool carried_extra_tlvs = false;    // that it could do without
  bool another_carrier = false;       // could take it
  std::chrono::microseconds age{0};   // since the text was committed
  std::chrono::microseconds left{0};  // until it is worth nothing
};

struct SubmitDecision {
  enum class What : std::uint8_t { taken, wait, give_up };
  // Whom to slow down: everything of the account, or this line.
  enum class Slow : std::uint8_t { nobody, line, account };

  What what = What::taken;
  std::chrono::milliseconds wait{0};  // before it is tried again
  bool counts = false;                // as an attempt
  bool without_extra_tlvs = false;    // the next time
  bool carrier_refuses = false;  // it would refuse the next message too: another carrier, if there is one
  bool alarm = false;            // a person should look
  bool expired = false;          // give_up: because its time is over
  Slow slow = Slow::nobody;
  std::string why;  // give_up: in words that staff can read
};

class SubmitPolicy {
 public:
  // `classes`: where a carrier means something else than the standard (CarrierOptions::status_classes).
  explicit SubmitPolicy(std::map<std::uint32_t, smpp::StatusClass> classes = {});

  // `chance`: evenly out of [0, 1), for the jitter.
  SubmitDecision decide(const SubmitAnswer& answer, const SubmitSoFar& so_far, double chance) const;

  smpp::StatusRule rule(const SubmitAnswer& answer) const;

 private:
  std::map<std::uint32_t, smpp::StatusClass> classes_;
};

// 1, 2, 4 … 60 s, and up to a fifth more or less by `chance`.
std::chrono::milliseconds backoff(std::uint32_t attempts_before, double chance);

// The link was lost, or the answer did not come in time: the carrier may have the part. True: send it once
// more, with the same references, and say durably that it may arrive twice. False: leave it, and say that
// nobody knows. docs/decisions/0006-who-may-hear-it-twice.md says why.
bool may_send_again(handlers::Lane lane, std::uint32_t unknown_before);

}  // namespace peyk::gateway
