// "JOIN 0912…" by a cashier: the shopper is asked by a text, and joins when she replies its number.
//
// The cashier hears the same whether the phone is a member already or not, and whether it was asked a moment
// ago: membership is nobody's business but hers (a member is told that somebody tried). So many phones an
// hour for a cashier, one text at a time for a phone.
#pragma once

#include "handlers/speaker.hpp"

namespace peyk::handlers {

Needs needs_invite(const Speaker& speaker, PhoneNumber shopper);
Said invite(const Speaker& speaker, PhoneNumber shopper, const Facts& facts, Setting& setting);

// She has replied the number: `speaker` is she. The cashier is told.
Said invite_accepted(const Speaker& speaker, const Pending& pending, const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
