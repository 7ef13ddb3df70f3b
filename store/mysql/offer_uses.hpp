// What offers gave to whom, where members stand, and what of an offer's budget is spent. Used by facts.cpp
// and effects.cpp; a batch of clubs without offers, points and tiers asks the database nothing here.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// The gift accounts that are wanted, to be locked among the members; without locks.
std::map<handlers::ClubId, handlers::MemberId> find_gift_accounts(Connection& connection,
                                                                  const handlers::Needs& needs);

// Under the lock of the members: uses, points and tiers, the sums of periods; of `refunded` members too.
void load_standings(Connection& connection, const handlers::Needs& needs,
                    const std::set<handlers::MemberId>& refunded, handlers::Facts& facts);
// The budgets, locked: after all else that is locked while loading, but for the rows of clubs.
void lock_budgets(Connection& connection, const std::set<handlers::OfferId>& offers, handlers::Facts& facts);

// Of purchases.
void load_grants(Connection& connection, const std::set<std::uint64_t>& purchases, handlers::Facts& facts);
// To explain them: of occasions too, by one grant of each, and the offers as they were when they gave.
void load_grants_with_versions(Connection& connection, const std::set<std::uint64_t>& purchases,
                               const std::set<std::uint64_t>& occasions, handlers::Facts& facts);

// What an offer gave to these members from an instant to before another, in money; who got nothing is not
// there. At most a page of them (kSetRowsMax).
std::map<handlers::MemberId, rules::Amount> given_to(Connection& connection, handlers::OfferId offer,
                                                     const std::vector<handlers::MemberId>& members,
                                                     rules::Instant from, rules::Instant until);

// The effects of a batch, sorted.
struct OfferEffects {
  std::map<handlers::OfferUseKey, const handlers::SetOfferUse*> uses;
  std::vector<const handlers::OfferGrant*> grants;
  std::vector<const handlers::PointEntry*> points;
  std::map<handlers::MemberId, handlers::ClubId> standings;
  std::vector<const handlers::IssueGift*> gifts;
  std::vector<const handlers::Member*> gift_accounts;
  std::vector<const handlers::BeginOffer*> begun;
  std::vector<const handlers::EndOffer*> ended;
};
void save_offer_effects(Connection& connection, const OfferEffects& effects, const handlers::Facts& facts);

}  // namespace peyk::store
