// Offers, tiers and what they looked at, as people read them.
//
// To add a measure of rules/conditions.hpp: a row in kFacts (offer_words.cpp), its text fact_… in
// templates/messages/. What has no row is not told.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "handlers/customer.hpp"
#include "handlers/facts.hpp"
#include "handlers/setting.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

// "5%", "۲٫۵٪": hundredths of a percent, as few digits as it needs.
std::string percent(std::int64_t share, Language language);
// The local day on which something happened, short.
templates::LastDayShort day_in_words(rules::Instant at, const Club& club);
// What is one text to a member: three parts.
bool fits_text(const std::string& text);

// Where she stands is wanted, in a club that has points or tiers.
void needs_rank(Needs& needs, const Club& club, const MemberKey& key);
// nullptr: none.
const rules::Tier* tier_of(const Club& club, const Rank& rank);
// Empty: none.
std::string_view tier_title(const Club& club, const Rank& rank);
// "Gold member": a line for the cashier, where the text takes no more parts by it, or the screen holds it.
void add_tier(std::string& text, const Speaker& speaker, const Rank& rank, const Setting& setting);
// "Gold, 120 points": as far as the club has them; empty: it has neither, or she none.
std::string rank_in_words(const Club& club, const Rank& rank, Language language, const Setting& setting);

// As people read it.
std::string segment_title(const rules::Segment& segment, Language language,
                          const templates::Catalogue& catalogue);
// The titles of the segments she is in, in the file's order.
std::vector<std::string> segments_in_words(const Club& club, const rules::Measures& measures,
                                           Language language, const Setting& setting);
// "a, b": with the language's comma.
std::string listed(const std::vector<std::string>& words, Language language);

// What an offer would give: "10% off, 50 points". Empty: nothing that can be told.
std::string gives_in_words(const rules::Offer& offer, const Club& club, Language language,
                           const Setting& setting);
// What it gave: "42,500 tomans of credit". Empty: nothing that can be told.
// `offer`: as it was then, or nullptr.
std::string given_in_words(const OfferGrant& grant, const rules::Offer* offer, const Club& club,
                           Language language, const Setting& setting);
// The offer as it was when it gave, in force or not (docs/decisions/0023). nullptr: a newer program wrote it.
const rules::Offer* version_of(const OfferGrant& grant, const Club& club, const Facts& facts);
// What brought credit without a purchase, in a word or two: the occasion.
std::string occasion_in_words(const Past& past, const Facts& facts, const Speaker& speaker,
                              const Setting& setting);
// The same as one knows it from OFFERS: the offer's title, where it has one.
std::string origin_in_words(const Past& past, const Facts& facts, const Speaker& speaker,
                            const Setting& setting);
// What its conditions looked at, as it was then: "7 visits so far (6 or more), Tajrish". `offer`: of the same
// version, for its bounds; nullptr: they are not known.
std::string facts_in_words(const OfferGrant& grant, const rules::Offer* offer, const Club& club,
                           Language language, const Setting& setting);

}  // namespace peyk::handlers
