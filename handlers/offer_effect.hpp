// What an offer does: those who are held out of it (hold_out) beside all others, over a period.
//
//   EffectOfOffer(offer, from, until) -> member(), each once, with all of her purchases -> with(), held_out()
//
// Must stay true: who is counted is settled before the period begins (she had bought by then), and on which
// side by the draw alone. So the two differ by the offer and by chance, and by nothing that the offer has
// brought about: who got it would have bought more anyway, and who came because of it has nobody beside her.
//
// Whether it is more than chance: the means of what they spent differ by more than twice the standard error
// of that difference, and on each side there are enough for this to mean something. In 95 of 100 cases an
// offer that does nothing is told to do nothing.
#pragma once

#include <cstdint>
#include <span>

#include "handlers/offer_figures.hpp"
#include "handlers/replay.hpp"

namespace peyk::handlers {

__extension__ using SpentSquares = unsigned __int128;

inline constexpr std::uint64_t kEffectGroupMin = 100;  // members; of fewer nothing is said

struct EffectGroup {
  std::uint64_t members = 0;
  std::uint64_t buyers = 0;  // with a purchase in the period of which something is left
  std::uint64_t purchases = 0;
  rules::Amount spent = 0;         // less what was given back
  std::uint64_t got = 0;           // members to whom it gave something
  rules::Amount given = 0;         // discount, credit and gifts
  SpentSquares spent_squares = 0;  // of what each member spent
};
// Of nobody nothing.
rules::Amount spent_a_member(const EffectGroup& group);
EffectVerdict verdict_of(const EffectGroup& with, const EffectGroup& held_out);

class EffectOfOffer {
 public:
  // `until`: the first instant behind the period.
  EffectOfOffer(rules::Offer offer, rules::Instant from, rules::Instant until);

  // `given`: what the offer gave her in the period, in money; none: it did not give.
  void member(MemberId id, std::span<const RecordedPurchase> purchases, std::optional<rules::Amount> given);

  const rules::Offer& offer() const { return offer_; }
  rules::Instant from() const { return from_; }
  rules::Instant until() const { return until_; }
  const EffectGroup& with() const { return with_; }
  const EffectGroup& held_out() const { return held_out_; }

 private:
  rules::Offer offer_;
  rules::Instant from_, until_;
  EffectGroup with_, held_out_;
};

}  // namespace peyk::handlers
