// TELL 0912… text: a manager writes to one member, in the club's name: thanks, an answer, a word on a feast.
//
// It is a notice and no advertising, so it leaves on the club's own line; who said STOP to that line is not
// written to all the same. At most three parts, at most so many a day of one manager, each on record: who,
// to whom, when. What it said stands in the outbox, and goes from there as all texts do.
//
// In the order in which she is told: she is no manager; no phone; no text; too long; no member; the member
// wants no texts; enough for today; a code of the member in it ends before the morning in which it would leave.
#pragma once

#include "handlers/facts.hpp"
#include "handlers/speaker.hpp"
#include "templates/keywords.hpp"

namespace peyk::handlers {

inline constexpr std::uint32_t kToldPerDayMax = 20;  // by one manager

Needs needs_tell(const Speaker& speaker, const templates::Typed& typed, const Setting& setting);
Said tell(const Speaker& speaker, const templates::Typed& typed, const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
