// What an offer does: those who are held out of it (hold_out) beside all others, over a period.
//
//   EffectOfOffer(offer, from, until) -> member(), each once, with all of her purchases -> with(), held_out()
//
// Must stay true: who is counted is settled before the period begins (she had bought by then), and on which
// side by the draw alone. So the two differ by the offer and by chance, and by nothing that the offer has
// brought about: who got it would have bought more anyway, and who came because of it has nobody beside her.
#pragma once

#include <cstdint>
#include <span>

#include "handlers/replay.hpp"

namespace peyk::handlers {

struct EffectGroup {
  std::uint64_t members = 0;
  std::uint64_t buyers = 0;  // with a purchase in the period of which something is left
  std::uint64_t purchases = 0;
  rules::Amount spent = 0;  // less what was given back
  std::uint64_t got = 0;    // members to whom it gave something
  rules::Amount given = 0;  // discount, credit and gifts
};

class EffectOfOffer {
 public:
  // `until`: the first instant behind the period.
  EffectOfOffer(rules::Offer offer, rules::Instant from, rules::Instant until);

  // `given`: what the offer gave her in the period, in money; none: it did not give.
  void member(MemberId id, std::span<const RecordedPurchase> purchases, std::optional<rules::Amount> given);

  const EffectGroup& with() const { return with_; }
  const EffectGroup& held_out() const { return held_out_; }

 private:
  rules::Offer offer_;
  rules::Instant from_, until_;
  EffectGroup with_, held_out_;
};

}  // namespace peyk::handlers
