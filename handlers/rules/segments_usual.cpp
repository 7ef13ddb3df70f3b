// The segments that ship ready. What differs between lines of business is how long one stays away before one
// is missed, and how many visits make a habit; what they are called by people is in the catalogue.
//
//   visits   0 .. at_risk      at_risk .. sleeping   sleeping .. lost   lost ..      days away
//   1        new               new                   sleeping           lost
//   2 ..     promising         at-risk               sleeping           lost
//   habit .. loyal             at-risk               sleeping           lost
//
// To add a line of business: a row in kBusinesses and one in the table test.
#include <algorithm>
#include <array>

#include "handlers/rules/segments.hpp"

namespace peyk::rules {
namespace {

struct Business {
  std::string_view name;
  std::int64_t at_risk, sleeping, lost;  // days away from which she is
  std::int64_t habit;                    // visits from which she is loyal
};

constexpr std::array<Business, 4> kBusinesses = {{{"restaurant", 30, 60, 120, 5},
                                                  {"grocery", 14, 30, 60, 8},
                                                  {"beauty", 45, 90, 180, 4},
                                                  {"clothing", 90, 180, 365, 3}}};

Condition at_least(Measure measure, std::int64_t from) {
  return {.measure = measure, .ranges = {{.from = from}}};
}

Condition between(Measure measure, std::int64_t from, std::int64_t to) {
  return {.measure = measure, .ranges = {{.from = from, .to = to}}};
}

std::vector<Segment> segments_for(const Business& of) {
  using enum Measure;
  const Condition active = between(days_away, 0, of.at_risk - 1);
  const auto named = [](std::string_view name, std::vector<Condition> when) {
    return Segment{.name = std::string(name), .title = "", .when = std::move(when)};
  };
  return {named("new", {between(visits, 1, 1), between(days_away, 0, of.sleeping - 1)}),
          named("promising", {between(visits, 2, of.habit - 1), active}),
          named("loyal", {at_least(visits, of.habit), active}),
          named("champion", {at_least(visits, of.habit), active, at_least(score_recency, 4),
                             at_least(score_frequency, 4), at_least(score_monetary, 4)}),
          named("big-spender", {at_least(score_monetary, 5), between(days_away, 0, of.lost - 1)}),
          named("at-risk", {at_least(visits, 2), between(days_away, of.at_risk, of.sleeping - 1)}),
          named("sleeping", {between(days_away, of.sleeping, of.lost - 1)}),
          named("lost", {at_least(days_away, of.lost)}),
          named("dissatisfied", {between(survey_score, 1, 2)})};
}

}  // namespace

std::span<const Segment> usual_segments(std::string_view business) {
  static const auto kAll = [] {
    std::array<std::vector<Segment>, kBusinesses.size()> all;
    std::ranges::transform(kBusinesses, all.begin(), segments_for);
    return all;
  }();
  for (std::size_t i = 0; i < kBusinesses.size(); ++i) {
    if (kBusinesses[i].name == business) return kAll[i];
  }
  return {};
}

}  // namespace peyk::rules
