// What an offer says to a member some time after a purchase: thanks for a first visit, a question how it was.
//
//   purchase -> the offer's message fits -> a text that waits in the outbox -> it leaves, by day
//                                             |-> all of the purchase is given back: it is cancelled
//                                             (refund.cpp)
//                                             |-> she leaves the club: likewise (store/mysql/erasure.hpp)
//
// It is a notice: it is of what she bought, and comes once for it. It tells of no code and no credit, because
// what a purchase brings is told at once, and may be spent by then (docs/decisions/0045).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "handlers/effects.hpp"
#include "handlers/setting.hpp"

namespace peyk::handlers {

inline constexpr std::array<std::string_view, 2> kLaterPlaceholders{"club", "branch"};

// As the club wrote it, filled in, with the way out at its end.
std::string later_words(const std::string& message, std::string_view club, std::string_view branch,
                        Language language, const templates::Catalogue& catalogue);

// It would have been due so long ago that nobody asks any more how it was.
bool too_late_to_say(const Purchase& purchase, const rules::OfferEffect& message, rules::Instant now);
// So long after she bought, or now if that is past; not at night, by the club's clock.
OutgoingText text_after(const Club& club, const Purchase& purchase, const Member& member,
                        const rules::OfferEffect& message, const Setting& setting);

}  // namespace peyk::handlers
