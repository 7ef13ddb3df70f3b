// CUSTOMER 0912…: a manager reads how a member stands with the club, in one text.
#pragma once

#include "handlers/facts.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

Needs needs_about(const Speaker& speaker, PhoneNumber phone, const Setting& setting);
// Managers only; any other cashier is told so.
Said about_member(const Speaker& speaker, PhoneNumber phone, const Facts& facts, const Setting& setting);
Said managers_only(const Speaker& speaker, const Setting& setting);

}  // namespace peyk::handlers
