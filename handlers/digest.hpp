// What was odd in a club's day, told to its managers the next morning in one text. Each of these may be
// innocent; whoever knows the shop sees which is not. The club's file says from how many on (DigestPolicy).
//
//   clubs, the clock, what was told -> untold_days() -> [the store counts what is above the club's limits] ->
//   digest() -> a text for each manager, or none
//
// The text names who, where, how often and how much, so that a manager can act on it, and is three parts at
// most: the worst of each sort comes first, and of what finds no room she reads how many there are.
//
// One of the best customers who stays away (quiet) is odd on the one day on which her absence grows longer
// than the club's share of her usual gap: so each absence is told of once, and nothing is written for it.
// Once a week, if the club wants it, the text begins with what last night's insight says (insight.hpp), as
// far as there is room beside what is odd.
//
// To add a sort: a name below, a limit in DigestPolicy (its table, the club file, `peykctl apply`), a query
// in store/mysql/day_oddities.cpp, a text, a case in line_of().
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "handlers/directory.hpp"
#include "handlers/effects.hpp"
#include "templates/catalogue.hpp"

namespace peyk::handlers {

inline constexpr std::uint32_t kDigestDays = 3;       // a day that was missed is told of so long after
inline constexpr std::uint32_t kDigestDaysKnown = 8;  // of so many it must be known whether they were told
inline constexpr std::size_t kDigestPartsMax = 3;
inline constexpr std::uint32_t kOdditiesEach = 100;  // counted of each sort, the worst first

// In the order in which the worst of each are told.
enum class Oddity : std::uint8_t {
  own_phone,
  split,
  refunds,
  parked,
  voids,
  misses,
  purchases,
  club_misses,
  quiet
};

// Where refunds are told of at all: one whose purchase has not come for so long, on the day on which it has
// not.
inline constexpr std::chrono::days kParkedOddAfter{3};

struct OddThing {
  Oddity what = Oddity::own_phone;
  PhoneNumber phone = 0;       // the buyer's, or the cashier's who did it
  std::string till;            // its key, if no cashier did it
  BranchNo branch = 0;         // one of them
  std::uint32_t branches = 1;  // at which it was
  std::uint64_t count = 0;     // of quiet: days
  rules::Amount amount = 0;    // 0: it is not about money; of quiet: of all her time

  bool operator==(const OddThing&) const = default;
};

// How the day went: as TODAY has it, of all branches.
struct DayFigures {
  std::uint64_t sales = 0, joined = 0;
  rules::Amount sold = 0;  // less refunds
  BranchNo best = 0;       // that sold most; 0: nothing was sold

  bool operator==(const DayFigures&) const = default;
};

struct ClubDay {
  std::vector<OddThing> odd;                  // of each sort the worst first
  DayFigures figures;                         // wanted of clubs that are told daily
  std::map<PhoneNumber, Language> languages;  // of managers who are members, and have chosen
};

// A whole local day of a club.
struct DigestDay {
  const Club* club = nullptr;
  rules::Instant from{}, until{};

  bool operator==(const DigestDay&) const = default;
};
using DigestKey = std::pair<ClubId, rules::Instant>;  // the day's first instant

// The first instant whose days matter to untold_days().
rules::Instant digests_known_from(rules::Instant now);

// Days that are due and not among `told`, the oldest first: yesterday from the club's hour on, and what was
// missed before. A club of which no day is known begins with yesterday.
std::vector<DigestDay> untold_days(const Directory& directory, const std::set<DigestKey>& told,
                                   rules::Instant now);

// When a digest that is written now leaves: not at night, by the club's clock.
rules::Instant digest_time(const Club& club, rules::Instant now);

// One text for each manager; none: there is nothing to tell.
std::vector<OutgoingText> digest(const DigestDay& day, const ClubDay& facts,
                                 const templates::Catalogue& catalogue, rules::Instant now);

}  // namespace peyk::handlers
