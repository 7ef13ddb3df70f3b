// Money given back for a purchase, and what becomes of the credit it earned and of the credit that paid for
// it.
//
//   earned    taken back: from what is left of the purchase's own lot, then from her other credit, soonest
//   expiry
//             first; what of the lot had lapsed needs no taking. What is spent and gone is her debt, if the
//             club has it so, else it is to be withheld from the money.
//   had paid  comes back into the lots it came from, with their old expiry; not what has expired since.
//
// How much is rules/refund.hpp's: parts come to the same as the whole, in any order. So she is never richer
// than before she bought (invariants I21 to I23, I25).
#pragma once

#include <span>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/rules/refund.hpp"
#include "handlers/setting.hpp"

namespace peyk::handlers {

rules::Bought bought_of(const Purchase& purchase);

// What a refund does, its record the last of the effects; `told` are the texts to those concerned.
struct Refunded {
  Refund record;
  std::vector<Effect> effects;
  std::vector<OutgoingText> texts;
  rules::Amount back_to_buyer = 0;  // credit of hers that had paid
};
// `record` says which, and how much: its amount is applied. The purchase stands as facts have it.
Refunded apply_refund(const Club& club, const Purchase& purchase, Refund record, const Facts& facts,
                      Setting& setting);

// What parked refunds do to a purchase that comes now: it earns on what is left of it. Applied are those that
// fit, in the order in which they came, the others are refused; their amounts say how much is refunded. None
// that came long before the purchase was made: its number has come round again.
std::vector<Refund> judge_parked(const Purchase& purchase, const Facts& facts);

// What they do to it. `paid_by`: the redemptions that pay for it; `kept`: what she has of it by now.
std::vector<Refunded> apply_parked(const Club& club, const Purchase& purchase, std::vector<Refund> judged,
                                   const std::vector<const Redemption*>& paid_by, rules::Amount kept,
                                   const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
