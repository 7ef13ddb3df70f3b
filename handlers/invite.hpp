// "JOIN 0912…" by a cashier: the shopper is asked by a text, and joins when she replies its number.
//
// The cashier hears the same whether the phone is a member already or not, and whether it was asked a moment
// ago: membership is nobody's business but hers (a member is told that somebody tried). So many phones an
// hour for a cashier, one text at a time for a phone. A till asks in the same way (till_members.cpp).
#pragma once

#include "handlers/facts.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

Needs needs_invite(const Speaker& speaker, PhoneNumber shopper);
Said invite(const Speaker& speaker, PhoneNumber shopper, const Facts& facts, Setting& setting);

// Whoever wants her asked in.
struct Inviter {
  const Club& club;
  BranchNo branch = 0;
  PhoneNumber cashier = 0;           // 0: a till
  std::optional<Language> language;  // to ask in, of a shopper who is no member; none: the club's
};
// What waits for her number already; nullptr: nothing. Wants the phone in needs.pendings.
const Pending* invited_now(const Inviter& inviter, PhoneNumber shopper, const Facts& facts,
                           rules::Instant now);
// The question and its text; nothing: too many wrong numbers came from her phone lately.
struct Invitation {
  SetPending asked;
  OutgoingText text;
};
std::optional<Invitation> ask_in(const Inviter& inviter, PhoneNumber shopper, const Facts& facts,
                                 Setting& setting);

// She has replied the number: `speaker` is she. The cashier is told.
Said invite_accepted(const Speaker& speaker, const Pending& pending, const Facts& facts, Setting& setting);

}  // namespace peyk::handlers
