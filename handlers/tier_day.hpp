// A member's tier on the day on which it is looked at again: she stays in it for another period, or falls to
// where her last one puts her, and hears of it in the morning.
//
// Who rises does so by what a purchase or an occasion brings her (earning.hpp), at once; its text tells her.
#pragma once

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/setting.hpp"

namespace peyk::handlers {

Needs needs_tier_day(const Club& club, const MemberKey& key, rules::Instant now);

// Nothing, if the day has not come: whoever was here before has seen to it.
Outcome tier_day(const Club& club, const Member& member, const Facts& facts, const Setting& setting);

// That she is in this tier now, in which she was not before: a line of whatever text brought her there.
std::string risen_line(const Club& club, Language language, const rules::Standing& risen,
                       const Setting& setting);

}  // namespace peyk::handlers
