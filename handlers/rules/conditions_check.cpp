// What is wrong with a list of conditions by itself.
#include <algorithm>
#include <numeric>
#include <optional>

#include "handlers/rules/ranges.hpp"

namespace peyk::rules {
namespace {

using Words = std::vector<std::string>;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// The values that a measure can have, in the order of Measure.
constexpr std::array<Range, kMeasures> kDomains = {{
    {0, kMost},                // visits
    {0, kMost},                // branch_visits
    {0, kMost},                // purchases
    {0, kMost},                // spent
    {0, kMost},                // days_away
    {0, kMost},                // away_percent
    {0, kMost},                // length_days
    {0, kMost},                // member_days
    {1, 5},                    // score_length
    {1, 5},                    // score_recency
    {1, 5},                    // score_frequency
    {1, 5},                    // score_monetary
    {1, 100},                  // top_percent
    {1, 3},                    // basket
    {0, kMost},                // tier
    {Range{}.from, kMost},     // points
    {0, 150},                  // age_years
    {1, 2},                    // gender
    {0, 1},                    // profile_complete
    {-182, 183},               // days_to_birthday
    {1, 5},                    // survey_score
    {Range{}.from, kMost},     // credit
    {0, 1},                    // referred
    {0, kAmountMax},           // amount
    {0, kMost},                // branch
    {0, 24 * 60 - 1},          // minute
    {0, 6},                    // weekday
    {1970'01'01, 9999'12'31},  // date
    {1300'01'01, 9999'12'30},  // jalali_date
    {1'01, 12'30},             // jalali_month_day
    {1'01, 12'30},             // hijri_month_day
    {1'01, 12'31},             // gregorian_month_day
}};

const Range& domain_of(Measure measure) {
  return kDomains.at(static_cast<std::size_t>(measure));
}

std::string shown(std::int64_t value) {
  return std::to_string(value);
}

// A range that is empty or goes where the measure never is. Open ends are no numbers that somebody wrote.
void check_ranges(const Condition& condition, Words& wrong) {
  const Range& domain = domain_of(condition.measure);
  const std::string name(name_of(condition.measure));
  for (const Range& range : condition.ranges) {
    if (range.from > range.to) {
      wrong.push_back(name + ": nothing is from " + shown(range.from) + " to " + shown(range.to) +
                      "; what goes past the end is two ranges");
      continue;
    }
    for (const std::int64_t end : {range.from, range.to}) {
      if (end == Range{}.from || end == Range{}.to || contains({domain}, end)) continue;
      wrong.push_back(name + ": " + shown(end) + " is not from " + shown(domain.from) +
                      (domain.to == kMost ? " up" : " to " + shown(domain.to)));
      break;
    }
  }
}

bool is_about(const Condition& condition, Measure measure) {
  return condition.words.empty() && condition.measure == measure;
}

// What all conditions on the measure leave together. `every` under a negation leaves nearly everything, and
// is left out of account.
bool can_hold(std::span<const Condition> conditions, Measure measure) {
  Ranges left = {domain_of(measure)};
  std::uint64_t every = 1;
  for (const Condition& one : conditions) {
    if (!is_about(one, measure)) continue;
    if (one.every > 1 && one.negated) continue;
    left = common(left, allowed(one, domain_of(measure)));
    // No multiple of so much is within 64 bits but 0; a bound keeps the product from wrapping.
    if (one.every > 1 && every < (std::uint64_t{1} << 31)) every = std::lcm(every, std::uint64_t{one.every});
  }
  if (every > 1) left = common(left, without(Range{}, {{0, 0}}));
  return have_multiple(left, every);
}

void check_words(std::span<const Condition> conditions, Words& wrong) {
  for (const Condition& asked : conditions) {
    if (asked.words.empty() || asked.negated) continue;
    const auto refused = [&](WordId word) {
      return std::ranges::any_of(conditions, [&](const Condition& other) {
        return other.negated && other.set == asked.set &&
               std::ranges::find(other.words, word) != other.words.end();
      });
    };
    if (std::ranges::all_of(asked.words, refused))
      wrong.push_back(std::string(name_of(asked.set)) + ": what is asked for is refused as well");
  }
}

// Where its measure certainly lies; nothing: it may be unknown.
std::optional<Ranges> certainly_in(Measure measure, std::span<const Condition> certain) {
  std::optional<Ranges> left;
  for (const Condition& one : certain) {
    if (!is_about(one, measure)) continue;
    const Ranges here = allowed(one, domain_of(measure));
    left = left ? common(*left, here) : here;
  }
  return left;
}

}  // namespace

std::vector<std::size_t> always_hold(std::span<const Condition> conditions,
                                     std::span<const Condition> certain) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Condition& one = conditions[i];
    if (!one.words.empty() || one.every > 1) continue;
    const std::optional<Ranges> left = certainly_in(one.measure, certain);
    if (!left) continue;
    const Ranges asked = allowed(one, domain_of(one.measure));
    if (std::ranges::all_of(*left, [&](const Range& range) { return without(range, asked).empty(); }))
      places.push_back(i);
  }
  return places;
}

std::vector<std::string> contradictions(std::span<const Condition> conditions) {
  Words wrong;
  for (const Condition& condition : conditions) {
    if (condition.words.empty()) check_ranges(condition, wrong);
  }
  if (!wrong.empty()) return wrong;  // else the same is said twice
  for (std::size_t i = 0; i < kMeasures; ++i) {
    const auto measure = static_cast<Measure>(i);
    if (!can_hold(conditions, measure))
      wrong.push_back(std::string(name_of(measure)) + ": no number fulfils all that is asked of it");
  }
  check_words(conditions, wrong);
  return wrong;
}

}  // namespace peyk::rules
