// Wrong codes, PINs and numbers, counted beyond the phone or the till that sent them: per branch and per
// club, in windows of ten minutes. Beyond the club's limits, and when a phone is made to wait, its managers
// are told; each once a window.
//
//   a decision with a miss -> missed_in() -> [the store makes sure of these counts and locks them] ->
//   count_misses()
//
// Only a miss pays for it: what finds its code never waits for these rows. They are the last that are locked.
#pragma once

#include <set>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/setting.hpp"

namespace peyk::handlers {

// The counts into which the outcome's misses go; empty: it has none.
std::set<MissKey> missed_in(const Outcome& outcome, const Setting& setting);

// Counts them, and tells the managers what there is to tell. Wants what missed_in() names.
void count_misses(Outcome& outcome, const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
