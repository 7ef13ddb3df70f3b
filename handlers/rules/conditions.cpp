#include "handlers/rules/conditions.hpp"

#include <algorithm>

namespace peyk::rules {
namespace {

constexpr std::array<std::string_view, kMeasures> kMeasureNames = {"visits",
                                                                   "branch_visits",
                                                                   "purchases",
                                                                   "spent",
                                                                   "days_away",
                                                                   "away_percent",
                                                                   "length_days",
                                                                   "member_days",
                                                                   "score_length",
                                                                   "score_recency",
                                                                   "score_frequency",
                                                                   "score_monetary",
                                                                   "top_percent",
                                                                   "basket",
                                                                   "tier",
                                                                   "points",
                                                                   "age_years",
                                                                   "gender",
                                                                   "profile_complete",
                                                                   "days_to_birthday",
                                                                   "survey_score",
                                                                   "credit",
                                                                   "referred",
                                                                   "amount",
                                                                   "branch",
                                                                   "minute",
                                                                   "weekday",
                                                                   "date",
                                                                   "jalali_date",
                                                                   "jalali_month_day",
                                                                   "hijri_month_day",
                                                                   "gregorian_month_day"};
constexpr std::array<std::string_view, kWordSets> kSetNames = {"segment", "tag",      "city",
                                                               "item",    "occasion", "event"};

bool has_any(const Condition& condition, const Measures& measures) {
  for (const WordId word : condition.words) {
    if (measures.has(condition.set, word)) return true;
  }
  return false;
}

bool lies_in(const Condition& condition, std::int64_t value) {
  if (condition.every > 1 && (value == 0 || value % std::int64_t{condition.every} != 0)) return false;
  if (condition.ranges.empty()) return true;
  for (const Range& range : condition.ranges) {
    if (value >= range.from && value <= range.to) return true;
  }
  return false;
}

}  // namespace

WordId word_id(std::string_view folded) {
  WordId hash = 0xcbf29ce484222325;
  for (const char c : folded) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

void Measures::add(WordSet set, WordId word) {
  std::vector<WordId>& words = words_[static_cast<std::size_t>(set)];
  const auto at = std::ranges::lower_bound(words, word);
  if (at == words.end() || *at != word) words.insert(at, word);
}

bool Measures::has(WordSet set, WordId word) const {
  return std::ranges::binary_search(words_[static_cast<std::size_t>(set)], word);
}

bool holds(const Condition& condition, const Measures& measures) {
  if (!condition.words.empty()) return has_any(condition, measures) != condition.negated;
  const std::int64_t value = measures.of(condition.measure);
  return value != Measures::kUnknown && lies_in(condition, value) != condition.negated;
}

bool all_hold(std::span<const Condition> conditions, const Measures& measures) {
  for (const Condition& condition : conditions) {
    if (!holds(condition, measures)) return false;
  }
  return true;
}

std::string_view name_of(Measure measure) {
  return kMeasureNames.at(static_cast<std::size_t>(measure));
}

std::string_view name_of(WordSet set) {
  return kSetNames.at(static_cast<std::size_t>(set));
}

}  // namespace peyk::rules
