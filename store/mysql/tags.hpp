// Tags of members, under the lock of their rows.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "handlers/tags.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Of those of them who have any; sorted.
std::map<handlers::MemberId, std::vector<std::string>> tags_of(Connection& connection,
                                                               const std::set<handlers::MemberId>& members);
void load_tags(Connection& connection, const std::set<handlers::MemberKey>& keys, handlers::Facts& facts);
// As they are after the batch; of who has left none stay.
void save_tags(Connection& connection, const std::set<handlers::MemberId>& changed,
               std::span<const handlers::EndMembership* const> ended, const handlers::Facts& facts);

// By the operator's hand, decided under the lock. The caller commits. Throws SqlError.
handlers::TagAnswer change_tags(Connection& connection, SystemChance& chance,
                                const handlers::Directory& directory, const handlers::TagChange& change,
                                rules::Instant now);

}  // namespace peyk::store
