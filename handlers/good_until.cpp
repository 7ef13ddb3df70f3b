// How long what is said of a code may be said (docs/decisions/0039).
#include <algorithm>

#include "handlers/use_cases.hpp"

namespace peyk::handlers {

rules::Instant end_of_code(const CodeKey& key, const Facts& facts, rules::Instant now) {
  const Code* code = facts.code(key);
  if (code == nullptr || code->state != CodeState::live) return kNeverEnds;
  const Lot* lot = facts.lot(code->lot);
  if (lot == nullptr) return kNeverEnds;  // of a wallet: nothing is left in it
  return now < lot->expires_at ? lot->expires_at : kNeverEnds;
}

Said over_with_code(Said said, const CodeKey& key, const Facts& facts, rules::Instant now) {
  const bool was_done = std::ranges::any_of(said.effects, [](const Effect& effect) {
    return std::holds_alternative<TakeFromLot>(effect) || std::holds_alternative<VoidRedemption>(effect) ||
           std::holds_alternative<HandOver>(effect) || std::holds_alternative<TakeItemBack>(effect);
  });
  if (!was_done) said.good_until = std::min(said.good_until, end_of_code(key, facts, now));
  return said;
}

}  // namespace peyk::handlers
