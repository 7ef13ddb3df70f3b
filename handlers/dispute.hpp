// DISPUTE: the member says that she did not spend what was taken of her credit. It means the latest
// redemption that stands, within the club's window. It is written down and the managers are told at once, the
// cashier named; nothing is undone by it: who was right is for people to find out.
#pragma once

#include "handlers/speaker.hpp"

namespace peyk::handlers {

Needs needs_dispute(const Speaker& speaker, rules::Instant now);
Said dispute(const Speaker& speaker, const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
