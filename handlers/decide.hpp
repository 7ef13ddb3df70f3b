// The one road that every request takes: plan (what is meant, what must be known), then decide (what is
// done).
//
//   Request -> plan -> Plan{what, needs} -> [the store loads and locks] -> decide -> Outcome -> [the store
//   saves]
//
// Both are pure: time, ids and random bits come with the Setting. A conflict in the database means planning
// and deciding again; nothing else has happened meanwhile.
#pragma once

#include <map>
#include <set>
#include <span>
#include <variant>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/request.hpp"
#include "handlers/speaker.hpp"
#include "templates/keywords.hpp"

namespace peyk::handlers {

// A screen that the network has not taken so long after its decision is not shown any more: then its text
// goes.
inline constexpr std::chrono::seconds kScreenShownWithin{20};

struct PlannedText {
  Speaker speaker;  // its language is settled when the member is known
  templates::Typed typed;
  // On a line that several clubs share, without a club's word: whose member she is settles which is meant.
  bool open = false;
  std::vector<const Club*> hers;  // open: those that know her, if there are several
  // A one-time number: the clubs whose questions it may answer; and the pending for which the plan was
  // widened, as it means that one, 0: none.
  std::vector<ClubId> asking;
  std::uint64_t widened_for = 0;
};
struct PlannedUssd {
  Speaker speaker;
  std::vector<std::string> keys;  // what was pressed, folded: one, or several of a deep link
  std::string state;
};
struct PlannedPurchase {
  PurchaseRequest request;
};
struct PlannedTill {
  TillOrder order;
};
// Nobody's line or root: answered with nothing, so that the carrier does not send it again for hours.
struct PlannedNothing {};

struct Plan {
  Needs needs;
  std::variant<PlannedNothing, PlannedText, PlannedUssd, PlannedPurchase, PlannedTill> what;
};

Plan plan(const Request& request, const Setting& setting);
// What was read without locks: what becomes of it meanwhile is seen when it is locked.
struct Seen {
  std::vector<Pending> pendings;         // of needs.replies
  std::set<MemberKey> members;           // those of needs.memberships that are
  std::map<CardKey, PhoneNumber> cards;  // of needs.cards, those of members
};
inline bool wants_widening(const Needs& needs) {
  return !needs.replies.empty() || !needs.memberships.empty() || !needs.cards.empty();
}
// To be called between plan() and loading. Adds what confirming the pendings wants to know of which the
// request may be the reply; what a text wants to know whose club is seen by her memberships only; and what a
// quote wants to know of whom her card names.
void widen(Plan& plan, const Seen& seen, const Setting& setting);
// Throws OutOfCandidates (plan again) and, on a broken invariant, std::logic_error.
Outcome decide(const Plan& plan, const Facts& facts, Setting& setting);

// sms.cpp and ussd.cpp: the two wires of a telephone.
Plan plan_text(const TextRequest& request, const Setting& setting);
void widen_text(PlannedText& planned, Needs& needs, const Seen& seen, const Setting& setting);
Outcome decide_text(const PlannedText& plan, std::span<const CodeKey> candidates, const Facts& facts,
                    Setting& setting);
Plan plan_ussd(const UssdRequest& request, const Setting& setting);
Outcome decide_ussd(const PlannedUssd& plan, std::span<const CodeKey> candidates, const Facts& facts,
                    Setting& setting);

}  // namespace peyk::handlers
