#include "handlers/rules/offers.hpp"

#include "handlers/rules/offer_fits.hpp"

namespace peyk::rules {
namespace {

// What she decides by buying: of these OFFERS does not know yet.
bool decided_by_buying(const Condition& condition) {
  if (!condition.words.empty()) return condition.set == WordSet::item;
  switch (condition.measure) {
    case Measure::amount:
    case Measure::branch:
    case Measure::minute:
    case Measure::visits:
    case Measure::branch_visits:
    case Measure::purchases:
    case Measure::spent:
      return true;
    default:
      return false;
  }
}

bool open(const Offer& offer, const OfferUse& use, const Measures& measures, Instant now) {
  if (offer.on != Occasion::purchase || offer.title.empty()) return false;
  if (!in_time(offer, now) || !within_bounds(offer, use)) return false;
  // A surprise is not told of beforehand: that it may come is all that anybody learns.
  if (is_held_out(offer, measures.member())) return false;
  return std::ranges::all_of(offer.when, [&](const Condition& condition) {
    return decided_by_buying(condition) || holds(condition, measures);
  });
}

}  // namespace

std::vector<std::size_t> open_to(std::span<const Offer> offers, std::span<const OfferUse> uses,
                                 const Measures& measures, Instant now) {
  check_sizes(offers, uses);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    if (open(offers[i], uses.empty() ? OfferUse{} : uses[i], measures, now)) places.push_back(i);
  }
  std::ranges::sort(places, {}, [&](std::size_t place) { return order_of(offers[place]); });
  return places;
}

bool only_says(const Offer& offer) {
  return std::ranges::all_of(offer.then, [](const OfferEffect& one) { return is_said(one.kind); });
}

bool gives_by_piece(const Offer& offer) {
  return std::ranges::any_of(offer.then, [](const OfferEffect& effect) {
    switch (effect.kind) {
      case EffectKind::cash_off:
      case EffectKind::credit:
      case EffectKind::points:
      case EffectKind::gift:
      case EffectKind::entries:
      case EffectKind::item:
      case EffectKind::message:
        return true;
      default:
        return false;
    }
  });
}

bool bounded(const Offer& offer) {
  return gives_by_piece(offer) || offer.per_member != 0 || offer.per_member_day != 0 || offer.budget != 0 ||
         std::ranges::any_of(offer.then, [](const OfferEffect& effect) { return effect.day_max != 0; });
}

}  // namespace peyk::rules
