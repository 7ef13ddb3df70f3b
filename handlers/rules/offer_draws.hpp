// Who is held out of an offer, so that its effect can be measured, and whom a surprise finds.
//
//   held out: of the offer's name and the member; the same for ever, and in a replay of what is only proposed
//   found:    of the offer's seed, the member, and the club's day
//
// What must stay true: a draw is a function of what is on record and of nothing else, so a quote, its
// purchase and a replay see the same one; and all invoices of a day have one draw together. So who splits an
// invoice has one draw and not several, and what the parts earn is what the offer without its chance would
// bring, or nothing (I27); on another day she draws anew, as on any offer. The seed is chance, drawn once
// when the offer is saved and told to nobody: without it anybody could reckon on which day to come.
//
// Rejected: a draw with each request. Who splits an invoice would draw for each part of it, and the first
// quote that wins would be worth repeating.
#pragma once

#include "handlers/rules/offers.hpp"

namespace peyk::rules {

// splitmix64's last step: each bit of the result hangs on each of what goes in.
constexpr std::uint64_t well_mixed(std::uint64_t bits) {
  bits += 0x9e3779b97f4a7c15U;
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31U);
}

// A stranger (0) is never: nobody knows yet who she will be.
inline bool is_held_out(const Offer& offer, std::uint64_t member) {
  if (offer.hold_out == 0 || member == 0) return false;
  return well_mixed(word_id(offer.name) ^ well_mixed(member)) % kWholeBasisPoints < offer.hold_out;
}

inline bool is_found_by(const Offer& offer, std::uint64_t member, std::int64_t day) {
  if (offer.chance == 0) return true;
  if (member == 0) return false;
  const std::uint64_t her_day = well_mixed(member) ^ static_cast<std::uint64_t>(day);
  return well_mixed(offer.seed ^ well_mixed(word_id(offer.name) ^ well_mixed(her_day))) % offer.chance == 0;
}

}  // namespace peyk::rules
