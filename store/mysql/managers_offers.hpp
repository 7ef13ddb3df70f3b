// Offers that managers begin by text, beside those of their club's file (programmes.hpp).
//
// What must stay true: the club's row is locked from the moment at which an offer is named until it is there,
// so no two are called alike and no file is applied meanwhile. One whose time is over is no version in force
// from the next that begins, ends, or is applied with the file: until then it fits nobody.
#pragma once

#include <map>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

void lock_offer_desks(Connection& connection, const std::map<handlers::ClubId, handlers::OfferDeskKey>& desks,
                      handlers::Facts& facts);

void save_begun_offers(Connection& connection, const std::vector<const handlers::BeginOffer*>& begun);
void save_ended_offers(Connection& connection, const std::vector<const handlers::EndOffer*>& ended);

// Of those whose time is over, the version in force. The epoch: as the database's clock has it.
void end_offers_past(Connection& connection, handlers::ClubId club, rules::Instant now);

}  // namespace peyk::store
