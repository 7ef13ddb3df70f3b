// What a club's rules ask and give as a whole: what has to be loaded for a purchase, whichever offers fit.
//
// Gathered once by the Directory (and by a replay), whose clubs nobody changes; asking a thousand offers anew
// for each of these answers cost more than judging them. A programme that is copied may be changed, so a copy
// keeps nothing, and is asked anew (UseOf).
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "handlers/rules/offers.hpp"

namespace peyk::handlers {

struct Programme;

struct ProgrammeUse {
  std::bitset<rules::kMeasures> measures;  // asked by offers and segments
  std::bitset<rules::kWordSets> sets;
  std::bitset<16> effects;                // given, by EffectKind
  std::vector<std::uint32_t> budgets;     // the offers on purchases that have one
  std::vector<std::uint32_t> valid_days;  // of credit, each once
  std::size_t gifts = 0;                  // effects

  bool asks(rules::Measure measure) const { return measures.test(static_cast<std::size_t>(measure)); }
  bool asks(rules::WordSet set) const { return sets.test(static_cast<std::size_t>(set)); }
  bool gives(rules::EffectKind kind) const { return effects.test(static_cast<std::size_t>(kind)); }
};
ProgrammeUse use_in(const Programme& programme);

// Where a programme keeps it. No part of what the programme says.
struct KeptUse {
  std::optional<ProgrammeUse> all;

  KeptUse() = default;
  KeptUse(const KeptUse&) noexcept {}
  KeptUse& operator=(const KeptUse&) noexcept {
    all.reset();
    return *this;
  }
  ~KeptUse() = default;
  bool operator==(const KeptUse&) const { return true; }
};

// What is kept, or else is gathered for this once.
class UseOf {
 public:
  explicit UseOf(const Programme& programme);
  UseOf(const UseOf&) = delete;
  UseOf& operator=(const UseOf&) = delete;
  const ProgrammeUse* operator->() const { return use_; }

 private:
  std::optional<ProgrammeUse> own_;
  const ProgrammeUse* use_;
};

}  // namespace peyk::handlers
