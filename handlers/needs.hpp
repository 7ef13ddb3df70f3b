// What a request's decision asks the store for, before it is taken: known from the request alone, so that the
// rows of a whole batch are loaded and locked in sets (facts.hpp).
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "handlers/customer.hpp"
#include "handlers/history.hpp"
#include "handlers/member_events.hpp"
#include "handlers/records.hpp"
#include "handlers/request.hpp"

namespace peyk::handlers {

struct Needs {
  std::set<MemberKey> members;  // the row, locked
  std::set<MemberKey> wallets;  // the row, locked, with all open lots and live codes
  std::set<CodeKey> codes;  // the code, its owner (locked), its lot and all her open ones, its redemptions
  std::set<CodeKey> voids;  // of these codes, the bills of their redemptions too
  std::set<LinePhoneKey> line_phones;
  std::set<MemberKey> cashiers;       // attempts, locked
  std::set<MemberKey> guessers;       // the same of phones that are no cashiers
  std::set<MemberKey> pendings;       // what waits for a number from these phones, locked
  std::set<CodeKey> owners_pendings;  // the same of the phones whose codes these are
  std::set<std::pair<CodeKey, MemberKey>> items_pendings;  // of these phones, where the code is of an item
  std::set<MemberKey> replies;  // the same, and what confirming it wants to know: see widen() in decide.hpp
  std::set<BranchDayKey> branch_days;
  // Which of these are members? Read without locks, and before all else: see widen() in decide.hpp.
  std::set<MemberKey> memberships;
  std::set<CardKey> cards;                       // and whose are these? Read likewise
  std::map<MemberKey, rules::Instant> disputes;  // a redemption of hers from then on: see dispute.hpp
  std::map<MemberKey, rules::Instant> sales;     // of these cashiers, from then on
  std::map<MemberKey, rules::Instant> moves;     // what she moved from then on
  // Her transfers from then on, the lots that they opened, and the wallets of those who got them.
  std::map<MemberKey, rules::Instant> transfers;
  std::set<ReadingKey> readings;    // as it is when the batch begins
  std::vector<CodeKey> candidates;  // drawn at random: which of them are free?
  std::set<std::string> tills;      // attempts by their keys, locked
  std::set<PurchaseKey> bills;      // what is known of an invoice: its purchase, the redemptions on it
  // Of the redemptions on bills and on those of holds, those made from then on: see bills.hpp. The epoch:
  // all.
  rules::Instant bills_since{};
  std::map<MemberKey, TimeSpan> payments;  // redemptions of hers without an invoice
  std::set<RecordKey> redemptions;         // with all that `voids` has of their codes
  std::set<RecordKey> holds;               // with all that `codes` has of their codes, and their bills
  std::set<CodeKey> holders;               // the owners' holds that were begun since
  rules::Instant holders_since{};
  std::set<RecordKey> refunded;          // purchases with all that a refund touches: wallets, bills, refunds
  std::set<PurchaseKey> refunded_bills;  // the same, by their invoices
  std::set<std::pair<PurchaseKey, RequestKey>> references;  // refunds by their reference, at a branch
  std::set<MemberKey> profiles;                             // of members
  std::set<MemberKey> thanked;  // phones: had they the club's own credit for a profile, members or not?
  // Of these phones, where they are no members: their purchases, counted no further than so many. What was
  // refunded whole does not count.
  std::map<MemberKey, std::uint32_t> strangers;
  std::map<MemberKey, DaySpan> behaviours;      // how they buy, and their visits if those are wanted
  std::set<MemberKey> ranks;                    // their points and tiers
  std::set<CodeKey> owners_ranks;               // the same of whose codes these are, which are in `codes`
  std::map<MemberKey, PeriodKey> periods;       // what tiers are measured by
  std::set<MemberKey> offer_uses;               // what offers gave them
  std::set<OfferId> budgets;                    // what is spent of these offers, locked
  std::set<ClubId> gift_accounts;               // of these clubs, locked
  std::set<MemberKey> tags, survey_scores;      // of members
  std::set<MemberEventKey> member_events;       // told before?
  std::set<RecordKey> rated_purchases;          // whose are these, and was any of them rated?
  std::map<MemberKey, rules::Instant> letters;  // that these managers wrote to members, from then on
  std::map<ClubId, OfferDeskKey> offer_desks;   // the club's row, locked

  void merge(Needs other);
};

}  // namespace peyk::handlers
