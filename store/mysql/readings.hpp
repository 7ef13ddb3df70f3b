// What members read of their own past. Read without locks; each of these statements costs only those who ask.
#pragma once

#include <set>

#include "handlers/facts.hpp"
#include "store/mysql/connection.hpp"

namespace peyk::store {

void load_readings(Connection& connection, const std::set<handlers::ReadingKey>& keys,
                   handlers::Facts& facts);

}  // namespace peyk::store
