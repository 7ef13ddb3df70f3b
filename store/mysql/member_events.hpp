// What a club's systems tell of its members, and how these rate it, under the lock of the members' rows.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "handlers/effects.hpp"
#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Into facts, of those of them who have rated.
void read_scores(Connection& connection, const std::set<handlers::MemberId>& members, handlers::Facts& facts);
void load_survey_scores(Connection& connection, const std::set<handlers::MemberKey>& keys,
                        handlers::Facts& facts);
void load_member_events(Connection& connection, const handlers::Needs& needs, handlers::Facts& facts);

// Scores as they are after the batch; of who has left none stays.
void save_survey_scores(Connection& connection, const std::set<handlers::MemberId>& changed,
                        std::span<const handlers::EndMembership* const> ended, const handlers::Facts& facts);
void save_member_events(Connection& connection, std::span<const handlers::MemberEvent* const> events);

}  // namespace peyk::store
