// How a member buys, as a few integers that each purchase moves on: of the whole club, and of each branch.
//
// A visit is a local day of the club on which she bought something that was not wholly given back: invoices
// that are split, and two tills on one day, make no more visits (abuse 22). Gaps between visits are whole
// days.
//
// Must stay true: added to in the order of days, it is what fold() makes of the same visits in any order
// (invariant I44). What comes out of that order (a purchase of an earlier day, one that was wholly given
// back) is folded anew.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

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

  bool operator==(const Behaviour&) const = default;
};

// `visit.day` is her last day or later, and something was spent: else std::logic_error.
void add(Behaviour& behaviour, const Visit& visit);
// In any order; those of which nothing is left do not count.
Behaviour fold(std::span<const Visit> visits);
// Part of a purchase was given back: `amount` less spent. Something of it is left, or it is folded anew.
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

}  // namespace peyk::rules
