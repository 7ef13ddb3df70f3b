// What a purchase brings its buyer, by the club's own terms and by its offers, judged as a whole: discounts,
// credit in lots, points and a tier, gifts to give away, notes for the cashier.
//
//   judge_purchase(): what all is worth   -> [refunds that came before take their part]
//   bring():          lots, codes, entries, uses, budgets, as effects
//
// - What expires on the same day is one lot with one code; the club's own credit is the first of them.
// - Nothing is earned on what codes have paid, nor on what the till took off. Of what it took off that is
//   honoured which the offers would have given before payment; the rest is its own affair, and no use of an
//   offer.
// - Budgets are spent under the lock of their offers, each grant is a row, uses are counted by the club's
//   day.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/measures.hpp"
#include "handlers/setting.hpp"

namespace peyk::handlers {

// Each becomes a lot, a code and a line of a text.
inline constexpr std::size_t kEarnedLotsMax = 6;
// Gifts and items, of the highest priority; the others are not given.
inline constexpr std::size_t kGiftsOfAPurchaseMax = 4;

// What a purchase is worth, before anything of it is given back. Of a stranger: nothing.
struct Worth {
  rules::Amount own_credit = 0;  // by the club's own share
  std::int64_t own_points = 0;
  std::vector<rules::Given> given;  // by offers: what counts, in the order of their priority
  rules::Amount honoured = 0;       // of the discount
  rules::Amount earned = 0;         // credit and gifts in all
  std::int64_t points = 0;          // in all
  rules::BasisPoints share = 0;     // by which it earned, if by shares alone; else 0
  std::vector<std::string> notes;
  rules::Measures measures;
};
Worth judge_purchase(const Club& club, const PurchaseRequest& request, const Purchase& purchase,
                     const Member& member, const Facts& facts, rules::Instant now);

// Credit that she has of it.
struct Earned {
  Lot lot;
  Code code;
  rules::Amount settled = 0;  // of it, her debt, at once
  rules::Amount kept() const { return lot.issued - settled; }
};
struct Gift {
  Lot lot;
  Code code;
};
struct Item {
  Lot lot;
  Code code;
};
struct Brought {
  std::vector<Earned> credits;  // the club's own first, then by their expiry
  std::vector<Gift> gifts;
  std::vector<Item> items;
  std::int64_t points = 0, points_total = 0;
  std::optional<rules::Standing> risen;  // to another tier
  std::uint32_t tier = 0;                // that she is in now; 0: none
  std::vector<Effect> effects;
  std::vector<OutgoingText> later;  // what offers say some time after it
  std::uint32_t grants = 0;
};
// `earned` and `points` of it are left once earlier refunds have taken their part, and `spent` of the bill.
struct Left {
  rules::Amount earned = 0;
  std::int64_t points = 0;
  rules::Amount spent = 0;
};
// A purchase without a number is none: an occasion brings it (occasion.hpp). Throws OutOfCandidates.
Brought bring(const Club& club, const Purchase& purchase, const Member& member, const Worth& worth,
              const Left& left, std::span<const CodeKey> candidates, const Facts& facts, Setting& setting);

// When the first of what she has of it ends.
rules::Instant soonest_end(const Brought& brought);

// How many codes it may want.
std::size_t codes_of_a_purchase(const Club& club);

// It is a code of its own: a gift to give away, or an item.
constexpr bool is_piece(rules::EffectKind kind) {
  return kind == rules::EffectKind::gift || kind == rules::EffectKind::item;
}

}  // namespace peyk::handlers
