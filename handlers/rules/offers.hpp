// Offers: condition -> effect, and what bounds it. Judged as a whole over one purchase (or one occasion), by
// a pure function: so it can be explained, asked for before payment, and replayed over the past.
//
//   measures (conditions.hpp) + basket + what was used before -> judge() -> what fires, and what it gives
//
// Must stay true:
// - Stacking: of the offers that say `best` only the one with which most is given fires, beside all that say
//   `all`; so what is given is never less than any single offer gives. Most: rials (discount, credit, gifts),
//   then items, then points, then entries; of equals the higher priority, then the name.
// - The order of the offers in the file changes nothing.
// - Discounts come first, in order of priority, each of amount - by_credit and never more than is left to
//   pay; a share of credit is of amount - by_credit - all discounts. Rounding is down, effect by effect.
// - Splitting an invoice over a day never earns more rials (invariant I27; but for the rounding of several
//   shares of credit beside a discount: less than a rial each). So what is given by the piece and not by the
//   rial is given once a member a day unless the offer says otherwise; what only a smaller invoice or a
//   second one of the day would fulfil is refused (contradictions()), while what an earlier invoice has made
//   of her (tier, segment, scores, points) counts for the next, as on any day (docs/decisions/0027); a budget
//   is not shared by discounts and credit (likewise); and an offer that says `best` and is not a plain
//   percentage (bounded()) is the only one of these that a member gets in a day: else a splitter has the
//   piece by a small invoice and the percentage by the rest.
// - What codes paid earns nothing: of an invoice wholly paid by them only notes and messages come (I24).
// - A budget is what is left of it when it is judged, under the lock of the offer; an offer whose budget is
//   less than it would give gives what is left, in the order of its effects, and then nothing (I34). That of
//   an offer of items is so many pieces, and an item is worth no rial: no offer has a budget of both.
// - What a member is given at once has a limit (docs/decisions/0040): of the offers that say `all` as many
//   fire, in the order of priority, as give kGivenMax things together in a day; one that says `best` comes
//   beside them. What was given earlier in the day keeps its place, so a second invoice brings nobody what
//   the first had no room for. "Never less than any single offer gives" is said of those that have a place.
// - Chance is none of the judge's: what is drawn for a member and a day is a function of both and of the
//   offer (offer_draws.hpp), the same for all invoices of the day.
// - Integers only. A value beyond kAmountMax is std::out_of_range, never a wrapped sum.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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
  survey,    // when she answered one
  event      // when a system of the club's says that she did something, by its name
};

// What a system tells of an answered survey by: its offers are those of Occasion::survey.
inline constexpr std::string_view kSurveyEvent = "survey";

enum class EffectKind : std::uint8_t {
  percent_off,     // of the amount, at once: only where it was asked for before payment (a quote)
  cash_off,        // likewise
  credit_percent,  // of what is paid in money
  credit,          // a fixed amount
  points,          // so many
  points_percent,  // of the points that the purchase itself brings: 10,000 basis points double them
  gift,            // a gift code of so much, to give away
  entries,         // in the draw
  note,            // what the cashier is told: "gold member, say thanks"
  item,            // one piece of something, for a code that a cashier hands it over for
  message          // a text to her, some time after the purchase
};

// It is said and not given: worth nothing at a till. It comes with what its offer gives, or alone where its
// offer gives nothing else.
constexpr bool is_said(EffectKind kind) {
  return kind == EffectKind::note || kind == EffectKind::message;
}

struct OfferEffect {
  EffectKind kind = EffectKind::credit_percent;
  std::int64_t value = 0;        // basis points, amount or count
  std::uint32_t valid_days = 0;  // credit, gift, item: full local days after today; 0: as the club's credit
  Amount day_max = 0;            // money: at most so much to one member in a day; 0: no bound
  std::string text;              // note, message: as the club wrote it; item: what it is
  std::uint32_t after_minutes = 0;  // message: so long after the purchase
  bool operator==(const OfferEffect&) const = default;
};

inline constexpr std::size_t kItemCharactersMax = 40;  // it stands in a text beside others

enum class Stacking : std::uint8_t { all, best };

struct Offer {
  std::string name;      // [a-z0-9-]{1,40}: stable, in files and reports
  std::string title;     // as people read it in OFFERS and WHY; empty: it is not shown
  std::uint32_t id = 0;  // stays through all versions; 0: not saved yet
  // Of its chance; given when it is saved, and of no file. It and what draws stand where the compiler would
  // leave holes: a thousand offers are walked for each purchase.
  std::uint32_t seed = 0;
  std::uint64_t version = 0;  // of the record that says what it was when it gave; 0: not saved yet
  Occasion on = Occasion::purchase;
  std::uint16_t hold_out = 0;  // so many basis points of the members do not get it; 0: all get it
  std::uint32_t chance = 0;    // fires on one day of so many of hers, by chance; 0: always
  std::vector<Condition> when;
  std::vector<OfferEffect> then;
  Instant from{};                // the epoch: always
  Instant until{};               // first instant at which it is over; the epoch: never
  std::uint32_t per_member = 0;  // uses; 0: no bound
  std::uint32_t per_member_day =
      0;  // uses; 0: no bound. The file's default: 1 if it gives anything by the piece
  Amount budget =
      0;  // in all, of discount, credit and gifts; or of items or messages, in pieces; 0: no bound
  Stacking stacking = Stacking::all;
  std::int32_t priority = 0;  // the higher, the more it counts among equals
  std::string
      message;  // occasions: what she reads, with {club} {credit} {code} {until} {item}; empty: the usual
  bool operator==(const Offer&) const = default;
};

// What a member had of an offer, and what is left of its budget. Needed of each offer that says `best`, and
// of each with a bound: day_max, per_member, per_member_day, budget.
struct OfferUse {
  std::uint32_t uses = 0;  // purchases (or occasions) on which it fired
  std::uint32_t uses_today = 0;
  Amount given_today = 0;             // discount, credit and gifts
  std::optional<Amount> budget_left;  // none: all of its budget, if it has one
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
  std::vector<std::size_t> fired;     // places, in the order of priority, then of names
  std::vector<std::size_t> left_out;  // likewise, of those that fit and have no place (kGivenMax)
  std::vector<Given> given;           // in the same order; nothing of value 0, but notes
  Amount off = 0;                     // discount in all; at most amount - by_credit
  // If all credit that was given comes of plain percentages: then share_of(amount - by_credit - off, this) is
  // the credit in all, to the rial. Else 0.
  BasisPoints credit_share = 0;
};

inline constexpr std::size_t kJudgedMax = 1000;  // offers; more are std::length_error
// Effects of offers that say `all`, of one purchase or occasion. Each is a row and an entry of the answer
// that is kept for a till that asks again: this keeps both within their columns.
inline constexpr std::size_t kGivenMax = 50;

// `uses` by position, or empty: nothing was used. An offer that fits but has nothing to give (not quoted, all
// of its bounds reached, rounded to nothing) does not fire; one that has only notes does.
Judged judge(std::span<const Offer> offers, std::span<const OfferUse> uses, const Measures& measures,
             const Basket& basket, Occasion on, Instant now);

// The offers with a title that a purchase of today could bring her: what OFFERS shows, the highest priority
// first. What she decides by buying is taken as fulfilled: amount, items, branch, minute, and what counts the
// purchase (visits, branch_visits, purchases, spent).
std::vector<std::size_t> open_to(std::span<const Offer> offers, std::span<const OfferUse> uses,
                                 const Measures& measures, Instant now);

// Whether all that there is to it is said, to the cashier or to her.
bool only_says(const Offer& offer);
// Whether it gives anything that is the same on a small invoice as on a large one: such an offer is given
// once a member a day where its file says nothing else.
bool gives_by_piece(const Offer& offer);
// Whether it is anything but percentages without bound.
bool bounded(const Offer& offer);

// What is wrong with an offer by itself: it can never fire, gives nothing, or rewards who splits an invoice;
// in words, for who writes it. Empty: nothing.
std::vector<std::string> contradictions(const Offer& offer);

}  // namespace peyk::rules
