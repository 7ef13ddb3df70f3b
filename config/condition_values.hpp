// What stands behind a key of `when`: one text → the range it means, in the unit of the measure. The other
// half, range → text, is handlers/programme_words.cpp; a test holds the two to each other.
//
//   5   ">=5"   ">5"   "<=5"   "<5"   5..9   every 5   any      numbers; dates and tiers likewise
//   17:00-20:00   22:00-02:00                                    hours, over midnight too
//   12/25..01/05                                                 days of the year, over its end too
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/club.hpp"
#include "handlers/programme_words.hpp"

namespace peyk::config {

// What names in conditions may refer to.
struct ConditionWorld {
  const std::vector<handlers::Branch>& branches;
  const rules::TierPlan& tiers;
  const std::vector<rules::Segment>* segments;  // nullptr: conditions on segments do not stand here
};

// Adds what the text means to the condition's ranges (or sets `every`, or the calendar by which the date was
// written). What is wrong with it, or nothing.
std::optional<std::string> take_value(const handlers::MeasureWord& word, const std::string& text,
                                      rules::Condition& condition, const ConditionWorld& world);
// What may stand there, in words.
std::string allowed_values(const handlers::MeasureWord& word, const ConditionWorld& world);

// Ascending, none touching another.
void tidy(std::vector<rules::Range>& ranges);

// A day as people write it in a club file: 2026-11-20 or 1405/08/29.
std::optional<std::chrono::year_month_day> parse_day(std::string_view text);

}  // namespace peyk::config
