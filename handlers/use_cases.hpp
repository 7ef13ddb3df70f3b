// What people can do, one function each, one file each. needs_… says which facts it wants, the other decides.
//
// To add one: its file here, a line in the table of sms.cpp (and in the walks of ussd_*.cpp), its texts in
// templates/messages/, a conversation in tests/talk/.
#pragma once

#include <span>
#include <string>
#include <variant>

#include "handlers/facts.hpp"
#include "handlers/rules/move.hpp"
#include "handlers/rules/redeem.hpp"
#include "handlers/speaker.hpp"

namespace peyk::handlers {

// join.cpp: wants needs_joining of the speaker (membership.hpp).
Said join(const Speaker& speaker, std::string_view referrer, const Facts& facts, Setting& setting);
// Of whom a shop has asked in: whatever the club, she may.
Said join_as_asked(const Speaker& speaker, std::string_view referrer, const Facts& facts, Setting& setting);
// The membership of a phone that has none yet, in the club's or the speaker's language.
Member enrol(const Club& club, PhoneNumber phone, Language language, Setting& setting);

// LEAVE: sends the number that does it. Wants the speaker in needs.pendings.
Said leave(const Speaker& speaker, const Facts& facts, Setting& setting);
// She has confirmed; wants her wallet. What is left of her credit is forfeited.
Said leave_now(const Speaker& speaker, const Facts& facts, Setting& setting);
// Everything of hers ends at once. What had lapsed before does so as it would have by the sweep.
EndMembership end_membership(const Member& member, const Facts& facts, Setting& setting);

// credit.cpp: both want the speaker's wallet.
// What it wants besides: where she stands.
Needs needs_credit(const Speaker& speaker);
Said credit(const Speaker& speaker, const Facts& facts, const Setting& setting);
Said codes(const Speaker& speaker, const Facts& facts, const Setting& setting);
// A member names a code: how to use it if it is hers, nothing about anybody else's. `may_be_amount`: it stood
// behind a word by which people also ask for a new code.
Said own_code(const Speaker& speaker, rules::CodeNumber number, bool may_be_amount, const Facts& facts,
              const Setting& setting);

// split.cpp: wants needs_move of the speaker (move.hpp).
Said split(const Speaker& speaker, rules::Amount amount, std::span<const CodeKey> candidates,
           const Facts& facts, Setting& setting);
// Why credit of hers cannot move, in words.
std::string move_refused(const Speaker& speaker, rules::MoveRefusal why, MemberId from, const Facts& facts,
                         const Setting& setting);

// give.cpp: wants needs_move of the speaker, the other member's row, and the speaker in needs.pendings.
struct GiveOrder {
  PhoneNumber to = 0;
  rules::Amount amount = 0;
};
// Why it cannot be; nothing: it can.
std::optional<Said> give_refused(const Speaker& speaker, const GiveOrder& order, const Facts& facts,
                                 const Setting& setting);
// Sends the number that does it.
Said give(const Speaker& speaker, const GiveOrder& order, const Facts& facts, Setting& setting);
// She has confirmed: does it. Wants candidates.
Said give_now(const Speaker& speaker, const GiveOrder& order, std::span<const CodeKey> candidates,
              const Facts& facts, Setting& setting);
Needs needs_undo(const Speaker& speaker, const Setting& setting);
Said undo(const Speaker& speaker, std::span<const CodeKey> candidates, const Facts& facts, Setting& setting);

// pay.cpp: as give.
struct PayOrder {
  BranchNo branch = 0;
  rules::Amount amount = 0;  // of the invoice
};
// What credit pays of it, or why it cannot, in words.
std::variant<rules::Taken, std::string> pay_judged(const Speaker& speaker, const PayOrder& order,
                                                   const Facts& facts, const Setting& setting);
// Sends the number that does it, and tells the cashiers.
Said pay(const Speaker& speaker, const PayOrder& order, const Facts& facts, Setting& setting);
// She has confirmed: does it. Wants candidates.
Said pay_now(const Speaker& speaker, const PayOrder& order, std::span<const CodeKey> candidates,
             const Facts& facts, Setting& setting);

// open_offers.cpp
Needs needs_offers(const Speaker& speaker, const Setting& setting);
Said offers(const Speaker& speaker, const Facts& facts, const Setting& setting);

// history.cpp: a member's own past. Pages are counted from 1.
Needs needs_history(const Speaker& speaker);
Needs needs_statement(const Speaker& speaker, std::uint32_t page);
Said history(const Speaker& speaker, const Facts& facts, const Setting& setting);
Said statement(const Speaker& speaker, std::uint32_t page, const Facts& facts, const Setting& setting);
// Whether a page comes after that one; a screen says it in its own way.
bool statement_goes_on(const Speaker& speaker, std::uint32_t page, const Facts& facts);

// why.cpp
Needs needs_why(const Speaker& speaker, const Setting& setting);
Said why(const Speaker& speaker, const Facts& facts, const Setting& setting);

// gift.cpp: what becomes of seven digits that a phone texts which is no cashier's.
Needs needs_named_code(const Speaker& speaker, rules::CodeNumber number, const Setting& setting);
// `may_be_amount`: see own_code.
Said named_code(const Speaker& speaker, rules::CodeNumber number, bool may_be_amount,
                std::span<const CodeKey> candidates, const Facts& facts, Setting& setting);
// A gift that nobody has redeemed yet.
bool is_open_gift(const Code& code, const Facts& facts, rules::Instant now);

// good_until.cpp. Of a code that does not live, or was not asked for: kNeverEnds.
rules::Instant end_of_code(const CodeKey& key, const Facts& facts, rules::Instant now);
// What is said of a code that lives is said no longer than it does; not so what was done with it, which the
// cashier has to hear.
Said over_with_code(Said said, const CodeKey& key, const Facts& facts, rules::Instant now);

// check.cpp: cashiers only.
Needs needs_code(const Speaker& speaker, rules::CodeNumber number);
// "wait so many minutes"; "used at that branch, then": shared with redeem.
std::string locked_text(const Speaker& speaker, std::string_view key, const Facts& facts,
                        const Setting& setting);
std::string taken_text(const Speaker& speaker, std::string_view key, const Code& code, const Facts& facts,
                       const Setting& setting);
// "held by a till until": shared with redeem.
std::string held_text(const Speaker& speaker, std::string_view key, const Code& code, const Facts& facts,
                      const Setting& setting);
Said check(const Speaker& speaker, rules::CodeNumber number, const Facts& facts, const Setting& setting);

// redeem.cpp: cashiers only; wants needs_code.
struct RedeemOrder {
  rules::CodeNumber code = 0;
  rules::Amount invoice_amount = 0;
  std::string invoice;
  std::string pin;
  std::string last4;       // of the member's phone, as typed
  bool confirmed = false;  // by a one-time number: asks for no other proof of the cashier
  bool proven = false;     // by the member's own number
};
Said redeem(const Speaker& speaker, const RedeemOrder& order, const Facts& facts, Setting& setting);
// A wrong code or PIN, counted against the cashier's phone.
Effect miss(const Speaker& speaker, const Facts& facts, rules::Instant now);

// void_redemption.cpp: cashiers only; wants needs_code.
struct VoidOrder {
  rules::CodeNumber code = 0;
  std::string pin;
  bool confirmed = false;  // as in RedeemOrder
};
Said void_redemption(const Speaker& speaker, const VoidOrder& order, const Facts& facts, Setting& setting);

// confirm.cpp: see pending.hpp.
// The question made of `what`, of which the caller filled in key and columns: id, number and times are given
// here. Nothing: too many wrong numbers came lately; the caller says asked_too_often(). Wants the phone in
// needs.pendings.
std::optional<Pending> ask(Pending what, const Facts& facts, Setting& setting);
std::string asked_too_often(const PendingKey& key, Language language, const Facts& facts,
                            const Setting& setting);
// A text with the number of a question: urgent, and worth nothing when its time is over.
OutgoingText text_with_number(const Club& club, const Pending& pending, std::string text,
                              rules::Instant good_until = kNeverEnds);
// The cashier is sent a number that does what she ordered: `what` has the kind and its columns. Wants
// needs_challenge, which is nothing where the club asks for none.
Needs needs_challenge(const Speaker& speaker);
Said challenge(const Speaker& speaker, Pending what, const Facts& facts, Setting& setting);
// A number was replied: what it was asked for, or why not. The rest as in PlannedText.
struct Reply {
  std::string_view number;
  std::span<const ClubId> asking;
  std::uint64_t widened_for = 0;
};
Said confirm(const Speaker& speaker, const Reply& reply, std::span<const CodeKey> candidates,
             const Facts& facts, Setting& setting);
// What confirming it wants to know.
Needs needs_confirmation(const Pending& pending, const Setting& setting);
// That which waits for this number, or did; nullptr: the number is wrong.
const Pending* meant_by(std::string_view number, std::span<const Pending* const> pendings,
                        rules::Instant now);
const Pending* any_waiting(std::span<const Pending* const> pendings, rules::Instant now);

// today.cpp: cashiers only.
Needs needs_today(const Speaker& speaker, rules::Instant now);
Said today(const Speaker& speaker, const Facts& facts, const Setting& setting);

// purchase.cpp
Needs needs_purchase(const PurchaseRequest& request, const Club& club, const Setting& setting);
Outcome purchase(const PurchaseRequest& request, std::span<const CodeKey> candidates, const Facts& facts,
                 Setting& setting);

// consent.cpp
Said stop_promo(const Speaker& speaker, const Setting& setting);
Said start_promo(const Speaker& speaker, const Setting& setting);
// A help sent now; nothing: one was sent within the hour. All of these want the phone on the line: silence
// between, or two machines would answer each other for ever.
std::optional<NoteHelp> one_help(const Speaker& speaker, const Facts& facts, rules::Instant now);
Said unknown_text(const Speaker& speaker, const Facts& facts, const Setting& setting);
// The same of a number where nothing waits for one. A cashier always hears it: she is no machine.
Said unknown_number(const Speaker& speaker, const Facts& facts, const Setting& setting);
Said help(const Speaker& speaker, const Facts& facts, const Setting& setting);

// language.cpp; without a language: the other one.
Said choose_language(const Speaker& speaker, std::optional<Language> wanted, const Facts& facts,
                     const Setting& setting);

// Thrown when every drawn code was taken, and when a reply means what nothing was loaded for: the same
// request is planned again, with fresh candidates.
struct OutOfCandidates {};

}  // namespace peyk::handlers
