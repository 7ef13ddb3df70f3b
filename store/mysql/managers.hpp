// Whom a club's managers are, as members.
#pragma once

#include <map>

#include "handlers/club.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// Of managers who are members, and have chosen. Throws SqlError.
std::map<handlers::PhoneNumber, handlers::Language> languages_of_managers(Connection& connection,
                                                                          const handlers::Club& club);

}  // namespace peyk::store
