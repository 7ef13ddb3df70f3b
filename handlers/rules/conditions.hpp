// What an offer or a segment asks: each condition a measure of the member, the invoice or the moment, and the
// ranges it may lie in. All of the conditions of a list must hold.
//
// The world is a table: whoever judges fills in the measures once (a number each, or "not known"), and a
// condition looks at one of them. A measure that is not known fulfils no condition, negated or not.
//
// To add a measure: its line here, its word and its unit in handlers/programme_words.cpp (the club file's
// key), how it is filled in handlers/measures.cpp, a row in the table test.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/rules/units.hpp"

namespace peyk::rules {

enum class Measure : std::uint8_t {
  // The member, with the purchase that is judged where there is one:
  visits,         // this one counted
  branch_visits,  // at this branch, this one counted
  purchases,      // this one counted
  spent,          // this one counted; in the smallest unit
  days_away,      // since the visit before; 0 on the same day; not known before the first
  away_percent,   // the same in percent of her usual gap
  length_days,    // since the first visit
  member_days,    // since she joined: seniority
  score_length,   // LRFM, 1 to 5, as they were before this purchase
  score_recency,
  score_frequency,
  score_monetary,
  top_percent,  // her place by what she spent, in percent of those who bought: 1 the best, to 100
  basket,       // how her baskets go, as before this day: 1 falling, 2 steady, 3 rising
  tier,         // 0: none; 1 the lowest
  points,
  age_years,
  gender,            // 1 woman, 2 man
  profile_complete,  // 0, 1
  days_to_birthday,  // the nearest one; 0: today, -1: it was yesterday
  survey_score,      // her last, 1 to 5
  credit,            // that she may spend
  referred,          // 1: somebody invited her
  // The invoice:
  amount,  // in the smallest unit, less what codes have paid
  branch,
  // The moment, of the club's clock and calendars:
  minute,            // of the day
  weekday,           // 0 Saturday .. 6 Friday
  date,              // Gregorian, 20261122
  jalali_date,       // 14050901
  jalali_month_day,  // 901
  hijri_month_day,   // 610: 10 Jumada II
  gregorian_month_day,
  count_
};
inline constexpr std::size_t kMeasures = static_cast<std::size_t>(Measure::count_);

// Sets of words beside the numbers, by their hash (word_id): what she is tagged with, her city, the items of
// the invoice, the occasions of the day, what the club's own systems say that she did just now.
enum class WordSet : std::uint8_t { segment, tag, city, item, occasion, event, count_ };
inline constexpr std::size_t kWordSets = static_cast<std::size_t>(WordSet::count_);
using WordId = std::uint64_t;
// FNV-1a of the folded word; the same on every machine.
WordId word_id(std::string_view folded);

class Measures {
 public:
  static constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::min();

  Measures() { values_.fill(kUnknown); }
  void set(Measure measure, std::int64_t value) { values_[static_cast<std::size_t>(measure)] = value; }
  std::int64_t of(Measure measure) const { return values_[static_cast<std::size_t>(measure)]; }
  // Kept sorted; a handful each.
  void add(WordSet set, WordId word);
  bool has(WordSet set, WordId word) const;
  // Whose they are (0: nobody's) and on which day of the club: what draws go by (offer_draws.hpp).
  void draw_for(std::uint64_t member, std::int64_t day) {
    member_ = member;
    draw_day_ = day;
  }
  std::uint64_t member() const { return member_; }
  std::int64_t draw_day() const { return draw_day_; }

 private:
  std::array<std::int64_t, kMeasures> values_;
  std::array<std::vector<WordId>, kWordSets> words_;
  std::uint64_t member_ = 0;
  std::int64_t draw_day_ = 0;
};

struct Range {
  std::int64_t from = std::numeric_limits<std::int64_t>::min() + 1;
  std::int64_t to = std::numeric_limits<std::int64_t>::max();  // inclusive
  bool operator==(const Range&) const = default;
};

// A measure that lies in any of the ranges and, if `every` is not 0, is a multiple of it (0 is none: nothing
// came round yet); or, with `words`, a set that has any of them.
struct Condition {
  Measure measure = Measure::visits;
  std::vector<Range> ranges;  // none: any known value
  std::uint32_t every = 0;
  WordSet set = WordSet::segment;
  std::vector<WordId> words;            // not empty: it is about a set, not about the measure
  std::vector<std::string> word_names;  // the same as people wrote them
  bool negated = false;
  bool operator==(const Condition&) const = default;
};

bool holds(const Condition& condition, const Measures& measures);
bool all_hold(std::span<const Condition> conditions, const Measures& measures);

// As its enumerator is called: "days_away".
std::string_view name_of(Measure measure);
std::string_view name_of(WordSet set);

// What is wrong with such a list by itself: a number that the measure never has, conditions that can never
// hold together; in words, for who writes it. Empty: nothing.
std::vector<std::string> contradictions(std::span<const Condition> conditions);
// The places of those that hold whatever happens, if all that is `certain` holds and is known.
std::vector<std::size_t> always_hold(std::span<const Condition> conditions,
                                     std::span<const Condition> certain);

}  // namespace peyk::rules
