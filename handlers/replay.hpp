// What a club's programme would have given had it been in force: its offers judged over purchases of the
// past.
//
//   Replay(club, span) -> member(), one after the other, each with all of her purchases in the order of time
//                      -> report()
//
// How she bought is folded as it goes, so each purchase is judged by what was known before it; so are points
// and tiers. What is not kept cannot be replayed: tags, the credit that she had, her answers to a survey;
// items where no till told any. Offers that ask for these are named (ReplayedOffer::blind). Discounts are
// given as if every till had asked for a quote; scores are by the bounds of now; what was wholly given back
// is no purchase.
//
// Must stay true: the same journal and the same programme give the same report, in whatever order members
// come. So a budget does not end an offer here: who came first of all members is not known. What it would
// have given beyond its budget is told (over_budget).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "handlers/measures.hpp"

namespace peyk::handlers {

// A purchase as it is on record.
struct RecordedPurchase {
  std::uint64_t id = 0;
  BranchNo branch = 0;
  rules::Instant at{};
  rules::Amount amount = 0;    // of the invoice, before any discount
  rules::Amount discount = 0;  // that the till took off
  rules::Amount by_credit = 0;
  rules::Amount refunded = 0;
  rules::Amount earned = 0;            // in truth
  std::int64_t points = 0;             // in truth
  std::vector<rules::WordId> items{};  // words_of() what was bought; none: its till told none
};

// Purchases from `from` to before `until` are judged; the epoch: no bound. Those before are what was known.
struct ReplaySpan {
  rules::Instant from{}, until{};
};

struct ReplayedOffer {
  std::string name;
  bool judged = false;             // it is of purchases
  std::vector<std::string> blind;  // what it asks for and is on no record
  std::uint64_t fired = 0;         // purchases
  std::uint64_t left_out = 0;  // purchases that it fitted and that gave too much already (rules::kGivenMax)
  std::uint64_t members = 0;
  rules::Amount credit = 0;  // and gifts
  rules::Amount discount = 0;
  std::int64_t points = 0;
  std::int64_t entries = 0;
  std::int64_t items = 0;         // pieces
  rules::Amount over_budget = 0;  // of credit and discount; or of items
};

struct Gainer {
  MemberId member = 0;
  PhoneNumber phone = 0;
  rules::Amount gained = 0;  // credit and discount by offers
  rules::Amount spent = 0;   // on what was judged
  std::uint64_t purchases = 0;
};

struct ReplayReport {
  std::uint64_t members = 0;  // with a purchase that was judged
  std::uint64_t purchases = 0;
  rules::Amount sold = 0;
  rules::Amount own_credit = 0;  // by the club's share of each purchase
  std::int64_t own_points = 0;
  std::vector<ReplayedOffer> offers;  // by name
  std::vector<Gainer> gainers;        // who gains most, first
  // In truth:
  rules::Amount earned = 0;
  rules::Amount discount = 0;
  std::int64_t points = 0;
};

class Replay {
 public:
  // `club`: with the programme to be tried, as it is in the directory: offers sorted by name.
  Replay(Club club, ReplaySpan span);

  // `purchases` are hers alone, in the order of time, from the first.
  void member(const Member& member, const Profile* profile, std::span<const RecordedPurchase> purchases);

  ReplayReport report() const;

 private:
  Club club_;
  ReplaySpan span_;
  ReplayReport report_;
  std::vector<rules::Amount> budgets_;  // beside the offers
  std::uint64_t with_items_ = 0;        // of the purchases that were judged
};

}  // namespace peyk::handlers
