// Whether an offer may fire at all, before what it would give is reckoned: what judge() and open_to() share.
// The cheapest questions come first, because most of a thousand offers do not fit.
#pragma once

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string_view>
#include <tuple>

#include "handlers/rules/offer_draws.hpp"
#include "handlers/rules/offers.hpp"

namespace peyk::rules {

inline bool in_time(const Offer& offer, Instant now) {
  return now >= offer.from && (offer.until == Instant{} || now < offer.until);
}

inline Amount budget_left(const Offer& offer, const OfferUse& use) {
  return use.budget_left.value_or(offer.budget);
}

inline bool within_bounds(const Offer& offer, const OfferUse& use) {
  if (offer.per_member != 0 && use.uses >= offer.per_member) return false;
  if (offer.per_member_day != 0 && use.uses_today >= offer.per_member_day) return false;
  return offer.budget == 0 || budget_left(offer, use) > 0;
}

// Not held out, and found by chance. Asked of offers that fit: most have neither.
inline bool is_drawn(const Offer& offer, const Measures& measures) {
  if (offer.hold_out == 0 && offer.chance == 0) [[likely]]
    return true;
  return !is_held_out(offer, measures.member()) && is_found_by(offer, measures.member(), measures.draw_day());
}

inline void check_sizes(std::span<const Offer> offers, std::span<const OfferUse> uses) {
  if (offers.size() > kJudgedMax) throw std::length_error("offers: more than can be judged");
  if (!uses.empty() && uses.size() != offers.size())
    throw std::logic_error("offers: uses are those of other offers");
}

// The order in which offers come: that of priority, then of names.
inline auto order_of(const Offer& offer) {
  return std::tuple<std::int64_t, std::string_view>(-std::int64_t{offer.priority}, offer.name);
}

}  // namespace peyk::rules
