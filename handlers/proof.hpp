// What redeeming needs besides the code, by what it would take: the last four digits of the member's phone,
// typed behind the code; or her word, by a number that she replies (pending.hpp, handset_proof). It counts
// with what was taken of the code within the time in which she may dispute it.
//
// - Where a club asks for the digits, nothing that a cashier is told of a code shows them.
// - Wrong digits are a miss. Digits that are typed where none are needed are checked all the same.
// - Her word comes last, when everything else is proved: the cashier waits for a text, and the order is
//   decided anew when the number comes. Ordered again meanwhile, her phone is not texted again.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "handlers/facts.hpp"
#include "handlers/use_cases.hpp"

namespace peyk::handlers {

bool asks_for_last4(const Club& club);
// The digits are the first of an order's words, if an amount may follow. Where a PIN is forgotten behind them
// the amount is not taken for it.
bool begins_with_last4(std::span<const std::string> words, const Club& club);
// The member's phone as a cashier may see it.
std::string shown_phone(const Club& club, PhoneNumber phone);

// What speaks against it; nothing: the digits are right, or none are needed.
std::optional<Said> last4_refusal(const Speaker& speaker, const RedeemOrder& order, const Code& code,
                                  rules::Amount used, const Facts& facts, Setting& setting);

// The number to reply, where the club wants one of whoever redeems and she has not replied it yet.
std::optional<Said> redeem_challenge(const Speaker& speaker, const RedeemOrder& order, const Facts& facts,
                                     Setting& setting);

Needs needs_proof(const Speaker& speaker, rules::CodeNumber code);
bool wants_handset(const Club& club, const RedeemOrder& order, const Code& code, rules::Amount used,
                   const Facts& facts, rules::Instant now);
Said ask_handset(const Speaker& speaker, const RedeemOrder& order, const Code& code, rules::Amount used,
                 const Facts& facts, Setting& setting);
// She has replied the number: `member` is she. The cashier is told what became of it.
Needs needs_handset(const Pending& pending, const Setting& setting);
Said handset_confirmed(const Speaker& member, const Pending& pending, const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
