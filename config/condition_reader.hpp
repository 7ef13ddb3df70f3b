// `when` of an offer or a segment: a map of what is asked, each key one condition, those under `not` negated.
#pragma once

#include <vector>

#include "config/condition_values.hpp"
#include "config/document.hpp"

namespace peyk::config {

inline constexpr std::size_t kValuesOfKeyMax = 50;

struct ConditionsRead {
  std::vector<rules::Condition> conditions;  // in the order of the tables of words, negated ones behind
  bool correct = true;                       // no mistake was found
};
ConditionsRead read_conditions(Section& parent, std::string_view key, const ConditionWorld& world);

// In the order of the tables of words, negated ones behind: whatever the order in which they were written.
void sort_by_tables(std::vector<rules::Condition>& conditions);

}  // namespace peyk::config
