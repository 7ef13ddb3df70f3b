// How a member buys, as a few integers that each purchase moves on: of the whole club, and of each branch.
//
// A visit is a local day of the club on which she bought something that was not wholly given back: invoices
// that are split, and two tills on one day, make no more visits (abuse 22). Gaps between visits are whole
// days. A basket is what she spent on one visit.
//
// Must stay true: added to in the order of days, it is what fold() makes of the same visits in any order
// (invariant I44). What comes out of that order (a purchase of an earlier day, one that was wholly given
// back) is folded anew.
//
// How her baskets go is told from two means: of all of them, and of the last ones, in which each visit counts
// a quarter and what was before it the rest. After four visits at half her usual basket it falls, after four
// at twice it rises; one alone of twice or next to nothing leaves it steady.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "handlers/rules/units.hpp"

namespace peyk::rules {

// A day of the club's calendar, counted from 1970-01-01, which is 0.
using DayNumber = std::int32_t;

// A purchase as behaviour sees it: nothing of it is left when `spent` is 0.
struct Visit {
  DayNumber day = 0;
  std::uint8_t hour = 0;  // of the club's clock, 0 .. 23
  Amount spent = 0;       // of the invoice, less what was given back
};

struct Behaviour {
  std::uint32_t purchases = 0;
  std::uint32_t visits = 0;
  DayNumber first_day = 0;  // nothing when there are no visits
  DayNumber last_day = 0;
  Amount spent = 0;
  std::uint64_t gap_squares = 0;          // of the gaps between visits, in days times days
  std::array<std::uint16_t, 24> hours{};  // purchases in each; stays at its largest when full
  Amount recent = 0;      // the mean of her baskets before the last visit, the later ones counting more
  Amount last_spent = 0;  // on the last visit; 0 beside visits: kept since before these two, and to be folded

  bool operator==(const Behaviour&) const = default;
};

// `visit.day` is her last day or later, and something was spent: else std::logic_error.
void add(Behaviour& behaviour, const Visit& visit);
// In any order; those of which nothing is left do not count.
Behaviour fold(std::span<const Visit> visits);
// Part of a purchase was given back: `amount` less spent. Something of it is left, or it is folded anew. Her
// last baskets stay as they were: which of them it was is not known, and a few visits on it is forgotten.
void give_back(Behaviour& behaviour, Amount amount);

// From the first visit to the last.
std::int32_t length_days(const Behaviour& behaviour);
// The usual gap between two visits, rounded down, and how far gaps stray from it (standard deviation, rounded
// down). Nothing before the third visit: one gap is no habit.
struct Gap {
  std::int32_t days = 0;
  std::int32_t spread_days = 0;
};
std::optional<Gap> usual_gap(const Behaviour& behaviour);
// The hour in which she bought most often, the earliest of equals; nothing before the first purchase.
std::optional<std::uint8_t> usual_hour(const Behaviour& behaviour);

// Of the days before this one: a visit that is still under way is no basket yet. Else who pays a trifle first
// would make her baskets fall, and the rest of her invoice earn what an offer gives for that.
struct Baskets {
  std::uint32_t visits = 0;  // 0 beside purchases: not reckoned yet
  Amount spent = 0;
  Amount recent = 0;  // the mean of the last ones
};
Baskets baskets_before(const Behaviour& behaviour, DayNumber today);
// How the last ones go beside the mean of all: by a fifth. Nothing before the sixth visit.
inline constexpr std::uint32_t kTrendVisitsMin = 6;
enum class BasketTrend : std::uint8_t { falling = 1, steady = 2, rising = 3 };
std::optional<BasketTrend> trend_of(const Baskets& baskets);
std::string_view name_of(BasketTrend trend);

}  // namespace peyk::rules
