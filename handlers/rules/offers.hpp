// Offers: condition -> effect, and what bounds it. Judged as a whole over one purchase (or one occasion), by
// a pure function: so it can be explained, asked for before payment, and replayed over the past.
//
//   measures (conditions.hpp) + basket + what was used before -> judge() -> what fires, and what it gives
//
// Must stay true:
// - Stacking: of the offers that say `best` only the one that gives most fires, beside all that say `all`; so
//   what is given is never less than any single offer gives. Of equals the higher priority, then the name.
// - The order of the offers in the file changes nothing.
// - Rounding is down, effect by effect. What is given by the piece and not by the rial is given once a member
// a
//   day unless the offer says otherwise: splitting an invoice never earns more (invariant I27).
// - A budget is what is left of it when it is judged, under the lock of the offer; an offer whose budget is
// less
//   than it would give gives what is left, and then nothing (I34).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "handlers/rules/conditions.hpp"

namespace peyk::rules {

// What brings an offer about.
enum class Occasion : std::uint8_t {
  purchase,  // judged on each
  birthday,  // in the morning; once a year
  away,      // each morning, by its conditions on days_away or away_percent; once an absence
  join,      // of a new member
  profile,   // when she completed her profile
  survey     // when she answered one
};

enum class EffectKind : std::uint8_t {
  percent_off,     // of the amount, at once: only where it was asked for before payment (a quote)
  cash_off,        // likewise
  credit_percent,  // of what is paid in money
  credit,          // a fixed amount
  points,          // so many
  points_percent,  // of the points that the purchase itself brings: 100 doubles them
  gift,            // a gift code of so much, to give away
  entries,         // in the draw
  note             // what the cashier is told: "gold member, say thanks"
};

struct OfferEffect {
  EffectKind kind = EffectKind::credit_percent;
  std::int64_t value = 0;        // basis points, amount or count
  std::uint32_t valid_days = 0;  // credit, gift: full local days after today; 0: as the club's credit
  Amount day_max = 0;            // at most so much to one member in a day; 0: no bound
  std::string text;              // note: in the club's language
  bool operator==(const OfferEffect&) const = default;
};

enum class Stacking : std::uint8_t { all, best };

struct Offer {
  std::string name;           // [a-z0-9-]{1,40}: stable, in files and reports
  std::string title;          // as people read it in OFFERS and WHY; empty: it is not shown
  std::uint32_t id = 0;       // stays through all versions; 0: not saved yet
  std::uint64_t version = 0;  // of the record that says what it was when it gave; 0: not saved yet
  Occasion on = Occasion::purchase;
  std::vector<Condition> when;
  std::vector<OfferEffect> then;
  Instant from{};                // the epoch: always
  Instant until{};               // first instant at which it is over; the epoch: never
  std::uint32_t per_member = 0;  // uses; 0: no bound
  std::uint32_t per_member_day =
      0;              // uses; 0: no bound. The file's default: 1 if it gives anything by the piece
  Amount budget = 0;  // in all, of discount, credit and gifts; 0: no bound
  Stacking stacking = Stacking::all;
  std::int32_t priority = 0;  // the higher, the more it counts among equals
  std::string message;  // occasions: what she reads, with {club} {credit} {code} {until}; empty: the usual
  bool operator==(const Offer&) const = default;
};

// What a member had of an offer, and what is left of its budget.
struct OfferUse {
  std::uint32_t uses = 0;
  std::uint32_t uses_today = 0;
  Amount given_today = 0;             // discount and credit
  std::optional<Amount> budget_left;  // none: it has none
};

struct Basket {
  Amount amount = 0;        // of the invoice
  Amount by_credit = 0;     // of it, paid by codes
  bool quoted = false;      // discounts count: the till asked, and gave them
  std::int64_t points = 0;  // that the purchase itself brings
};

// One effect of one offer that fired.
struct Given {
  std::size_t offer = 0;   // its place in the span that was judged
  std::size_t effect = 0;  // its place in offer.then
  std::int64_t value = 0;  // amount, or count; never negative
  std::uint32_t id = 0;    // stays through all versions; 0: not saved yet
  std::uint64_t version = 0;
};

struct Judged {
  std::vector<std::size_t> fired;  // places, in the order of priority, then of names
  std::vector<Given> given;        // in the same order; nothing of value 0, but notes
  Amount off = 0;                  // discount in all; at most amount - by_credit
  BasisPoints credit_share = 0;    // in all, if every credit that was given is a plain percentage; else 0
};

// `uses` by position, or empty: nothing was used. At most 1,000 offers.
Judged judge(std::span<const Offer> offers, std::span<const OfferUse> uses, const Measures& measures,
             const Basket& basket, Occasion on, Instant now);

// Offers that fit but for one condition on what she buys: what OFFERS shows her as open. Conditions on
// amount, items, branch, minute and visits are taken as fulfilled.
std::vector<std::size_t> open_to(std::span<const Offer> offers, std::span<const OfferUse> uses,
                                 const Measures& measures, Instant now);

// What is wrong with an offer by itself: it can never fire, or gives nothing; in words, for who writes it.
// Empty: nothing.
std::vector<std::string> contradictions(const Offer& offer);

}  // namespace peyk::rules
