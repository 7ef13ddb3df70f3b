// What was odd in a day of a club, and how it went: counted from its rows.
//
// Read without locks and by indexes that are in the order of time, from whatever the day has: purchases of
// all branches are walked through three times, in the order in which they lie. Nothing here is asked while
// somebody waits.
#pragma once

#include "handlers/digest.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

// But for the languages. Figures only of clubs that are told daily. Throws SqlError.
handlers::ClubDay read_club_day(Connection& connection, const handlers::DigestDay& day);

}  // namespace peyk::store
