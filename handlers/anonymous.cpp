#include "handlers/anonymous.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "templates/fold.hpp"

namespace peyk::handlers {
namespace {

using rules::Measure;

constexpr std::int64_t kDaysOfWeek = 7;

std::optional<std::int64_t> measure_if_known(const rules::Measures& measures, Measure measure) {
  const std::int64_t value = measures.of(measure);
  if (value == rules::Measures::kUnknown) return std::nullopt;
  return value;
}

// It asks what she told of herself, or what the club calls her: its name would tell that.
bool tells_who(const rules::Segment& segment) {
  return std::ranges::any_of(segment.when, [](const rules::Condition& one) {
    if (!one.words.empty()) return one.set == rules::WordSet::city || one.set == rules::WordSet::tag;
    return one.measure == Measure::age_years || one.measure == Measure::gender ||
           one.measure == Measure::days_to_birthday || one.measure == Measure::profile_complete;
  });
}

}  // namespace

rules::Amount in_two_digits(rules::Amount amount) {
  rules::Amount unit = 1;
  while (amount / unit >= 100) unit *= 10;
  return amount / unit * unit;
}

std::string_view age_band(std::int64_t age_years) {
  if (age_years < 0) return {};
  if (age_years < 18) return "0-17";
  if (age_years < 25) return "18-24";
  if (age_years < 35) return "25-34";
  if (age_years < 45) return "35-44";
  if (age_years < 55) return "45-54";
  return age_years < 65 ? "55-64" : "65+";
}

AnonymousCustomer anonymous(const Club& club, const Profile& profile, const rules::Behaviour& behaviour,
                            const rules::Measures& measures) {
  AnonymousCustomer one{.visits = behaviour.visits, .purchases = behaviour.purchases};
  one.weeks_away = measure_if_known(measures, Measure::days_away).value_or(0) / kDaysOfWeek;
  one.weeks_known = rules::length_days(behaviour) / kDaysOfWeek;
  if (const auto gap = rules::usual_gap(behaviour)) one.usual_gap_days = gap->days;
  one.spent = in_two_digits(behaviour.spent);
  if (behaviour.purchases > 0) one.mean_basket = in_two_digits(behaviour.spent / behaviour.purchases);
  if (const auto trend = measure_if_known(measures, Measure::basket))
    one.basket = rules::name_of(static_cast<rules::BasketTrend>(*trend));
  const auto score = [&measures](Measure measure) {
    return static_cast<std::uint8_t>(measure_if_known(measures, measure).value_or(0));
  };
  one.scores = {.length = score(Measure::score_length),
                .recency = score(Measure::score_recency),
                .frequency = score(Measure::score_frequency),
                .monetary = score(Measure::score_monetary)};
  one.top_percent = measure_if_known(measures, Measure::top_percent);
  const auto& segments = club.programme.segments;
  const rules::SegmentMask mask = rules::segments_of(segments, measures);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if ((mask >> i & 1U) != 0 && !tells_who(segments[i])) one.segments.push_back(segments[i].name);
  }
  const auto& tiers = club.programme.tiers.tiers;
  const std::int64_t tier = measure_if_known(measures, Measure::tier).value_or(0);
  if (tier > 0 && static_cast<std::size_t>(tier) <= tiers.size())
    one.tier = tiers[static_cast<std::size_t>(tier) - 1].name;
  one.city = templates::fold(profile.city);
  one.age_band = age_band(measure_if_known(measures, Measure::age_years).value_or(-1));
  return one;
}

void hide_rare(std::vector<AnonymousCustomer>& customers) {
  std::map<std::pair<std::string, std::string>, std::size_t> alike;
  for (const AnonymousCustomer& one : customers) ++alike[{one.city, one.age_band}];
  for (AnonymousCustomer& one : customers) {
    if (alike.at({one.city, one.age_band}) >= kAlikeMin) continue;
    one.city.clear();
    one.age_band.clear();
  }
}

}  // namespace peyk::handlers
