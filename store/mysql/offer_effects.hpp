// What offers do, counted by the database: how those buy who may have one beside those who are held out, and
// what it gave and cost (handlers/offer_effect.hpp, offer_figures.hpp).
//
//   EffectPass: one walk over all members for any number of offers, page by page: peykctl offers effect
//   EffectNight: the same of all offers of a club's last days, with what they gave -> offer_effect
//
// What must stay true: a page that fails is as if it had not been asked for, so none is counted twice. Nobody
// is locked: whoever buys meanwhile is counted as she was when her page was read.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "handlers/offer_effect.hpp"
#include "store/mysql/connection.hpp"
#include "store/mysql/insights.hpp"
#include "store/mysql/programmes.hpp"

namespace peyk::store {

// Since when those are held out who are now; of them alone the comparison is true.
rules::Instant held_out_since(const OfferRecord& record);

class EffectPass {
 public:
  EffectPass(handlers::ClubId club, std::vector<handlers::EffectOfOffer> effects);

  // False: that was all. Throws SqlError.
  bool step(Connection& connection);
  std::span<const handlers::EffectOfOffer> effects() const { return effects_; }

 private:
  handlers::ClubId club_;
  std::vector<handlers::EffectOfOffer> effects_;
  InsightSpan span_;  // of all of them
  handlers::MemberId after_ = 0;
};

class EffectNight {
 public:
  EffectNight(handlers::ClubId club, InsightSpan span) : club_(club), span_(span) {}

  // False: it is saved, and gateways load it within seconds. The caller commits. Throws SqlError.
  bool step(Connection& connection);

 private:
  void begin(Connection& connection);

  handlers::ClubId club_;
  InsightSpan span_;
  std::vector<handlers::OfferFigures> figures_;
  std::optional<EffectPass> pass_;  // none: it has not begun
};

// Into the clubs that are there.
void load_offer_figures(Connection& connection, std::vector<handlers::Club>& clubs);

}  // namespace peyk::store
