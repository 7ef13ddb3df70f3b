// A programme for tests: two tiers by points, a segment, an offer of each usual kind.
#pragma once

#include "handlers/programme.hpp"

namespace peyk::tests {

inline rules::Condition at_least(rules::Measure measure, std::int64_t from) {
  return {.measure = measure, .ranges = {{.from = from}}};
}

// One point for each 100,000 paid; bounds so low that everybody has scores. Of the offers, by name: 10% off
// from 500,000; 5% more credit for 15 days from the third visit; a note about gold members; 20,000 at the
// 100th visit, without a title.
inline handlers::Programme sample_programme() {
  using rules::EffectKind;
  using rules::Measure;
  handlers::Programme programme;
  programme.points_per = 100'000;
  programme.tiers = {.by = rules::TierMeasure::points,
                     .tiers = {{.name = "silver", .title = "Silver", .from = 5},
                               {.name = "gold", .title = "Gold", .from = 20}}};
  programme.bounds_given = rules::LrfmBounds{.length_days = {1, 2, 3, 4},
                                             .days_away = {5, 10, 15, 20},
                                             .visits = {2, 3, 4, 5},
                                             .spent = {1, 2, 3, 4}};
  programme.segments = {{.name = "loyal", .title = "", .when = {at_least(Measure::visits, 3)}}};
  const auto offer = [&programme](std::string name, std::string title, std::vector<rules::Condition> when,
                                  rules::OfferEffect then) {
    rules::Offer made{.name = std::move(name), .title = std::move(title)};
    made.id = static_cast<std::uint32_t>(programme.offers.size() + 1);
    made.version = made.id + 10;
    made.when = std::move(when);
    made.then = {std::move(then)};
    programme.offers.push_back(std::move(made));
  };
  offer("autumn", "Autumn", {at_least(Measure::amount, 500'000)},
        {.kind = EffectKind::percent_off, .value = 1000});
  offer("hundred", "", {at_least(Measure::visits, 100)}, {.kind = EffectKind::credit, .value = 20'000});
  offer("regulars", "Regulars", {at_least(Measure::visits, 3)},
        {.kind = EffectKind::credit_percent, .value = 500, .valid_days = 15});
  offer("thanks", "", {at_least(Measure::tier, 2)}, {.kind = EffectKind::note, .text = "Say thanks"});
  return programme;
}

}  // namespace peyk::tests
