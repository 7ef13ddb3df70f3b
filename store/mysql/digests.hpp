// The morning's digest of each club (handlers/digest.hpp), once for a local day, whoever sends it: the table `digest`.
#pragma once

#include <cstdint>

#include "handlers/digest.hpp"
#include "handlers/directory.hpp"
#include "store/mysql/chance.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Whether a club's digest of this day has been sent, or was found to have nothing to tell.
bool digest_is_done(Connection& connection, handlers::ClubId club, rules::Instant day_from);

// What was odd in the club's day. A few scans of the day's rows by branch.
handlers::Oddities read_oddities(Connection& connection, handlers::ClubId club, rules::Instant from,
                                 rules::Instant until);

// Claims the day, and queues the texts for its managers; returns how many. 0 too if another has claimed it.
// `club` is one of the directory.
std::uint64_t send_digest(Connection& connection, SystemChance& chance, const handlers::Directory& directory,
                          handlers::ClubId club, rules::Instant now);

// Wrong tries of a club's day, counted on; part of save_effects().
void count_day_misses(Connection& connection, handlers::ClubId club, rules::Instant day_from,
                      std::uint32_t misses);

}  // namespace peyk::store
