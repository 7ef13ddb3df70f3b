// The words of a club's programme: what a measure, a set, an effect is called in club files, in documents and
// in reports, in which unit it stands, and what a file may say of it.
//
// One table a kind, and everything goes by them: config/programme_reader.cpp reads, `peykctl get club` and
// `apply` write and compare, docs/club.schema.json is held to them by a test, programme_json.cpp names by
// them. So a word has one meaning wherever it stands.
//
// To add a measure: its row in programme_words.cpp. A new unit: how it is written (values_of) and how it is
// read (config/condition_values.cpp). Names in documents are for good: they stand in saved versions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "handlers/programme.hpp"

namespace peyk::handlers {

// How values of a measure are written.
enum class Unit : std::uint8_t {
  count,          // 5, ">=5", 5..9, every 5
  score,          // the same, without every
  rials,          //
  percent,        // whole
  flag,           // true, false
  gender,         // woman, man
  trend,          // falling, steady, rising
  tier,           // by name; none
  branch,         // by number
  hours,          // 17:00-20:00; kept as minutes of the day
  weekday,        // sat .. fri
  date,           // 2026-11-22
  jalali_date,    // 1405/09/01
  jalali_day,     // 09/01, of each year
  hijri_day,      // 06/10, of each year
  gregorian_day,  // 11-22, of each year
  birthday,       // -3..3: days to the nearest one, those after it negative
  basis_points    // of effects: 5, 7.25
};

struct MeasureWord {
  rules::Measure measure;
  std::string_view name;  // in documents
  std::string_view key;   // in a club file; two calendars share one
  Unit unit;
  std::int64_t min, max;     // that a file may say
  std::string_view meaning;  // for editors and manuals
};
std::span<const MeasureWord> measure_words();  // in the order of rules::Measure
const MeasureWord& word_of(rules::Measure measure);
const MeasureWord* measure_named(std::string_view name);

struct SetWord {
  rules::WordSet set;
  std::string_view name;
  std::string_view meaning;
};
std::span<const SetWord> set_words();
std::string_view word_of(rules::WordSet set);
std::optional<rules::WordSet> set_named(std::string_view name);

struct EffectWord {
  rules::EffectKind kind;
  std::string_view name;
  std::string_view value_key;  // of its value, where it is written as a map
  Unit unit;
  std::int64_t max;  // its value is 1 to this; 0: it has a text instead
  bool has_valid_days, has_day_max;
  std::string_view said;  // in a report, with the value in place of {}
  std::string_view meaning;
};
std::span<const EffectWord> effect_words();
const EffectWord& word_of(rules::EffectKind kind);
const EffectWord* effect_named(std::string_view name);

template <typename E>
using Words = std::span<const std::pair<std::string_view, E>>;
Words<rules::Occasion> occasion_words();
Words<rules::Stacking> stacking_words();
Words<rules::TierMeasure> tier_measure_words();
template <typename E>
std::string_view word_in(Words<E> words, E value) {
  for (const auto& [word, one] : words) {
    if (one == value) return word;
  }
  return {};
}
template <typename E>
std::optional<E> value_in(Words<E> words, std::string_view word) {
  for (const auto& [one, value] : words) {
    if (one == word) return value;
  }
  return std::nullopt;
}

std::string_view weekday_name(std::int64_t day);  // 0 Saturday: "sat"
inline constexpr std::string_view kNoTier = "none";
inline constexpr std::string_view kAnyValue = "any";

// How many of an offer one member gets in a day if its file does not say: 1 of what is given by the piece.
std::uint32_t usual_per_member_day(const rules::Offer& offer);

// The key of a condition in a club file, and its values as they stand there.
std::string_view key_of(const rules::Condition& condition);
std::vector<std::string> values_of(const rules::Condition& condition, const rules::TierPlan& tiers);
std::string percent_text(std::int64_t basis_points);  // 725: "7.25"
std::string value_of(const rules::OfferEffect& effect);
std::string span_text(std::uint32_t minutes);  // 90: "90m", 120: "2h", 2,880: "2d"

// For reports, in English: "visits >=6", "not segment lost", "5% credit, 14 days".
std::string said(const rules::Condition& condition, const rules::TierPlan& tiers);
std::string said(const rules::OfferEffect& effect);

}  // namespace peyk::handlers
