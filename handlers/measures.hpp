// What offers, segments and tiers look at: a member, the purchase that comes, the moment, as measures
// (rules/conditions.hpp). Filled once, by what was loaded; what is not known stays unknown.
//
//   needs_measures() -> [load] -> measures_of() -> rules::judge(), rules::segments_of(), open_to()
//
// - Scores and segments are what she was before the purchase: who comes back is still of those who stayed
//   away. A segment is asked of the measures of the moment without a purchase.
// - The moment of a purchase is when it was made, as the till says.
// - A stranger has the measures of the invoice and of the moment, and those that count it as her first.
//
// To add a measure: see rules/conditions.hpp.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/rules/conditions.hpp"
#include "handlers/rules/offers.hpp"
#include "templates/dates.hpp"

namespace peyk::handlers {

// Whether any of its rules does: else nobody's are loaded.
bool asks_for_tags(const Programme& programme);
bool asks_for_scores(const Programme& programme);
bool asks_what_she_told(const Programme& programme);  // that only her profile knows
bool asks_where_she_stands(const Programme& programme);

// The day of the club on which an instant falls.
rules::DayNumber day_of(const Club& club, rules::Instant at);

// How she buys in the whole club.
rules::Behaviour behaviour_of(const Club& club, MemberId member, const Facts& facts);

// A purchase that comes now.
struct PurchaseNow {
  rules::Amount amount = 0;     // of the invoice, before any discount
  rules::Amount by_credit = 0;  // of it, paid by codes
  BranchNo branch = 0;
  std::span<const rules::WordId> items{};  // words_of() what is bought
  rules::Instant at{};                     // when it was made
};

// Everything that measures_of() and uses_of() want of a phone in this club; nothing that it has no use for:
// no member is locked who would not be, a club without offers, points and tiers asks for her behaviour alone.
// `at`: of the purchase; now, if there is none. `with_offers`: they are to be judged, not only looked at.
Needs needs_measures(const Club& club, const MemberKey& key, rules::Instant at, rules::Instant now,
                     bool with_offers);

// What tiers are measured by, today.
PeriodKey period_of(const Club& club, rules::Instant now);

// A moment as rules look at it: the same for everybody, and dearer to reckon than all that is hers. Whoever
// measures many reads it once.
struct ClubMoment {
  rules::Instant at{};
  rules::DayNumber day = 0;
  templates::JalaliDate jalali;
  rules::Measures measures;
};
ClubMoment moment_of(const Club& club, rules::Instant at);

// nullptr: a stranger. `profile`: hers, of who read it apart from the facts; nullptr: what they know of it.
rules::Measures measures_of(const Club& club, const Member* member, const Facts& facts, rules::Instant now,
                            const Profile* profile = nullptr);
rules::Measures measures_of(const Club& club, const Member* member, const Facts& facts, const ClubMoment& now,
                            const Profile* profile = nullptr);
rules::Measures measures_of(const Club& club, const Member* member, const Facts& facts, rules::Instant now,
                            const PurchaseNow& purchase, const Profile* profile = nullptr);

// What she had of the club's offers, by their places; nullptr: a stranger had nothing. A day is the club's,
// by the clock and not by the till: what is reported late is of today.
std::vector<rules::OfferUse> uses_of(const Club& club, const Member* member, const Facts& facts,
                                     rules::Instant now);

// The measures that the conditions of an offer looked at, as a JSON object: {"visits": 6, "branch": 12}. Of a
// surprise its chance (one in so many) and the day it was drawn for, counted from 1970, too.
// Names as the club file has them; of very many words the first, and how many more: {"item": ["bread"],
// "item_more": 3}. At most kFactsMax characters, whatever it looked at.
inline constexpr std::size_t kFactsMax = 2'000;  // offer_grant.facts
std::string looked_at(const rules::Offer& offer, const rules::Measures& measures);

// How she buys once `added` is one of her purchases: the rows that change. It is none of which nothing is
// left.
std::vector<SetBehaviour> behaviour_after(const Club& club, MemberId member, const PastVisit& added,
                                          const Facts& facts);
// The same once so much of a purchase is given back. Wants her visits, as refunds do.
std::vector<SetBehaviour> behaviour_after_refund(const Club& club, const Purchase& purchase,
                                                 rules::Amount amount, const Facts& facts);

}  // namespace peyk::handlers
