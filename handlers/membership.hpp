// Open clubs, which anybody joins, and closed ones: by invitation, or after so many purchases with the same
// phone.
//
//   JOIN, or a purchase -> needs (an open invitation, purchases of a stranger) -> may she? -> join.cpp, or
//   how one becomes a member
//
// An invitation is a cashier's JOIN 0912… or a till's POST /v1/members: it is open for as long as its number
// is good. Of two purchases of a stranger at the same moment neither may count the other: she is a member one
// purchase later then, never one too early.
#pragma once

#include <optional>

#include "handlers/facts.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

// What a closed club wants to know of who says JOIN; nothing of an open one.
Needs needs_joining(const Club& club, const MemberKey& phone);
// Whether she may join by her own word.
bool may_join(const Club& club, const MemberKey& phone, const Facts& facts, rules::Instant now);
// How one becomes a member of a closed club: `key` is a text with its name and the purchases it takes.
std::string how_to_join(const Club& club, std::string_view key, Language language, const Setting& setting);

// What a purchase does for a phone that is no member.
enum class ByPurchase : std::uint8_t { nothing, enrols, invites };
Needs needs_joining_by_purchase(const Club& club, const MemberKey& phone);
ByPurchase joining_by_purchase(const Club& club, const MemberKey& phone, const Facts& facts);
// Whether purchases of strangers are recorded by cashiers: where they enrol, now or one day.
bool counts_strangers(const Club& club);
// That she may join now.
OutgoingText may_join_now(const Club& club, PhoneNumber phone, const Setting& setting);

}  // namespace peyk::handlers
