// The managers' digests (handlers/digest.hpp): each day of a club told of once, whoever is at it.
//
//   digest (its rows of the last days) -> the first that is due and untold, its row locked ->
//   day_oddities.hpp
//   -> scheduled texts, and that it is told: one transaction
//
// What must stay true: a day is told under the lock of its row, and a row that says so stays for good. A
// gateway that dies leaves the day untold; one that comes late, or whose clock was ahead, finds it told.
#pragma once

#include <cstdint>
#include <vector>

#include "handlers/digest.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

struct DigestTold {
  std::uint64_t texts = 0;
  bool is_done = false;  // no day is due, or other gateways are at those that are
};

// The next day that is due; so many of those that are due come last, so that one which fails each time does
// not stand before all. The caller commits. Throws SqlError.
DigestTold tell_next_digest(Connection& connection, SystemChance& chance,
                            const handlers::Directory& directory, rules::Instant now,
                            std::size_t passed_over = 0);

// What clubs call odd: part of them (store/mysql/clubs.hpp).
void load_digest_policies(Connection& connection, std::vector<handlers::Club>& clubs);
void save_digest_policy(Connection& connection, handlers::ClubId club, const handlers::DigestPolicy& policy);

}  // namespace peyk::store
