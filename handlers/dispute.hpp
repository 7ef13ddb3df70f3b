// DISPUTE: the member says that she did not spend what was taken of her credit. It means the latest
// redemption that stands and that she has not disputed yet, within the club's window: said again, the one
// before it, so that a small one hides no large one. It is written down and the managers are told at once,
// who took it named; nothing is undone by it: who was right is for people to find out.
#pragma once

#include "handlers/facts.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

Needs needs_dispute(const Speaker& speaker, rules::Instant now);
Said dispute(const Speaker& speaker, const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
