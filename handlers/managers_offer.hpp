// An offer in a few keys: a manager texts whom, what and until when, and it begins once she has confirmed.
//
//   "OFFER gold 10% until 22"                  credit by percent to a tier, until that hour of today
//   "OFFER loyal 50000 until 1405/09/10"       an amount, once a day, to a segment, until the end of that day
//   "OFFER all 5% until 22 budget 20000000"    to everybody, as long as the budget lasts
//   "OFFER END"                                the last that was begun so is over; again: the one before
//
//   text -> read_managers_offer() -> what it means, whom it reaches -> a number to her phone -> the number
//   comes back -> looked at anew -> BeginOffer
//
// It is an offer as those of the club's file are: judged, bounded, explained and replayed with them, with a
// version of its own. It is called manager-<day>-<n>; applying the file leaves it alone until its time is
// over.
//
// In the order in which she is told: she is no manager; the text cannot be read; nobody is called so; its end
// is past or too far; the club has too many offers.
#pragma once

#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "handlers/facts.hpp"
#include "handlers/speaker.hpp"
#include "templates/keywords.hpp"

namespace peyk::handlers {

inline constexpr std::chrono::days kManagersOfferMax{92};  // what lasts longer belongs into the club's file

// What a text orders: without a name. The error: the key of a text that says what is wrong; `words`: whom it
// may name.
struct ManagersOfferWrong {
  std::string_view key;
  std::string words;
};
tl::expected<rules::Offer, ManagersOfferWrong> read_managers_offer(std::span<const std::string> words,
                                                                   const Club& club, const Setting& setting);

Needs needs_managers_offer(const Speaker& speaker, const templates::Typed& typed, const Setting& setting);
// Sends the number that begins it; or ends the last.
Said managers_offer(const Speaker& speaker, const templates::Typed& typed, const Facts& facts,
                    Setting& setting);

// She has confirmed.
Needs needs_offer_confirmed(const Pending& pending, const Setting& setting);
Said offer_begun(const Speaker& speaker, const Pending& pending, const Facts& facts, const Setting& setting);

}  // namespace peyk::handlers
