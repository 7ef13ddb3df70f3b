// What the carrier does wrong on purpose: a list of faults, each with how often and how long it strikes.
//
//   profile or control port → add → strikes(kind, …) asked where it would happen → yes: counted, do it
//
// A fault strikes with `probability` each time it is asked, at most `n` times, from `after` on and for
// `for_`. Faults of one kind are asked in the order in which they were added, and the first that strikes is
// the one: "two refused with 0x58, then one with 0x14" is two faults.
//
// A new fault: a value in FaultKind, a row in kFaultWords (faults.cpp), the place where it is asked, a line
// in docs/simulator.md, a test.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/chance.hpp"
#include "sim/clock.hpp"

namespace peyk::sim {

enum class FaultKind : std::uint8_t {
  // asked for each request that submits, in this order; refusals first
  respond,              // refused with `status`
  nack,                 // answered by generic_nack with `status`
  lose_responses,       // carried out, never answered
  hold_responses,       // carried out, answered when the fault ends or is released
  delay_responses,      // carried out, answered `delay` late
  duplicate_responses,  // answered twice
  wrong_sequence,       // answered under a sequence_number that nobody used
  // asked for each receipt
  lose_receipts,
  delay_receipts,      // `delay` later than the others
  duplicate_receipts,  // the same again, right behind
  early_receipts,      // before its response: in the same segment, or `delay` before it
  wrong_receipt_ids,   // for a message that nobody has
  // asked for each text of a subscriber
  redeliver,  // delivered again after it was answered
  // asked for each request of the ESME, about its link
  close_links,   // closed without a word
  unbind,        // with one
  half_open,     // not read from nor written to any more
  slow_reading,  // read at `octets_per_second`, so that the ESME's own buffers fill
  garbage,       // `octets` (or a broken header) in between
  // asked for each such PDU
  ignore_enquire_links,
  // asked for each bind
  refuse_binds,      // with `status`
  close_after_bind,  // accepted, then closed
};

struct Fault {
  FaultKind kind = FaultKind::respond;
  double probability = 1;
  std::uint32_t n = 0;                 // strikes at most so often; 0: no limit
  std::chrono::milliseconds after{0};  // from when it was added
  std::chrono::milliseconds for_{0};   // 0: without end
  std::uint32_t status = 0;
  std::chrono::milliseconds delay{0};
  std::uint32_t octets_per_second = 100;
  std::uint32_t part = 0;  // only for this part of a long text; 0: any
  std::string to;          // only for this destination_addr; empty: any
  std::string octets;
};

// The word for a fault at the control port and in a profile.
std::string_view words(FaultKind kind);
std::optional<FaultKind> fault_kind(std::string_view word);

class Faults {
 public:
  static constexpr std::size_t kFaultsMax = 100;

  // What the fault would strike; 0 and empty where that has no meaning.
  struct Target {
    std::uint32_t part = 0;
    std::string_view to;
  };

  explicit Faults(std::uint64_t seed) : chance_(seed) {}

  // False: there are too many.
  bool add(Fault fault, Time now);
  void remove(FaultKind kind);
  void clear() { active_.clear(); }

  std::optional<Fault> strikes(FaultKind kind, const Target& target, Time now);
  std::optional<Fault> strikes(FaultKind kind, Time now) { return strikes(kind, {}, now); }
  // Whether a fault of the kind is on; nothing is counted.
  bool is_on(FaultKind kind, Time now) const;

  bool empty() const { return active_.empty(); }
  std::size_t count() const { return active_.size(); }
  std::uint64_t struck_total() const { return struck_total_; }

 private:
  struct Active {
    Fault fault;
    Time from{}, until{};
    std::uint32_t struck = 0;
  };

  std::vector<Active> active_;
  Chance chance_;
  std::uint64_t struck_total_ = 0;
};

}  // namespace peyk::sim
