// Who is at a club's night (gateway/lrfm_keeper.hpp): one gateway at a time, each night done once.
//
//   next_night(): the first club whose night is due, claimed -> its work, piece by piece, keep_night() among
//   them -> end_night()
//
// What must stay true: a night that is done stays done, for who comes late or whose clock was ahead. What a
// night does may be done again from its beginning, so a gateway that dies leaves nothing behind but a claim
// that runs out. Nobody holds a lock from one piece to the next.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "handlers/directory.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

inline constexpr std::chrono::minutes kNightClaim{5};  // so long a piece may take, and somebody be dead
// A piece so soon after another needs no keep_night().
inline constexpr std::chrono::minutes kNightKeptEvery{1};
// After each piece nothing is done for so many times as long as it took: a night, its command and a morning
// have a third of a core, and are done with a million in seconds all the same.
inline constexpr int kNightRest = 2;

struct Night {
  handlers::ClubId club = 0;
  rules::DayNumber day = 0;
  std::uint64_t claim = 0;
};

// `claim`: drawn by the caller, not 0. Nothing: none is due, or others are at those that are. The caller
// commits. Throws SqlError, as all here do.
std::optional<Night> next_night(Connection& connection, const handlers::Directory& directory,
                                std::uint64_t claim, rules::Instant now);
// False: somebody else has taken it over; the caller leaves off.
bool keep_night(Connection& connection, const Night& night, rules::Instant now);
// Nobody is at it until then, and whoever is next begins anew.
void put_night_off(Connection& connection, const Night& night, rules::Instant until);
// Forgets older ones, too.
void end_night(Connection& connection, const Night& night, rules::Instant now);

}  // namespace peyk::store
