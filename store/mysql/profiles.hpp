// Profiles of members, under the lock of their rows; and how often phones have bought that are no members.
#pragma once

#include <set>
#include <span>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Of those of them who have told something.
std::vector<handlers::Profile> profiles_of(Connection& connection,
                                           const std::set<handlers::MemberId>& members);
void load_profiles(Connection& connection, const std::set<handlers::MemberKey>& keys, handlers::Facts& facts);
// As they are after the batch; of who has left none stays.
void save_profiles(Connection& connection, const std::set<handlers::MemberId>& changed,
                   std::span<const handlers::EndMembership* const> ended, const handlers::Facts& facts);

// To be called when the members are loaded: of those no purchases are counted.
void load_strangers(Connection& connection, const handlers::Needs& needs, handlers::Facts& facts);

}  // namespace peyk::store
