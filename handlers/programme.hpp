// How a club treats whom: its segments, tiers, offers, and what it calls points. Written in its file, kept in
// MySQL as one document and its offers' versions, read by every decision.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/insight.hpp"
#include "handlers/offer_figures.hpp"
#include "handlers/programme_use.hpp"
#include "handlers/rules/lrfm.hpp"
#include "handlers/rules/offers.hpp"
#include "handlers/rules/segments.hpp"
#include "handlers/rules/tiers.hpp"

namespace peyk::handlers {

inline constexpr std::size_t kOffersMax = 1000;
// So begin the names of offers that managers begin by text (managers_offer.hpp): "manager-20261122-1". The
// club's file has none that is called so, and leaves them alone.
inline constexpr std::string_view kManagersOffers = "manager-";
inline bool is_managers(const rules::Offer& offer) {
  return offer.name.starts_with(kManagersOffers);
}

struct Programme {
  std::vector<rules::Segment> segments;
  rules::TierPlan tiers;
  std::vector<rules::Offer> offers;  // those in force; sorted by name
  rules::Amount points_per = 0;      // so much paid in money brings one point; 0: purchases bring none
  std::optional<rules::LrfmBounds> bounds_given;     // scores by these; none: by the club's own quintiles
  std::optional<rules::LrfmBounds> bounds_reckoned;  // the quintiles of last night; not of the file
  std::optional<rules::SpendPlaces> places;          // by spending, likewise
  std::optional<Insight> insight;                    // of last night; not of the file
  std::vector<OfferFigures> figures;                 // likewise: of its days, what gave most first
  KeptUse use;                                       // of what stands above; the Directory gathers it
  bool operator==(const Programme&) const = default;
};

}  // namespace peyk::handlers
