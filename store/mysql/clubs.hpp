// Clubs as staff wrote them: loaded as a whole, saved one by one.
#pragma once

#include <cstdint>
#include <vector>

#include "handlers/club.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

std::vector<handlers::Club> load_clubs(Connection& connection);
std::uint64_t clubs_version(Connection& connection);  // grows with every apply
// Inserts or updates the club by its slug, with branches, cashiers, programme and the keys of its file; rows
// that the file no longer has are deactivated (cashiers, offers) or deleted (keys). Returns the club's id.
// Throws SqlError.
handlers::ClubId save_club(Connection& connection, const handlers::Club& club);

}  // namespace peyk::store
